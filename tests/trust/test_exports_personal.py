"""Files for spreadsheets: nobody is in them unasked, whatever a column is called."""

from __future__ import annotations

import base64
import hashlib
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.tables import TABLES


@pytest.fixture(scope="module")
def account():
    with ac.sandbox_account(size="tiny", seed=11) as one:
        yield one


PEOPLE = ("contacts", "ecom_orders", "ecom_customers", "field_values", "email_activities", "notes")


@pytest.mark.parametrize("table", PEOPLE)
def test_nobody_is_in_a_file_unasked(account, tmp_path, table):
    load = getattr(ac, f"load_{table}")
    frame = load(account=account, progress=False)
    with pytest.raises(errors.InvalidArgument, match="mask=True"):
        ac.to_csv(frame, tmp_path / "f.csv")
    assert not list(tmp_path.iterdir())
    path = ac.to_csv(load(account=account, progress=False, mask=True), tmp_path / "f.csv")
    assert stat.S_IMODE(path.stat().st_mode) & ~0o644 == 0
    assert pl.read_csv(path, infer_schema=False).height == frame.height
    path = ac.to_csv(frame, tmp_path / "f.csv", personal_data=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "table", ["campaigns", "lists", "automations", "messages", "tags", "contact_lists"]
)
def test_what_is_about_nobody_needs_no_leave(account, tmp_path, table):
    frame = getattr(ac, f"load_{table}")(account=account, progress=False, mask=True)
    ac.to_csv(frame, tmp_path / "f.csv")
    ac.to_csv(frame.select(frame.columns[:2]), tmp_path / "f.csv")


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("anything", ["see ada@shop.example"]),
        pl.Series("list", [["x", "ada@shop.example"]]),
        pl.Series("struct", [{"a": "ada@shop.example"}]),
        pl.Series("kind", ["ada@shop.example"], dtype=pl.Categorical),
        pl.Series("first_name", ["Ada"]),
        pl.Series("_extra", ['{"a": 1}']),
        pl.Series("wide", ["ada\uff20shop.example"]),
        pl.Series("small", ["ada\ufe6bshop.example"]),
        pl.Series("last_name", ["Lovelace"]),
        pl.Series("phone", ["+44 20 7946 0000"]),
        pl.Series("username", ["ada"]),
        pl.Series("email", ["not one"]),
        pl.Series("first_name", ["masked", "person-Ada"]),
        pl.Series("first_name", ["person-0123456789abcdef and Ada"]),
        pl.Series("chosen", ["ada@shop.example"], dtype=pl.Enum(["ada@shop.example"])),
        pl.Series("object", ["ada@shop.example", 1], dtype=pl.Object),
        pl.Series("bytes", [b"ada@shop.example"]),
    ],
    ids=lambda column: column.name,
)
def test_an_address_is_personal_wherever_it_stands(tmp_path, column):
    with pytest.raises(errors.InvalidArgument, match=column.name):
        ac.to_csv(pl.DataFrame([column]), tmp_path / "f.csv")


@pytest.mark.parametrize("kind", ["csv", "excel"])
@pytest.mark.parametrize("frame", ["polars", "pandas"])
def test_fields_that_nobody_documented_are_left_out_with_a_word(account, tmp_path, kind, frame):
    campaigns = ac.load_campaigns(account=account, progress=False, frame=frame)
    assert campaigns["_extra"].to_list()[0] is not None
    write, read = {
        "csv": (ac.to_csv, pl.read_csv),
        "excel": (ac.to_excel, lambda path: pl.from_pandas(pd.read_excel(path, dtype=str))),
    }[kind]
    with pytest.warns(
        UserWarning, match=r"Left out: _extra, .*personal_data=True.*mask=True"
    ) as said:
        path = write(campaigns, tmp_path / "f")
    assert [Path(one.filename).name for one in said] == [Path(__file__).name]
    assert read(path).columns == [name for name in campaigns.columns if name != "_extra"]
    write(campaigns, tmp_path / "f", personal_data=True)
    assert read(path).columns == list(campaigns.columns)


def test_joined_ones_are_left_out_too_and_personal_columns_refused_beside(tmp_path):
    extra = pl.DataFrame({"a": ["1"], "_extra": ['{"b": "Ada"}'], "_extra_right": ['{"c": "Ada"}']})
    with pytest.warns(UserWarning, match="Left out: _extra, _extra_right, "):
        path = ac.to_csv(extra, tmp_path / "f.csv")
    assert path.read_text() == "a\n1\n"
    with pytest.raises(errors.InvalidArgument, match="email, _extra"):
        ac.to_csv(extra.select("a", pl.lit("ada@shop.example").alias("email"), "_extra"), path)
    ac.to_csv(extra.with_columns(_extra=None, _extra_right=None), path)
    assert path.read_text() == "a,_extra,_extra_right\n1,,\n"


