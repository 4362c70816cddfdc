"""What a report is made of, before it is a page: values only, no markup."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from actoolkit.addresses import find_address
from actoolkit.charts.locales import written_in
from actoolkit.errors import ReportError
from actoolkit.reports.blocks import Control, Figure, Note, Table
from actoolkit.whole_files import look_ahead, next_step, write_whole

Direction = Literal["up", "down", "flat", "none"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a heading.

    Args:
        id: Anchor.
        title: Heading.
        lead: One sentence that says what the section answers.
        controls: Controls shown at its head.
        blocks: What it shows, in order.
    """

    id: str
    title: str
    lead: str = ""
    controls: Sequence[Control] = ()
    blocks: Sequence[Figure | Table | Note] = ()


@dataclass(frozen=True, slots=True)
class Kpi:
    """One number that matters, and how it moved.

    Args:
        label: What it is.
        value: As people read it.
        note: What stands under it: a band, a basis.
        trend: The change against the period before, in words.
        direction: Which way it moved; "none" where there is nothing to compare with.
        good: Whether the movement is welcome; None where it is neither.
        definition: Id of the definition, or "".
    """

    label: str
    value: str
    note: str = ""
    trend: str = ""
    direction: Direction = "none"
    good: bool | None = None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A footnote.

    Args:
        id: Id of the metric.
        title: Its name.
        text: How it is computed.
        caveats: What to beware of.
    """

    id: str
    title: str
    text: str
    caveats: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where one table of the report came from.

    Args:
        table: Its name.
        rows: How many rows it has.
        certainty: How sure the load is that none is missing.
        as_of: Moment of its data, as people read it.
    """

    table: str
    rows: int
    certainty: str
    as_of: str


@dataclass(frozen=True)
class Report:
    """A finished report; `save` writes it as one HTML file that needs no network.

    Args:
        title: Heading.
        account: Host of the account.
        period: The days covered, as people read them.
        as_of: Moment of the data, as people read it.
        kpis: The numbers at the top.
        comparison: What their trends compare with.
        sections: The parts, in order.
        definitions: Footnotes.
        sources: Where the data came from.
        version: Of actoolkit.
        scope: What the report is limited to, in words, or "".
        people: Whose orders and contacts that limit counts, in a sentence, or "".
        personal_data: Whether e-mail addresses may stand on the page.
        locale: How numbers, amounts and days are written, such as "de_DE"; "" is the default.
    """

    title: str
    account: str
    period: str
    as_of: str
    kpis: Sequence[Kpi] = ()
    comparison: str = ""
    sections: Sequence[Section] = ()
    definitions: Sequence[Definition] = ()
    sources: Sequence[Source] = ()
    version: str = ""
    scope: str = ""
    people: str = ""
    personal_data: bool = False
    locale: str = ""
    _html: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def html(self) -> str:
        """Give the page. The same data give the same bytes.

        Raises:
            ReportError: An e-mail address would be on it.
        """
        if "page" not in self._html:
            from actoolkit.reports.page import render

            with written_in(self.locale):
                page, checked = render(self)
            found = None if self.personal_data else find_address(checked)
            if found:
                raise ReportError(
                    f"The report would show an e-mail address ({_masked(found)}).",
                    hint="This is a defect: please tell actoolkit's makers which name held it.",
                )
            self._html["page"] = page
        return self._html["page"]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, whole or not at all; with personal data it is readable by you only.

        Args:
            path: File to write; replaced when it exists.

        Returns:
            The path.

        Raises:
            ReportError: The file cannot be written.
        """
        return write_page(self.html(), Path(path), private=self.personal_data)

    def save_pdf(self, path: str | os.PathLike[str]) -> Path:
        """Print the page to a PDF with the Chromium or Chrome of this machine.

        What the page shows by choice, such as one currency or another, is printed for each choice.
        With personal data it is readable by you only.

        Args:
            path: File to write; replaced when it exists.

        Returns:
            The path.

        Raises:
            ReportError: No browser is found, it could not print, or the file cannot be written.
        """
        from actoolkit.reports.paper import on_paper
        from actoolkit.reports.printing import print_pdf

        return print_pdf(on_paper(self).html(), Path(path), private=self.personal_data)

    def __repr__(self) -> str:
        return f"Report({self.title!r}, {self.account}, {self.period}; .save(path) writes it)"


def _masked(address: str) -> str:
    return re.sub(r"[^@.]", "*", address)


def write_page(page: str, target: Path, *, private: bool = False) -> Path:
    """Write a page, whole or not at all.

    Args:
        page: HTML.
        target: File to write; replaced when it exists.
        private: Let nobody else read it.

    Raises:
        ReportError: The file cannot be written.
    """
    return write_content(page.encode(errors="replace"), target, private=private)


def write_content(content: bytes, target: Path, *, private: bool) -> Path:
    """Write a page or its print, whole or not at all.

    Args:
        content: What shall be in the file.
        target: File to write; replaced when it exists.
        private: Let nobody else read it.

    Raises:
        ReportError: The file cannot be written.
    """
    with _writing(target):
        write_whole(target, lambda file: file.write(content), private=private)
    return target


def check_place(target: Path) -> None:
    """Refuse a place where no file can be, before time is spent on what shall be in it.

    Args:
        target: File that is going to be written.

    Raises:
        ReportError: Its folder is not there, or what is there is no file.
    """
    with _writing(target):
        look_ahead(target)


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # a null byte in a file's name is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise ReportError(
            f"{str(target)!r} cannot be written: {reason}.", hint=next_step(error)
        ) from error
