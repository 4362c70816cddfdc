"""kill -9 at any line of an action: nothing is sent twice that must not be, and the next run ends
with what was asked for, or says of which row it cannot tell.
"""

from __future__ import annotations

import os

import pytest

from actoolkit import actions
from actoolkit.settings import Account

FEW = [
    pytest.param(12, id="sample"),
    pytest.param(0, id="every line", marks=[pytest.mark.slow, pytest.mark.timeout(14400)]),
]


@pytest.fixture
def chosen(server, killing, tmp_path):
    """Gives the lines to die at, and a fresh account with empty books for each."""

    def each(what, few):
        def in_folder(name):
            server.books.__init__()
            server.seen.clear()
            return Account(
                url=server.url, token="test-writes", rate=10_000, cache_dir=tmp_path / name
            )

        points = killing.points(in_folder("counted"), what, few)
        assert points
        for at in points:
            account = in_folder(str(at))
            assert os.WIFSIGNALED(killing(account, what, at=at)["status"]), at
            yield at, account

    return each


@pytest.mark.parametrize("few", FEW)
def test_memberships(server, killing, chosen, few):
    for at, account in chosen("subscribe", few):
        broken_off = len(server.writes)
        assert killing(account, "subscribe")["status"] == 0, at
        there = {
            int(contact): row["status"] for (contact, _), row in server.books.memberships.items()
        }
        assert there == dict.fromkeys(range(1, 7), 1), at
        # A run that ended and died on its way out is a finished one: the next call is a new one.
        again = 6 if broken_off == 6 else 1
        assert len(server.writes) <= 6 + again, at
        assert not list((account.folder / "actions").iterdir()), at


@pytest.mark.parametrize("few", [pytest.param(50, id="sample"), FEW[1]])
def test_a_note_is_never_there_twice_unless_its_run_had_ended(server, chosen, few):
    ways = set()
    for at, account in chosen("note", few):
        (journal,) = [*(account.folder / "actions").glob("*.jsonl")] or [None]
        broken_off = len(server.books.notes)
        result = actions.add_note(
            "A", related_to="Subscriber", related_id=7, account=account, apply=True, progress=False
        )
        verdict, there = result["verdict"].item(), len(server.books.notes)
        ways.add((broken_off, verdict, there))
        if journal is None and broken_off:
            assert (verdict, there) == ("ok", 2), at  # it ended; this is another note
        elif verdict == "ok":
            assert there == 1, at
        else:
            assert verdict == "unknown", at
            assert there == broken_off, at
    assert (0, "ok", 1) in ways
