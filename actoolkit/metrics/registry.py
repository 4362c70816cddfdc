"""Every metric's definition in one place: explained, footnoted and documented from here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.definitions import BUILT_IN, Definition
from actoolkit.metrics.definitions_attribution import ATTRIBUTION
from actoolkit.metrics.definitions_audience import AUDIENCE
from actoolkit.metrics.definitions_contacts import CONTACTS
from actoolkit.metrics.definitions_customers import CUSTOMERS
from actoolkit.metrics.definitions_store import STORE

_definitions: dict[str, Definition] = {
    found.id: found for found in (*BUILT_IN, *AUDIENCE, *CONTACTS, *STORE, *CUSTOMERS, *ATTRIBUTION)
}

BUILT_IN_IDS = tuple(_definitions)
"""Ids of the metrics that come with the package, in the order of the reference."""

DEFINITIONS: Mapping[str, Definition] = MappingProxyType(_definitions)
"""Definition by id: the built-in ones first, then those of `register_metric`."""


def explain(metric_id: str) -> Definition:
    """Give the definition of a metric.

    Args:
        metric_id: Such as "click_rate"; see `DEFINITIONS`.

    Raises:
        InvalidArgument: There is none of this id.

    Example:
        >>> explain("click_rate").formula
        'contacts who clicked any link ÷ delivered mails'
        >>> print(explain("delivery_rate"))
        Delivery rate (delivery_rate)
          formula:      delivered mails ÷ mails sent
          numerator:    delivered
          denominator:  sends
          columns:      sends, hard_bounces, soft_bounces
          caveat:       Accepted by the recipient's server; the spam folder counts as delivered.
          source:       https://developers.activecampaign.com/reference/list-all-campaigns
    """
    if metric_id in _definitions:
        return _definitions[metric_id]
    raise InvalidArgument(
        f"No metric is called {metric_id!r}.", hint=f"There are: {', '.join(_definitions)}."
    )


def register_metric(definition: Definition, *, replace: bool = False) -> Definition:
    """Add a metric of your own, so that it is explained and footnoted like the others.

    Args:
        definition: What it is; its id is lower case with underscores.
        replace: Whether to take the place of one with the same id.

    Returns:
        The definition, as it stands in `DEFINITIONS` until Python ends.

    Raises:
        InvalidArgument: The id is not lower case with underscores, or taken.

    Example:
        >>> mine = register_metric(Definition(
        ...     id="replies_per_click", title="Replies per click",
        ...     formula="contacts who replied ÷ contacts who clicked", numerator="unique_replies",
        ...     denominator="clickers", columns=("unique_replies", "clickers"),
        ... ), replace=True)
        >>> explain("replies_per_click") is mine
        True
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", definition.id):
        raise InvalidArgument(
            f"{definition.id!r} is no metric id.",
            hint="Use lower case letters, digits and underscores, such as 'replies_per_click'.",
        )
    if definition.id in _definitions and not replace:
        raise InvalidArgument(
            f"{definition.id!r} is defined already: {_definitions[definition.id].title}.",
            hint="Choose another id, or pass replace=True.",
        )
    _definitions[definition.id] = definition
    return definition
