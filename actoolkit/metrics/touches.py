"""Touches: the moments at which mail reached a contact, from whatever can tell them.

The API has no log of who got, opened or clicked which mail. A touch can therefore come from what it
does say (who was on the list, who was in the automation, who was written to), or from a log of the
user's own: webhooks, an export of opens and clicks, link data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument, MissingColumns
from actoolkit.metrics.arguments import listed
from actoolkit.metrics.frames import Schema, closed, opened, same_kind, wrapped
from actoolkit.metrics.orders import address, contacts_of_addresses
from actoolkit.metrics.touch_columns import named_columns, sources

Kind = Literal["click", "open", "sent", "one_to_one", "automation", "listed"]
KINDS: tuple[str, ...] = get_args(Kind)
"""Kinds of touches, those that say most first."""

TOUCHES: Schema = {
    "contact_id": "key",
    "touched_at": "moment",
    "kind": "text",
    "campaign_id": "key",
    "automation_id": "key",
    "sent_at": "moment",
    "link": "text",
    "is_bot": "flag",
}
"""Columns of every frame of touches; see `touches_from_log`."""
ORDER = ("contact_id", "touched_at", "kind", "campaign_id", "automation_id", "link", "sent_at")
"""How touches are sorted, on every engine alike."""
_OPTIONAL = ("campaign_id", "automation_id", "sent_at", "link", "is_bot")
_IDS = ("contact_id", "campaign_id", "automation_id")
KNOWN = (*TOUCHES, "email")
"""Columns of a log that are read."""
_READ = ("contact_id", "touched_at", "kind", "campaign_id", "automation_id", "is_bot")


def touches_from_log(
    log: Any,
    contacts: Any = None,
    *,
    kind: Kind | None = None,
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Make touches of a log of one's own.

    Grain: one row per touch; those without a contact or a moment are left out.

    Args:
        log: One row per touch, such as webhooks that were kept, or an export of opens and clicks.
            ``touched_at`` and ``sent_at`` are moments with a zone. Blanks around ids and links are
            none of theirs; an empty one is missing.
        contacts: Result of `actoolkit.load_contacts`, for a log that has ``email`` and no
            ``contact_id``; addresses are compared trimmed and in lower case.
        kind: What all rows are; None if the log has a column ``kind``.
        columns: Names in the log by the names here: ``{"touched_at": "tstamp"}``. They go before
            columns of the log that have the name here.

    Returns:
        The same kind of frame, sorted by contact and moment:
        ``contact_id (String)``; ``touched_at (Datetime, UTC)``;
        ``kind (String)``: "click", "open", "sent", "one_to_one", "automation" (was in it) or
        "listed" (was on a list it went to); ``campaign_id (String)``, ``automation_id``: null where
        not known; ``sent_at (Datetime, UTC): when the mail was sent, null if not known``;
        ``link (String)``: clicked; ``is_bot (Boolean): null if not known, see ``flag_bots``.

    Raises:
        InvalidArgument: A kind that is none, a name in ``columns`` that touches do not have, or
            frames of different kinds.
        MissingColumns: The log lacks a column.

    Source:
        `actoolkit.metrics.explain("attributed_revenue")`.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> log = pl.DataFrame({"who": ["Ann@Example.com "], "campaign": ["3"],
        ...     "time": [datetime(2026, 5, 1, tzinfo=UTC)]})
        >>> contacts = pl.DataFrame({"contact_id": ["7"], "email": ["ann@example.com"]})
        >>> names = {"email": "who", "campaign_id": "campaign", "touched_at": "time"}
        >>> made = touches_from_log(log, contacts, kind="click", columns=names)
        >>> made.select("contact_id", "kind", "campaign_id").rows()
        [('7', 'click', '3')]
    """
    if kind is not None and kind not in KINDS:
        raise InvalidArgument(f"kind={kind!r} is none.", hint=f"There are: {', '.join(KINDS)}.")
    who: Schema = {"contact_id": "key"} if contacts is None else {"email": "text"}
    needed: Schema = {**who, "touched_at": "moment", **({} if kind else {"kind": "text"})}
    renamed = _renamed(log, columns, needed)
    there = renamed.collect_schema().names()
    optional: Schema = {name: TOUCHES[name] for name in _OPTIONAL if name in there}
    rows = opened("touches_from_log", renamed.to_native(), {**needed, **optional})
    rows = _trimmed(_with_texts(rows))
    if contacts is not None:
        people = opened("touches_from_log", contacts, {"contact_id": "key", "email": "text"})
        same_kind("touches_from_log", rows, people)
        people = contacts_of_addresses(people).drop("namesakes")
        rows = rows.with_columns(address=address("email")).join(people, on="address")
    if kind is None:
        _refuse_unknown(rows)
    else:
        rows = rows.with_columns(kind=nw.lit(kind))
    rows = completed(rows).filter(*named(), ~nw.col("touched_at").is_null())
    return closed(rows, log, TOUCHES, sort_by=ORDER)