def test_a_column_on_request_is_personal_too(tmp_path):
    seen = pl.DataFrame({"geo_ip_id": ["1"], "campaign_id": ["2"], "ip4": ["3232235777"]})
    with pytest.raises(errors.InvalidArgument, match="ip4"):
        ac.to_csv(seen, tmp_path / "f.csv")
    ac.to_csv(seen.drop("ip4"), tmp_path / "f.csv")


def marked_columns():
    told = [ac.describe(name) for name in TABLES]
    found = pl.concat(one.filter("personal_data").select("column") for one in told)
    return sorted(set(found["column"]) - {"_extra"})


@pytest.mark.parametrize("name", marked_columns())
@pytest.mark.parametrize("joined", ["", "_right", "_x"])
def test_a_marked_column_is_personal_without_its_key(tmp_path, name, joined):
    frame = pl.DataFrame({"n": [1, 2], name + joined: ["ada.lovelace", None]})
    with pytest.raises(errors.InvalidArgument, match=name):
        ac.to_csv(frame, tmp_path / "f.csv")
    covered = frame.with_columns(pl.lit("masked").alias(name + joined))
    ac.to_csv(covered, tmp_path / "f.csv")


def test_a_contact_without_its_key_is_still_one(account, tmp_path):
    contacts = ac.load_contacts(account=account, progress=False)
    with pytest.raises(errors.InvalidArgument, match="email_local_part"):
        ac.to_csv(contacts.select("email_local_part"), tmp_path / "f.csv")
    with pytest.raises(errors.InvalidArgument, match="whatsapp_id"):
        ac.to_csv(pl.DataFrame({"whatsapp_id": [491701234567]}), tmp_path / "f.csv")
    assert not list(tmp_path.iterdir())


def test_the_same_name_may_be_about_nobody_beside_its_own_key(tmp_path):
    mail = pl.DataFrame({"message_id": ["1"], "subject": ["Spring sale"]})
    ac.to_csv(mail, tmp_path / "f.csv")
    for other in ("n", "email_activity_id"):
        with pytest.raises(errors.InvalidArgument, match="subject"):
            ac.to_csv(mail.rename({"message_id": other}), tmp_path / "f.csv")
    with pytest.raises(errors.InvalidArgument, match="subject"):
        ac.to_csv(mail.with_columns(email_activity_id=pl.lit("2")), tmp_path / "f.csv")


def test_numbers_of_metrics_and_plans_need_no_leave(account, tmp_path):
    campaigns = ac.load_campaigns(account=account, progress=False)
    kpis = ac.metrics.overview_kpis(campaigns, until="2026-07-01")
    assert "value" in kpis.columns
    ac.to_csv(kpis, tmp_path / "f.csv")
    ac.to_csv(kpis.select("kpi", "low", "high").unpivot(index="kpi"), tmp_path / "f.csv")
    ac.to_csv(kpis.select("low", "high").unpivot(), tmp_path / "f.csv")
    ac.to_csv(ac.plan("contacts", account=account), tmp_path / "f.csv")
    for beside in ("kpi", "variable"):
        text = pl.DataFrame({beside: ["a"], "value": ["12 Main St"]})
        with pytest.raises(errors.InvalidArgument, match="value"):
            ac.to_csv(text, tmp_path / "f.csv")


def test_a_name_of_a_column_may_be_an_address_too(tmp_path):
    with pytest.raises(errors.InvalidArgument, match="names of 1 columns") as caught:
        ac.to_csv(pl.DataFrame({"day": [1], "ada@shop.example": [2]}), tmp_path / "f.csv")
    assert "ada@" not in str(caught.value)


def test_fields_of_the_accounts_own_count_as_personal(account, tmp_path):
    wide = ac.load_field_values(account=account, wide=True, progress=False)
    with pytest.raises(errors.InvalidArgument, match=r"brewing_method.*birthday"):
        ac.to_csv(wide, tmp_path / "f.csv")
    covered = ac.load_field_values(account=account, wide=True, progress=False, mask=True)
    ac.to_csv(covered, tmp_path / "f.csv")
    kinds = ac.load_custom_object_schemas(account=account, progress=False)
    records = ac.load_custom_object_records(
        kinds["schema_id"], account=account, wide=True, progress=False
    )
    with pytest.raises(errors.InvalidArgument, match=r"roast.*started"):
        ac.to_csv(records, tmp_path / "f.csv")
    tags = ac.load_contact_tags(account=account, progress=False)
    counted = tags.group_by("contact_id").len("mails")
    ac.to_csv(counted, tmp_path / "f.csv")


@pytest.mark.parametrize("first", ["contact_id", "record_id", "rank"])
@pytest.mark.parametrize(
    "name", ["note", "title", "message", "value", "signature", "ip4", "event", "match"]
)
def test_a_field_may_be_named_like_a_column_of_another_table(tmp_path, first, name):
    wide = pl.DataFrame({first: ["1"], "contact_id": ["7"], name: ["called Ada, 12 Main St"]})
    with pytest.raises(errors.InvalidArgument, match=name):
        ac.to_csv(wide, tmp_path / "f.csv")


