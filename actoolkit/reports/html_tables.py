"""Tables of HTML that nobody vouches for: their texts are read, their markup is left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

MOST_ROWS, WIDEST = 2000, 200
"""Rows and columns of one table that are shown."""

_NUMBER = re.compile(
    r"[-+\u2212]?[^\w\s]?\d[\d.,\u2009\u202f\u00a0]{0,40}\s?%?|NaN|null|None|<NA>|—"
)
_TYPE = re.compile(
    r"[iuf]\d{1,3}|str|bool|cat|enum|null|date|time|binary|object|(?:datetime|duration|decimal"
    r"|list|array|struct)(?:\[.{0,200}\])?"
)
"""How polars writes the type of a column."""

_SILENT = frozenset({"script", "style", "template", "title", "head", "noscript", "textarea"})
_EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "wbr", "source", "embed"})


@dataclass(frozen=True, slots=True)
class PlainCell:
    """One cell.

    Args:
        text: What it says.
        heading: Whether it is a heading.
        across: Columns it spans.
        down: Rows it spans.
    """

    text: str
    heading: bool = False
    across: int = 1
    down: int = 1

    @property
    def is_number(self) -> bool:
        """Whether it is aligned as a number is."""
        return bool(_NUMBER.fullmatch(self.text))


@dataclass(slots=True)
class PlainTable:
    """One table.

    Args:
        head: Rows of headings.
        body: The other rows.
        caption: What it says of itself.
        cut: Rows that are not shown.
    """

    head: list[list[PlainCell]] = field(default_factory=list)
    body: list[list[PlainCell]] = field(default_factory=list)
    caption: str = ""
    cut: int = 0


def plain_tables(markup: str) -> list[PlainTable]:
    """Read the tables of a piece of HTML; whatever else is in it is dropped.

    Args:
        markup: HTML, such as a frame shows itself with.

    Example:
        >>> plain_tables("<table><tr><td onclick=x>1<script>2</script></td></tr></table>")[0].body
        [[PlainCell(text='1', heading=False, across=1, down=1)]]
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return [_without_types(table) for table in reader.tables if table.head or table.body]


def _without_types(table: PlainTable) -> PlainTable:
    """Leave out what polars writes for programmers: a row of types, and quotes around texts."""
    types = table.head[1] if len(table.head) == 2 else []
    if not types or any(cell.heading or not _TYPE.fullmatch(cell.text) for cell in types):
        return table
    quoted = [cell.text in ("str", "cat", "enum") for cell in types]
    for row in table.body:
        for place, (cell, is_text) in enumerate(zip(row, quoted, strict=False)):
            if is_text and len(cell.text) > 1 and cell.text[0] == cell.text[-1] == '"':
                row[place] = replace(cell, text=cell.text[1:-1])
    table.head = table.head[:1]
    return table


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[PlainTable] = []
        self._depth = 0
        self._silent = ""
        self._in_head = False
        self._row: list[PlainCell] | None = None
        self._cell: tuple[bool, int, int] | None = None
        self._caption = False
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(PlainTable())
        elif self._depth == 1:
            self._within(tag, dict(attrs))

    def _within(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in ("tr", "td", "th", "caption"):
            self._end_cell()
        if tag in ("thead", "tbody", "tfoot", "tr"):
            self._end_row()
            if tag != "tr":
                self._in_head = tag == "thead"
            else:
                self._row = []
        elif tag in ("td", "th"):
            self._row = [] if self._row is None else self._row
            self._cell = (tag == "th", _span(attrs.get("colspan")), _span(attrs.get("rowspan")))
        elif tag == "caption":
            self._caption = True
        elif tag in _EMPTY or tag in ("p", "div", "li"):
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
            return
        if self._depth == 1 and tag in ("td", "th", "tr", "caption", "table", "thead", "tbody"):
            self._end_cell()
            if tag not in ("td", "th", "caption"):
                self._end_row()
        if tag == "thead":
            self._in_head = False
        if tag == "table" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent and (self._cell or self._caption):
            self._text.append(data)

    def close(self) -> None:
        super().close()
        if self._depth:
            self._end_cell()
            self._end_row()

    def _end_cell(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text = []
        if self._caption:
            self.tables[-1].caption, self._caption = text, False
        elif self._cell and self._row is not None:
            heading, across, down = self._cell
            if len(self._row) < WIDEST:
                self._row.append(PlainCell(text, heading, across, down))
        self._cell = None

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if not row:
            return
        table = self.tables[-1]
        rows = table.head if self._in_head else table.body
        if len(rows) < MOST_ROWS:
            rows.append(row)
        else:
            table.cut += 1


def _span(text: str | None) -> int:
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 1
    return max(1, min(number, WIDEST))
