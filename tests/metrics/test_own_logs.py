"""Logs of one's own as touches: their names, their kinds, their ids."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import polars as pl
import pytest

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics import touches_from_log

MOMENT = pl.Datetime("us", "UTC")
START = datetime(2026, 3, 6, tzinfo=UTC)
TOUCHES = [
    "contact_id",
    "touched_at",
    "kind",
    "campaign_id",
    "automation_id",
    "sent_at",
    "link",
    "is_bot",
]


def test_a_log_keeps_its_own_names_and_loses_rows_without_a_contact_or_a_moment():
    log = pl.DataFrame(
        {
            "who": ["Ann@Example.com ", "nobody@example.com", "bob@example.com"],
            "when": [START, START, None],
            "kind": ["open", "open", "click"],
            "url": ["https://example.com/a", None, None],
        }
    )
    contacts = pl.DataFrame(
        {"contact_id": ["7", "9"], "email": ["ann@example.com", "bob@example.com"]}
    )
    names = {"email": "who", "touched_at": "when", "link": "url"}
    made = touches_from_log(log, contacts, columns=names)
    assert made.columns == TOUCHES
    assert made.rows() == [
        ("7", START, "open", None, None, None, "https://example.com/a", None),
    ]


def test_a_log_with_kinds_that_are_none_or_names_that_are_not_there_is_refused(engine):
    schema = {"contact_id": pl.String(), "touched_at": MOMENT, "kind": pl.String()}
    rows = [{"contact_id": "7", "touched_at": START, "kind": kind} for kind in ("click", "opened")]
    with pytest.raises(InvalidArgument, match="'opened'"):
        touches_from_log(engine.make(rows, schema))
    assert len(engine.read(touches_from_log(engine.make(rows[:1], schema)))) == 1
    with pytest.raises(MissingColumns, match="when"):
        touches_from_log(engine.make(rows, schema), columns={"touched_at": "when"})
    with pytest.raises(InvalidArgument, match="touches_from_csv"):
        touches_from_log("clicks.csv", kind="click")


@pytest.mark.parametrize("dtype", [pl.Int64(), pl.Float64()])
@pytest.mark.parametrize("pandas", [False, True])
def test_numbers_as_ids_become_texts(dtype, pandas):
    log = pl.DataFrame(
        {"contact_id": [7, 8], "campaign_id": [3, None], "touched_at": [START] * 2},
        schema_overrides={"contact_id": dtype, "campaign_id": dtype},
    )
    given = log.to_pandas() if pandas else log
    made = touches_from_log(given, kind="click")
    assert list(made["contact_id"]) == ["7", "8"]
    assert made["campaign_id"][0] == "3"
    assert pd.isna(made["campaign_id"][1]) if pandas else made["campaign_id"][1] is None
