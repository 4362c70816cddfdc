"""kill -9 at any line and at any moment: the old load stays readable, nothing is lost, the next run
goes on.

A driver process forks a child for each kill; the child counts the lines that it executes in the
store, the journal and the loaders, and kills itself at the one it is told.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.api import reader
from actoolkit.loaders import history, load_lists
from actoolkit.settings import Account
from actoolkit.store import Snapshots

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=2)
LONG = timedelta(days=9)
ROWS = 24
FLYING = 8
"""Requests that a kill may find on their way: these are sent again."""

DRIVER = textwrap.dedent("""
    import json, os, signal, sys
    from datetime import datetime
    import requests_cache, polars, requests, filelock  # once, for all children
    from actoolkit import loaders, store
    from actoolkit.api import journal, reader
    from actoolkit.loaders import _fetch, lists, _purge, _history
    from actoolkit.settings import Account

    HOMES = ("/actoolkit/store/", "/actoolkit/api/journal", "/actoolkit/loaders/_")

    def child(order):
        moment = datetime.fromisoformat(order["clock"])
        account = Account(url=order["url"], token="test-kill", cache_dir=order["folder"],
                          rate=10_000, identity="kill", clock=lambda: moment)
        seen = []

        def line(frame, event, arg):
            if event == "line":
                seen.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
                if len(seen) == order["at"]:
                    os.kill(os.getpid(), signal.SIGKILL)
            return line

        def call(frame, event, arg):
            name = frame.f_code.co_filename
            return line if any(home in name for home in HOMES) else None

        sys.settrace(call)
        if order["what"] == "load":
            loaders.load_lists(account=account, progress=False)
        else:
            loaders.purge(email=order["what"], account=account, progress=False)
        sys.settrace(None)
        return seen

    for text in sys.stdin:
        order = json.loads(text)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            try:
                seen = child(order)
                with os.fdopen(writing, "w") as pipe:
                    json.dump(seen, pipe)
                os._exit(0)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            seen = pipe.read()
        status = os.waitpid(pid, 0)[1]
        print(json.dumps({"status": status, "seen": json.loads(seen or "[]")}), flush=True)