AT = datetime(2026, 6, 30, 15, tzinfo=UTC)
LIKE_A_METRICS = [
    {"touched_at": "12 Main St"},
    {"touched_at": AT},
    {"touched_at": date(1970, 5, 12)},
    {"happened_at": AT},
    {"happened_at": date(1970, 5, 12)},
    {"event": "her wedding"},
    {"kind": "called Ada", "touched_at": AT},
    {"link": "12 Main St", "touched_at": AT},
    {"event": "her wedding", "happened_at": date(1970, 5, 12)},
    {"event": "her wedding", "happened_at": AT, "_extra": None},
    {"event": "her wedding", "happened_at": AT, "birthday": date(1970, 5, 12)},
    {"kind": "a", "touched_at": AT, "campaign_id": "1", "automation_id": "2", "street": "12 Main St"},
    {"order_id": "1", "match": "called Ada"},
    {"order_id": "1", "customer_match": "called Ada", "campaign_name": "12 Main St"},
]  # fmt: skip


@pytest.mark.parametrize("first", ["contact_id", "record_id"])
@pytest.mark.parametrize("fields", LIKE_A_METRICS, ids=" ".join)
def test_a_field_may_be_named_like_a_column_of_a_metric(tmp_path, first, fields):
    wide = pl.DataFrame({first: ["1"], "contact_id": ["7"], **{k: [v] for k, v in fields.items()}})
    mine = [name for name in fields if not name.endswith("_id") and name != "_extra"]
    with pytest.raises(errors.InvalidArgument, match=", ".join(mine)):
        ac.to_csv(wide, tmp_path / "f.csv")
    assert not list(tmp_path.iterdir())


def test_no_metric_is_about_a_custom_objects_record(tmp_path):
    record = pl.DataFrame({"record_id": ["1"], "event": ["her wedding"], "happened_at": [AT]})
    with pytest.raises(errors.InvalidArgument, match="event, happened_at"):
        ac.to_csv(record, tmp_path / "f.csv")


CODED = {
    "percent": "https://shop.example/u?mail=ada%40shop.example",
    "percent twice": "ada%2540shop.example",
    "entity": "ada&#64;shop.example",
    "named entity": "ada&commat;shop.example",
    "json": r"ada\u0040shop.example",
    "quoted-printable": "ada=40shop.example",
    "base64": base64.b64encode(b"ada@shop.example").decode(),
    "base64 of a line": base64.b64encode(b"ada@shop.example\n").decode(),
    "short escape": r"a\x40b.de",
}


@pytest.mark.parametrize("code", CODED)
@pytest.mark.parametrize("among", [0, 25_000])
def test_a_coded_address_is_one_too(tmp_path, code, among):
    texts = [*(f"https://shop.example/page%20{number}" for number in range(among)), CODED[code]]
    with pytest.raises(errors.InvalidArgument, match="url"):
        ac.to_csv(pl.DataFrame({"url": texts}), tmp_path / "f.csv")
    plain = [hashlib.md5(str(number).encode()).hexdigest() for number in range(1000)]
    ac.to_csv(pl.DataFrame({"url": texts[:-1] + plain}), tmp_path / "f.csv")


def test_what_metrics_say_of_contacts_needs_no_leave(account, tmp_path):
    frames = {
        name: getattr(ac, f"load_{name}")(account=account, progress=False)
        for name in (
            "contacts", "ecom_orders", "contact_automations", "campaigns", "campaign_lists",
            "contact_lists", "email_activities", "automations",
        )
    }  # fmt: skip
    touches = ac.metrics.automation_touches(frames["contact_automations"])
    ac.to_csv(touches, tmp_path / "touches.csv")
    events = ac.metrics.contact_events(contacts=frames["contacts"], orders=frames["ecom_orders"])
    ac.to_csv(events, tmp_path / "events.csv")
    more = [
        ac.metrics.list_touches(
            frames["campaigns"], frames["campaign_lists"], frames["contact_lists"],
            orders=frames["ecom_orders"], contacts=frames["contacts"],
        ),
        ac.metrics.one_to_one_touches(frames["email_activities"]),
    ]  # fmt: skip
    touches = ac.metrics.all_touches(touches, *more)
    people = frames["ecom_orders"], frames["contacts"]
    named = {name: frames[name] for name in ("campaigns", "automations")}
    made = {
        "touches": touches,
        "with a number": touches.with_columns(n=1, flag=True),
        "attributed": ac.metrics.attributed_orders(people[0], touches, people[1]),
        "joined": ac.metrics.joined_orders(*people, touches),
        "joined with names": ac.metrics.joined_orders(*people, touches, **named),
    }
    for name, frame in made.items():
        assert frame.height, name
        ac.to_csv(frame, tmp_path / f"{name}.csv")
