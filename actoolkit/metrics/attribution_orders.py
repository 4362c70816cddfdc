"""What attribution begins with: orders that brought money, and the touches that came before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import narwhals.stable.v2 as nw

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import is_number
from actoolkit.metrics.attribution_models import MODELS, RULES, credited, sortable
from actoolkit.metrics.days import Day, within_days
from actoolkit.metrics.frames import Schema, opened, same_kind, wrapped
from actoolkit.metrics.orders import address, contacts_of_addresses, paid
from actoolkit.metrics.touches import KINDS, known_kinds, opened_touches
from actoolkit.metrics.windows import checked_window, paired, refuse_other_ids

Value = Literal["total", "net"]
_WHOSE = {
    "contact_id": "Pass contacts=, the result of actoolkit.load_contacts: orders know an e-mail "
    "address only."
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What attribution is asked for; see `attributed_revenue`."""

    model: str
    window_days: int | None
    kinds: tuple[str, ...]
    value: str
    half_life_days: float
    include_bots: bool


def setting(
    model: str,
    window_days: int | None,
    *,
    kinds: Any = None,
    value: str | None = None,
    half_life_days: float = 7.0,
    include_bots: bool = False,
) -> Setting:
    """Check what is asked for."""
    if model not in MODELS:
        raise InvalidArgument(f"model={model!r} is none.", hint=f"There are: {', '.join(MODELS)}.")
    if value not in (None, "total", "net") or not (
        is_number(half_life_days) and half_life_days > 0
    ):
        raise InvalidArgument(
            f"value={value!r}, half_life_days={half_life_days!r} cannot be.",
            hint='value is "total" or "net"; a half-life is above 0.',
        )
    if window_days is not None:
        # A plain integer: numpy's are of few bits, and microseconds of days run over.
        window_days = checked_window(window_days)
    rule = RULES[model]
    wanted = [kind for kind in known_kinds(kinds) if rule.kinds is None or kind in rule.kinds]
    if not wanted:
        raise InvalidArgument(
            f"The model {model!r} knows no touch of kinds={kinds!r}.",
            hint=f"It looks at: {', '.join(rule.kinds or ())}.",
        )
    amount = value or ("net" if rule.net else "total")
    return Setting(model, window_days, tuple(wanted), amount, half_life_days, include_bots)


def opened_orders(
    metric: str, orders: Any, contacts: Any, asked: Setting, *, since: Day, until: Day
) -> nw.LazyFrame[Any]:
    """Take the orders that brought money, their value, and whose they are.

    Returns:
        ``order_id``, ``currency``, ``ordered_at``, ``cents``, ``contact_id`` (null if not known).

    Raises:
        InvalidArgument: An order is there twice. Of a lazy frame nobody looks.
    """
    who: Schema = {"contact_id": "key"} if contacts is None else {"email": "text"}
    net: Schema = {"shipping_cents": "count", "tax_cents": "count"} if asked.value == "net" else {}
    days: Schema = {"ordered_local": "wall"} if (since, until) != (None, None) else {}
    read: Schema = {
        "order_id": "key",
        "state": "text",
        "currency": "text",
        "ordered_at": "moment",
        "total_cents": "count",
    }
    rows = opened(metric, orders, {**read, **who, **net, **days}, hints=_WHOSE)
    rows = rows.filter(paid(), ~nw.col("ordered_at").is_null())
    _refuse_repeated(metric, rows, orders)
    if days:
        rows = rows.filter(*within_days(nw.col("ordered_local"), since, until))
    cents = nw.col("total_cents").fill_null(0)
    for name in net:
        cents = cents - nw.col(name).fill_null(0)
    rows = rows.with_columns(cents=cents)
    if contacts is not None:
        people = opened(metric, contacts, {"contact_id": "key", "email": "text"})
        same_kind(metric, rows, people)
        people = contacts_of_addresses(people).drop("namesakes")
        rows = rows.with_columns(address=address("email")).join(people, on="address", how="left")
    else:
        whose = nw.col("contact_id")
        rows = rows.with_columns(contact_id=nw.when(whose != "").then(whose))
    return rows.select("order_id", "currency", "ordered_at", "cents", "contact_id")


def _refuse_repeated(metric: str, rows: nw.LazyFrame[Any], orders: Any) -> None:
    """Refuse orders of one id, whose touches would be taken for each other's."""
    if isinstance(wrapped(metric, orders), nw.LazyFrame):
        return
    ids = rows.select("order_id").collect()["order_id"]
    if ids.n_unique() == len(ids):
        return
    counted = ids.drop_nulls().value_counts(sort=True, name="times")
    often = counted.row(0) if len(counted) and counted["times"].max() > 1 else ("null", "several")
    raise InvalidArgument(
        f"{metric} was given an order that is there {often[1]} times: order_id {often[0]}.",
        hint="Give each order once. Ids of two accounts are not told apart: make the metric for "
        "each account, and stack the results.",
    )


def counting_touches(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, asked: Setting
) -> nw.LazyFrame[Any]:
    """Take the touches that the model looks at, sortable, with the moment as of which they count.

    Returns:
        Columns of touches, those of `sortable`, and ``began_at``.
    """
    seen = opened_touches(metric, touches)
    same_kind(metric, bought, seen)
    refuse_other_ids("contact_id", seen, bought)
    if set(asked.kinds) != set(KINDS):
        seen = seen.filter(nw.col("kind").is_in(list(asked.kinds)).fill_null(value=False))
    if not asked.include_bots:
        seen = seen.filter(~nw.col("is_bot").fill_null(value=False))
    began = nw.col("touched_at")
    if RULES[asked.model].since_sent:
        sent = nw.col("sent_at")
        began = nw.when(~sent.is_null()).then(sent).otherwise(began)
    return sortable(seen.with_columns(began_at=began).drop("sent_at", "is_bot"))


def paired_touches(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, asked: Setting
) -> nw.LazyFrame[Any]:
    """Pair each order with the touches that count for it."""
    pairs = paired(
        counting_touches(metric, bought, touches, asked),
        bought.filter(~nw.col("contact_id").is_null()),
        on="contact_id",
        cause_at="began_at",
        effect_at="ordered_at",
        window_days=asked.window_days,
    )
    return pairs.filter(nw.col("touched_at") <= nw.col("ordered_at")).drop("began_at")


def credits_of(
    metric: str, bought: nw.LazyFrame[Any], touches: Any, asked: Setting
) -> nw.LazyFrame[Any]:
    """Credit the orders.

    Args:
        metric: Name of the metric, for messages.
        bought: Result of `opened_orders`.
        touches: As the user gave them.
        asked: Result of `setting`.
    """
    pairs = paired_touches(metric, bought, touches, asked)
    return credited(pairs, asked.model, half_life_days=asked.half_life_days)
