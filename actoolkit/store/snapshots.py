"""Finished loads: one Parquet file and one manifest each, whole or absent, never doubted twice.

``<account's folder>/snapshots/<table>/<query>/<generation>.parquet`` beside ``<generation>.json``;
``<query>`` is ``all`` for a whole collection, else a digest. Plain Parquet: polars, DuckDB and
others read it without this package.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

import actoolkit
from actoolkit.api.private import private_file
from actoolkit.errors import SnapshotMissing
from actoolkit.settings import Account
from actoolkit.store.folder import (
    DAMAGED,
    TEMPORARY,
    below,
    check,
    prepare,
    quarantine,
    replacing,
    writing,
)
from actoolkit.store.generations import name_generation, number_of
from actoolkit.store.manifest import (
    Facts,
    Manifest,
    Query,
    query_digest,
    schema_version,
    seal,
    unseal,
)
from actoolkit.tables import Table

KEPT = 2
"""Generations kept of one query: the newest, and the one that a lazy frame may still read."""

PIN = ".pin"
"""Suffix of the file that keeps a load for good."""
REWRITTEN = "~"
"""Between a load's name and the rest of its file's name, once its rows were written anew."""

_ID = re.compile(r"[a-z_]+/(all|[0-9a-f]{16})/[0-9]+-[0-9A-Z]+")

log = logging.getLogger("actoolkit")


class Snapshots:
    """The finished loads of one account.

    Args:
        account: Whose. Its folder is created when something is first published.

    Raises:
        StoreUnsafe: The account's folder may not hold customers' data.
    """

    def __init__(self, account: Account) -> None:
        check(account.folder)
        self._account = account
        self._root = account.folder / "snapshots"

    def find(self, table: Table, query: Query | None = None) -> Manifest | None:
        """Find the newest load of a query that has the table's present shape.

        Args:
            table: The shape.
            query: As it travels; empty for the whole collection.

        Returns:
            Its manifest, or None. A damaged manifest is put aside with a warning.
        """
        wanted = schema_version(table)
        for manifest in self._manifests(self._place(table.name, query or {})):
            if manifest.schema_version == wanted and manifest.query == dict(query or {}):
                return manifest
        return None

    def named(self, snapshot: str) -> Manifest:
        """Find a load by its id, however old it is.

        Args:
            snapshot: Its ``id``.

        Raises:
            SnapshotMissing: There is none of that name (any more).
        """
        table, _, rest = snapshot.partition("/")
        place = self._root / table / rest.partition("/")[0]
        if _ID.fullmatch(snapshot):
            for manifest in self._manifests(place):
                if manifest.id == snapshot:
                    return manifest
        raise SnapshotMissing(
            f"There is no snapshot {snapshot!r}.",
            hint="`actoolkit cache info` lists what there is; pin() keeps a load for good.",
        )

    def pin(self, manifest: Manifest, *, on: bool = True) -> None:
        """Keep a load for good, whatever is loaded after it, or no longer.

        Args:
            manifest: Of the load.
            on: False lets it go when newer ones come.

        Raises:
            StoreFull: No space or no permission.
        """
        path = self.paths(self._account, manifest)[0].with_suffix(PIN)
        if on:
            private_file(path)
        else:
            with writing(path):
                path.unlink(missing_ok=True)

    def pinned(self, manifest: Manifest) -> bool:
        """Whether a load is kept for good.

        Args:
            manifest: Of the load.
        """
        return self.paths(self._account, manifest)[0].with_suffix(PIN).exists()

    def read(self, manifest: Manifest) -> pl.DataFrame:
        """Read the rows of a load, after the digest of the very bytes was checked.

        Args:
            manifest: From `find`, `publish` or `all`.

        Raises:
            SnapshotMissing: The file is gone or damaged; it is put aside.
        """
        path = self._file(manifest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise self._lost(manifest, "is gone") from None
        if hashlib.sha256(content).hexdigest() != manifest.sha256:
            raise self._lost(manifest, "is damaged")
        try:
            return pl.read_parquet(content)
        except pl.exceptions.PolarsError:
            raise self._lost(manifest, "cannot be read by this version of polars") from None

    def scan(self, manifest: Manifest) -> pl.LazyFrame:
        """Scan the rows of a load without holding them, after the file's digest was checked.

        Args:
            manifest: From `find`, `publish` or `all`.

        Raises:
            SnapshotMissing: The file is gone or damaged; it is put aside.
        """
        path = self._file(manifest)
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise self._lost(manifest, "is gone") from None
        if digest != manifest.sha256:
            raise self._lost(manifest, "is damaged")
        rows = pl.scan_parquet(path)
        try:
            rows.collect_schema()
        except pl.exceptions.PolarsError:
            raise self._lost(manifest, "cannot be read by this version of polars") from None
        return rows

    def publish(
        self, table: Table, query: Query, frame: pl.DataFrame | Iterator[pl.DataFrame], facts: Facts
    ) -> Manifest:
        """Store a finished load; from now on it is the newest.

        Args:
            table: The shape.
            query: As it travels.
            frame: Rows of exactly that shape, or frames of them one after the other.
            facts: What the loader knows about them.

        Raises:
            StoreFull: No space or no permission; what was there before is untouched.
            StoreUnsafe: The folder may not hold customers' data.
        """
        place = below(prepare(self._account.folder), "snapshots", table.name, query_digest(query))
        path = place / f"{facts.generation}.parquet"
        content = io.BytesIO()  # polars would hide the system's reason for a failed write
        rows = _write(table, frame, content)
        with replacing(path) as file:
            file.write(content.getbuffer())
        manifest = Manifest(
            account=self._account.identity or self._account.host,
            table=table.name,
            endpoint=facts.endpoint,
            query=dict(query),
            generation=facts.generation,
            fetched_at=facts.fetched_at,
            server_at=facts.server_at,
            rows=rows,
            vendor_total=facts.vendor_total,
            certainty=facts.certainty,
            unknown_fields=dict(facts.unknown_fields),
            rescued_values=dict(facts.rescued_values),
            requests=facts.requests,
            sha256=hashlib.sha256(content.getbuffer()).hexdigest(),
            file=path.name,
            schema_version=schema_version(table),
            actoolkit_version=actoolkit.__version__,
            notes=facts.notes,
            whole_at=facts.whole_at,
        )
        self._seal(manifest)
        self._sweep(place)
        return manifest

    def rewrite(self, manifest: Manifest, frame: pl.DataFrame, *, note: str) -> Manifest:
        """Store other rows under a load's own name, and forget the ones it had.

        Args:
            manifest: Of the load.
            frame: Its rows from now on.
            note: Why they are others.

        Raises:
            StoreFull: No space or no permission; the load is as it was.
        """
        before = self._file(manifest)
        content = io.BytesIO()
        frame.write_parquet(content, compression="zstd")
        name = f"{manifest.generation}{REWRITTEN}{secrets.token_hex(4)}.parquet"
        with replacing(before.with_name(name)) as file:
            file.write(content.getbuffer())
        digest = hashlib.sha256(content.getbuffer()).hexdigest()
        notes = (*manifest.notes, note) if note not in manifest.notes else manifest.notes
        changed = replace(manifest, rows=frame.height, file=name, sha256=digest, notes=notes)
        self._seal(changed)
        with writing(before):
            before.unlink(missing_ok=True)
        return changed

    def remove(self, manifest: Manifest) -> None:
        """Forget a load; the manifest goes first.

        Args:
            manifest: Of the load.

        Raises:
            StoreFull: No permission.
        """
        sealed, rows = self.paths(self._account, manifest)
        for path in (sealed, sealed.with_suffix(PIN), rows):
            with writing(path):
                path.unlink(missing_ok=True)

    @staticmethod
    def paths(account: Account, manifest: Manifest) -> tuple[Path, Path]:
        """Where the manifest of a load and its rows are.

        Args:
            account: Whose.
            manifest: Of the load.
        """
        place = account.folder / "snapshots" / manifest.table / query_digest(manifest.query)
        return place / f"{manifest.generation}.json", place / Path(manifest.file).name

    def next_generation(self, table: Table, query: Query, now: datetime) -> str:
        """Name a load that begins now, so that it sorts behind all before it.

        Args:
            table: The shape.
            query: As it travels.
            now: Moment of the account's clock; it may stand still, or have been set back.
        """
        return name_generation(self.last_number(table, query) + 1, now)

    def last_number(self, table: Table, query: Query) -> int:
        """Number of the newest load of a query that is published; 0 when there is none.

        Args:
            table: The shape.
            query: As it travels.
        """
        # Rows without a manifest are those of a load that was killed: it goes on as itself.
        place = self._place(table.name, query)
        return max((number_of(path.name) for path in place.glob("*.json")), default=0)

    def mark_stale(self, table: Table | None = None, query: Query | None = None) -> int:
        """Serve these loads no more without asking the API again; their rows stay.

        Args:
            table: Of this table only.
            query: Of this query only.

        Returns:
            How many were marked.
        """
        marked = 0
        for manifest in self.all():
            chosen = table is None or manifest.table == table.name
            if (
                not chosen
                or manifest.stale
                or (query is not None and manifest.query != dict(query))
            ):
                continue
            self._seal(replace(manifest, stale=True))
            marked += 1
        return marked

    def all(self) -> list[Manifest]:
        """The manifests of every load that is stored, newest first within a query."""
        places = sorted(path for path in self._root.glob("*/*") if path.is_dir())
        return [manifest for place in places for manifest in self._manifests(place)]

    def _place(self, table: str, query: Query) -> Path:
        return self._root / table / query_digest(query)

    def _file(self, manifest: Manifest) -> Path:
        return self.paths(self._account, manifest)[1]

    def _seal(self, manifest: Manifest) -> None:
        with replacing(self.paths(self._account, manifest)[0]) as file:
            file.write(seal(manifest))

    def _manifests(self, place: Path) -> Iterator[Manifest]:
        for path in sorted(place.glob("*.json"), reverse=True):
            try:
                manifest = unseal(path.read_bytes())
            except FileNotFoundError:  # swept by another process
                continue
            if manifest is None or manifest.generation != path.stem:
                log.warning("%s is damaged; it is put aside and loaded again.", path.name)
                quarantine(path, *place.glob(f"{path.stem}*.parquet"))
            else:
                yield manifest

    def _lost(self, manifest: Manifest, why: str) -> SnapshotMissing:
        sealed, path = self.paths(self._account, manifest)
        log.warning("The snapshot %s of %s %s; it is put aside.", sealed.stem, manifest.table, why)
        quarantine(path, sealed)
        return SnapshotMissing(
            f"The snapshot of {manifest.table} of {manifest.fetched_at:%Y-%m-%d %H:%M} UTC {why}.",
            hint="Load it again.",
        )

    def _sweep(self, place: Path) -> None:
        """Remove old generations and what killed loads left; the manifest goes first."""
        sealed = sorted(place.glob("*.json"), reverse=True)
        kept = {path.stem for path in [*sealed[:KEPT], *place.glob(f"*{PIN}")]}
        with writing(place):
            for path in sealed:
                if path.stem not in kept:
                    path.unlink(missing_ok=True)
            for path in place.iterdir():
                left_over = path.name.endswith((DAMAGED, TEMPORARY))
                of = path.stem.partition(REWRITTEN)[0]
                if left_over or (path.suffix == ".parquet" and of not in kept):
                    path.unlink(missing_ok=True)


def _write(table: Table, frame: pl.DataFrame | Iterator[pl.DataFrame], file: io.BytesIO) -> int:
    """Write rows as Parquet and count them; of frames one after the other, few are held at once."""
    if isinstance(frame, pl.DataFrame):
        frame.write_parquet(file, compression="zstd")
        return frame.height
    from polars.io.plugins import register_io_source  # only long tables need it

    frames, rows = frame, 0

    def counted(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal rows
        for one in frames:
            rows += one.height
            yield one

    source = register_io_source(counted, schema=table.schema)
    source.sink_parquet(file, compression="zstd", engine="streaming")
    return rows
