"""kill -9 at any line and at any moment: the old load stays readable, nothing is lost, the next run
goes on.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.loaders import history, load_lists
from actoolkit.settings import Account
from actoolkit.store import Snapshots

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=2)
LONG = timedelta(days=9)
ROWS = 120
FLYING = 8
"""Requests that a kill may find on their way: these are sent again."""


class Server:
    """Lists, four to a page; their names say which version of the world they are of."""

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

    def account(self, folder, clock, in_flight=FLYING):
        return Account(
            url=f"http://127.0.0.1:{self.server.server_port}",
            token="test-kill",
            cache_dir=folder,
            rate=10_000,
            identity="kill",
            in_flight=in_flight,
            clock=lambda: clock,
        )


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


def names(frame):
    return frame["name"].to_list()


def expected(version):
    return [f"v{version} {n}" for n in range(1, ROWS + 1)]


def prepared(server, folder):
    """A folder with a finished load of the first world; the second one is being served."""
    server.version = 1
    load_lists(account=server.account(folder, START), progress=False)
    server.version = 2


def points(killing, server, tmp_path, what, few, in_flight=FLYING):
    """Lines to die at, and the requests of a work that lives."""
    prepared(server, tmp_path / "count")
    before = server.requests
    chosen = killing.points(server.account(tmp_path / "count", LATER, in_flight), what, few)
    return chosen, server.requests - before


FEW = [
    pytest.param(10, id="sample"),
    pytest.param(0, id="every line", marks=[pytest.mark.slow, pytest.mark.timeout(14400)]),
]


@pytest.mark.parametrize("in_flight", [FLYING, 1])
@pytest.mark.parametrize("few", FEW)
def test_a_load_that_is_killed_at_a_line(server, asked, killing, tmp_path, few, in_flight):
    chosen, whole = points(killing, server, tmp_path, "load", few, in_flight)
    killed = 0
    for at in chosen:
        folder = tmp_path / str(at)
        prepared(server, folder)
        before = server.requests
        account = server.account(folder, LATER, in_flight)
        done = killing(account, "load", at=at)
        killed += os.WIFSIGNALED(done["status"]) and os.WTERMSIG(done["status"]) == signal.SIGKILL
        spent = len(asked)
        assert spent
        served = load_lists(account=account, max_age=LONG, progress=False)
        assert len(asked) == spent, at  # whatever happened, something whole is there
        assert names(served) in (expected(1), expected(2)), at
        assert names(load_lists(account=account, progress=False)) == expected(2), at
        assert server.requests - before <= whole + in_flight, at
        kept = history("lists", account=account)
        assert kept.height == 2 * ROWS, at
        # Killed between the publication and the end of its journal: the next load removes it.
        load_lists(account=account, refresh=True, progress=False)
        assert not list(account.folder.rglob("*.sqlite*")), at
    assert killed == len(chosen)


@pytest.mark.parametrize("few", FEW)
def test_a_purge_that_is_killed_at_a_line(server, killing, tmp_path, few):
    person = "person10@example.org"
    chosen, _ = points(killing, server, tmp_path, person, few)
    for at in chosen:
        folder = tmp_path / str(at)
        prepared(server, folder)
        account = server.account(folder, START)
        killing(account, person, at=at)
        assert names(load_lists(account=account, max_age=LONG, progress=False)) == expected(1), at
        assert killing(account, person)["status"] == 0
        frame = load_lists(account=account, max_age=LONG, progress=False)
        assert names(frame) == expected(1), at
        assert frame["carbon_copy"].null_count() == ROWS - ROWS // 5 + 1
        for path in folder.rglob("*.parquet"):
            assert person not in pl.read_parquet(path).write_ndjson(), at
        assert len(Snapshots(account).all()) == 1


@pytest.mark.parametrize("in_flight", [FLYING, 1])
@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(50, id="sample"),
        pytest.param(2_000, id="many", marks=[pytest.mark.slow, pytest.mark.timeout(7200)]),
    ],
)
def test_a_load_that_is_killed_at_random_moments(server, killing, tmp_path, kills, in_flight):
    prepared(server, tmp_path / "count")
    before = server.requests
    assert killing(server.account(tmp_path / "count", LATER, in_flight), "load")["status"] == 0
    cost = server.requests - before
    chance = random.Random(kills)
    folder = tmp_path / "cache"
    prepared(server, folder)
    account = server.account(folder, LATER, in_flight)
    server.delay, before, whole = 0.02, server.requests, 0
    try:
        died = 0
        for number in range(kills):
            done = killing(account, "load", after=chance.random() * 0.3)
            assert os.WIFSIGNALED(done["status"]) or done["status"] == 0
            died += 1
            served = load_lists(account=account, max_age=LONG, progress=False)
            assert names(served) in (expected(1), expected(2))
            if names(served) == expected(2):  # it was quicker: begin again
                assert server.requests - before <= cost + in_flight * (died - 1)
                whole, died = whole + 1, 0
                folder = tmp_path / f"cache {number}"
                prepared(server, folder)
                account, before = server.account(folder, LATER, in_flight), server.requests
    finally:
        server.delay = 0.0
    assert 0 < whole < kills
    assert names(load_lists(account=account, progress=False)) == expected(2)


def test_a_walk_that_fills_two_tables_is_paid_once(asked, tmp_path, monkeypatch):
    """Broken off between the publication of the one and of the other."""
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
        paid = len(asked)
        assert ac.load_contacts(account=account, progress=False).height == 200
        assert ac.load_score_values(account=account, progress=False).height > 0
        assert len(asked) == paid
        one, other = (ac.provenance(t, account=account) for t in ("contacts", "score_values"))
        assert one.generation == other.generation
        assert not list(account.folder.rglob("*.sqlite"))
