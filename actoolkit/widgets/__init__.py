"""Explorers: controls, a metric and a chart in a notebook; tables as people read them.

An `Explorer` recomputes and redraws when a control changes, and gives out what it shows: the
values, the frame, the chart, the code. Needs the ``notebook`` extra; importing the package does
not, so that the rest of actoolkit works without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from actoolkit.errors import MissingExtra

if TYPE_CHECKING:
    from actoolkit.widgets.attribution import attribution_explorer
    from actoolkit.widgets.automations import automation_explorer
    from actoolkit.widgets.campaign import campaign_explorer
    from actoolkit.widgets.customers import customers_explorer
    from actoolkit.widgets.dates import DateRange
    from actoolkit.widgets.engagement import engagement_explorer
    from actoolkit.widgets.explorer import Explorer
    from actoolkit.widgets.funnel import funnel_explorer
    from actoolkit.widgets.live_chart import LiveChart, enable_live_charts
    from actoolkit.widgets.scores import scores_explorer
    from actoolkit.widgets.tables import ReadableTable, readable_table

__all__ = [
    "DateRange",
    "Explorer",
    "LiveChart",
    "ReadableTable",
    "attribution_explorer",
    "automation_explorer",
    "campaign_explorer",
    "customers_explorer",
    "enable_live_charts",
    "engagement_explorer",
    "funnel_explorer",
    "readable_table",
    "scores_explorer",
]

_HOMES = {
    "DateRange": "dates",
    "Explorer": "explorer",
    "LiveChart": "live_chart",
    "ReadableTable": "tables",
    "attribution_explorer": "attribution",
    "automation_explorer": "automations",
    "campaign_explorer": "campaign",
    "customers_explorer": "customers",
    "enable_live_charts": "live_chart",
    "engagement_explorer": "engagement",
    "funnel_explorer": "funnel",
    "readable_table": "tables",
    "scores_explorer": "scores",
}
_EXTRA = ("anywidget", "ipywidgets", "traitlets", "IPython")


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _EXTRA:
            raise
        raise MissingExtra(f"actoolkit.widgets.{name}", "notebook") from error


def __dir__() -> list[str]:
    return sorted(__all__)
