"""Explore scores: how they are spread, and whether those with high ones bought more afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt
import narwhals.stable.v2 as nw

from actoolkit import loaders
from actoolkit.charts.drawing import AsOf
from actoolkit.charts.formats import day, moment, plural
from actoolkit.charts.score_quality import score_quality_chart
from actoolkit.charts.scores import score_distribution_chart, score_lift_chart
from actoolkit.errors import InvalidArgument
from actoolkit.metrics import score_distribution, score_outcomes, score_quality
from actoolkit.settings import Account
from actoolkit.widgets.controls import Choice, Control
from actoolkit.widgets.explorer import Explorer, Params
from actoolkit.widgets.sources import Sources, script

VIEWS = {
    "How it is spread": "distribution",
    "Who bought afterwards": "outcomes",
    "How well it told": "quality",
}
DAYS = {plural(days, "day"): days for days in (7, 14, 30, 60, 90, 180)}
HORIZON = 90
_TABLES = ("score_values", "scores", "contacts", "ecom_orders")


def scores_explorer(
    account: Account | None = None,
    *,
    score_values: Any = None,
    scores: Any = None,
    history: Any = None,
    contacts: Any = None,
    ecom_orders: Any = None,
    as_of: AsOf = None,
    progress: bool | None = None,
) -> Explorer:
    """Explore scores of contacts.

    Controls: ``score``, ``view`` ("distribution": as they are now; "outcomes": who bought
    afterwards, by tenth of the score; "quality": how well each score told who would buy),
    ``known_at`` (moment of the last load of a day: the scores as they were then), ``days`` (after
    it in which orders count). Without history, contacts and orders there is the first view only.
    The API keeps the present values alone, so the moments are those of the loads of this machine.

    Args:
        account: Whose data to load; None is the environment's. Not used when frames are given.
        score_values: Result of `actoolkit.load_score_values`: works without an account.
        scores: Result of `actoolkit.load_scores`, for their names.
        history: Result of ``actoolkit.history("score_values")``.
        contacts: Result of `actoolkit.load_contacts`.
        ecom_orders: Result of `actoolkit.load_ecom_orders`.
        as_of: Moment of the data given; loaded data know theirs.
        progress: Whether loading shows how far it is; default in terminals and notebooks.

    Returns:
        An `Explorer`; its ``frame`` is the result of `score_distribution`, `score_outcomes` or
        `score_quality`, of all scores.

    Raises:
        InvalidArgument: Frames without ``score_values``.
        ApiError, LoadError, SettingsError: The account's data cannot be loaded.

    Example:
        >>> import actoolkit as ac
        >>> with ac.sandbox_account(size="tiny") as account:
        ...     explorer = ac.widgets.scores_explorer(account, progress=False)
        >>> explorer.set(score="2")
    """
    main = "score_values"
    given = {
        main: score_values,
        "scores": scores,
        "history": history,
        "contacts": contacts,
        "ecom_orders": ecom_orders,
    }
    if any(frame is not None for frame in given.values()):
        sources = Sources.given(given, today=None, as_of=as_of, main=main)
    else:
        sources = Sources.loaded(account, _TABLES, progress=progress, main=main)
        kept = loaders.history(main, account=Account.chosen(account))
        argument = "" if account is None else ", account=account"
        sources = sources.beside(history=(kept, f'history = ac.history("{main}"{argument})'))
    subject = _Scores(sources)
    controls: list[Control[Any]] = [
        Choice("score", label="Score", options=sources.scores()),
        Choice("view", label="Show", options=VIEWS),
    ]
    if subject.moments:
        controls += [
            Choice(
                "known_at", label="Known at", options=subject.moments, value=subject.best_moment()
            ),
            Choice("days", label="Orders within", options=DAYS, value=HORIZON),
        ]
    else:
        controls[1] = Choice("view", label="Show", options=dict(list(VIEWS.items())[:1]))
    return Explorer(subject, controls)


class _Scores:
    title = "Scores"

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._names = sources.names("scores", "score_id")
        self._last: datetime | None = None
        self.moments: Mapping[str, datetime] = {}
        if {"history", "contacts", "ecom_orders"} <= set(sources.frames):
            self._last = max(_moments(sources.frames["ecom_orders"], "ordered_at"), default=None)
            loads = sorted(_moments(sources.frames["history"], "observed_at"))
            by_day = {day(sources.local(one).date()): one for one in loads}
            self.moments = dict(reversed(by_day.items()))

    def best_moment(self) -> datetime | None:
        """Give the last load whose horizon the orders cover; the first one if there is none."""
        known = list(self.moments.values())
        end = None if self._last is None else self._last - timedelta(days=HORIZON)
        return next((one for one in known if end is not None and one <= end), known[-1])

    def compute(self, params: Params) -> Any:
        frames = self._sources.frames
        if params["view"] == "distribution":
            return score_distribution(frames["score_values"])
        known_at = params["known_at"]
        if self._last is None or self._last <= known_at:
            raise InvalidArgument(
                f"No order is known from after {moment(self._sources.local(known_at))}, "
                "the moment of these scores.",
                hint="Choose an earlier moment; where there is none, refresh now and then and look "
                "again after some weeks: each refresh keeps the scores.",
            )
        metric = score_outcomes if params["view"] == "outcomes" else score_quality
        return metric(
            *(frames[name] for name in ("history", "contacts", "ecom_orders")),
            as_of=known_at,
            horizon_days=params["days"],
        )

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        as_of, score = self._sources.as_of, params["score"]
        if params["view"] == "quality":
            return score_quality_chart(frame, names=self._names or None, as_of=as_of)
        draw = score_distribution_chart if params["view"] == "distribution" else score_lift_chart
        return draw(frame, score_id=score, name=self._names.get(score), as_of=as_of)

    def code(self, params: Params) -> str:
        view, score = params["view"], params["score"]
        metric = f"score_{view}"
        calls, names, chart = [], "", f"{metric}_chart"
        if self._names:
            calls.append('names = dict(zip(scores["score_id"], scores["name"], strict=True))')
            names = ", names=names"
        if view != "quality":
            names = f", score_id={score!r}"
            names += f", name=names.get({score!r})" if self._names else ""
            chart = chart.replace("outcomes", "lift")
        if view == "distribution":
            calls.append(f"found = ac.metrics.{metric}(score_values)")
        else:
            asked = f"as_of=known_at, horizon_days={params['days']!r}"
            calls += [
                f"known_at = {params['known_at']!r}",
                f"found = ac.metrics.{metric}(history, contacts, ecom_orders, {asked})",
            ]
        calls.append(f"chart = ac.charts.{chart}(found{names}, as_of=as_of)")
        return script(self._sources, *calls)

    def summary(self, frame: Any, params: Params) -> str:
        found = nw.from_native(frame).lazy().collect()
        if params["view"] == "quality":
            return f"{plural(len(found), 'score')}; scores as known at the moment, orders after it."
        mine = found.filter(nw.col("score_id") == (params["score"] or ""))
        people = plural(int(mine["contacts"].sum() or 0), "contact")
        if params["view"] == "distribution":
            note = self._sources.note("scores", "contacts", "ecom_orders")
            return f"{people} with this score. {note}".strip()
        return f"{people} with this score at the moment; {int(mine['buyers'].sum() or 0):,} bought."

    def idle(self, params: Params) -> frozenset[str]:
        if params["view"] == "distribution":
            return frozenset({"known_at", "days"})
        return frozenset({"score"}) if params["view"] == "quality" else frozenset()


def _moments(frame: Any, column: str) -> list[datetime]:
    """Give the moments there are, each once, as plain ones in UTC."""
    rows = nw.from_native(frame).lazy().select(column).unique()
    found = rows.filter(~nw.col(column).is_null()).collect()
    read = (datetime.fromisoformat(one.isoformat()) for one in found[column].to_list())
    return [one.replace(tzinfo=UTC) if one.tzinfo is None else one.astimezone(UTC) for one in read]
