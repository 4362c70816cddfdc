"""A user's own metrics: registered, computed like the built-in ones, refused in words."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit import metrics
from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import (
    DEFINITIONS,
    Definition,
    compute_metric,
    register_metric,
    registry,
    unregister_metric,
)

SCHEMA = {"type": pl.String(), "complaints": pl.Int64(), "delivered": pl.Int64()}
SHARE = Definition(
    "complaint_rate", "Complaint rate", "complaints ÷ mails", "complaints", "delivered"
)
MEAN = Definition("mails_each", "Mails each", "mails ÷ complaints", "delivered", "complaints")


@pytest.fixture(autouse=True)
def _own():
    register_metric(SHARE, replace=True)
    register_metric(MEAN, replace=True)
    yield
    for metric_id in set(DEFINITIONS) - set(registry.BUILT_IN_IDS):
        unregister_metric(metric_id)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["single", "split", None]),
            "complaints": st.none() | st.integers(0, 9),
            "delivered": st.none() | st.sampled_from([0, 5, 60, 5000]),
        }
    ),
    max_size=20,
)


def expected(rows, by, over, under, oracles, metric_id):
    """Loops over dictionaries; the grouped interval is the oracle of campaigns."""
    grouped = {}
    for row in rows:
        grouped.setdefault(row["type"] if by else None, []).append(row)
    if not by:
        grouped.setdefault(None, [])
    made = []
    for key in sorted(grouped, key=lambda one: (one is not None, one)):
        mine = grouped[key]
        known = [row for row in mine if row[over] is not None and row[under] is not None]
        lone = [row for row in mine if (row[over] is None) != (row[under] is None)]
        totals = {
            name: sum(row[name] for row in mine if row[name] is not None) if known else None
            for name in (over, under)
        }
        notes, rate, ends = [], None, {}
        if lone:
            notes.append(f"{metric_id}: a row has one count only")
        share = metric_id == "complaint_rate"
        if known and share and totals[over] > totals[under]:
            notes.append(f"{metric_id}: numerator exceeds denominator")
        elif known and totals[under] and not lone:
            rate = Fraction(totals[over], totals[under])
        if share:
            ends = dict.fromkeys((f"{metric_id}_low", f"{metric_id}_high"))
            if rate is not None:
                pairs = [(row[over], row[under]) for row in known]
                low, high = oracles.clustered(totals[over], totals[under], pairs)
                ends = {f"{metric_id}_low": low, f"{metric_id}_high": high}
        made.append(
            ({"type": key} if by else {})
            | {over: totals[over], under: totals[under], metric_id: rate}
            | ends
            | {"rows": len(known), "flag": "; ".join(notes) or None}
        )
    return made


@settings(max_examples=25, deadline=None)
@given(ROWS, st.booleans())
def test_a_share_is_the_one_of_loops(engine, oracles, same, rows, by):
    made = compute_metric("complaint_rate", engine.make(rows, SCHEMA), by="type" if by else None)
    wanted = expected(rows, by, "complaints", "delivered", oracles, "complaint_rate")
    same(engine.read(made), wanted)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.booleans())
def test_a_mean_may_exceed_one_and_has_no_interval(engine, oracles, same, rows, by):
    made = compute_metric("mails_each", engine.make(rows, SCHEMA), by="type" if by else None)
    same(engine.read(made), expected(rows, by, "delivered", "complaints", oracles, "mails_each"))


def test_rows_that_differ_widen_the_interval_of_a_share(engine, oracles, same):
    pairs = [(5, 1000), (90, 1000), (30, 1000)]
    rows = [{"type": "single", "complaints": k, "delivered": n} for k, n in pairs]
    made = engine.read(compute_metric("complaint_rate", engine.make(rows, SCHEMA)))[0]
    low, high = oracles.clustered(125, 3000, pairs)
    narrow, wide = oracles.wilson(125, 3000)
    assert low < narrow < wide < high
    same([{"low": made["complaint_rate_low"]}], [{"low": low}])
    same([{"high": made["complaint_rate_high"]}], [{"high": high}])


def test_a_count_that_is_no_number_is_missing(engine):
    """NaN is how pandas and NumPy say that a number is missing."""
    schema = {"type": pl.String(), "complaints": pl.Float64(), "delivered": pl.Float64()}
    rows = [
        {"type": "single", "complaints": 2.0, "delivered": 5.0},
        {"type": "single", "complaints": float("nan"), "delivered": float("nan")},
        {"type": "split", "complaints": 2.0, "delivered": float("nan")},
    ]
    single, split = engine.read(compute_metric("mails_each", engine.make(rows, schema), by="type"))
    assert (single["mails_each"], single["rows"], single["flag"]) == (2.5, 1, None)
    assert split["mails_each"] is None
    assert split["flag"] == "mails_each: a row has one count only"


def test_a_group_may_have_any_name_that_the_result_has_not():
    frame = pl.DataFrame({"lone": ["a", "b"], "complaints": [1, 2], "delivered": [10, 10]})
    found = compute_metric("complaint_rate", frame, by="lone")
    assert found.select("lone", "complaint_rate").rows() == [("a", 0.1), ("b", 0.2)]


@pytest.mark.parametrize("by", [None, "type"])
def test_an_empty_frame_has_no_groups_and_no_rate(engine, by):
    made = engine.read(compute_metric("complaint_rate", engine.make([], SCHEMA), by=by))
    rest = dict.fromkeys(("complaints", "delivered", "complaint_rate", "flag"))
    ends = dict.fromkeys(("complaint_rate_low", "complaint_rate_high"))
    assert made == ([] if by else [rest | ends | {"rows": 0}])


def test_a_built_in_metric_is_computed_by_its_function():
    campaigns = pl.DataFrame({"contact_id": ["1"], "hard_bounces": [1], "soft_bounces": [0]})
    with pytest.raises(MissingColumns, match="campaign_rates needs"):
        compute_metric("click_rate", campaigns, by="type")
    orders = metrics.field_completeness(campaigns)
    assert compute_metric("field_completeness", campaigns).equals(orders)


def test_a_function_of_ones_own_gets_everything_and_gives_a_frame():
    def function(mails, weights, *, floor):
        return pl.DataFrame({"mine": [mails.height * weights.height + floor]})

    register_metric(Definition("mine", "Mine", "rows ÷ rows"), function=function)
    two, three = pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 2, 3]})
    assert compute_metric("mine", two, three, floor=10)["mine"].to_list() == [16]
    register_metric(Definition("mine", "Mine", "a ÷ b", "a", "b"), replace=True)
    frame = pl.DataFrame({"a": [1], "b": [4]})
    assert compute_metric("mine", frame)["mine"].to_list() == [0.25], "the function has gone"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda frame: None, "gave NoneType, not a frame"),
        (lambda frame: frame, "gave no column mine; it gave a, b"),
    ],
)
def test_what_a_function_gives_is_looked_at(given, words):
    register_metric(Definition("mine", "Mine", "a ÷ b"), function=given)
    with pytest.raises(InvalidArgument, match=words):
        compute_metric("mine", pl.DataFrame({"a": [1], "b": [2]}))


def test_what_cannot_be_computed_says_what_to_do():
    register_metric(Definition("told", "Told", "in words only"))
    register_metric(Definition("named", "Named", "a ÷ b", function="nowhere"))
    frame = pl.DataFrame({"complaints": [1], "delivered": [2], "type": ["single"]})
    for call, words in (
        (lambda: compute_metric("told", frame), "function="),
        (lambda: compute_metric("named", frame), "'nowhere', which is not there"),
        (lambda: compute_metric("complaint_rate"), "from one frame, not from 0"),
        (lambda: compute_metric("complaint_rate", frame, frame), "not from 2"),
        (lambda: compute_metric("complaint_rate", frame, by="delivered"), "cannot group by"),
        (lambda: compute_metric("complaint_rate", frame, confidence=2), "between 0 and 1"),
        (lambda: compute_metric("complaint_rate", [1]), "DataFrame"),
        (lambda: register_metric(SHARE, function=3, replace=True), "cannot be called"),
        (lambda: register_metric(Definition("x", "X", "a ÷ a", "a", "a")), "Name two columns"),
    ):
        with pytest.raises(InvalidArgument, match=words):
            call()
    with pytest.raises(MissingColumns, match="complaint_rate needs the columns delivered"):
        compute_metric("complaint_rate", frame.drop("delivered"))


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("complaint_rate", "takes a Definition, not str"),
        (Definition(3, "Three", "a ÷ b"), "3 is no metric id"),
        (Definition("mine", None, "a ÷ b"), "title=None, which is no text"),
        (Definition("mine", " ", "a ÷ b"), "title=' ', which is no text"),
        (Definition("mine", "Mine", ""), "formula='', which is no text"),
        (Definition("mine", "Mine", "a ÷ b", 3, "b"), "numerator=3, which is no text"),
        (Definition("mine", "Mine", "a ÷ b", "a", None), "denominator=None, which is no text"),
        (Definition("mine", "Mine", "a ÷ b", source=3), "source=3, which is no text"),
        (Definition("mine", "Mine", "a ÷ b", function=len), "function=.*, which is no text"),
        (Definition("mine", "Mine", "a ÷ b", columns="clickers"), "columns='clickers', .* comma"),
        (Definition("mine", "Mine", "a ÷ b", caveats="One."), "caveats='One.', .* comma"),
        (Definition("mine", "Mine", "a ÷ b", caveats=(1,)), r"caveats=\(1,\), .* comma"),
        (Definition("mine", "Mine", "a ÷ b", "mine", "b"), "mine needs mine for something else"),
        (Definition("mine", "Mine", "a ÷ b", "a", "mine__hits"), "begins with mine__"),
        (Definition("mine", "Mine", "a ÷ b", "a", "mine_low"), "needs mine_low for something"),
        (Definition("mine", "Mine", "a ÷ b", "a", "mine_high"), "needs mine_high for something"),
        (Definition("mine", "Mine", "a ÷ b", "rows", "flag"), "needs flag and rows for something"),
        (Definition("mine", "My\nown", "a ÷ b"), "title='My.*, with line breaks"),
        (Definition("mine", "Mine\u202e", "a ÷ b"), "title=.*, with line breaks"),
        (Definition("mine", "Mine", "a ÷\x00 b"), "formula=.*, with line breaks"),
        (Definition("mine", "Mine", "a ÷ b", caveats=("One.", "T\x1bwo.")), "caveats=.*control"),
        (Definition("mine", "M" * 61, "a ÷ b"), "title of mine has 61 characters"),
        (Definition("m" * 61, "Mine", "a ÷ b"), "id of 61 characters is too long"),
        (Definition("rows", "Mine", "a ÷ b", "a", "b"), "rows needs rows for something"),
        (Definition("flag", "Mine", "a ÷ b", "a", "b"), "flag needs flag for something"),
    ],
)
def test_what_could_not_be_explained_or_computed_is_not_registered(definition, words):
    before = dict(metrics.DEFINITIONS)
    with pytest.raises(InvalidArgument, match=words):
        register_metric(definition)
    assert dict(metrics.DEFINITIONS) == before


def test_a_title_may_be_as_long_as_charts_write_and_of_any_script():
    for title in ("M" * 60, "Taux d\u2019ouverture\u00a0: brut", "معدل الفتح", "開封率"):
        assert register_metric(Definition("mine", title, "a ÷ b"), replace=True).title == title


def test_ones_own_function_comes_before_the_one_that_the_definition_names():
    """So a built-in metric can be replaced, and its definition kept."""
    kept = metrics.explain("delivered")
    found = pl.DataFrame({"delivered": [7]})
    try:
        register_metric(kept, function=lambda frame: frame, replace=True)
        assert compute_metric("delivered", found).equals(found)
    finally:
        register_metric(kept, replace=True)
    with pytest.raises(MissingColumns, match="campaign_rates needs"):
        compute_metric("delivered", found)


def test_a_function_gives_what_columns_it_likes():
    mine = Definition("rows", "Rows", "rows ÷ rows", "rows", "all_rows")
    register_metric(mine, function=lambda frame: frame.select(rows=pl.len(), all_rows=pl.len()))
    assert compute_metric("rows", pl.DataFrame({"a": [1, 2]}))["rows"].to_list() == [2]


@pytest.mark.parametrize("nothing", [None, 3, ["click_rate"], {"click_rate": 1}])
def test_what_is_no_id_is_no_metric(nothing):
    with pytest.raises(InvalidArgument, match="No metric is called"):
        metrics.explain(nothing)
    with pytest.raises(InvalidArgument, match="No metric is called"):
        compute_metric(nothing)


@pytest.mark.parametrize("end", ["inverse", "quantile", "pull", "reach", "hits", "lone"])
def test_a_group_called_like_a_helper_column_is_refused(end):
    name = f"{SHARE.id}__{end}"
    frame = pl.DataFrame({name: ["a", "b"], SHARE.numerator: [1, 2], SHARE.denominator: [10, 10]})
    with pytest.raises(InvalidArgument, match="cannot group by"):
        compute_metric(SHARE.id, frame, by=name)


CAMPAIGNS = pl.DataFrame({"campaign_id": ["1"]})
MAILS = pl.DataFrame({"complaints": [1], "delivered": [9]})


@pytest.mark.parametrize(
    ("metric_id", "frames", "options", "words"),
    [
        ("click_rate", (), {}, "'campaigns'. It takes campaigns; by name: by, confidence."),
        ("click_rate", (CAMPAIGNS,), {"foo": 1}, "'foo'. It takes campaigns; by name: by,"),
        ("click_rate", (CAMPAIGNS,) * 3, {}, "too many positional arguments. It takes campaigns;"),
        ("complaint_rate", (MAILS,), {"foo": 1}, "'foo'. It takes frames; by name: by, confidence"),
        ("own_share", (), {}, "'mails'. It takes mails."),
        ("nothing_share", (MAILS,), {}, "It takes no frames."),
    ],
)
def test_frames_and_options_that_it_does_not_take_are_refused(metric_id, frames, options, words):
    for name, function in (("own_share", lambda mails: mails), ("nothing_share", lambda: MAILS)):
        register_metric(Definition(name, "T", "a ÷ b", "a", "b"), function=function, replace=True)
    with pytest.raises(InvalidArgument, match=f"{metric_id} cannot be computed so: ") as caught:
        compute_metric(metric_id, *frames, **options)
    assert words in str(caught.value)
    assert "_ratio" not in str(caught.value)


def test_a_type_error_of_a_function_is_its_own():
    def broken(mails):
        raise TypeError(mails.height)

    register_metric(Definition("broken_share", "T", "a ÷ b", "a", "b"), function=broken)
    with pytest.raises(TypeError, match="1"):
        compute_metric("broken_share", MAILS)


def test_a_function_without_a_signature_is_called():
    register_metric(Definition("mails", "T", "a ÷ b", "a", "b"), function=max)
    with pytest.raises(TypeError, match="max"):
        compute_metric("mails")
