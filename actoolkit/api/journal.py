"""The page journal: the verified answers of one load in progress, kept until it is published.

A load that is killed begins again and gets every page it already had from here, without a request.
Pages of two moments never mix: each load has a generation, each generation a file of its own, and
a page is found by what was asked *and how many times before* it was asked in this load.

The file is a requests-cache SQLite store in the one configuration that is safe here: JSON, never
pickle; bodies compressed, and all of it under a checksum that every flipped bit breaks; the token's
header ignored in any case, on top of the library's own list; nothing stale, no other method than
GET, no other status than 200.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from requests.structures import CaseInsensitiveDict

from actoolkit.api.operation import Params
from actoolkit.api.private import private_file, private_folder
from actoolkit.api.sqlite_errors import PromptConnection, refusal
from actoolkit.errors import InvalidArgument, StoreFull, StoreLocked

PATIENCE = 10.0
NOWHERE = "https://journal.invalid/"
"""Before the key, in what is kept under it: neither the address nor a header of the request is."""
TOKEN_HEADERS = ("Api-Token", "api-token", "API-TOKEN", "Api-token")
KEPT_HEADERS = ("content-type", "date", "ratelimit-limit", "ratelimit-remaining")
_GENERATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SIDE_FILES = ("", "-wal", "-shm")


class Journal:
    """Verified answers of one load.

    Args:
        folder: Where the account's journals are.
        generation: Names the load: letters, digits, ``-`` and ``_``.
        patience: Seconds at most to wait for another process that has the file.

    Raises:
        StoreLocked: Another process works on the same load.
        StoreFull, StoreUnsafe: The folder cannot be used.

    Example:
        >>> import tempfile
        >>> with Journal(Path(tempfile.mkdtemp()) / "journal", "g1") as journal:
        ...     key = journal.key("/lists", {"offset": "0"})
        ...     journal.put(key, b'{"lists": []}', {})
        ...     journal.get(key)
        (b'{"lists": []}', {})
    """

    def __init__(self, folder: Path, generation: str, *, patience: float = PATIENCE) -> None:
        if not _GENERATION.fullmatch(generation):
            raise InvalidArgument(
                f"{generation!r} cannot name a load.", hint="Use letters and digits."
            )
        self.path = private_folder(folder) / f"{generation}.sqlite"
        self._patience = patience
        self._asked: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._closed = False
        self._lock = self._acquire()
        try:
            self._open()
        except BaseException:
            self._disconnect()
            self._lock.release()
            raise

    def key(self, path: str, params: Params | None) -> str:
        """Name a request: what is asked, and how many times before in this load.

        Args:
            path: Below ``/api/3``.
            params: Query parameters.
        """
        asked = sorted((name, value) for name, value in (params or {}).items())
        text = msgspec.json.encode([path, asked])
        digest = hashlib.sha256(text).hexdigest()
        with self._guard:
            self._asked[digest] += 1
            return f"{digest[:40]}.{self._asked[digest]}"

    def get(self, key: str) -> tuple[bytes, Mapping[str, str]] | None:
        """Give the body and headers kept under a key, or None.

        A damaged file counts as an empty one.
        """
        with self._guard:
            if self._closed:
                return None
            try:
                found = self._cache.get_response(key)
                body = zlib.decompress(found.content) if found is not None else b""
            except (sqlite3.DatabaseError, zlib.error, ValueError, TypeError):
                found = None
                damaged = True
            else:
                damaged = False
            if damaged:
                self._restart()
            if found is None or found.status_code != 200 or found.is_expired:
                return None
            if found.url != NOWHERE + key:  # a bit of the index itself was flipped
                return None
            return body, {k.lower(): v for k, v in found.headers.items()}

    def put(self, key: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep a verified answer.

        Args:
            key: Of `key`.
            body: Its bytes.
            headers: Of these, only the date and the limits are kept.

        Raises:
            StoreFull: The disk is full.
            StoreLocked: Another program holds the file.
        """
        from requests_cache.models.request import CachedRequest
        from requests_cache.models.response import CachedResponse  # half a second to import

        kept = CaseInsensitiveDict(
            {name: value for name, value in headers.items() if name in KEPT_HEADERS}
        )
        nowhere = CachedRequest(method="GET", url=NOWHERE + key)
        answer = CachedResponse(
            content=zlib.compress(body, 1),  # here: the library's JSON holds bytes as base64
            status_code=200,
            headers=kept,
            encoding="utf-8",
            url=nowhere.url,
            request=nowhere,
        )
        with self._guard:
            if self._closed:
                return
            self._await_writable()
            try:
                stored = self._save(answer, key)
            except sqlite3.OperationalError:
                stored = False
            except sqlite3.DatabaseError:  # damaged since it was opened
                self._restart()
                stored = self._save(answer, key)
        if not stored:
            raise StoreFull(
                f"{self.path} could not take a page.",
                hint="Make room on the disk; the load goes on from here.",
            )

    def _save(self, answer: Any, key: str) -> bool:
        """Keep an answer; the library rolls back silently when the disk is full."""
        self._cache.save_response(answer, key)
        found = self._probe.execute("SELECT 1 FROM responses WHERE key = ?", (key,)).fetchone()
        return found is not None

    @property
    def pages(self) -> int:
        """How many answers are kept."""
        with self._guard:
            return int(self._cache.responses.count())

    def drop(self) -> None:
        """Forget the load: remove its files."""
        self.close()
        for suffix in (*_SIDE_FILES, ".lock"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the file to the next process.

        What a request that is still on its way brings is not kept: SQLite may not be asked by one
        thread while another one closes it.
        """
        with self._guard:
            self._closed = True
            try:
                self._disconnect()
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(sqlite3.DatabaseError):  # damaged: whoever opens it next puts it aside
            if error is not None and not self._closed and not self.pages:
                self.drop()  # there is nothing to go on from
        self.close()

    @staticmethod
    def generations(folder: Path) -> list[str]:
        """Names of the loads that have a journal in a folder."""
        return sorted(path.stem for path in folder.glob("*.sqlite"))

    def _acquire(self) -> Any:
        from filelock import FileLock, Timeout  # only a load needs it

        path = private_file(self.path.with_name(self.path.name + ".lock"))
        lock = FileLock(path, timeout=self._patience, mode=0o600, thread_local=False)
        try:
            return lock.acquire() and lock
        except Timeout:
            pass
        raise self._locked_by_another()

    def _open(self) -> None:
        private_file(self.path)
        try:
            self._connect()
        except (sqlite3.DatabaseError, UnicodeDecodeError):  # damaged words are no text
            pass
        else:
            return
        self._restart()

    def _connect(self) -> None:
        # Settle every doubt before the library opens the file.
        self._probe = sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        if self._ask("PRAGMA quick_check(1)") != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        self._await_writable()
        self._session = open_cached_session(self.path)
        self._cache = self._session.cache

    def _await_writable(self) -> None:
        self._ask("BEGIN IMMEDIATE")
        self._ask("ROLLBACK")

    def _ask(self, sql: str) -> Any:
        """Ask the file itself; a full disk or another program's lock is no damage."""
        try:
            return self._probe.execute(sql).fetchone()
        except sqlite3.OperationalError as error:
            refused = refusal(error, self.path)
            if refused is None:
                raise
        raise self._locked_by_another() if isinstance(refused, StoreLocked) else refused

    def _restart(self) -> None:
        """Put a damaged file aside and begin a new one."""
        self._disconnect()
        for suffix in _SIDE_FILES:
            side = self.path.with_name(self.path.name + suffix)
            if side.exists():
                side.replace(side.with_name(side.name + ".damaged"))
        private_file(self.path)
        self._connect()

    def _disconnect(self) -> None:
        if hasattr(self, "_session"):
            self._session.close()
            self._session.cache.close()
            del self._session
        if hasattr(self, "_probe"):
            self._probe.close()
            del self._probe

    def _locked_by_another(self) -> StoreLocked:
        return StoreLocked(
            f"Another process held {self.path} for more than {self._patience:g} s.",
            hint="Wait for it, or end it.",
        )


def open_cached_session(path: Path) -> Any:
    """Open a requests-cache session on a file, in the one configuration that is safe here.

    Args:
        path: An existing `private_file`.

    Returns:
        A ``requests_cache.CachedSession``.
    """
    from requests_cache import CachedSession  # half a second to import
    from requests_cache.backends.sqlite import SQLiteCache
    from requests_cache.policy import DEFAULT_IGNORED_PARAMS
    from requests_cache.serializers import (
        SerializerPipeline,
        Stage,
        json_serializer,
        utf8_encoder,
    )

    as_json = json_serializer.copy()
    as_json.set_decode_content(decode_content=False)  # keep the very bytes
    checked = Stage(dumps=lambda data: zlib.compress(data, 0), loads=zlib.decompress)
    serializer = SerializerPipeline([as_json, utf8_encoder, checked], "json+zlib", is_binary=True)
    backend = SQLiteCache(
        path,
        serializer=serializer,
        wal=True,
        busy_timeout=int(PATIENCE * 1000),
        factory=PromptConnection,
    )
    session = CachedSession(
        backend=backend,
        ignored_parameters=[*DEFAULT_IGNORED_PARAMS, *TOKEN_HEADERS],
        allowable_methods=("GET",),
        allowable_codes=(200,),
        cache_control=False,
        stale_if_error=False,
        expire_after=-1,
    )
    session.trust_env = False
    session.max_redirects = 0
    return session
