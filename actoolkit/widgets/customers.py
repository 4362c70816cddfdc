"""Explore customers and the shop: who buys, who comes back, what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.carts import cart_recovery_chart
from actoolkit.charts.cohorts import cohort_retention_chart
from actoolkit.charts.customers import rfm_chart, second_order_survival_chart
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import plural
from actoolkit.charts.orders import currency_name, revenue_by_period_chart
from actoolkit.metrics import (
    cart_recovery,
    cohort_retention,
    revenue_by_period,
    rfm,
    rfm_grid,
    second_order_survival,
)
from actoolkit.settings import Account
from actoolkit.widgets.controls import GRAINS, Choice, Control
from actoolkit.widgets.dates import Dates
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import Sources, script

VIEWS = {
    "Lately and often": "rfm",
    "Who comes back": "cohorts",
    "Time to the second order": "second_order",
    "Revenue": "revenue",
    "Abandoned carts": "carts",
}
_IDLE: Mapping[str, frozenset[str]] = {
    "rfm": frozenset({"grain"}),
    "cohorts": frozenset({"grain", "currency"}),
    "second_order": frozenset({"grain", "currency"}),
    "revenue": frozenset({"currency"}),
    "carts": frozenset({"grain", "currency"}),
}


def customers_explorer(
    account: Account | None = None,
    *,
    ecom_orders: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore the orders of a shop by customer.

    Controls: ``view`` ("rfm": recency and frequency; "cohorts": who came back; "second_order":
    how soon; "revenue"; "carts": abandoned carts that came back), ``currency`` (of "rfm"; the
    other views show each or need none), ``grain`` (of "revenue"), ``dates``. Cohorts and the time
    to the second order look back to the first order known: of the dates they take the end only.

    Args:
        account: Whose orders to load; None is the environment's. Not used when frames are given.
        ecom_orders: Result of `actoolkit.load_ecom_orders`: works without an account.
        today: Day on which "last 30 days" ends; None is the account's today, or the last order's.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of the metric of the chosen view.

    Raises:
        ApiError, LoadError, SettingsError: The account's orders cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.customers_explorer(account, progress=False)
        >>> explorer.set(view="second_order")
    """
    main = "ecom_orders"
    if ecom_orders is not None:
        sources = Sources.given({main: ecom_orders}, today=today, as_of=as_of, main=main)
    else:
        sources = Sources.loaded(account, [main], progress=progress, main=main)
    controls: list[Control[Any]] = [
        Choice("view", label="Show", options=VIEWS),
        Choice("currency", label="Currency", options=sources.currencies()),
        Choice("grain", label="Per", options=GRAINS),
        Dates("dates", today=sources.today),
    ]
    return Explorer(_Customers(sources), controls)


class _Customers:
    title = "Customers"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def _days(self, params: Params, *, since: bool = True) -> dict[str, Any]:
        """Give the days as arguments; by default they end before today, which is not over."""
        chosen = params["dates"]
        days: dict[str, Any] = {}
        if since and chosen.since:
            days["since"] = chosen.since
        days["until"] = chosen.until or self._sources.today
        return days

    def _units(self, code: str | None) -> int:
        return self._sources.minor_units.get(currency_name(code), 2)

    def _units_of(self) -> str:
        units = dict(self._sources.minor_units)
        return f", minor_units={units!r}" if units else ""

    def compute(self, params: Params) -> Any:
        orders, days = self._sources.frames["ecom_orders"], self._days(params)
        end = self._days(params, since=False)
        match params["view"]:
            case "rfm":
                return rfm_grid(rfm(orders, currency=params["currency"], **days))
            case "cohorts":
                return cohort_retention(orders, **end)
            case "second_order":
                return second_order_survival(orders, **end)
            case "revenue":
                return revenue_by_period(orders, grain=params["grain"], **days)
            case _:
                return cart_recovery(orders, **days)

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        as_of = self._sources.as_of
        match params["view"]:
            case "rfm":
                units = self._units(params["currency"])
                return rfm_chart(frame, as_of=as_of, minor_units=units)
            case "cohorts":
                return cohort_retention_chart(frame, as_of=as_of)
            case "second_order":
                return second_order_survival_chart(frame, as_of=as_of)
            case "revenue":
                return revenue_by_period_chart(
                    frame,
                    as_of=as_of,
                    grain=params["grain"],
                    minor_units=self._sources.minor_units or None,
                )
            case _:
                return cart_recovery_chart(
                    frame, as_of=as_of, minor_units=self._sources.minor_units or None
                )

    def code(self, params: Params) -> str:
        days = _arguments(self._days(params))
        end = _arguments(self._days(params, since=False))
        grain = f"grain={params['grain']!r}"
        match params["view"]:
            case "rfm":
                units = self._units(params["currency"])
                chart = "rfm_chart(grid, as_of=as_of" + (
                    ")" if units == 2 else f", minor_units={units})"
                )
                currency = f"currency={params['currency']!r}"
                calls = [
                    f"scores = ac.metrics.rfm(ecom_orders, {currency}, {days})",
                    "grid = ac.metrics.rfm_grid(scores)",
                ]
            case "cohorts":
                calls = [f"retention = ac.metrics.cohort_retention(ecom_orders, {end})"]
                chart = "cohort_retention_chart(retention, as_of=as_of)"
            case "second_order":
                calls = [f"curve = ac.metrics.second_order_survival(ecom_orders, {end})"]
                chart = "second_order_survival_chart(curve, as_of=as_of)"
            case "revenue":
                calls = [f"revenue = ac.metrics.revenue_by_period(ecom_orders, {grain}, {days})"]
                chart = f"revenue_by_period_chart(revenue, as_of=as_of, {grain}{self._units_of()})"
            case _:
                calls = [f"carts = ac.metrics.cart_recovery(ecom_orders, {days})"]
                chart = f"cart_recovery_chart(carts, as_of=as_of{self._units_of()})"
        return script(self._sources, *calls, f"chart = ac.charts.{chart}")

    def summary(self, frame: Any, params: Params) -> str:
        found = nw.from_native(frame)
        match params["view"]:
            case "rfm":
                return f"{plural(int(found['customers'].sum() or 0), 'customer')}."
            case "cohorts":
                first = found.filter(nw.col("month") == 0)
                return f"{plural(int(first['customers'].sum() or 0), 'customer')} since the first."
            case "second_order":
                people = int(found["at_risk"].max() or 0) if len(found) else 0
                return f"{plural(people, 'customer')} since the first."
            case "revenue":
                return f"{plural(int(found['orders'].sum() or 0), 'order')}."
            case _:
                carts = found["abandoned_carts"]
                return f"Up to {plural(int(carts.max() or 0) if len(found) else 0, 'cart')}."

    def idle(self, params: Params) -> frozenset[str]:
        return _IDLE[params["view"]]


def _arguments(days: Mapping[str, date]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in days.items())
