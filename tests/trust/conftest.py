"""An account whose token is known, and a search for it in whatever was left behind."""

from __future__ import annotations

import base64
import json
import logging
import re
import socket
import sqlite3
import sys
import threading
import traceback
import zlib
from contextlib import closing, contextmanager, suppress
from urllib.parse import quote

import polars as pl
import pytest

from actoolkit.api import reader
from actoolkit.sandbox import server
from actoolkit.sandbox import session as session_module
from actoolkit.sandbox.world import World
from actoolkit.settings import Token

CANARY = "test-CANARY-8c1f0e7d2b94a6"


def forms(secret=CANARY):
    """The secret as somebody may have written it: plain, escaped, in hex, in base 64."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw[::-1], quote(secret).encode(), secret.encode("utf-16-le")}
    found.add("".join(f"\\u{ord(one):04x}" for one in secret).encode())
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        found.add(coded[4 if shift else 0 : len(coded) - 4])
    return found


def shows(content, secret=CANARY):
    """Whether a text, bytes or anything with a repr holds the secret."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    if not isinstance(content, bytes):
        content = repr(content).encode("utf-8", "surrogatepass")
    return any(form in content for form in forms(secret))


def contents(folder):
    """Each file below a folder: its name, its bytes, and what is packed inside them."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        yield path, str(path).encode() + raw
        if raw[:4] == b"PAR1":
            yield path, pl.read_parquet(raw).write_ndjson().encode()
        if raw[:6] == b"SQLite":
            yield path, b"\n".join(_packed(path))


def _packed(path):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    kept = _unpacked(value)
                    yield kept
                    if kept.startswith(b"{") and "_content" in (outer := json.loads(kept)):
                        yield _unpacked(base64.b64decode(outer["_content"]))


def _unpacked(value):
    raw = value if isinstance(value, bytes) else str(value).encode()
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw


def error_text(error):
    """Everything that a crash reporter can read of an error: chain, frames, locals, attributes."""
    found, seen, queue = [], set(), [error]
    while queue:
        one = queue.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        shown = traceback.TracebackException.from_exception(one, capture_locals=True)
        # The frames of a test hold whatever the test holds.
        shown.stack[:] = [frame for frame in shown.stack if "/tests/" not in frame.filename]
        found += [*shown.format(), repr(one), str(one), repr(vars(one)), repr(one.args)]
        found.append(repr(getattr(getattr(one, "request", None), "headers", "")))
        queue += [one.__context__, one.__cause__]
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if "/tests/" not in frame.f_code.co_filename:
                found += [repr(value) + _attributes(value) for value in frame.f_locals.values()]
    return "\n".join(found)


def _attributes(value):
    try:
        return repr(vars(value))
    except TypeError:
        return ""


class Server:
    """A server on a raw socket. It keeps every byte it was sent, and who only connected."""

    def __init__(self, answer):
        self.answer = answer
        self.heads = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        data = b""
        with connection, suppress(OSError):
            while more := connection.recv(65536):
                data += more
                while b"\r\n\r\n" in data:
                    head, _, data = data.partition(b"\r\n\r\n")
                    length = re.search(rb"(?i)content-length: *(\d+)", head)
                    while length and len(data) < int(length[1]):
                        data += connection.recv(65536)
                    data = data[int(length[1]) if length else 0 :]
                    self.heads.append(head.decode("latin-1"))
                    connection.sendall(self.answer(head))

    @property
    def targets(self):
        """The first line of each request."""
        return [head.partition("\r\n")[0] for head in self.heads]

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def answer(status, body=b"{}", **headers):
    """Bytes of one answer."""
    lines = [f"HTTP/1.1 {status} Something", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
def serving():
    """Start servers; they end with the test."""
    started = []

    def start(respond=lambda head: answer(200)):
        started.append(Server(respond))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="session")
def world():
    """One tiny world for all tests of the folder; nothing here writes to it."""
    return World("tiny", 7)


@pytest.fixture
def no_waiting(monkeypatch):
    """Retries that wait for nothing."""
    real = reader.pace_of

    def impatient(account, **kwargs):
        pace = real(account, **kwargs)
        pace.block = lambda seconds: None
        return pace

    monkeypatch.setattr(reader, "pace_of", impatient)
    monkeypatch.setitem(reader.Reader.__init__.__kwdefaults__, "sleep", lambda seconds: None)


@pytest.fixture
def guarded(world, monkeypatch, tmp_path, no_waiting):
    """Start sandboxes that know one token, the canary."""
    monkeypatch.setattr(server, "TOKEN", CANARY)
    monkeypatch.setattr(session_module, "TOKEN", Token(CANARY))

    @contextmanager
    def start(faults=None):
        session = session_module.SandboxSession(
            world=world, faults=faults, cache_dir=tmp_path / "cache"
        )
        with session as account:
            yield account

    return start


@pytest.fixture
def everything_said(caplog, capfd, tmp_path):
    """All loggers tell all they can; afterwards nothing said, printed or written shows the token."""
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "http.client", "requests_cache", "uvicorn", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield
    records = caplog.get_records("call")
    assert "urllib3" in {record.name.split(".")[0] for record in records}
    for record in records:
        assert not shows(f"{record.getMessage()} {record.exc_text} {vars(record)}")
    assert not shows(caplog.text)
    out = capfd.readouterr()
    assert not shows(out.out + out.err)
    for path, content in contents(tmp_path):
        assert not shows(content), path


@pytest.fixture
def hunt():
    """The search: ``shows``, ``contents``, ``error_text`` and the token itself."""
    return sys.modules[__name__]
