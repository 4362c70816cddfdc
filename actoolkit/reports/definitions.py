"""Footnotes, printed from the registry of metrics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actoolkit import metrics
from actoolkit.reports.document import Definition

_API = re.compile(r"\b[Tt]he API\b")


def definitions(ids: Sequence[str]) -> list[Definition]:
    """Give the footnotes of metrics.

    Args:
        ids: Ids of the registry, in the order of appearance.
    """
    return [_definition(metric_id) for metric_id in ids]


def _definition(metric_id: str) -> Definition:
    found = metrics.explain(metric_id)
    return Definition(
        id=metric_id,
        title=f"{found.title}:",
        text=_sentence(found.formula),
        caveats=[_sentence(caveat) for caveat in found.caveats],
    )


def _sentence(text: str) -> str:
    """End a sentence; who reads a report knows ActiveCampaign, not its API."""
    text = _API.sub("ActiveCampaign", text)
    return text if text.endswith((".", "!", "?")) else f"{text}."
