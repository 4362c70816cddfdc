"""A print holds what the page shows by choice: each currency, opens and clicks."""

from __future__ import annotations

import re
import runpy
from datetime import date
from pathlib import Path

import pytest

from actoolkit.reports.blocks import Figure, Table
from actoolkit.reports.paper import on_paper
from actoolkit.reports.subjects import build

Watched = runpy.run_path(str(Path(__file__).with_name("watched.py")))["Watched"]


def blocks(report, kind):
    return [one for section in report.sections for one in section.blocks if isinstance(one, kind)]


def test_each_currency_is_on_paper_with_its_rows_and_its_words(account_report):
    (screen,) = (one for one in blocks(account_report, Figure) if one.id == "revenue-chart")
    paper = {one.id: one for one in blocks(on_paper(account_report), Figure)}
    dollars, euros = paper["revenue-chart"], paper["revenue-chart-2"]
    for printed, code in ((dollars, "USD"), (euros, "EUR")):
        wanted = [row for row in screen.spec["datasets"]["rows"] if row["currency"] == code]
        assert printed.rows == wanted
        assert printed.rows
        assert printed.finding.title == screen.states[code].title
        assert printed.finding.subtitle.startswith(f"Currency: {code}. ")
        assert printed.spec["params"] == [{"name": "currency", "value": code}]
    left = [
        control.name
        for section in on_paper(account_report).sections
        for control in section.controls
    ]
    assert left == ["period", "type", "list"], "those begin with all, which is what is printed"


def test_tables_of_a_currency_are_on_paper_one_by_one(made):
    report = build("customers", made(), since=date(2025, 6, 30), until=date(2026, 6, 30))
    (screen,) = blocks(report, Table)
    printed = blocks(on_paper(report), Table)
    assert [table.caption.split(".")[0] for table in printed] == ["Currency: USD", "Currency: EUR"]
    assert [cells for table in printed for cells, _ in table.rows] == [
        cells for cells, _ in screen.rows
    ]
    assert not any(table.controls for table in printed)


def test_the_page_says_what_a_browser_does_not_print(account_report):
    told = re.findall(r'on-paper">([^<]*)<', account_report.html())
    assert "Currency: only the one chosen above is printed, of USD, EUR." in told
    assert not re.findall(r'on-paper">', on_paper(account_report).html())


def test_a_print_is_made_of_the_page_for_paper(account_report, tmp_path, monkeypatch):
    pages = []
    monkeypatch.setattr(
        "actoolkit.reports.printing.print_pdf", lambda page, path, **_: pages.append(page)
    )
    account_report.save_pdf(tmp_path / "r.pdf")
    assert 'id="revenue-chart-2"' in pages[0]
    assert 'id="revenue-chart-2"' not in account_report.html()


@pytest.mark.browser
def test_all_that_is_on_paper_is_drawn(made, tmp_path, chromium):
    watched = Watched(chromium, on_paper(build("revenue", made())).save(tmp_path / "paper.html"))
    figures = watched.page.locator("figure.card").count()
    assert watched.page.locator("figure[data-rendered]").count() == figures >= 3
    assert watched.marks("revenue-chart-2") > 10
    assert not watched.errors
    watched.context.close()
