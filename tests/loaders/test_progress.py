"""What a person sees while loading: on standard error, never on standard output."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from actoolkit.loaders import load_lists, progress_display


@pytest.fixture
def lists(stub):
    stub.cap = 7
    stub.rows["/lists"] = ("lists", [{"id": str(n)} for n in range(1, 51)])
    return stub


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")

    def open_terminal():  # called by the test itself: between phases, pytest takes stderr back
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        return screen

    return open_terminal


def test_shows_a_bar_and_a_line_in_a_terminal(lists, account, terminal, capsys):
    screen = terminal()
    lists.before = lambda number: time.sleep(0.05)  # slow enough to be drawn
    load_lists(account=account)
    assert "50 rows from stub" in screen.getvalue()
    assert "of 50 rows" in screen.getvalue()
    assert " requests, " in screen.getvalue()
    assert " a second, " in screen.getvalue()
    assert re.search(r"\d s left", screen.getvalue())
    assert capsys.readouterr().out == ""


def test_silent_where_nobody_looks(lists, account, capsys):
    load_lists(account=account)
    assert capsys.readouterr() == ("", "")


def test_silent_when_told(lists, account, terminal):
    screen = terminal()
    load_lists(account=account, progress=False)
    assert screen.getvalue() == ""


def test_shown_when_told(lists, account, capsys):
    load_lists(account=account, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "50 rows from stub" in err


def test_says_why_it_waits(lists, account, terminal):
    screen = terminal()
    lists.faults[3] = (429, {"Retry-After": "1"}, b"")
    load_lists(account=account)
    assert "waits up to 1 s: the account's rate limit" in screen.getvalue()


def test_loads_share_one_display(lists, account, terminal):
    screen = terminal()
    with progress_display(steps=2) as display:
        load_lists(account=account)
        first = display.bars
        load_lists(account=account, refresh=True)
        assert display.bars is first
    assert screen.getvalue().count("50 rows from stub") == 2


def test_the_outer_display_decides(lists, account, terminal):
    screen = terminal()
    with progress_display(progress=False):
        load_lists(account=account)
    assert screen.getvalue() == ""


def test_one_line_in_the_log(lists, account, caplog):
    with caplog.at_level("INFO", "actoolkit"):
        load_lists(account=account)
        load_lists(account=account)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert "requests, proven)" in lines[0]
    assert "from the snapshot of 2026-03-01 12:00 UTC, 0 s old (proven)" in lines[1]
