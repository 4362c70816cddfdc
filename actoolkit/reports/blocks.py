"""What a section of a report shows: controls, figures, tables, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actoolkit.charts.drawing import Finding, TwinColumn, Unit
from actoolkit.charts.frames import Row


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a control.

    Args:
        value: What rows are filtered by.
        label: What people read.
    """

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Control:
    """A labelled select that drives every figure and table naming it.

    Args:
        name: Also the name of the Vega parameter: a plain identifier.
        label: What people read.
        options: The first one is chosen at the start.
        alike: Whether every choice shows the same.
    """

    name: str
    label: str
    options: Sequence[Option]
    alike: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to choose: it is left out of sight."""
        return len(self.options) < 2 or self.alike

    @property
    def value(self) -> str:
        """The choice at the start."""
        return self.options[0].value

    @property
    def is_either(self) -> bool:
        """Whether it shows one thing or another, several of them and never all."""
        return len(self.options) > 1 and self.value != "all"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart over rows computed beforehand for every state of its controls.

    Args:
        id: Identifier on the page.
        spec: Vega-Lite, without title and look; its dataset ``rows`` holds the rows of all states.
        start: Value by control at the start, in the order of the keys of ``states``.
        states: For the values of the controls, joined by "|", what the chart then says.
        empty: What is said in a state that has no entry.
        columns: Columns of the table that says the same.
        definitions: Ids of the definitions behind it.
        dense: Its cells hold numbers, so that a narrow page scrolls it instead of shrinking it.
    """

    id: str
    spec: Mapping[str, Any]
    start: Mapping[str, str]
    states: Mapping[str, Finding]
    empty: Finding
    columns: Sequence[TwinColumn]
    definitions: Sequence[str] = ()
    dense: bool = False

    @property
    def controls(self) -> list[str]:
        """Names of the controls."""
        return list(self.start)

    @property
    def finding(self) -> Finding:
        """What the chart says at the start."""
        return self.states.get("|".join(self.start.values()), self.empty)

    @property
    def rows(self) -> list[Row]:
        """Rows of the first state."""
        return [row for row in self.spec["datasets"]["rows"] if matches(row, self.start)]


def matches(row: Mapping[str, Any], chosen: Mapping[str, str]) -> bool:
    """Say whether a row belongs to a state, as the page's script and the charts do.

    Args:
        row: Its field of a control's name holds one value, or the list of all it belongs to.
        chosen: Value by control.
    """
    return all(
        value in row[name] if isinstance(row[name], list) else row[name] == value
        for name, value in chosen.items()
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Args:
        text: As people read it.
        value: What the column is sorted by; None sorts last.
        interval: Rate, lower and upper bound as shares of the column's largest bound: a bar.
    """

    text: str
    value: float | str | None = None
    interval: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table.

    Args:
        label: Heading.
        unit: Numbers align right.
        note: Id of the definition behind the number, or "".
    """

    label: str
    unit: Unit = "text"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that people can sort and that follows the controls.

    Args:
        id: Identifier on the page.
        caption: What one row is.
        columns: Headings.
        rows: Cells, and the values of the controls that the row belongs to.
        controls: Names of the controls that filter it.
    """

    id: str
    caption: str
    columns: Sequence[TableColumn]
    rows: Sequence[tuple[Sequence[Cell], Mapping[str, Sequence[str]]]]
    controls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence in the place of a figure.

    Args:
        text: The sentence.
        items: Further sentences, as a list.
    """

    text: str
    items: Sequence[str] = ()
