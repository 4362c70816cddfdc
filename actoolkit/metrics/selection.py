"""Which campaigns: by the day of their sending, by list, by automation, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics.arguments import listed
from actoolkit.metrics.days import Day, within_days
from actoolkit.metrics.frames import same_kind, wrapped

_NAMED = 10
"""Ids that a message names."""


def select_campaigns(
    campaigns: Any,
    campaign_lists: Any = None,
    *,
    since: Day = None,
    until: Day = None,
    campaign_ids: str | Sequence[str] | None = None,
    list_ids: str | Sequence[str] | None = None,
    automation: str | None = None,
) -> Any:
    """Keep the campaigns that meet every condition given.

    Grain: one row per campaign, as in ``campaigns``.

    An id that no row has is refused where the rows are at hand, in frames of pandas and polars. Of
    a lazy frame, a DuckDB relation or Spark nothing is collected: such an id selects nothing there.

    Args:
        campaigns: Result of `actoolkit.load_campaigns`.
        campaign_lists: Result of `actoolkit.load_campaign_lists`; needed for ``list_ids``.
        since: First day of sending, in the account's time zone; a date or "2026-01-31".
        until: The day after the last.
        campaign_ids: Campaigns to keep: ids, or one.
        list_ids: Keep campaigns sent to at least one of these lists: ids, or one.
        automation: "none" keeps one-off campaigns, "any" the mails of automations, an
            automation's id those of that automation.

    Returns:
        The same kind of frame with the same columns. A condition on days drops what was never
        sent.

    Raises:
        InvalidArgument: A day that is none, days that end before they begin, an id that is no
            text or that none of the rows has, ``list_ids`` without ``campaign_lists``, or frames
            that are none or of different kinds.
        MissingColumns: A frame lacks a column that a condition needs.

    Example:
        >>> import polars as pl
        >>> campaigns = pl.DataFrame({"campaign_id": ["1", "2"], "automation_id": [None, "5"]})
        >>> select_campaigns(campaigns, automation="any")["campaign_id"].to_list()
        ['2']
    """
    frame = wrapped("select_campaigns", campaigns)
    conditions = [*within_days(nw.col("sent_local"), since, until), *_automation(automation)]
    _require(frame, since=since, until=until, automation=automation)
    if campaign_ids is not None:
        wanted = _ids("campaign_ids", campaign_ids)
        _refuse_unknown("campaign_ids", wanted, frame, "campaign_id")
        conditions.append(nw.col("campaign_id").is_in(wanted))
    if conditions:
        frame = frame.filter(*conditions)
    if list_ids is not None:
        chosen = _on_lists(campaign_lists, _ids("list_ids", list_ids))
        same_kind("select_campaigns", frame, chosen)
        if isinstance(frame, nw.LazyFrame) != isinstance(chosen, nw.LazyFrame):
            chosen = chosen.lazy() if isinstance(frame, nw.LazyFrame) else chosen.collect()
        frame = frame.join(chosen, on="campaign_id", how="semi")
    return frame.to_native()


def _ids(name: str, ids: object) -> list[str]:
    """Read ids; a text is one of them, not its characters."""
    found = listed(name, ids)
    odd = [one for one in found if not isinstance(one, str)]
    if odd:
        raise InvalidArgument(
            f"{name} has {odd[0]!r}, and ids are texts here.", hint=f'Use {name}=["12"], say.'
        )
    return found


def _automation(automation: str | None) -> list[nw.Expr]:
    column = nw.col("automation_id")
    if automation is None:
        return []
    _ids("automation", [automation])
    if automation == "none":
        return [column.is_null()]
    return [~column.is_null()] if automation == "any" else [column == automation]


def _require(frame: Any, *, since: object, until: object, automation: str | None) -> None:
    wanted = ["campaign_id"]
    if since is not None or until is not None:
        wanted.append("sent_local")
    if automation is not None:
        wanted.append("automation_id")
    present = frame.collect_schema().names()
    missing = [name for name in wanted if name not in present]
    if missing:
        raise MissingColumns("select_campaigns", missing, present)


def _on_lists(campaign_lists: Any, list_ids: list[str]) -> Any:
    if campaign_lists is None:
        raise InvalidArgument(
            "list_ids needs to know which campaign went to which list.",
            hint="Pass campaign_lists=actoolkit.load_campaign_lists(...) as well.",
        )
    frame = wrapped("select_campaigns", campaign_lists)
    present = frame.collect_schema().names()
    missing = [name for name in ("campaign_id", "list_id") if name not in present]
    if missing:
        raise MissingColumns("select_campaigns", missing, present)
    _refuse_unknown("list_ids", list_ids, frame, "list_id")
    return frame.filter(nw.col("list_id").is_in(list_ids)).select("campaign_id").unique()


def _refuse_unknown(name: str, ids: list[str], frame: Any, column: str) -> None:
    """Refuse an id that is nowhere, which would select nothing without a word."""
    if not isinstance(frame, nw.DataFrame) or not len(frame):
        return
    there = {str(one) for one in frame[column].drop_nulls().unique().to_list()}
    unknown = [one for one in ids if one not in there]
    if unknown:
        known = sorted(there, key=lambda one: (len(one), one))
        more = f" and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
        raise InvalidArgument(
            f"{name} has {unknown[0]!r}, which is the {column} of no row.",
            hint=f"There are: {', '.join(known[:_NAMED]) or 'none'}{more}.",
        )