def _renamed(log: Any, columns: object, needed: Schema) -> nw.LazyFrame[Any]:
    metric = "touches_from_log"
    if isinstance(log, str | Path):
        raise InvalidArgument(
            f"{metric} works on a DataFrame, not on {type(log).__name__}.",
            hint="touches_from_csv reads files.",
        )
    frame: nw.LazyFrame[Any] = wrapped(metric, log).lazy()
    theirs = named_columns(metric, columns, KNOWN)
    found = sources(metric, frame.collect_schema().names(), theirs, KNOWN, needed)
    return frame.select(nw.col(name).alias(ours) for ours, name in found.items())


def _with_texts(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Make ids texts, as they are everywhere here: a log of one's own often has numbers."""
    schema = rows.collect_schema()
    numbers = [name for name in _IDS if name in schema and schema[name].is_numeric()]
    if not numbers:
        return rows
    if rows.implementation.is_pandas():
        native: Any = rows.to_native()
        rows = nw.from_native(native.astype(dict.fromkeys(numbers, "Int64"))).lazy()
    else:
        floats = [name for name in numbers if schema[name].is_float()]
        rows = rows.with_columns(nw.col(name).fill_nan(None).cast(nw.Int64) for name in floats)
    return rows.with_columns(nw.col(name).cast(nw.String) for name in numbers)


def _trimmed(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Take blanks off ids and links: "7 " would be somebody else, and "" a campaign of its own."""
    schema = rows.collect_schema()
    texts = [name for name in (*_IDS, "link") if name in schema and schema[name] == nw.String]
    if not texts:
        return rows
    bare = {name: nw.col(name).str.strip_chars() for name in texts}
    return rows.with_columns(
        **{name: nw.when(text != "").then(text) for name, text in bare.items()}
    )


def _refuse_unknown(rows: nw.LazyFrame[Any]) -> None:
    """A kind that no model knows would be credited nothing, in silence."""
    known = nw.col("kind").is_in(list(KINDS)).fill_null(value=False)
    odd = rows.filter(~known).select("kind").unique().head(5).collect("polars")["kind"].to_list()
    if odd:
        raise InvalidArgument(
            f"The log has kinds that are none: {', '.join(repr(one) for one in odd)}.",
            hint=f"There are: {', '.join(KINDS)}; rename them, or pass kind=.",
        )


def completed(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add the optional columns of touches that are not there, as nulls.

    Args:
        rows: With the columns that touches must have.
    """
    names = rows.collect_schema().names()
    empty = {
        "moment": nw.when(nw.lit(value=False)).then(nw.col("touched_at")),
        "key": nw.when(nw.lit(value=False)).then(nw.col("kind")),
        "text": nw.when(nw.lit(value=False)).then(nw.col("kind")),
        "flag": nw.when(nw.lit(value=False)).then(nw.col("touched_at").is_null()),
    }
    missing = {name: empty[TOUCHES[name]] for name in _OPTIONAL if name not in names}
    return rows.with_columns(**missing) if missing else rows


def named() -> tuple[nw.Expr, nw.Expr]:
    """Say which rows are of a contact: an empty id is nobody's, not one contact's."""
    return ~nw.col("contact_id").is_null(), nw.col("contact_id") != ""


def opened_touches(metric: str, frame: Any) -> nw.LazyFrame[Any]:
    """Take touches as a metric reads them.

    Args:
        metric: Name of the metric, for messages.
        frame: Result of `touches_from_log` or of the functions that make them.

    Raises:
        MissingColumns: A column is not there.
        MetricError: There is a kind that is none.
    """
    try:
        rows = opened(
            metric, frame, {**{name: TOUCHES[name] for name in _READ}, "sent_at": "moment"}
        )
    except MissingColumns as error:
        error.add_note("actoolkit.metrics.touches_from_log makes touches of a log of one's own.")
        raise
    return rows.filter(~nw.col("contact_id").is_null(), ~nw.col("touched_at").is_null())


def all_touches(*parts: Any) -> Any:
    """Put touches of several sources under each other.

    Args:
        *parts: Frames of touches, of one kind.

    Returns:
        The same kind of frame, sorted by contact and moment; the columns of `touches_from_log`.

    Raises:
        InvalidArgument: There is none, or they are of different kinds.

    Example:
        >>> import polars as pl
        >>> from datetime import UTC, datetime
        >>> day = datetime(2026, 5, 1, tzinfo=UTC)
        >>> log = pl.DataFrame({"contact_id": ["7"], "touched_at": [day]})
        >>> parts = [touches_from_log(log, kind=kind) for kind in ("click", "open")]
        >>> all_touches(*parts)["kind"].to_list()
        ['click', 'open']
    """
    if not parts:
        raise InvalidArgument("There are no touches.", hint="Give at least one frame of them.")
    rows = [completed(opened("all_touches", part, TOUCHES)) for part in parts]
    same_kind("all_touches", *rows)
    return closed(nw.concat(rows), parts[0], TOUCHES, sort_by=ORDER)


def known_kinds(kinds: Any) -> list[str]:
    """Read a ``kinds=`` argument.

    Args:
        kinds: A kind, several, or None for all.

    Raises:
        InvalidArgument: One of them is none.
    """
    wanted = listed("kinds", KINDS if kinds is None else kinds)
    unknown = [one for one in wanted if one not in KINDS]
    if unknown or not wanted:
        raise InvalidArgument(f"kinds={kinds!r} cannot be.", hint=f"There are: {', '.join(KINDS)}.")
    return wanted
