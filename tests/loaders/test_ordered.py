"""Rows of a long load, put in order piece by piece, are those of a plain sort of plain rows."""

from __future__ import annotations

import sys
from functools import partial

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import actoolkit as ac
from actoolkit.loaders import _ordered
from actoolkit.loaders._ordered import Ordered
from actoolkit.tables import SCORES, Blocks, Decoder

numbers = st.integers(1, 40).map(str)
odd = numbers | st.sampled_from(["007", "7", "a", "b1", "-3", "12345678901234567890"])
came = st.lists(st.lists(st.tuples(odd | st.none(), st.integers(0, 9)), max_size=9), max_size=6)
plain = st.lists(st.lists(st.tuples(numbers, st.integers(0, 9)), max_size=9), max_size=6)


def blocks_of(pages, plain_rows):
    blocks = Blocks(SCORES.schema, plain_rows=plain_rows)
    for page in pages:
        rows = {"score_id": [key for key, _ in page], "name": [str(value) for _, value in page]}
        blocks.append(
            pl.DataFrame(rows, schema_overrides=SCORES.schema).match_to_schema(
                SCORES.schema, missing_columns="insert"
            )
        )
    return blocks


def expected(pages, *, as_they_came, limit):
    rows = [row for page in pages for row in page]
    last = {key: number for number, (key, _) in enumerate(rows) if key is not None}
    once = [row for n, row in enumerate(rows) if row[0] is not None and last[row[0]] == n]
    nameless = list(dict.fromkeys(row for row in rows if row[0] is None))
    once = (once + nameless)[:limit]
    if as_they_came:
        return once
    named = sorted((row for row in once if row[0] is not None), key=lambda r: (len(r[0]), r[0]))
    return named + [row for row in once if row[0] is None]


@pytest.mark.parametrize("pages", [came, plain], ids=["any keys", "numbers"])
@pytest.mark.parametrize("as_they_came", [False, True])
@pytest.mark.parametrize("plain_rows", [0, 10**6])
def test_each_row_once_and_in_order(pages, as_they_came, plain_rows, monkeypatch):
    monkeypatch.setattr(_ordered, "PIECE_ROWS", 4)

    @given(pages=pages, limit=st.none() | st.integers(1, 20))
    def check(pages, limit):
        ordered = Ordered(
            SCORES, blocks_of(pages, plain_rows), as_they_came=as_they_came, limit=limit
        )
        wanted = expected(pages, as_they_came=as_they_came, limit=limit)
        pieces = list(ordered.pieces())
        found = [row for piece in pieces for row in piece.select("score_id", "name").rows()]
        assert found == [(key, str(value)) for key, value in wanted]
        assert ordered.height == len(wanted)
        assert not ordered.long or all(piece.height <= 4 for piece in pieces)

    check()


def test_a_long_load_is_the_same_whatever_is_held(tmp_path, monkeypatch):
    tables = ("contacts", "ecom_orders", "email_activities", "score_values")
    with ac.sandbox_account(cache_dir=tmp_path / "plain") as account:
        whole = {name: getattr(ac, f"load_{name}")(account=account) for name in tables}
    monkeypatch.setattr(sys.modules[Decoder.__module__], "Blocks", partial(Blocks, plain_rows=100))
    monkeypatch.setattr("actoolkit.loaders._rows.Decoder", partial(Decoder, block_rows=300))
    monkeypatch.setattr(_ordered, "PIECE_ROWS", 777)
    with ac.sandbox_account(cache_dir=tmp_path / "pieces") as account:
        for name in tables:
            load = getattr(ac, f"load_{name}")
            lazy = load(account=account, lazy=True)
            assert lazy.collect().equals(whole[name])
            assert load(account=account).equals(whole[name])
            manifest = ac.provenance(name, account=account)
            assert manifest.rows == whole[name].height
