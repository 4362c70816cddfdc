"""Explore one campaign: its funnel, how it grew, and where it stands among its peers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit import loaders
from actoolkit.charts.anomalies import campaign_anomalies_chart
from actoolkit.charts.curve import campaign_curve_chart
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.funnel import campaign_funnel_chart
from actoolkit.metrics import campaign_anomalies, campaign_curve, campaign_funnel
from actoolkit.metrics.selection import select_campaigns
from actoolkit.settings import Account
from actoolkit.widgets.controls import Choice, Control
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import Sources, script

VIEWS = {"Its funnel": "funnel", "How it grew": "curve", "Among its peers": "peers"}
RATES = {"Clicked": "click_rate", "Opened": "open_rate", "Unsubscribed": "unsubscribe_rate"}


def campaign_explorer(
    account: Account | None = None,
    *,
    campaigns: Any = None,
    history: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore one campaign.

    Controls: ``campaign`` (the latest first), ``view`` ("funnel"; "curve": opens and clicks by
    hours since sending, as far as refreshes have kept them; "peers": the campaigns sent in
    the same way, one-off or by automations, within their control limits, up to it), ``rate`` (of
    the peers).

    Args:
        account: Whose campaigns to load; None is the environment's. Not used when frames are given.
        campaigns: Result of `actoolkit.load_campaigns`: works without an account.
        history: Result of ``actoolkit.history("campaigns")``.
        today: The day of the data; None is the account's today, or that of the last sending.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of the metric of the chosen view.

    Raises:
        InvalidArgument: A history without campaigns.
        ApiError, LoadError, SettingsError: The account's campaigns cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.campaign_explorer(account, progress=False)
        >>> explorer.set(view="peers", rate="open_rate")
    """
    if campaigns is not None or history is not None:
        given = {"campaigns": campaigns, "history": history}
        sources = Sources.given(given, today=today, as_of=as_of)
    else:
        sources = Sources.loaded(account, ["campaigns"], progress=progress)
        kept = loaders.history("campaigns", account=Account.chosen(account))
        argument = "" if account is None else ", account=account"
        sources = sources.beside(history=(kept, f'history = ac.history("campaigns"{argument})'))
    views = (
        VIEWS
        if "history" in sources.frames
        else {"Its funnel": "funnel"}
        | {label: view for label, view in VIEWS.items() if view == "peers"}
    )
    controls: list[Control[Any]] = [
        Choice("campaign", label="Campaign", options=sources.sent_campaigns() or {"none": None}),
        Choice("view", label="Show", options=views),
        Choice("rate", label="Measure", options=RATES),
    ]
    return Explorer(_Campaign(sources), controls)


class _Campaign:
    title = "Campaign"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        table = nw.from_native(sources.frames["campaigns"]).lazy()
        columns = ["campaign_id", "automation_id", "sent_local"]
        rows = table.select(*columns).collect()
        self._known = {
            row[0]: row[1:] for row in zip(*(rows[name].to_list() for name in columns), strict=True)
        }

    def _peers(self, params: Params) -> dict[str, Any]:
        """Those sent in the same way, one-off or by automations, up to the campaign's day."""
        automation, sent = self._known.get(params["campaign"], (None, None))
        asked = {"automation": "none" if automation is None else "any"}
        day = sent.date() + timedelta(days=1) if isinstance(sent, datetime) else None
        return {**asked, "until": day} if day else asked

    def compute(self, params: Params) -> Any:
        frames, campaign = self._sources.frames, params["campaign"]
        if params["view"] == "peers":
            peers = select_campaigns(frames["campaigns"], **self._peers(params))
            return campaign_anomalies(peers, rate=params["rate"], by=None)
        if params["view"] == "curve":
            found = nw.from_native(campaign_curve(frames["history"], frames["campaigns"]))
            return found.filter(nw.col("campaign_id") == (campaign or "")).to_native()
        chosen = select_campaigns(frames["campaigns"], campaign_ids=[campaign] if campaign else [])
        return campaign_funnel(chosen)

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        as_of = self._sources.as_of
        if params["view"] == "peers":
            label = params["rate"].replace("_", " ").capitalize()
            return campaign_anomalies_chart(frame, label=label, as_of=as_of)
        if params["view"] == "curve":
            return campaign_curve_chart(frame, as_of=as_of)
        return campaign_funnel_chart(frame, as_of=as_of)

    def code(self, params: Params) -> str:
        campaign = params["campaign"] or ""
        one = f"campaign_id={campaign!r}"
        if params["view"] == "funnel":
            calls = [
                f"chosen = ac.metrics.select_campaigns(campaigns, campaign_ids={[campaign]!r})",
                "funnel = ac.metrics.campaign_funnel(chosen)",
                "chart = ac.charts.campaign_funnel_chart(funnel, as_of=as_of)",
            ]
        elif params["view"] == "curve":
            calls = [
                "curve = ac.metrics.campaign_curve(history, campaigns)",
                f"chart = ac.charts.campaign_curve_chart(curve, {one}, as_of=as_of)",
            ]
        else:
            label = params["rate"].replace("_", " ").capitalize()
            asked = ", ".join(f"{name}={value!r}" for name, value in self._peers(params).items())
            calls = [
                f"peers = ac.metrics.select_campaigns(campaigns, {asked})",
                f'found = ac.metrics.campaign_anomalies(peers, rate="{params["rate"]}", by=None)',
                f'chart = ac.charts.campaign_anomalies_chart(found, label="{label}", as_of=as_of)',
            ]
        return script(self._sources, *calls)

    def summary(self, frame: Any, params: Params) -> str:
        if params["view"] == "funnel":
            return "One campaign; every step over its delivered mails."
        found = nw.from_native(frame).lazy().collect()
        if params["view"] == "curve":
            return f"Counters seen {len(found)} times since its sending."
        return f"{len(found)} campaigns sent in the same way, up to it."

    def idle(self, params: Params) -> frozenset[str]:
        return frozenset() if params["view"] == "peers" else frozenset({"rate"})
