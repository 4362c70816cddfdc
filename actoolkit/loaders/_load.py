"""What every loader does: a fresh snapshot or else one fetch, then the frame asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from actoolkit.errors import InvalidArgument, LoadError, SnapshotMissing
from actoolkit.loaders._fetch import fetch
from actoolkit.loaders._mask import mask, mask_manifest, namer
from actoolkit.loaders._mask_key import mask_key
from actoolkit.loaders._period import Moment, within
from actoolkit.loaders._pin import pinned
from actoolkit.loaders._request import Missing, Request, request_of
from actoolkit.loaders._telling import told
from actoolkit.loaders._wide import KEPT
from actoolkit.loaders.progress import Task, task
from actoolkit.settings import Account, FrameKind
from actoolkit.store import Manifest, Snapshots, holding, query_digest
from actoolkit.store.leftovers import forgetting_unused
from actoolkit.tables import to_pandas

DAY = timedelta(hours=24)
SKEW = timedelta(minutes=5)
"""How far in the future a snapshot may lie before the clock is not believed."""

Frame = Any
"""``polars.DataFrame``, ``polars.LazyFrame`` (``lazy=True``) or ``pandas.DataFrame``."""


@dataclass(frozen=True, slots=True)
class How:
    """The arguments that all loaders share; see `actoolkit.loaders`."""

    account: Account | None = None
    since: Moment | None = None
    until: Moment | None = None
    max_age: timedelta = DAY
    refresh: bool = False
    limit: int | None = None
    frame: FrameKind | None = None
    lazy: bool = False
    progress: bool | None = None
    snapshot: str | None = None
    mask: bool = False
    reconcile: bool = False

    def kind(self, account: Account) -> FrameKind:
        """Which kind of frame to return.

        Raises:
            InvalidArgument: There is no such kind, or it cannot be lazy.
        """
        kind = self.frame or account.frame
        if kind not in ("polars", "pandas"):
            raise InvalidArgument(
                f"frame={kind!r} is not a kind of frame.", hint='Use "polars" or "pandas".'
            )
        if self.lazy and kind != "polars":
            raise InvalidArgument(
                "Only polars frames can be lazy.", hint='Add frame="polars", or drop lazy=True.'
            )
        return kind

    def check(self) -> None:
        """Refuse values that no load would honour.

        Raises:
            InvalidArgument: Such a value.
        """
        if not isinstance(self.max_age, timedelta) or self.max_age < timedelta(0):
            raise InvalidArgument(
                f"max_age={self.max_age!r} is not a time span.", hint="timedelta(hours=6)"
            )
        whole = isinstance(self.limit, int) and not isinstance(self.limit, bool)
        if self.limit is not None and not (whole and self.limit >= 1):
            raise InvalidArgument(
                f"limit={self.limit!r} is not a number of rows.", hint="limit=1000"
            )
        if self.snapshot is not None and (self.refresh or self.reconcile):
            raise InvalidArgument(
                "A snapshot= is what it was: it cannot be loaded again.",
                hint="Drop snapshot=, or refresh= and reconcile=.",
            )


def load(
    name: str,
    how: How,
    *,
    filters: Mapping[str, object] | None = None,
    where: pl.Expr | None = None,
    include: str | Iterable[str] = (),
    order_by: str | None = None,
    missing: Missing = "raise",
    wide: Callable[[pl.DataFrame], tuple[pl.DataFrame, tuple[str, ...]]] | None = None,
) -> Frame:
    """Load a table: from a snapshot that is fresh enough, or else from the account.

    Args:
        name: Of the table.
        how: The arguments that all loaders share.
        filters: Keywords of the endpoint's filters, which the API applies, and of parents. None
            leaves one out.
        where: A further condition on the rows, applied to the loaded frame.
        include: Columns that are otherwise left out.
        order_by: Column that the API is asked to order the rows by.
        missing: What to do about a parent that does not exist.
        wide: Gives the frame another shape, and sentences about it.

    Returns:
        The frame that was asked for.

    Raises:
        ActoolkitError: As the loaders say.
    """
    how.check()
    account = Account.chosen(how.account)
    kind = how.kind(account)
    request = request_of(
        name,
        filters=filters,
        limit=how.limit,
        include=include,
        order_by=order_by,
        missing=missing,
    )
    period = within(request.table, how.since, how.until)
    conditions = [one for one in (period, where) if one is not None]
    with task(name, progress=how.progress) as shown:
        manifest, rows = _rows(account, request, how, shown)
        _check_honoured(request, rows)
        if conditions:
            rows = rows.filter(*conditions)
        if wide is not None:
            shaped, said = wide(rows.collect() if isinstance(rows, pl.LazyFrame) else rows)
            rows = shaped.lazy() if how.lazy else shaped
            manifest = replace(manifest, notes=(*manifest.notes, *said))
            for sentence in said:
                shown.say(f"{name}: {sentence}")
    if how.mask:
        kept = None if wide is None else KEPT[request.table.name]
        manifest, rows = _masked(account, request, manifest, rows, kept)
    if kind == "polars":
        return rows
    loaded = to_pandas(rows.collect() if isinstance(rows, pl.LazyFrame) else rows)
    loaded.attrs["actoolkit"] = manifest.to_dict()
    return loaded


def _masked(
    account: Account,
    request: Request,
    manifest: Manifest,
    rows: pl.DataFrame | pl.LazyFrame,
    kept: tuple[str, ...] | None,
) -> tuple[Manifest, pl.DataFrame | pl.LazyFrame]:
    """What was loaded, without personal data; in the same kind of frame."""
    name = namer(mask_key(account))
    covered = mask(rows.lazy().collect(), request.table, name, kept=kept)
    lazy = isinstance(rows, pl.LazyFrame)
    return mask_manifest(manifest, name), covered.lazy() if lazy else covered


def _rows(
    account: Account, request: Request, how: How, shown: Task
) -> tuple[Manifest, pl.DataFrame | pl.LazyFrame]:
    """The rows of a request, from where they are cheapest, and one line about them."""
    started = time.monotonic()
    snapshots = Snapshots(account)
    if how.snapshot is not None:
        kept = pinned(snapshots, request, how.snapshot, lazy=how.lazy)
        shown.done(told(kept[0], account, None))
        return kept
    asked_at = account.now()
    anew = how.refresh or how.reconcile
    oldest = asked_at if anew else asked_at - how.max_age
    found = None if anew else _stored(snapshots, request, oldest, asked_at, lazy=how.lazy)
    if found is None:
        lock = f"{request.walked.name}-{query_digest(request.query)}"
        with (
            forgetting_unused(account),
            holding(account.folder, lock, on_wait=shown.waiting),
        ):
            # Another process may have loaded it meanwhile.
            found = _stored(snapshots, request, oldest, account.now(), lazy=how.lazy)
            if found is None:
                manifest, rows = fetch(
                    account,
                    request,
                    snapshots,
                    shown,
                    max_age=None if anew else how.max_age,
                    reconcile=how.reconcile,
                )
                seconds = time.monotonic() - started
                shown.done(told(manifest, account, seconds), warn=how.limit is not None)
                if how.lazy:
                    return manifest, snapshots.scan(manifest)
                return manifest, snapshots.read(manifest) if rows is None else rows
    shown.done(told(found[0], account, None), warn=how.limit is not None)
    return found


def _stored(
    snapshots: Snapshots, request: Request, oldest: datetime, now: datetime, *, lazy: bool
) -> tuple[Manifest, pl.DataFrame | pl.LazyFrame] | None:
    """A sound snapshot that was begun after a moment, or None; damaged ones are put aside."""
    while True:
        manifest = snapshots.find(request.table, request.query)
        if manifest is None or manifest.stale:
            return None
        if not oldest < manifest.fetched_at <= now + SKEW:
            return None
        try:
            return manifest, snapshots.scan(manifest) if lazy else snapshots.read(manifest)
        except SnapshotMissing:
            continue


def _check_honoured(request: Request, rows: pl.DataFrame | pl.LazyFrame) -> None:
    """Make sure that the API applied each filter whose column is in the table: some it ignores."""
    table = request.table
    if request.endpoint.rides_on:
        return
    for keyword, value in request.filters.items():
        column = next((one for one in table.columns if one.name == keyword), None)
        if column is None or column.kind not in ("id", "code"):
            continue
        none = column.kind == "id" and str(value) == "0"
        wanted = None if none else column.codes.get(str(value), str(value))
        strangers = rows.lazy().filter(pl.col(keyword).ne_missing(pl.lit(wanted))).head(1).collect()
        if strangers.height:
            raise LoadError(
                f"{request.walked.path} ignored the filter {keyword}={value!r}.",
                endpoint=request.walked.path,
                hint=f"Load {table.name} without it and filter the frame.",
            )
