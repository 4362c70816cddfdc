"""Explore opens and clicks: over time, by hour of sending, and campaign by campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.campaigns import campaign_rates_chart
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.engagement import engagement_heatmap_chart
from actoolkit.charts.engagement_by_period import engagement_by_period_chart
from actoolkit.charts.formats import plural
from actoolkit.metrics import campaign_rates, engagement_by_period, engagement_heatmap
from actoolkit.settings import Account
from actoolkit.widgets.controls import GRAINS, Choice
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import CAMPAIGN_FRAMES, Sources, script

RATES = {"Opened": "open_rate", "Clicked": "click_rate"}
VIEWS = {
    "Over time": "periods",
    "Day and hour of sending": "heatmap",
    "Campaign by campaign": "campaigns",
}


def engagement_explorer(
    account: Account | None = None,
    *,
    campaigns: Any = None,
    campaign_lists: Any = None,
    lists: Any = None,
    automations: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore opens and clicks per delivered mail.

    Controls: ``view`` ("periods": one-off campaigns over time; "heatmap": one-off campaigns by
    weekday and hour of sending; "campaigns": campaign by campaign), ``rate`` ("open_rate",
    "click_rate"), ``grain`` (of the periods: "month", "week", "day", "quarter", "year"), ``dates``,
    ``lists``, ``campaigns``, ``automation``. Controls whose frames are not given are left out;
    those without effect on a view are disabled in it.

    Args:
        account: Whose data to load; None is the environment's. Not used when frames are given.
        campaigns: Result of `actoolkit.load_campaigns`: works on frames, without an account.
        campaign_lists: Result of `actoolkit.load_campaign_lists`.
        lists: Result of `actoolkit.load_lists`.
        automations: Result of `actoolkit.load_automations`.
        today: Day on which "last 30 days" ends; None is the account's today, or the last sending.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of the metric of the chosen view.

    Raises:
        InvalidArgument: Frames without ``campaigns``.
        ApiError, LoadError, SettingsError: The account's data cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.engagement_explorer(account, progress=False)
        >>> explorer.set(view="campaigns", rate="click_rate")
    """
    given = {
        "campaigns": campaigns,
        "campaign_lists": campaign_lists,
        "lists": lists,
        "automations": automations,
    }
    if any(frame is not None for frame in given.values()):
        sources = Sources.given(given, today=today, as_of=as_of)
    else:
        sources = Sources.loaded(account, CAMPAIGN_FRAMES, progress=progress)
    *which, automation = sources.controls()
    controls = [
        Choice("view", label="Show", options=VIEWS),
        Choice("rate", label="Measure", options=RATES),
        Choice("grain", label="Per", options=GRAINS),
        automation,
        *which,
    ]
    return Explorer(_Engagement(sources), controls)


@dataclass(frozen=True, slots=True)
class _View:
    metric: Callable[..., Any]
    chart: Callable[..., alt.TopLevelMixin]
    result: str
    idle: frozenset[str]


_VIEWS = {
    "periods": _View(
        engagement_by_period, engagement_by_period_chart, "periods", frozenset({"automation"})
    ),
    "heatmap": _View(
        engagement_heatmap,
        engagement_heatmap_chart,
        "heatmap",
        frozenset({"automation", "grain"}),
    ),
    "campaigns": _View(campaign_rates, campaign_rates_chart, "rates", frozenset({"grain"})),
}


class _Engagement:
    title = "Engagement"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def compute(self, params: Params) -> Any:
        view = _VIEWS[params["view"]]
        chosen = self._sources.campaigns(self._effective(params))
        return view.metric(chosen, **self._metric_options(params))

    def _effective(self, params: Params) -> Params:
        """A control without effect has none: some views take one-off campaigns by themselves."""
        idle = self.idle(params)
        return {name: None if name in idle else value for name, value in params.items()}

    def _metric_options(self, params: Params) -> dict[str, Any]:
        return {"grain": params["grain"]} if params["view"] == "periods" else {}

    def _chart_options(self, params: Params) -> dict[str, Any]:
        options = {"rate": params["rate"], **self._metric_options(params)}
        if params["view"] == "heatmap" and self._sources.zone:
            options["zone"] = self._sources.zone
        return options

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        view = _VIEWS[params["view"]]
        return view.chart(frame, as_of=self._sources.as_of, **self._chart_options(params))

    def code(self, params: Params) -> str:
        view = _VIEWS[params["view"]]
        counted = ", ".join(["chosen", *_keywords(self._metric_options(params))])
        drawn = [view.result, *_keywords(self._chart_options(params))]
        drawn.append("as_of=as_of")
        return script(
            self._sources,
            self._sources.campaigns_code(self._effective(params)),
            f"{view.result} = ac.metrics.{view.metric.__name__}({counted})",
            f"chart = ac.charts.{view.chart.__name__}({', '.join(drawn)})",
        )

    def summary(self, frame: Any, params: Params) -> str:  # noqa: ARG002
        found = nw.from_native(frame)
        mails = int(found["delivered"].sum() or 0)
        campaigns = (
            int(found["campaigns"].sum() or 0) if "campaigns" in found.columns else len(found)
        )
        return f"{plural(campaigns, 'campaign')}, {plural(mails, 'mail')} delivered."

    def idle(self, params: Params) -> frozenset[str]:
        return _VIEWS[params["view"]].idle


def _keywords(options: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in options.items()]
