"""Every metric's definition in one place: explained, footnoted and documented from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.definitions import Definition
from actoolkit.metrics.definitions_attribution import ATTRIBUTION
from actoolkit.metrics.definitions_audience import AUDIENCE
from actoolkit.metrics.definitions_campaigns import CAMPAIGNS
from actoolkit.metrics.definitions_contacts import CONTACTS
from actoolkit.metrics.definitions_customers import CUSTOMERS
from actoolkit.metrics.definitions_orders import ORDERS
from actoolkit.metrics.definitions_store import STORE
from actoolkit.metrics.registration import check_definition, tables_handed

_definitions: dict[str, Definition] = {
    found.id: found
    for found in (*CAMPAIGNS, *ORDERS, *AUDIENCE, *CONTACTS, *STORE, *CUSTOMERS, *ATTRIBUTION)
}

_BUILT_IN = dict(_definitions)

BUILT_IN_IDS = tuple(_BUILT_IN)
"""Ids of the metrics that come with the package, in the order of the reference."""

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(_definitions)
"""Definition by id: the built-in ones first, then those of `register_metric`."""

_functions: dict[str, Callable[..., Any]] = {}

FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(_functions)
"""What users registered to compute their metrics, by id."""

_tables: dict[str, tuple[str, ...]] = {}


def explain(metric_id: str) -> Definition:
    """Give the definition of a metric.

    Args:
        metric_id: Such as "click_rate"; see `DEFINITIONS`.

    Raises:
        InvalidArgument: There is none of this id.

    Example:
        >>> explain("click_rate").formula
        'contacts who clicked any link ÷ delivered mails'
        >>> print(explain("bounced_contacts"))
        Contacts whose mail bounced (bounced_contacts)
          formula:      contacts with a bounce ÷ contacts
          numerator:    bounced
          denominator:  contacts
          columns:      deleted, hard_bounces, soft_bounces
          caveat:       Deleted contacts are left out.
          source:       https://developers.activecampaign.com/reference/list-all-contacts
    """
    if isinstance(metric_id, str) and metric_id in _definitions:
        return _definitions[metric_id]
    near = get_close_matches(str(metric_id), _definitions, n=3)
    raise InvalidArgument(
        f"No metric is called {metric_id!r}.",
        hint=f"Did you mean {' or '.join(near)}?"
        if near
        else f"There are: {', '.join(_definitions)}.",
    )


def register_metric(
    definition: Definition,
    *,
    function: Callable[..., Any] | None = None,
    tables: str | Sequence[str] | None = None,
    replace: bool = False,
) -> Definition:
    """Add a metric of your own: computed, charted and explained like the others.

    `compute_metric` computes it, `actoolkit.charts.metric_chart` draws it, `explain` gives its
    definition, and `actoolkit.report` shows it with that as a footnote, where it is asked for
    by ``metrics=``.

    Args:
        definition: What it is; its id is lower case with underscores. If it ends in ``_rate`` or
            ``_share``, it is a share of 0 to 1; ``_cents``, money; ``_days``, days; else a number.
        function: From frames to a frame with a column of that id, and ``_low`` and ``_high``
            beside it where there is an interval. None: numerator ÷ denominator, added up by group.
        tables: What a report hands to ``function``, in this order: names of loaders without
            "load_", such as ("contacts", "ecom_orders"). None: the campaigns of its days. Of the
            limits of a report, days hold for campaigns only, lists and currency for the tables that
            each report has.
        replace: Whether to take the place of one with the same id.

    Returns:
        The definition, as it stands in `DEFINITIONS` until `unregister_metric`.

    Raises:
        InvalidArgument: The id is not lower case with underscores, or taken; the definition lacks
            a title or a formula, or a part of it is no text of one line; id or title have more than
            60 characters; a count has the name of another column of the result; ``function``
            cannot be called; there is no such table, or no function to hand it to.

    Example:
        >>> mine = register_metric(Definition(
        ...     id="replies_per_click", title="Replies per click",
        ...     formula="contacts who replied ÷ contacts who clicked", numerator="unique_replies",
        ...     denominator="clickers", columns=("unique_replies", "clickers"),
        ... ), replace=True)
        >>> explain("replies_per_click") is mine
        True
    """
    check_definition(definition, has_function=function is not None)
    if function is not None and not callable(function):
        raise InvalidArgument(
            f"function={function!r} cannot be called.",
            hint=f"Pass a function from frames to a frame with the column {definition.id}.",
        )
    handed = tables_handed(definition, tables, has_function=function is not None)
    if definition.id in _definitions and not replace:
        raise InvalidArgument(
            f"{definition.id!r} is defined already: {_definitions[definition.id].title}.",
            hint="Choose another id, or pass replace=True.",
        )
    _functions.pop(definition.id, None)
    _tables.pop(definition.id, None)
    _definitions[definition.id] = definition
    if function is not None:
        _functions[definition.id] = function
        _tables[definition.id] = handed
    return definition


def unregister_metric(metric_id: str) -> None:
    """Take a metric of your own back; a built-in one that it replaced is there again.

    Args:
        metric_id: Such as "replies_per_click".

    Raises:
        InvalidArgument: None of your own has this id.

    Example:
        >>> mine = register_metric(Definition(
        ...     id="open_rate", title="Opens", formula="opens ÷ mails", numerator="unique_opens",
        ...     denominator="sends"), replace=True)
        >>> unregister_metric("open_rate")
        >>> explain("open_rate").denominator
        'delivered'
    """
    if explain(metric_id) is _BUILT_IN.get(metric_id) and metric_id not in _functions:
        raise InvalidArgument(
            f"{metric_id} is built in.", hint="What register_metric added can be taken back."
        )
    _functions.pop(metric_id, None)
    _tables.pop(metric_id, None)
    if metric_id in _BUILT_IN:
        _definitions[metric_id] = _BUILT_IN[metric_id]
    else:
        _definitions.pop(metric_id)


def tables_of(metric_id: str) -> tuple[str, ...]:
    """Give the tables that a report hands to the function of a metric of your own.

    Args:
        metric_id: Of a registered metric.
    """
    return _tables.get(metric_id, ("campaigns",))
