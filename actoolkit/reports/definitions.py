"""Footnotes, printed from the registry of metrics."""

from __future__ import annotations

from collections.abc import Sequence

from actoolkit import metrics
from actoolkit.reports.document import Definition


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
    return text if text.endswith((".", "!", "?")) else f"{text}."
