"""A report of some lists, or of one automation: of whom its numbers are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

import actoolkit as ac
from actoolkit.reports.blocks import Figure, Note
from actoolkit.reports.material import gather
from actoolkit.reports.scope import Scope
from actoolkit.reports.subjects import SUBJECTS, build

SINCE, UNTIL = date(2025, 6, 30), date(2026, 6, 30)


@pytest.fixture(scope="module")
def material():
    with ac.sandbox_account(size="tiny", seed=7) as account:
        return gather(
            account, progress=False, refresh=False, extra=("automations", "contact_automations")
        )


def plain(address):
    return (address or "").strip().lower()


def people(material, *, list_id=None, automation_id=None):
    """Read contact by contact who is meant: ids and addresses."""
    ids = {row["contact_id"] for row in material.frames["contacts"].to_dicts()}
    if list_id:
        rows = material.frames["contact_lists"].to_dicts()
        ids &= {row["contact_id"] for row in rows if row["list_id"] == list_id}
    if automation_id:
        rows = material.frames["contact_automations"].to_dicts()
        ids &= {row["contact_id"] for row in rows if row["automation_id"] == automation_id}
    contacts = material.frames["contacts"].to_dicts()
    return ids, {plain(row["email"]) for row in contacts if row["contact_id"] in ids} - {""}


def bought(material, addresses, *, since=SINCE, until=UNTIL):
    return [
        row
        for row in material.frames["ecom_orders"].to_dicts()
        if plain(row["email"]) in addresses
        and row["state"] in ("completed", "recovered")
        and since <= row["ordered_local"].date() < until
    ]


def shouting(material):
    """The same addresses in capitals and with blanks around them on the orders."""
    orders = material.frames["ecom_orders"].with_columns(
        email="  " + pl.col("email").str.to_uppercase() + " "
    )
    return replace(material, frames={**material.frames, "ecom_orders": orders})


def notes(report):
    return [
        line
        for part in report.sections
        for block in part.blocks
        if isinstance(block, Note)
        for line in (block.text, *block.items)
    ]


def figure(report, name):
    return next(
        block
        for part in report.sections
        for block in part.blocks
        if isinstance(block, Figure) and block.id == name
    )


@pytest.mark.parametrize(
    "scope", [Scope(lists=("2",)), Scope(automation="1"), Scope(lists=("2",), automation="1")]
)
def test_revenue_and_customers_are_those_of_the_people_meant(material, scope):
    ids, addresses = people(
        material, list_id="".join(scope.lists) or None, automation_id=scope.automation
    )
    mine = bought(material, addresses)
    assert (
        0
        < len(mine)
        < len(bought(material, {plain(e) for e in material.frames["ecom_orders"]["email"]}))
    )
    for given in (material, shouting(material)):
        made = build("revenue", given, scope=scope)
        tiles = {kpi.label: kpi for kpi in made.kpis}
        usd = [row for row in mine if row["currency"] == "USD"]
        assert tiles["Revenue, USD"].note == f"{len(usd):,} orders"
        assert tiles["Customers"].value == f"{len({plain(row['email']) for row in mine}):,}"
        before = bought(material, addresses, since=date(2024, 6, 30), until=SINCE)
        old = sum(row["total_cents"] for row in before if row["currency"] == "USD")
        new = sum(row["total_cents"] for row in usd)
        assert tiles["Revenue, USD"].trend == f"{abs(new / old - 1):.1%}"
        rows = figure(made, "revenue-chart").spec["datasets"]["rows"]
        assert sum(row["amount"] for row in rows if row["currency"] == "USD") == pytest.approx(
            new / 100
        )
        assert made.people.startswith(f"Contacts and orders are those of the {len(ids):,} who ")
        assert made.people in made.html()
    assert build("revenue", material).people == ""
    assert build("revenue", material, scope=Scope(currency="USD")).people == ""


def test_credit_is_a_share_of_the_orders_of_the_same_people(material):
    _, addresses = people(material, automation_id="3")
    usd = [row for row in bought(material, addresses) if row["currency"] == "USD"]
    made = build("automations", material, scope=Scope(automation="3"))
    rows = figure(made, "automation-orders").rows
    whole = sum(row["total_cents"] for row in usd)
    credited = max(row["share"] for row in rows)
    touched = {}
    for row in material.frames["contact_automations"].to_dicts():
        if row["automation_id"] == "3" and SINCE <= row["added_local"].date() < UNTIL:
            touched.setdefault(row["contact_id"], []).append(row["added_at"])
    owner = {}
    for row in material.frames["contacts"].to_dicts():
        owner.setdefault(plain(row["email"]), row["contact_id"])
    followed = sum(
        row["total_cents"]
        for row in usd
        if any(
            0 <= (row["ordered_at"] - at).total_seconds() < 7 * 86_400
            for at in touched.get(owner[plain(row["email"])], [])
        )
    )
    assert credited == pytest.approx(followed / whole, abs=1e-3)


def test_entries_and_contacts_are_those_of_the_list(material):
    ids, _ = people(material, list_id="2")
    made = build("automations", material, scope=Scope(lists=("2",)))
    entries = [
        row
        for row in material.frames["contact_automations"].to_dicts()
        if row["contact_id"] in ids and SINCE <= row["added_local"].date() < UNTIL
    ]
    tiles = {kpi.label: kpi.value for kpi in made.kpis}
    assert tiles["Entries"] == f"{len(entries):,}"
    tiers = figure(build("engagement", material, scope=Scope(lists=("2",))), "recency").rows
    assert sum(row["contacts"] for row in tiers) == len(ids)


def test_orders_of_nobody_are_told_of_the_whole_shop(material):
    known = material.frames["contacts"].gather_every(2)
    half = replace(material, frames={**material.frames, "contacts": known})
    contacts = {plain(email) for email in known["email"]}
    everyone = {plain(email) for email in material.frames["ecom_orders"]["email"]}
    whole = len(bought(material, everyone))
    nobodys = len(bought(material, everyone - contacts))
    assert nobodys
    told = f"{nobodys:,} of {whole:,} orders of the whole shop come from an address that is no "
    told += "contact's: no number above counts them."
    for scope in (Scope(lists=("2",)), Scope(automation="1")):
        made = build("revenue", half, scope=scope)
        assert [line for line in notes(made) if "no contact" in line] == [told]
    (line,) = (line for line in notes(build("revenue", half)) if "no contact" in line)
    assert line.startswith(f"{nobodys:,} of {whole:,} orders come from")


@pytest.mark.parametrize(
    ("scope", "gap", "named"),
    [
        (Scope(lists=("2",)), "contact_lists", "list memberships"),
        (Scope(lists=("2",)), "contacts", "contacts"),
        (Scope(automation="1"), "contact_automations", "entries into automations"),
    ],
)
def test_a_report_says_where_its_orders_cannot_be_limited(material, scope, gap, named):
    frames = {name: frame for name, frame in material.frames.items() if name != gap}
    blind = replace(material, frames=frames, missing={gap: f"The plan has no {gap}."})
    made = build("revenue", blind, scope=scope)
    assert made.people == (
        f"Orders are those of the whole shop: {named} are not loaded. The plan has no {gap}."
    )
    assert made.kpis == build("revenue", blind).kpis
    assert "of the whole shop come" not in "".join(notes(made))


def test_withheld_addresses_limit_no_order(material):
    hidden = material.frames["contacts"].with_columns(email=pl.lit(None, pl.String))
    blind = replace(material, frames={**material.frames, "contacts": hidden})
    made = build("revenue", blind, scope=Scope(lists=("2",)))
    assert made.people == (
        "Orders are those of the whole shop: the addresses of contacts are withheld."
    )
    assert made.kpis == build("revenue", blind).kpis


def test_orders_beside_the_funnel_are_of_all_lists_as_its_mails_are(material):
    links = material.frames["campaign_lists"]
    shared = links.group_by("campaign_id").len().filter(pl.col("len") > 1)["campaign_id"]
    chosen = links.filter(pl.col("campaign_id").is_in(shared.implode()))
    list_id = chosen["list_id"].value_counts(sort=True)["list_id"][0]
    limited = Scope(lists=(list_id,))
    kept = limited.applied(material).frames["campaigns"]["campaign_id"]
    only = material.frames["campaigns"].filter(pl.col("campaign_id").is_in(kept.implode()))
    same = build("funnel", replace(material, frames={**material.frames, "campaigns": only}))
    made = build("funnel", material, scope=limited)
    assert (
        figure(made, "funnel").rows[-1]["numerator"] == figure(same, "funnel").rows[-1]["numerator"]
    )
    assert any("went to other lists as well" in line for line in notes(made))
    assert not any("other lists" in line for line in notes(build("funnel", material)))


def test_who_never_confirmed_is_not_on_a_list(material):
    ids, _ = people(material, list_id="2")
    links = material.frames["contact_lists"].with_columns(
        status=pl.when(pl.col("contact_id") == min(ids))
        .then(pl.lit("unconfirmed"))
        .otherwise("status")
    )
    less = replace(material, frames={**material.frames, "contact_lists": links})
    made = build("revenue", less, scope=Scope(lists=("2",)))
    assert f"the {len(ids) - 1:,} who" in made.people


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_can_be_limited(material, subject):
    for scope in (
        Scope(lists=("1", "2")),
        Scope(automation="1"),
        Scope(lists=("1",), currency="USD"),
    ):
        made = build(subject, material, scope=scope)
        assert made.people
        assert all(part.blocks for part in made.sections)
    assert build(subject, material).people == ""
    assert build(subject, material, scope=Scope(currency="USD")).people == ""
