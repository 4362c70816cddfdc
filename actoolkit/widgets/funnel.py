"""Explore the campaign funnel."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import plural
from actoolkit.charts.funnel import campaign_funnel_chart
from actoolkit.metrics import campaign_exposure, campaign_funnel
from actoolkit.settings import Account
from actoolkit.widgets.buyers import of_buyers
from actoolkit.widgets.controls import Choice
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import CAMPAIGN_FRAMES, Sources, script

ORDER_FRAMES = ("contact_lists", "contacts", "ecom_orders")
WINDOWS = (1, 3, 7, 14, 30)


def funnel_explorer(
    account: Account | None = None,
    *,
    campaigns: Any = None,
    campaign_lists: Any = None,
    lists: Any = None,
    automations: Any = None,
    contact_lists: Any = None,
    contacts: Any = None,
    ecom_orders: Any = None,
    today: date | None = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore sent, delivered, opened, clicked, and the orders of those who were mailed.

    Controls: ``dates``, ``lists``, ``campaigns``, ``automation``, ``window_days`` (how long after
    a mail an order counts as made under its exposure). Controls whose frames are not given are
    left out; so is the ordered step.

    Args:
        account: Whose data to load; None is the environment's. Not used when frames are given.
        campaigns: Result of `actoolkit.load_campaigns`: works on frames, without an account.
        campaign_lists: Result of `actoolkit.load_campaign_lists`.
        lists: Result of `actoolkit.load_lists`.
        automations: Result of `actoolkit.load_automations`.
        contact_lists: Result of `actoolkit.load_contact_lists`.
        contacts: Result of `actoolkit.load_contacts`.
        ecom_orders: Result of `actoolkit.load_ecom_orders`.
        today: Day on which "last 30 days" ends; None is the account's today, or the last sending.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of `actoolkit.metrics.campaign_funnel`.

    Raises:
        InvalidArgument: Frames without ``campaigns``.
        ApiError, LoadError, SettingsError: The account's data cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.funnel_explorer(account, progress=False)
        >>> explorer.frame["step"].to_list()
        ['sent', 'delivered', 'opened', 'clicked', 'ordered']
    """
    given = {
        "campaigns": campaigns,
        "campaign_lists": campaign_lists,
        "lists": lists,
        "automations": automations,
        "contact_lists": contact_lists,
        "contacts": contacts,
        "ecom_orders": ecom_orders,
    }
    if any(frame is not None for frame in given.values()):
        sources = Sources.given(given, today=today, as_of=as_of)
    else:
        sources = Sources.loaded(account, [*CAMPAIGN_FRAMES, *ORDER_FRAMES], progress=progress)
    controls = sources.controls()
    if _ordering(sources):
        windows = {plural(days, "day"): days for days in WINDOWS}
        controls.append(Choice("window_days", label="Orders within", options=windows, value=7))
    return Explorer(_Funnel(sources), controls)


def _ordering(sources: Sources) -> bool:
    return all(name in sources.frames for name in ("campaign_lists", *ORDER_FRAMES))


class _Funnel:
    title = "Campaign funnel"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._exposures: dict[int, Any] = {}
        self._buying: dict[str, Any] = (
            of_buyers(sources.frames, "contacts", "contact_lists") if _ordering(sources) else {}
        )

    def compute(self, params: Params) -> Any:
        return campaign_funnel(self._sources.campaigns(params), self._exposure(params))

    def _exposure(self, params: Params) -> Any:
        """Exposure of a campaign does not depend on the others: computed once per window."""
        if not _ordering(self._sources):
            return None
        days: int = params["window_days"]
        if days not in self._exposures:
            known = {**self._sources.frames, **self._buying}
            frames = [known[name] for name in _exposure_frames()]
            self._exposures[days] = campaign_exposure(*frames, window_days=days)
        return self._exposures[days]

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:  # noqa: ARG002
        return campaign_funnel_chart(frame, as_of=self._sources.as_of)

    def code(self, params: Params) -> str:
        calls = [self._sources.campaigns_code(params)]
        exposure = ""
        if _ordering(self._sources):
            exposure = ", exposure"
            calls.append(
                f"exposure = ac.metrics.campaign_exposure({', '.join(_exposure_frames())}, "
                f"window_days={params['window_days']})"
            )
        calls.append(f"funnel = ac.metrics.campaign_funnel(chosen{exposure})")
        calls.append("chart = ac.charts.campaign_funnel_chart(funnel, as_of=as_of)")
        return script(self._sources, *calls)

    def summary(self, frame: Any, params: Params) -> str:  # noqa: ARG002
        sent = nw.from_native(frame).filter(nw.col("step") == "sent")
        campaigns, mails = int(sent["campaigns"].sum()), int(sent["count"].sum())
        looked_at = f"{plural(campaigns, 'campaign')}, {plural(mails, 'mail')} sent."
        return f"{looked_at} {self._sources.note(*ORDER_FRAMES)}".strip()

    def idle(self, params: Params) -> frozenset[str]:
        return frozenset({"window_days"} if params["automation"] not in (None, "none") else ())


def _exposure_frames() -> tuple[str, ...]:
    return ("campaigns", "campaign_lists", *ORDER_FRAMES)
