"""Rows that break their word where they are no plain collection: below a parent, riding along with
others, alone, in buckets, or bare names. Kept, counted, never bent, as in ``test_flips``.
"""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

import actoolkit as ac
from actoolkit.tables import EXTRA, TABLES

FLAT = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("test_flips.py"))))
FLIPS, MISSING, ROWS = FLAT.FLIPS, FLAT.MISSING, FLAT.ROWS
PARENT = "7"
BELOW = {
    "contact_lists": ("/contacts/7/contactLists", "contactLists", "contact_ids", "contact"),
    "contact_automations": (
        "/contacts/7/contactAutomations",
        "contactAutomations",
        "contact_ids",
        "contact",
    ),
    "contact_tags": ("/contacts/7/contactTags", "contactTags", "contact_ids", "contact"),
    "score_values": ("/contacts/7/scoreValues", "scoreValues", "contact_ids", "contact"),
    "notes": ("/contacts/7/notes", "notes", "contact_ids", "relid"),
    "geo_ips": ("/contacts/7/geoIps", "geoIps", "contact_ids", "contact"),
    "campaign_links": ("/campaigns/7/links", "links", "campaign_ids", "campaignid"),
    "ecom_order_products": ("/ecomOrders/7/orderProducts", "ecomOrderProducts", "order_ids", "orderid"),
    "custom_object_records": ("/customObjects/records/7", "records", "schema_id", "schemaId"),
}  # fmt: skip
"""Table to route, envelope, the loader's argument, and the field that tells the parent."""


def flipped(table, row, places, shift, spared=()):
    """Rows of the table; at the places, each column is of another type."""
    rows = [row(table, number) for number in range(1, places[-1] + 2)]
    columns = {c.source: c for c in table.columns if c.source not in ("id", *spared)}.values()
    kinds = list(FLIPS.values())
    for place in places:
        rows[place]["brand_new"] = [shift]
        for number, column in enumerate(columns):
            value = kinds[(number + shift) % len(kinds)]
            rows[place][column.source] = value
            if value is MISSING:
                del rows[place][column.source]
    return rows


def told(rows, known):
    """The rows with what the route says, where they say nothing themselves."""
    silent = (None, "", "0", 0)
    return [
        {**row, **{name: text for name, text in known.items() if row.get(name) in silent}}
        for row in rows
    ]


def counted(name, rows, places, read_row, found):
    """The manifest counts what is in ``_extra``, field by field."""
    kept = Counter(field for one in rows for field in read_row(TABLES[name], one)[1])
    assert kept.pop("brand_new") == len(places)
    assert found.unknown_fields == {"brand_new": len(places)}
    assert found.rescued_values == kept


def shifts(name):
    """So many that each flip is met by some column."""
    columns = len({one.source for one in TABLES[name].columns} - {"id"})
    return range(0, len(FLIPS), max(1, min(columns, len(FLIPS))))


def sweep(names, marks=()):
    """A few shifts of each table always, all in the slow run."""
    few = [pytest.param(name, shift) for name in names for shift in shifts(name)]
    every = [
        pytest.param(name, shift, marks=pytest.mark.slow)
        for name in names
        for shift in range(len(FLIPS))
        if shift not in shifts(name)
    ]
    return pytest.mark.parametrize(("name", "shift"), few + every)


@sweep(BELOW)
def test_below_a_parent(stub, account, read_row, name, shift):
    path, envelope, argument, field = BELOW[name]
    places = (0, 100, ROWS - 1)
    rows = flipped(TABLES[name], FLAT.row, places, shift)
    stub.total = "absent"
    stub.rows[path] = (envelope, rows)
    asked = {argument: [PARENT]}
    frame = getattr(ac, f"load_{name}")(account=account, progress=False, **asked)
    known = {field: PARENT, **({"reltype": "Subscriber"} if name == "notes" else {})}
    sent = told(rows, known)
    FLAT.check(TABLES[name], frame, sent, read_row)
    counted(name, sent, places, read_row, ac.provenance(name, account=account, **asked))


@sweep(["score_values"])
def test_riding_along_with_contacts(stub, account, read_row, name, shift):
    places = (0, 100, ROWS - 1)
    riders = flipped(TABLES[name], FLAT.row, places, shift, spared=("contact",))
    for number, one in enumerate(riders, 1):
        one["contact"] = str(number)
    contacts = [FLAT.row(TABLES["contacts"], number) for number in range(1, ROWS + 1)]
    stub.rows["/contacts"] = ("contacts", contacts)
    stub.extra["/contacts"] = {"scoreValues": riders}
    frame = ac.load_score_values(account=account, progress=False)
    FLAT.check(TABLES[name], frame, riders, read_row)
    counted(name, riders, places, read_row, ac.provenance(name, account=account))


@sweep(["user"])
def test_alone(stub, account, read_row, name, shift):
    (row,) = flipped(TABLES[name], FLAT.row, (0,), shift)
    stub.rows["/users/me"] = ("user", row)
    frame = ac.load_user(account=account, progress=False)
    FLAT.check(TABLES[name], frame, [row], read_row)
    counted(name, [row], (0,), read_row, ac.provenance(name, account=account))


def in_order(table, frame, sent, read_row):
    """As `check`, of rows without a key."""
    assert frame.schema == table.schema
    for one, found in zip(sent, frame.iter_rows(named=True), strict=True):
        expected, extra = read_row(table, one)
        kept = json.loads(found[EXTRA]) if found[EXTRA] else {}
        assert {**expected, EXTRA: extra} == {**found, EXTRA: kept}


@sweep(["bulk_import"])
def test_in_a_bucket(stub, account, read_row, name, shift):
    rows = flipped(TABLES[name], FLAT.row, (0, 9), shift, spared=("bucket",))
    for one in rows:
        one.pop("bucket")
        one.pop("id")
    stub.rows["/import/bulk_import"] = ("outstanding", rows)
    frame = ac.load_bulk_import(account=account, progress=False)
    sent = [{**one, "bucket": "outstanding"} for one in rows]
    in_order(TABLES[name], frame, sent, read_row)
    counted(name, sent, (0, 9), read_row, ac.provenance(name, account=account))


NAMES = {
    "webhook_events": ("/webhook/events", "webhookEvents"),
    "event_tracking_events": ("/eventTrackingEvents", "eventTrackingEvents"),
    "site_tracking_domains": ("/siteTrackingDomains", "siteTrackingDomains"),
}


@pytest.mark.parametrize("kind", [kind for kind in FLIPS if kind != "missing"])
@pytest.mark.parametrize("name", NAMES)
def test_bare_names(stub, account, read_row, name, kind):
    path, envelope = NAMES[name]
    rows = ["first", FLIPS[kind], "last"]
    stub.rows[path] = (envelope, rows)
    frame = getattr(ac, f"load_{name}")(account=account, progress=False)
    sent = [row if isinstance(row, dict) else {"name": row} for row in rows]
    in_order(TABLES[name], frame, sent, read_row)
