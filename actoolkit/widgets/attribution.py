"""Explore credited revenue: by which model, window and kind of touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.attribution import attributed_revenue_chart
from actoolkit.charts.attribution_windows import attribution_sensitivity_chart
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import plural
from actoolkit.metrics import all_touches, automation_touches, list_touches
from actoolkit.metrics.attribution_models import MODELS
from actoolkit.settings import Account
from actoolkit.widgets.buyers import parts_of_buyers
from actoolkit.widgets.controls import Choice, Control
from actoolkit.widgets.credits import WINDOWS as DAYS
from actoolkit.widgets.credits import Credits
from actoolkit.widgets.dates import Dates
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import Sources, script

VIEWS = {"Credited to": "credits", "By length of window": "windows"}
BY = {"Campaign": "campaign_id", "Automation": "automation_id", "Kind of touch": "kind"}
WINDOWS = {plural(days, "day"): days for days in DAYS}
KINDS = {
    "click": "Clicked",
    "open": "Opened",
    "sent": "Was sent mail",
    "one_to_one": "Was written to",
    "automation": "Entered an automation",
    "listed": "Was on a list",
}
_TABLES = (
    "ecom_orders",
    "contacts",
    "campaigns",
    "campaign_lists",
    "contact_lists",
    "contact_automations",
    "automations",
)
MAILS_AT_ONCE = 5_000_000
"""Contacts times campaigns that are made touches of in one go."""
_OF_ITSELF = """touches = ac.metrics.all_touches(
    ac.metrics.list_touches(
        campaigns, campaign_lists, contact_lists, orders=ecom_orders, contacts=contacts
    ),
    ac.metrics.automation_touches(contact_automations),
)"""


def attribution_explorer(
    account: Account | None = None,
    *,
    touches: Any = None,
    ecom_orders: Any = None,
    contacts: Any = None,
    campaigns: Any = None,
    automations: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore which mails revenue is credited to, and how that depends on the rule.

    Controls: ``view`` ("credits", "windows"), ``model``, ``window`` (days), ``by``
    ("campaign_id", "automation_id", "kind"), ``kinds`` (of touches), ``currency``, ``dates`` (of
    the orders). Without ``touches`` of your own they are what the API tells: lists and automations.

    Args:
        account: Whose data to load; None is the environment's. Not used when orders are given.
        touches: Result of `actoolkit.metrics.touches_from_log` and the like.
        ecom_orders: Result of `actoolkit.load_ecom_orders`: works without an account, with
            ``touches`` and ``contacts``.
        contacts: Result of `actoolkit.load_contacts`.
        campaigns: Result of `actoolkit.load_campaigns`, for their names.
        automations: Result of `actoolkit.load_automations`, for theirs.
        today: Day on which "last 30 days" ends; None is the account's today, or the last order's.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of `attributed_revenue`, or of
        `attribution_sensitivity`.

    Raises:
        InvalidArgument: Orders without touches or contacts.
        ApiError, LoadError, SettingsError: The account's data cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.attribution_explorer(account, progress=False)
        >>> explorer.set(model="linear", window=14)
    """
    if ecom_orders is not None:
        given = {
            "ecom_orders": ecom_orders,
            "contacts": contacts,
            "touches": touches,
            "campaigns": campaigns,
            "automations": automations,
        }
        sources = Sources.given(given, today=today, as_of=as_of, main="ecom_orders")
        sources.need("contacts", "touches")
        found = touches
    else:
        tables = _TABLES if touches is None else ("ecom_orders", "contacts", "campaigns")
        sources = Sources.loaded(account, tables, progress=progress, main="ecom_orders")
        found = touches
        if touches is None:
            found = partial(_touches_of_buyers, sources.frames)
    subject = _Attribution(sources, found, own=touches is not None)
    controls: list[Control[Any]] = [
        Choice("view", label="Show", options=VIEWS),
        Choice("model", label="Model", options=_models(subject.kinds), value="last"),
        Choice("window", label="Window", options=WINDOWS, value=7),
        Choice("by", label="Per", options=BY),
        Choice("kinds", label="Touches", options={"All": None, **subject.kinds}),
        Choice("currency", label="Currency", options=sources.currencies()),
        Dates("dates", today=sources.today),
    ]
    return Explorer(subject, controls)