""")


class Server:
    """Lists, three to a page; their names say which version of the world they are of."""

    def __init__(self):
        self.version, self.requests, self.delay = 1, 0, 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self):
                outer.requests += 1
                time.sleep(outer.delay)
                offset = int(self.path.partition("offset=")[2].partition("&")[0] or 0)
                rows = outer.rows()
                body = {"lists": rows[offset : offset + 4], "meta": {"total": str(len(rows))}}
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                pass

            def handle(self):
                with suppress(ConnectionError):  # the child is gone
                    super().handle()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def rows(self):
        version = self.version
        return [
            {"id": str(n), "name": f"v{version} {n}", "active_subscribers": str(n * version),
             "carboncopy": f"person{n}@example.org" if n % 5 == 0 else None}
            for n in range(1, ROWS + 1)
        ]  # fmt: skip

    def account(self, folder, clock):
        return Account(
            url=f"http://127.0.0.1:{self.server.server_port}",
            token="test-kill",
            cache_dir=folder,
            rate=10_000,
            identity="kill",
            clock=lambda: clock,
        )


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def driver(server):
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def order(folder, what="load", at=None, clock=LATER):
        account = server.account(folder, clock)
        text = {"url": account.url, "folder": str(folder), "clock": clock.isoformat()}
        process.stdin.write(json.dumps({**text, "what": what, "at": at}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield order
    process.communicate()


def names(frame):
    return frame["name"].to_list()


def expected(version):
    return [f"v{version} {n}" for n in range(1, ROWS + 1)]


def prepared(server, folder):
    """A folder with a finished load of the first world; the second one is being served."""
    server.version = 1
    load_lists(account=server.account(folder, START), progress=False)
    server.version = 2


def points(driver, server, tmp_path, what, few):
    """Numbers of executed lines: the first and the last time that each line is."""
    prepared(server, tmp_path / "count")
    before = server.requests
    done = driver(tmp_path / "count", what)
    assert done["status"] == 0
    first, last = {}, {}
    for number, line in enumerate(done["seen"], 1):
        first.setdefault(line, number)
        last[line] = number
    chosen = sorted({*first.values(), *last.values()})
    whole = server.requests - before
    return (random.Random(8).sample(chosen, few) if few else chosen), whole


FEW = [
    pytest.param(10, id="sample"),
    pytest.param(0, id="every line", marks=[pytest.mark.slow, pytest.mark.timeout(14400)]),
]


@pytest.mark.parametrize("few", FEW)
def test_a_load_that_is_killed_at_a_line(server, driver, tmp_path, few):
    chosen, whole = points(driver, server, tmp_path, "load", few)
    killed = 0
    for at in chosen:
        folder = tmp_path / str(at)
        prepared(server, folder)
        before = server.requests
        done = driver(folder, at=at)
        killed += os.WIFSIGNALED(done["status"]) and os.WTERMSIG(done["status"]) == signal.SIGKILL
        account = server.account(folder, LATER)
        spent = server.requests
        served = load_lists(account=account, max_age=LONG, progress=False)
        assert server.requests == spent, at  # whatever happened, something whole is there
        assert names(served) in (expected(1), expected(2)), at
        assert names(load_lists(account=account, progress=False)) == expected(2), at
        assert server.requests - before <= whole + FLYING, at
        kept = history("lists", account=account)
        assert kept.height == 2 * ROWS, at
        # Killed between the publication and the end of its journal: the next load removes it.
        load_lists(account=account, refresh=True, progress=False)
        assert not list(account.folder.rglob("*.sqlite*")), at
    assert killed == len(chosen)


@pytest.mark.parametrize("few", FEW)
def test_a_purge_that_is_killed_at_a_line(server, driver, tmp_path, few):
    person = "person10@example.org"
    chosen, _ = points(driver, server, tmp_path, person, few)
    for at in chosen:
        folder = tmp_path / str(at)
        prepared(server, folder)
        account = server.account(folder, START)
        driver(folder, person, at=at)
        assert names(load_lists(account=account, max_age=LONG, progress=False)) == expected(1), at
        assert driver(folder, person)["status"] == 0
        frame = load_lists(account=account, max_age=LONG, progress=False)
        assert names(frame) == expected(1), at
        assert frame["carbon_copy"].null_count() == ROWS - ROWS // 5 + 1
        for path in folder.rglob("*.parquet"):
            assert person not in pl.read_parquet(path).write_ndjson(), at
        assert len(Snapshots(account).all()) == 1


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(4, id="sample"),
        pytest.param(50, id="fifty", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
def test_a_load_that_is_killed_at_random_moments(server, tmp_path, kills):
    program = textwrap.dedent("""
        import sys
        from datetime import datetime
        from actoolkit.loaders import load_lists
        from actoolkit.settings import Account
        moment = datetime.fromisoformat(sys.argv[3])
        account = Account(url=sys.argv[1], token="test-kill", cache_dir=sys.argv[2], rate=10_000,
                          identity="kill", clock=lambda: moment)
        print("begun", flush=True)
        load_lists(account=account, progress=False)
    """)
    chance = random.Random(kills)
    folder = tmp_path / "cache"
    prepared(server, folder)
    account = server.account(folder, LATER)
    server.delay, before, died = 0.1, server.requests, 0
    try:
        while died < kills:
            words = [account.url, str(folder), LATER.isoformat()]
            process = subprocess.Popen(
                [sys.executable, "-c", program, *words], stdout=subprocess.PIPE
            )
            process.stdout.readline()
            time.sleep(chance.random() * 1.5)
            process.kill()
            process.communicate()
            died += 1
            served = load_lists(account=account, max_age=LONG, progress=False)
            assert names(served) in (expected(1), expected(2))
            if names(served) == expected(2):  # it was quicker: begin again
                assert server.requests - before <= ROWS // 3 + 3 + FLYING * died
                folder = tmp_path / f"cache {died}"
                prepared(server, folder)
                account, before = server.account(folder, LATER), server.requests
    finally:
        server.delay = 0.0
    assert names(load_lists(account=account, progress=False)) == expected(2)


def test_a_walk_that_fills_two_tables_is_paid_once(tmp_path, monkeypatch):
    """Broken off between the publication of the one and of the other."""
    sent = []
    send = reader.send
    monkeypatch.setattr(reader, "send", lambda *a, **k: sent.append(1) or send(*a, **k))
    publish = Snapshots.publish

    def broken_off(self, table, *rest):
        if table.name == "score_values":
            raise KeyboardInterrupt
        return publish(self, table, *rest)

    with ac.sandbox_account(size="tiny", cache_dir=tmp_path) as account:
        with monkeypatch.context() as patch:
            patch.setattr(Snapshots, "publish", broken_off)
            with pytest.raises(KeyboardInterrupt):
                ac.load_contacts(account=account, progress=False)
        paid = len(sent)
        assert ac.load_contacts(account=account, progress=False).height == 200
        assert ac.load_score_values(account=account, progress=False).height > 0
        assert len(sent) == paid
        one, other = (ac.provenance(t, account=account) for t in ("contacts", "score_values"))
        assert one.generation == other.generation
        assert not list(account.folder.rglob("*.sqlite"))
