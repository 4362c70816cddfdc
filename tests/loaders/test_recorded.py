"""Answers recorded from real accounts, served over HTTP, become tables without a loss."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.reader import Reader
from actoolkit.api.retry import Outcome
from actoolkit.api.write_operations import WRITES
from actoolkit.api.writes import Sense, judge, returned
from actoolkit.errors import NotFound
from actoolkit.loaders._request import ROUTES
from actoolkit.tables import EXTRA, TABLES, decode

RECORDED = Path(__file__).parents[1] / "recorded"
INDEX = json.loads((RECORDED / "index.json").read_text())
LOADED_BY_ID = {"list": "load_list"}
OF_A_TABLE = {
    "contact": "contacts",
    "contactTag": "contact_tags",
    "contactList": "contact_lists",
    "field": "fields",
    "list": "lists",
    "note": "notes",
}


def bare(path):
    return re.sub(r"/\d+|/{\w+}", "/{}", path.partition("?")[0])


BY_PATH = {bare(one.path): one for one in ENDPOINTS.values() if not one.rides_on}
BY_WRITE = {(one.method, bare(one.path)): one for one in WRITES.values()}


def kind(entry):
    """How the toolkit meets an answer: by a loader, as rows, as one object, as a write, or not."""
    endpoint = BY_PATH.get(bare(entry["path"]))
    if entry["method"] != "GET":
        return "write" if (entry["method"], bare(entry["path"])) in BY_WRITE else "other write"
    if entry["status"] != 200:
        return "absent"
    if endpoint is None:
        return "other read"
    if endpoint.table not in TABLES or endpoint.name == "contact":
        return "rows"
    return "loaded"


KINDS = {entry["file"]: kind(entry) for entry in INDEX}


def of(*wanted):
    chosen = [entry for entry in INDEX if KINDS[entry["file"]] in wanted]
    return pytest.mark.parametrize("entry", chosen, ids=[entry["file"] for entry in chosen])


def body_of(entry):
    return json.loads((RECORDED / entry["file"]).read_text(encoding="utf-8"))


def serve(stub, entry):
    """Give the recorded bytes, then nothing more where the answer is a page."""
    raw = (RECORDED / entry["file"]).read_bytes()
    endpoint = BY_PATH.get(bare(entry["path"]))

    def answer(address):
        later = re.search(r"offset=([1-9]\d*)", address) or re.search(r"id_greater=[1-9]", address)
        if endpoint is None or endpoint.paging == "single" or not later:
            return entry["status"], {}, raw
        return type(stub).answer(stub, address)

    if endpoint is not None and endpoint.envelope in (body := json.loads(raw)):
        stub.rows[entry["path"].partition("?")[0]] = (endpoint.envelope, body[endpoint.envelope])
    stub.answer = answer


def call(entry, account):
    """The loader that asks the recorded path."""
    endpoint = BY_PATH[bare(entry["path"])]
    ident = re.search(r"/(\d+)", entry["path"])
    if ident is None:
        return getattr(ac, f"load_{endpoint.table}")(account=account, progress=False)
    if endpoint.name in LOADED_BY_ID:
        return getattr(ac, LOADED_BY_ID[endpoint.name])(ident[1], account=account, progress=False)
    keyword = next(k for k, name in ROUTES[endpoint.table].items() if name == endpoint.name)
    load = getattr(ac, f"load_{endpoint.table}")
    return load(account=account, progress=False, **{keyword: ident[1]})


def compare(table, frame, rows, read_row, known=None):
    """Key by key: a column, ``_extra``, or a declared omission; nothing invented."""
    assert frame.schema == table.schema
    got = {found[table.key]: found for found in frame.iter_rows(named=True)}
    assert len(got) == frame.height == len(rows)
    for row in rows:
        expected, extra = read_row(table, {**(known or {}), **row})
        found = got[expected[table.key]]
        for column in table.columns:
            if column.kind == "json" and found[column.name] is not None:
                found[column.name] = json.loads(found[column.name])
        kept = json.loads(found[EXTRA]) if found[EXTRA] else {}
        assert {**expected, EXTRA: extra} == {**found, EXTRA: kept}
        columns = {name for one in table.columns for name in (one.source, *one.aliases)}
        assert set(row) <= columns | set(table.omitted) | set(kept)


def test_all_recordings_are_met():
    assert len(INDEX) == len(KINDS) == len(list(RECORDED.glob("*.json"))) - 1
    counts = {name: list(KINDS.values()).count(name) for name in set(KINDS.values())}
    assert sum(counts.values()) == 66
    assert counts["loaded"] >= 20


@of("loaded")
def test_recorded_answers_load_key_by_key(stub, account, read_row, entry):
    serve(stub, entry)
    frame = call(entry, account)
    endpoint = BY_PATH[bare(entry["path"])]
    found = body_of(entry)[endpoint.envelope]
    compare(TABLES[endpoint.table], frame, found if isinstance(found, list) else [found], read_row)


@of("rows")
def test_recorded_rows_of_other_collections_are_walked_whole(stub, account, entry):
    serve(stub, entry)
    endpoint = BY_PATH[bare(entry["path"])]
    with Reader(account) as reader:
        places = re.findall(r"{(\w+)}", endpoint.path)
        numbers = re.findall(r"/(\d+)", entry["path"])
        page = reader.page(endpoint, {}, **dict(zip(places, numbers, strict=True)))
    found = body_of(entry)[endpoint.envelope]
    assert list(page.rows) == (found if isinstance(found, list) else [found])
    assert len(page.keys) == len(page.rows)


@of("other read")
def test_recorded_answers_that_nothing_asks_for_are_read_exactly(stub, account, entry):
    serve(stub, entry)
    with Reader(account) as reader:
        body = reader.get(entry["path"].partition("?")[0])
    assert body.json == body_of(entry)


@of("absent")
def test_a_recorded_absence_is_not_found(stub, account, entry):
    serve(stub, entry)
    with Reader(account) as reader, pytest.raises(NotFound):
        reader.get(entry["path"])


@of("write", "other write")
def test_recorded_answers_to_writes_keep_their_rows(read_row, entry):
    for envelope, row in body_of(entry).items():
        if envelope in OF_A_TABLE and isinstance(row, dict):
            table = TABLES[OF_A_TABLE[envelope]]
            compare(table, decode(table, [row]).frame, [row], read_row)


@of("write")
def test_recorded_answers_to_writes_are_judged_as_they_were(entry):
    operation = BY_WRITE[entry["method"], bare(entry["path"])]
    raw = (RECORDED / entry["file"]).read_bytes()
    outcome = Outcome("answer", entry["status"], {}, raw)
    done = entry["status"] in (200, 201)
    sense = judge(outcome, operation, lost_before=False)
    assert sense is (Sense.DONE if done else Sense.REFUSED)
    if operation.envelope is not None:
        assert returned(outcome, operation) == body_of(entry)[operation.envelope]
