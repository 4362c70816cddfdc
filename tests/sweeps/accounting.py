"""A body through reader and table: refused, or each value of it accounted for.

Loaded by path, since tests are no package: ``runpy.run_path``.
"""

from __future__ import annotations

import json
import re
import runpy
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from actoolkit import errors
from actoolkit.api.answers import envelope_of, parse
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.page import Page
from actoolkit.loaders._parents import _named
from actoolkit.loaders._rows import flat, records_of
from actoolkit.tables import EXTRA, TABLES, decode

BUCKETS = runpy.run_path(str(Path(__file__).with_name("bodies.py")))["BUCKETS"]
NOTHING = ("", "0", 0, False, [], {}, "0000-00-00", "0000-00-00 00:00:00")


def parts_of(name):
    endpoint = ENDPOINTS[name]
    table = TABLES.get(endpoint.table)
    walked = ENDPOINTS[endpoint.rides_on or name]
    own = TABLES.get(walked.table)
    return endpoint, table, None if own is None else records_of(walked, own)


def sent(endpoint, data):
    """The rows of a parsed answer, as dicts, read without the toolkit."""
    if endpoint.rides_on:
        found = data.get(endpoint.side_loads[0]) or []
    elif endpoint.envelope is None:
        found = []
        for bucket, rows in data.items():
            listed = rows if isinstance(rows, list) else [rows] * bool(rows)
            for row in listed if bucket in BUCKETS or listed is rows else []:
                own = dict(row) if isinstance(row, dict) else {"name": row}
                if "bucket" in own:
                    own["bucket of the row"] = own["bucket"]
                found.append({**own, "bucket": bucket})
        return found
    else:
        found = data[endpoint.envelope]
    found = found if isinstance(found, list) else [found]
    return [row if isinstance(row, dict) else {"name": row} for row in found]


def taken(endpoint, table, page):
    """The rows of a page as a load gives them to the table."""
    if endpoint.rides_on:
        return page.side_loads[endpoint.side_loads[0]]
    if endpoint.envelope is None:
        return flat(page.rows)
    below = re.search(r"{(\w+)}", endpoint.path)
    if below and table is not None and endpoint.paging != "single":
        request = SimpleNamespace(parent=below[1], table=table, name=endpoint.name)
        return _named(request, "7", page)
    return page.rows


def digest(raw, name, parts):
    """Put a body through reader and table; give "refused" or "taken", having checked either.

    Both ways: by dicts, and by the slots that whole loads use, which have to come to the same.
    """
    endpoint, table, records = parts
    check = envelope_of(endpoint)
    data, problem = parse(raw, check)
    quick, quick_problem = parse(raw, check, records)
    assert bool(problem) == bool(quick_problem), (problem, quick_problem)
    if problem:
        assert len(problem) < 2000
        return "refused"
    page, quick_page = Page.of(endpoint, data), Page.of(endpoint, quick)
    assert page.keys == quick_page.keys
    assert page.total == quick_page.total
    came = sent(endpoint, data)
    if table is None:
        rows = taken(endpoint, table, page)
        assert list(rows) == came or endpoint.envelope is None
        return "taken"
    rows, quick_rows = taken(endpoint, table, page), taken(endpoint, table, quick_page)
    try:
        decoded = decode(table, rows)
    except errors.DecodeError:
        return "refused"
    again = decode(table, quick_rows)
    assert decoded.frame.equals(again.frame)
    assert (decoded.unknown, decoded.rescued) == (again.unknown, again.rescued)
    assert decoded.frame.height == len(came)
    filled = ("relid", "reltype", "contact") if "{" in endpoint.path else ()
    account_for(table, came, decoded, filled)
    return "taken"


def account_for(table, rows, decoded, filled):
    """Each value is in its column, or in _extra and counted, or was left out on purpose.

    The fields in ``filled`` are told by the parent where a row says nothing.
    """
    by_source = {}
    for column in table.columns:
        for source in (column.source, *column.aliases):
            by_source.setdefault(source, []).append(column)
    counted = Counter()
    for row, got in zip(rows, decoded.frame.iter_rows(named=True), strict=True):
        extra = json.loads(got[EXTRA]) if got[EXTRA] else {}
        counted.update(extra.keys())
        assert set(extra) <= set(row)
        for field, value in row.items():
            if value is None or field in table.omitted:
                continue
            if field in filled and value in NOTHING:
                continue
            if field in extra:
                assert same(extra[field], value), field
                continue
            columns = by_source[field]
            kept = [got[one.name] for one in columns]
            assert any(one is not None for one in kept) or value in NOTHING or blank(value), field
            if isinstance(value, str) and any(one.kind == "text" for one in columns):
                assert value in kept or value in [got[one.name] for one in columns], field
    assert decoded.unknown + decoded.rescued == counted


def same(one, other):
    return one == other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def blank(value):
    return isinstance(value, str) and (
        not value.strip() or re.fullmatch(r"0000-00-00.*|0+(\.0*)?", value.strip()) is not None
    )