class _Attribution:
    title = "Attribution"

    def __init__(self, sources: Sources, touches: Any, *, own: bool) -> None:
        self._sources, self._own = sources, own
        orders, contacts = (sources.frames[key] for key in ("ecom_orders", "contacts"))
        self._credits = Credits(orders, touches, contacts)
        self.kinds = {label: kind for kind, label in KINDS.items() if kind in self._credits.kinds}

    def _metric(self, params: Params) -> tuple[str, dict[str, Any]]:
        days = {name: getattr(params["dates"], name) for name in ("since", "until")}
        shared = {"kinds": params["kinds"], **days}
        if params["view"] == "windows":
            more: dict[str, Any] = {"models": params["model"]}
            name = "attribution_sensitivity"
        else:
            more = {key: params[key] for key in ("model", "by")}
            more["window_days"] = params["window"]
            name = "attributed_revenue"
        given = {**more, **shared}
        return name, {key: value for key, value in given.items() if value is not None}

    def compute(self, params: Params) -> Any:
        name, options = self._metric(params)
        if name == "attributed_revenue":
            return self._credits.revenue(**options)
        return self._credits.sensitivity(**options)

    def _names(self, params: Params) -> tuple[str, str] | None:
        """Where the names come from that the chart shows: a table and its key."""
        tables = {"campaign_id": "campaigns", "automation_id": "automations"}
        table = tables.get(params["by"])
        return (table, params["by"]) if table and table in self._sources.frames else None

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        as_of, currency = self._sources.as_of, params["currency"]
        units = self._sources.minor_units or None
        if params["view"] == "windows":
            return attribution_sensitivity_chart(
                frame, currency=currency, minor_units=units, as_of=as_of
            )
        names, where = {}, self._names(params)
        if where:
            table = nw.from_native(self._sources.frames[where[0]]).lazy().collect()
            names = dict(zip(table[where[1]].to_list(), table["name"].to_list(), strict=True))
        return attributed_revenue_chart(
            frame,
            names=names or None,
            currency=currency,
            minor_units=units,
            as_of=as_of,
            model=params["model"],
            window_days=params["window"],
        )

    def code(self, params: Params) -> str:
        name, options = self._metric(params)
        asked = "".join(f", {key}={value!r}" for key, value in options.items())
        calls = [] if self._own else [_OF_ITSELF]
        calls.append(f"found = ac.metrics.{name}(ecom_orders, touches, contacts{asked})")
        chart = f"{name}_chart(found"
        where = self._names(params)
        if params["view"] == "credits" and where:
            table, key = where
            calls.append(f'names = dict(zip({table}["{key}"], {table}["name"], strict=True))')
            chart += ", names=names"
        chart += f", currency={params['currency']!r}"
        if params["view"] == "credits":
            chart += f", model={params['model']!r}, window_days={params['window']!r}"
        if self._sources.minor_units:
            chart += f", minor_units={dict(self._sources.minor_units)!r}"
        calls.append(f"chart = ac.charts.{chart}, as_of=as_of)")
        return script(self._sources, *calls)

    def summary(self, frame: Any, params: Params) -> str:
        found = nw.from_native(frame).lazy().collect()
        mine = found.filter(nw.col("currency") == params["currency"])
        if params["view"] == "windows":
            return f"{plural(len(mine), 'window')}; touches {self._what()}."
        orders = mine.filter(~nw.col("is_attributed"))["orders"].sum()
        return f"{plural(int(orders or 0), 'order')} credited to none; touches {self._what()}."

    def _what(self) -> str:
        return "as given" if self._own else "by lists and automations: exposure, not effect"

    def idle(self, params: Params) -> frozenset[str]:
        return frozenset({"window", "by"}) if params["view"] == "windows" else frozenset()


def _models(kinds: Mapping[str, str]) -> dict[str, str]:
    """Models that the touches there are can be credited by, with names to read."""
    reading = {"click", "open"} & set(kinds.values())
    return {
        model.replace("_", " ").capitalize(): model
        for model in MODELS
        if reading or model not in ("vendor", "last_click_else_open")
    }


def _touches_of_buyers(frames: Mapping[str, Any]) -> Iterator[Any]:
    """Make touches of lists and automations, of those contacts alone who ordered, part by part.

    All of them at once may be more than fit into memory, and most precede no order.
    """
    names = ("contact_lists", "contact_automations")
    campaigns, links = frames["campaigns"], frames["campaign_lists"]
    mails = max(1, nw.from_native(campaigns).lazy().select(nw.len()).collect().item())
    for kept in parts_of_buyers(frames, *names, size=max(1, MAILS_AT_ONCE // mails)):
        parts = [list_touches(campaigns, links, kept["contact_lists"])]
        if "contact_automations" in kept:
            parts.append(automation_touches(kept["contact_automations"]))
        yield all_touches(*parts)
