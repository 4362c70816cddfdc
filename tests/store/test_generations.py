"""Which unfinished load goes on, and which is forgotten."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from actoolkit.store import open_journal
from actoolkit.store.generations import FORGOTTEN, begun, name_generation, number_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def opened(folder, number, *, query=None, now=NOW, max_age=timedelta(days=1), published=None):
    name = name_generation(number, now)
    chosen, journal = open_journal(
        folder, "lists", query or {}, name, now=now, max_age=max_age, published=published
    )
    journal.close()
    return chosen


@pytest.fixture
def first(tmp_path):
    return opened(tmp_path, 3)


def test_a_young_load_goes_on(tmp_path, first):
    assert opened(tmp_path, 3, now=NOW + timedelta(hours=23)) == first


@pytest.mark.parametrize(
    "how",
    [
        {"number": 4},
        {"number": 3, "now": NOW + timedelta(hours=24)},
        {"number": 3, "now": NOW - timedelta(seconds=1)},
        {"number": 3, "max_age": None},
        {"number": 4, "published": 3},
        {"number": 5, "published": 2},
    ],
)
def test_another_one_does_not_and_leaves_no_file(tmp_path, first, how):
    now = how.pop("now", NOW + timedelta(minutes=1))
    chosen = opened(tmp_path, **how, now=now)
    assert chosen != first
    assert [path.name for path in tmp_path.rglob("*.sqlite")] == [f"{chosen}.sqlite"]


def test_one_whose_other_table_was_published_goes_on(tmp_path, first):
    assert opened(tmp_path, 4, now=NOW + timedelta(minutes=1), published=2) == first


def test_what_nobody_asked_for_in_a_month_is_forgotten(tmp_path):
    opened(tmp_path, 1, query={"filters[email]": "a@example.org"})
    opened(tmp_path, 1, query={"filters[email]": "b@example.org"})
    old, young = sorted(tmp_path.rglob("*.sqlite"))
    past = old.stat().st_mtime - FORGOTTEN - 60
    os.utime(old, (past, past))
    opened(tmp_path, 1)
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize("name", ["", "x", "x-y", "000003", "000003-2026"])
def test_names_of_nothing(name):
    assert begun(name) == datetime.min.replace(tzinfo=UTC)
    assert number_of(name) in (0, 3)
