"""Every flipped bit and every cut of what is stored: found before a parser sees it, put aside, and
loaded again.

A few hundred of each by default; all cuts and twenty thousand flips (3,400 of each of six files) with ``-m slow``.
"""

from __future__ import annotations

import json
import random
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from actoolkit.api.journal import Journal
from actoolkit.errors import RequestRejected
from actoolkit.loaders import load_lists
from actoolkit.settings import Account

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDS = [str(number) for number in range(1, 21)]


class Lists:
    """Twenty lists, five to a page; refuses from the request number ``refuse`` on."""

    def __init__(self):
        self.requests = 0
        self.refuse = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self):
                outer.requests += 1
                refused = outer.refuse is not None and outer.requests >= outer.refuse
                offset = int(self.path.partition("offset=")[2].partition("&")[0] or 0)
                page = [{"id": one, "name": f"list {one}"} for one in IDS[offset : offset + 5]]
                body = json.dumps({"lists": page, "meta": {"total": str(len(IDS))}}).encode()
                self.send_response(422 if refused else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def account(self, folder):
        return Account(
            url=f"http://127.0.0.1:{self.server.server_port}",
            token="test-damage",
            cache_dir=folder,
            rate=10_000,
            identity="damage",
            clock=lambda: NOW,
        )


@pytest.fixture
def lists():
    made = Lists()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def account(lists, tmp_path):
    return lists.account(tmp_path / "cache")


def flips(sound, count, seed):
    """Copies with one bit flipped."""
    bits = random.Random(seed).sample(range(8 * len(sound)), min(count, 8 * len(sound)))
    for bit in bits:
        damaged = bytearray(sound)
        damaged[bit // 8] ^= 1 << bit % 8
        yield bytes(damaged)


def cuts(sound, count):
    """Copies cut short, evenly spread or at every byte; of a large file where its pages meet too."""
    if count:
        lengths = range(0, len(sound), max(1, len(sound) // count))
    elif len(sound) <= SMALL:
        lengths = range(len(sound))
    else:
        near = {edge + by for edge in range(0, len(sound), 4096) for by in range(-25, 26)}
        anywhere = random.Random(4).sample(range(len(sound)), 2_000)
        ends = {*range(512), *range(len(sound) - 512, len(sound))}
        lengths = sorted(one for one in {*near, *anywhere, *ends} if 0 <= one < len(sound))
    for length in lengths:
        yield sound[:length]


def damaged_copies(sound, kind, few):
    if kind == "flip":
        return flips(sound, 20 if few else 3_400, seed=3)
    return cuts(sound, 12 if few else 0)


SMALL = 8_192
"""Bytes up to which a file is cut at every one."""
AMOUNTS = [
    pytest.param(True, id="sample"),
    pytest.param(False, id="all", marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
]


@pytest.mark.parametrize("few", AMOUNTS)
@pytest.mark.parametrize("kind", ["flip", "cut"])
@pytest.mark.parametrize("artefact", [".parquet", ".json"])
def test_a_damaged_snapshot_is_put_aside_and_loaded_again(lists, account, artefact, kind, few):
    load_lists(account=account, progress=False)
    place = account.folder / "snapshots" / "lists" / "all"
    kept = {path.name: path.read_bytes() for path in place.iterdir()}
    (name,) = [one for one in kept if one.endswith(artefact)]
    again = 0
    for copy in damaged_copies(kept[name], kind, few):
        for path in place.iterdir():
            path.unlink()
        for one, content in kept.items():
            (place / one).write_bytes(content)
        (place / name).write_bytes(copy)
        before = lists.requests
        assert load_lists(account=account, progress=False)["list_id"].to_list() == IDS
        if lists.requests == before:  # white space between a manifest's tokens carries nothing
            assert artefact == ".json"
            assert json.loads(copy) == json.loads(kept[name])
            continue
        again += 1
        names = sorted(path.name for path in place.iterdir())
        assert not [one for one in names if one.endswith(".part")]
        before = lists.requests
        load_lists(account=account, progress=False)
        assert lists.requests == before
    assert again > 10


@pytest.mark.parametrize("few", AMOUNTS)
@pytest.mark.parametrize("kind", ["flip", "cut"])
def test_a_damaged_journal_costs_pages_and_never_a_row(lists, account, kind, few):
    lists.refuse = 4
    with pytest.raises(RequestRejected):
        load_lists(account=account, progress=False)
    lists.refuse = None
    (path,) = account.folder.rglob("*.sqlite")
    sound, generation = path.read_bytes(), path.name
    snapshots = account.folder / "snapshots"
    fetched = set()
    for copy in damaged_copies(sound, kind, few):
        for one in snapshots.rglob("*.*"):
            one.unlink()
        (path.parent / generation).write_bytes(copy)
        before = lists.requests
        assert load_lists(account=account, progress=False)["list_id"].to_list() == IDS
        fetched.add(lists.requests - before)
    assert max(fetched) > min(fetched)  # some damage cost what had been kept, some nothing
    assert max(fetched) <= 8


@pytest.mark.parametrize("few", AMOUNTS)
@pytest.mark.parametrize("kind", ["flip", "cut"])
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_damage_to_what_a_kill_left_costs_pages_and_never_a_row(
    lists, account, monkeypatch, suffix, kind, few
):
    """The journal as it lies there while it is open: with its log of writes beside it."""
    kept, close = {}, Journal.close

    def copied_first(self):
        names = [self.path.name + one for one in ("", "-wal", "-shm")]
        kept.update({one: self.path.with_name(one).read_bytes() for one in names})
        close(self)

    lists.refuse = 4
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "close", copied_first)
        with pytest.raises(RequestRejected):
            load_lists(account=account, progress=False)
    lists.refuse = None
    (place,) = account.folder.glob("journals/lists/all")
    (name,) = [one for one in kept if one.endswith(f".sqlite{suffix}")]
    fetched = set()
    for copy in damaged_copies(kept[name], kind, few):
        for one in (account.folder / "snapshots").rglob("*.*"):
            one.unlink()
        for one, content in kept.items():
            (place / one).write_bytes(content)
        (place / name).write_bytes(copy)
        before = lists.requests
        assert load_lists(account=account, progress=False)["list_id"].to_list() == IDS
        fetched.add(lists.requests - before)
    assert max(fetched) <= 8
