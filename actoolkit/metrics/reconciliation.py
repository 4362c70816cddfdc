"""Why attribution here differs from the vendor's report, step by step and campaign by campaign."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from actoolkit.errors import InvalidArgument, MetricError
from actoolkit.metrics.attribution_models import Model
from actoolkit.metrics.attribution_orders import credits_of, opened_orders, setting
from actoolkit.metrics.days import Day
from actoolkit.metrics.eager import collected, handed_back
from actoolkit.metrics.frames import Schema, opened, same_kind
from actoolkit.metrics.touches import Kind

_DIFFERENCES: Schema = {
    "currency": "text",
    "step_index": "count",
    "step": "text",
    "change_cents": "count",
    "credited_cents": "count",
}
_RECONCILED: Schema = {
    "campaign_id": "text",
    "credited_cents": "count",
    "reported_cents": "count",
    "difference_cents": "count",
    "ratio": "rate",
}
UNKNOWN = (
    "opens by privacy software, which the report may count as opens",
    "orders cancelled or refunded, which the API does not mark",
    "discounts, which some shops' totals hold and others' do not",
    "the report's own days of the window: from the sending, or from its end",
)
"""What may differ and cannot be computed from the API."""


def vendor_differences(
    orders: Any,
    touches: Any,
    contacts: Any = None,
    *,
    model: Model = "last",
    window_days: int = 7,
    kinds: Kind | Sequence[Kind] | None = None,
    include_bots: bool = False,
    since: Day = None,
    until: Day = None,
) -> Any:
    """Go from a model's credited revenue to that of the vendor's rule, one difference at a time.

    Grain: one row per currency and step. The first is what the model credits, the next ones change
    one thing each until the vendor's rule is reached, and add up to it exactly; the last ones name
    what may differ and cannot be computed.

    Args:
        orders: As for `attributed_revenue`, like all other arguments.
        touches: Likewise.
        contacts: Likewise.
        model: Likewise.
        window_days: Likewise.
        kinds: Likewise.
        include_bots: Likewise.
        since: Likewise.
        until: Likewise.

    Returns:
        The same kind of frame, sorted: ``currency (String)``, ``step_index (Int64)``,
        ``step (String): what is changed``; ``change_cents (Int64, hundredths of the currency)``:
        what it adds, null for the first and for what is not known;
        ``credited_cents (Int64)``: credited after it.

    Raises:
        InvalidArgument: As `attributed_revenue`.
        MissingColumns: A frame lacks a column.

    Source:
        https://help.activecampaign.com/hc/en-us/articles/360003444039

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> from actoolkit.metrics import touches_from_log
        >>> log = touches_from_log(pl.DataFrame({"contact_id": ["7"],
        ...     "touched_at": [datetime(2026, 5, 1, tzinfo=UTC)]}), kind="click")
        >>> orders = pl.DataFrame({"order_id": ["5"], "contact_id": ["7"], "state": ["completed"],
        ...     "currency": ["EUR"], "total_cents": [999], "shipping_cents": [400],
        ...     "tax_cents": [0], "ordered_at": [datetime(2026, 5, 4, tzinfo=UTC)]})
        >>> found = vendor_differences(orders, log)
        >>> found.select("step", "credited_cents").rows()[:2]
        [('credited by last, 7 days', 999), ('shipping and tax left out', 599)]
    """
    metric = "vendor_differences"
    asked = partial(setting, window_days=window_days, include_bots=include_bots)
    steps = [
        (f"credited by {model}, {window_days} days", asked(model, kinds=kinds)),
        ("shipping and tax left out", asked(model, kinds=kinds, value="net")),
        (
            "only opens and clicks count",
            asked("last_click_else_open", value="net"),
        ),
        (
            "days counted from the sending of the mail",
            asked("vendor"),
        ),
        ("a window of seven days", setting("vendor", 7, include_bots=include_bots)),
        ("clicks of machines count", setting("vendor", 7, include_bots=True)),
    ]
    sums = []
    for _, wanted in steps:
        bought = opened_orders(metric, orders, contacts, wanted, since=since, until=until)
        found = credits_of(metric, bought, touches, wanted)
        given = found.group_by("currency").agg(nw.col("credited_cents").sum())
        sums.append(collected(given, {"currency": "text", "credited_cents": "count"}))
    currencies = collected(bought.select("currency").unique(), {"currency": "text"})[
        "currency"
    ].sort()
    rows: list[tuple[str | None, int, str, int | None, int | None]] = []
    for currency in currencies:
        before: int | None = None
        for index, ((name, _), table) in enumerate(zip(steps, sums, strict=True)):
            mine = table.filter(pl.col("currency").eq_missing(pl.lit(currency, pl.String)))
            cents = int(mine["credited_cents"].sum())
            change = None if before is None else cents - before
            rows.append((currency, index, name, change, cents))
            before = cents
        rows += [
            (currency, len(steps) + place, name, None, None) for place, name in enumerate(UNKNOWN)
        ]
    answer = pl.DataFrame(rows, schema=_schema(_DIFFERENCES), orient="row")
    return handed_back(metric, answer, orders, _DIFFERENCES)


def reconcile_attribution(attributed: Any, reported: Any) -> Any:
    """Put credited revenue beside numbers typed in from the vendor's screen.

    Grain: one row per campaign of either, and one for the campaigns together, last.

    Args:
        attributed: Result of `attributed_revenue` by "campaign_id", of one currency.
        reported: Columns ``campaign_id`` and ``reported_cents``, in hundredths of that currency.

    Returns:
        The same kind of frame, sorted by campaign: ``campaign_id (String): null for all of them
        together``; ``credited_cents (Int64)``, ``reported_cents``: null where the campaign is not
        there; ``difference_cents (Int64): credited less reported, what is not there as 0``;
        ``ratio (Float64): credited of reported; null where that is 0 or missing``.

    Raises:
        MetricError: There are several currencies.
        InvalidArgument: A campaign is reported twice, or the frames are of different kinds.
        MissingColumns: A frame lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> attributed = pl.DataFrame({"currency": ["EUR"] * 2, "campaign_id": [None, "1"],
        ...     "is_attributed": [False, True], "credited_cents": [500, 300]})
        >>> reported = pl.DataFrame({"campaign_id": ["1"], "reported_cents": [400]})
        >>> reconcile_attribution(attributed, reported).rows()
        [('1', 300, 400, -100, 0.75), (None, 300, 400, -100, 0.75)]
    """
    metric = "reconcile_attribution"
    read: Schema = {
        "currency": "text",
        "campaign_id": "key",
        "is_attributed": "flag",
        "credited_cents": "count",
    }
    ours = opened(metric, attributed, read)
    theirs = opened(metric, reported, {"campaign_id": "key", "reported_cents": "count"})
    same_kind(metric, ours, theirs)
    ours = ours.filter(
        nw.col("is_attributed").fill_null(value=False), ~nw.col("campaign_id").is_null()
    )
    mine = collected(ours, {"currency": "text", "campaign_id": "text", "credited_cents": "count"})
    if mine["currency"].n_unique() > 1:
        raise MetricError(
            "Credits in several currencies cannot be held against one screen.",
            hint="Pass the orders of one currency to attributed_revenue.",
        )
    given = collected(
        theirs.filter(~nw.col("campaign_id").is_null()),
        {"campaign_id": "text", "reported_cents": "count"},
    )
    if given["campaign_id"].is_duplicated().any():
        raise InvalidArgument(
            "A campaign is reported twice.", hint="Give one number for each campaign."
        )
    both = (
        mine.group_by("campaign_id")
        .agg(pl.col("credited_cents").sum())
        .join(given, on="campaign_id", how="full", coalesce=True)
    )
    whole = pl.DataFrame(
        {
            "campaign_id": [None],
            "credited_cents": [int(both["credited_cents"].sum())],
            "reported_cents": [int(both["reported_cents"].sum())],
        },
        schema=_schema({name: _RECONCILED[name] for name in both.columns}),
    )
    made = pl.concat([both.sort("campaign_id"), whole])
    credited, known = pl.col("credited_cents"), pl.col("reported_cents")
    made = made.with_columns(
        difference_cents=credited.fill_null(0) - known.fill_null(0),
        ratio=pl.when(known != 0).then(credited / known),
    )
    return handed_back(metric, made, attributed, _RECONCILED)


def _schema(schema: Schema) -> dict[str, pl.DataType]:
    kinds: dict[str, pl.DataType] = {
        "text": pl.String(),
        "count": pl.Int64(),
        "rate": pl.Float64(),
    }
    return {name: kinds[kind] for name, kind in schema.items()}
