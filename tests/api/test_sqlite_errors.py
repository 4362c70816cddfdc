"""What SQLite refuses: said at once, in our words, with nothing half kept."""

from __future__ import annotations

import sqlite3

import pytest

from actoolkit.api.sqlite_errors import PromptConnection
from actoolkit.errors import StoreError, StoreFull, StoreLocked


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.sqlite"


@pytest.fixture
def prompt(path):
    """A connection that waits for nobody, to a file with one table."""
    made = sqlite3.connect(path, factory=PromptConnection, isolation_level=None, timeout=0)
    made.execute("CREATE TABLE pages (body BLOB)")
    yield made
    made.close()


def kept(path):
    with sqlite3.connect(path) as plain:
        return plain.execute("SELECT count(*) FROM pages").fetchone()[0]


def test_a_commit_that_another_program_keeps_from_its_end_is_told_and_undone(path, prompt):
    other = sqlite3.connect(path, isolation_level=None)
    prompt.execute("INSERT INTO pages VALUES ('the first')")
    other.execute("BEGIN")
    reading = other.execute("SELECT body FROM pages")
    assert reading.fetchone() == ("the first",)
    prompt.execute("BEGIN IMMEDIATE")
    prompt.execute("INSERT INTO pages VALUES ('the second')")
    with pytest.raises(StoreLocked, match="Another process"):
        prompt.commit()
    assert not prompt.in_transaction
    other.close()
    assert kept(path) == 1


def test_a_file_that_may_not_grow_is_full(path, prompt):
    pages = prompt.execute("PRAGMA page_count").fetchone()[0]
    prompt.execute(f"PRAGMA max_page_count = {pages}")
    prompt.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFull, match=r"full.*Make room"):
        prompt.execute("INSERT INTO pages VALUES (zeroblob(1000000))")
    assert not prompt.in_transaction
    assert kept(path) == 0


def test_a_transaction_that_cannot_begin_is_an_error_and_waits_for_nobody(path, prompt):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked):
        prompt.execute("BEGIN IMMEDIATE")
    other.close()
    prompt.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="cannot start a transaction within a transaction"):
        prompt.execute("BEGIN IMMEDIATE")


def test_a_wrong_statement_stays_what_it_is(prompt):
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        prompt.execute("SELECT * FROM nowhere")
