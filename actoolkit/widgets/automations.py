"""Explore automations: who comes to the end, how far the others are, which orders followed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.attribution import attributed_revenue_chart
from actoolkit.charts.contact_funnel import automation_funnel_chart
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import plural
from actoolkit.metrics import automation_funnel, automation_touches
from actoolkit.settings import Account
from actoolkit.widgets.controls import Choice, Control
from actoolkit.widgets.credits import Credits
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import Sources, script

VIEWS = {"Completed": "completion", "Orders that followed": "revenue"}
MATURE = {plural(days, "day"): days for days in (7, 14, 30, 60, 90)}
WINDOWS = {plural(days, "day"): days for days in (1, 3, 7, 14, 30)}


def automation_explorer(
    account: Account | None = None,
    *,
    contact_automations: Any = None,
    automations: Any = None,
    ecom_orders: Any = None,
    contacts: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore automations.

    Controls: ``view`` ("completion": which share of the entries came to the end; "revenue": orders
    that followed an entry, which is exposure, not effect), ``mature`` (days after which an entry
    counts as over), ``window`` (days from entry to order), ``currency``. Without orders and
    contacts there is the first view only.

    Args:
        account: Whose data to load; None is the environment's. Not used when frames are given.
        contact_automations: Result of `actoolkit.load_contact_automations`.
        automations: Result of `actoolkit.load_automations`, for their names.
        ecom_orders: Result of `actoolkit.load_ecom_orders`.
        contacts: Result of `actoolkit.load_contacts`.
        today: The day of the data; None is the account's today, or that of the last entry.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of `automation_funnel` or `attributed_revenue`.

    Raises:
        InvalidArgument: Frames without ``contact_automations``.
        ApiError, LoadError, SettingsError: The account's data cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.automation_explorer(account, progress=False)
        >>> explorer.set(view="revenue", window=14)
    """
    main = "contact_automations"
    given = {
        main: contact_automations,
        "automations": automations,
        "ecom_orders": ecom_orders,
        "contacts": contacts,
    }
    if any(frame is not None for frame in given.values()):
        sources = Sources.given(given, today=today, as_of=as_of, main=main)
    else:
        sources = Sources.loaded(account, list(given), progress=progress, main=main)
    controls: list[Control[Any]] = [
        Choice("view", label="Show", options=VIEWS),
        Choice("mature", label="Over after", options=MATURE, value=30),
    ]
    if "ecom_orders" in sources.frames and "contacts" in sources.frames:
        controls += [
            Choice("window", label="Window", options=WINDOWS, value=7),
            Choice("currency", label="Currency", options=sources.currencies()),
        ]
    else:
        controls[0] = Choice("view", label="Show", options={"Completed": "completion"})
    return Explorer(_Automations(sources), controls)


class _Automations:
    title = "Automations"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        frames = sources.frames
        self._credits: Credits | None = None
        if "ecom_orders" in frames and "contacts" in frames:
            touches = automation_touches(frames["contact_automations"])
            self._credits = Credits(frames["ecom_orders"], touches, frames["contacts"])
        self._names: dict[str, str] = {}
        if "automations" in frames:
            table = nw.from_native(frames["automations"]).lazy().collect()
            pairs = zip(table["automation_id"].to_list(), table["name"].to_list(), strict=True)
            self._names = dict(pairs)

    def _until(self) -> datetime:
        """The end of the day of the data: entries are told to the second of the load."""
        as_of = self._sources.as_of
        if isinstance(as_of, datetime) and as_of.tzinfo is not None:
            return as_of.astimezone(UTC)
        tomorrow = self._sources.today + timedelta(days=1)
        return datetime.combine(tomorrow, time(), tzinfo=UTC)

    def compute(self, params: Params) -> Any:
        frames = self._sources.frames
        if self._credits is None or params["view"] == "completion":
            return automation_funnel(
                frames["contact_automations"], until=self._until(), mature_days=params["mature"]
            )
        return self._credits.revenue(window_days=params["window"], by="automation_id")

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        names, as_of = self._names or None, self._sources.as_of
        if params["view"] == "completion":
            return automation_funnel_chart(frame, names=names, as_of=as_of)
        units = self._sources.minor_units or None
        return attributed_revenue_chart(
            frame,
            names=names,
            currency=params["currency"],
            minor_units=units,
            as_of=as_of,
            model="last",
            window_days=params["window"],
        )

    def code(self, params: Params) -> str:
        calls, names = [], ""
        if self._names:
            calls.append(
                'names = dict(zip(automations["automation_id"], automations["name"], strict=True))'
            )
            names = ", names=names"
        if params["view"] == "completion":
            asked = f"until=until, mature_days={params['mature']!r}"
            calls += [
                f"until = {self._until()!r}",
                f"found = ac.metrics.automation_funnel(contact_automations, {asked})",
                f"chart = ac.charts.automation_funnel_chart(found{names}, as_of=as_of)",
            ]
        else:
            more = f", currency={params['currency']!r}"
            if self._sources.minor_units:
                more += f", minor_units={dict(self._sources.minor_units)!r}"
            more += f', model="last", window_days={params["window"]!r}'
            asked = f'window_days={params["window"]!r}, by="automation_id"'
            calls += [
                "touches = ac.metrics.automation_touches(contact_automations)",
                f"found = ac.metrics.attributed_revenue(ecom_orders, touches, contacts, {asked})",
                f"chart = ac.charts.attributed_revenue_chart(found{names}{more}, as_of=as_of)",
            ]
        return script(self._sources, *calls)

    def summary(self, frame: Any, params: Params) -> str:
        found = nw.from_native(frame).lazy().collect()
        if params["view"] == "completion":
            entries, active = (int(found[name].sum() or 0) for name in ("entries", "active"))
            return f"Entries: {entries:,}, of them {active:,} inside."
        return "Orders in the days after an entry: exposure, not effect."

    def idle(self, params: Params) -> frozenset[str]:
        if params["view"] == "completion":
            return frozenset({"window", "currency"})
        return frozenset({"mature"})
