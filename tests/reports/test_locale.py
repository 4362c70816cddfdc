"""Reports in the numbers and days of a country; the oracle is Babel's public functions."""

from __future__ import annotations

import json
import re
import sys
from datetime import date

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

import actoolkit as ac
from actoolkit.charts import formats
from actoolkit.charts.locales import writing_of, written_in
from actoolkit.errors import InvalidArgument, MissingExtra
from actoolkit.reports.blocks import Figure
from actoolkit.reports.subjects import build

LOCALES = ["de_DE", "fr_FR", "hi_IN", "ja_JP"]
MONEY = {
    "de_DE": "48.210\xa0€",
    "fr_FR": "48\u202f210\xa0€",
    "hi_IN": "€48,210",
    "ja_JP": "€48,210",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_shares_amounts_and_days(locale):
    with written_in(locale):
        assert formats.count(12_043_110) == format_decimal(12_043_110, locale=locale)
        assert formats.percent(0.2461) == format_percent(0.2461, "#,##0.0" + suffix(locale), locale)
        assert formats.percent(1) == format_percent(1, locale=locale)
        assert formats.money(4_821_049, "EUR") == MONEY[locale]
        assert formats.day(date(2026, 6, 3)) == format_date(date(2026, 6, 3), locale=locale)
    assert formats.count(12_043_110) == "12,043,110"


def suffix(locale):
    return format_percent(1, locale=locale).removeprefix("100")


def test_a_locale_changes_the_page_and_none_leaves_it(made):
    plain = build("overview", made()).html()
    assert build("overview", made(), locale=None).html() == plain
    assert '"locale"' not in plain
    german = build("overview", made(), locale="de-DE")
    page = german.html()
    assert '<html lang="en">' in page
    assert re.search(r">\d{1,3}\.\d{3}<", page)
    assert re.search(r">\d+,\d\xa0%<", page)
    assert re.search(r">[\d.]+\xa0€<", page)
    assert re.search(r">\d\d\.\d\d\.2026<", page)
    shown = page[page.index("<main") : page.index('id="themes"')]
    assert not re.search(r">\d+\.\d%<", shown)
    assert "'0%'" not in shown
    assert build("overview", made(), locale="de-DE").html() == page


def test_an_unknown_locale_is_refused_before_anything_is_loaded():
    with pytest.raises(InvalidArgument, match=r"no locale 'de_DEE'.*de_DE"):
        ac.report(locale="de_DEE")
    with pytest.raises(InvalidArgument, match=r"no locale 'German'.*Near ones: de"):
        writing_of("German")
    for wrong in ("x" * 500, "../../etc", "\0", "12"):
        with pytest.raises(InvalidArgument, match="There is no locale"):
            writing_of(wrong)


def test_without_babel_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "babel", None)
    writing_of.cache_clear()
    with pytest.raises(MissingExtra, match=r"\.\[locale\]"):
        writing_of("de_DE")
    writing_of.cache_clear()


@pytest.mark.browser
@pytest.mark.parametrize("locale", LOCALES)
def test_script_charts_and_tables_agree(chromium, made, tmp_path, locale):
    report = build("overview", made(), locale=locale)
    path = report.save(tmp_path / "page.html")
    figures = [b.id for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    texts = []
    for scripts in (True, False):
        context = chromium.new_context(java_script_enabled=scripts)
        page, said = context.new_page(), []
        page.on(
            "console",
            lambda m, said=said: said.append(m.text) if m.type in ("warning", "error") else None,
        )
        page.goto(path.as_uri())
        if scripts:
            page.wait_for_selector("html[data-ready='1']", state="attached")
            assert page.locator(".chart-error").count() == 0
            drawn = "".join(page.locator("svg.marks text").all_text_contents())
            sign = json.loads(page.locator("#themes").text_content())["locale"]["number"]
            assert re.search(
                rf"\d{re.escape(sign['decimal'])}\d{re.escape(sign['percent'])}", drawn
            )
        texts.append([page.locator(f"#{f} [data-twin] td").all_text_contents() for f in figures])
        assert said == []
        context.close()
    assert texts[0] == texts[1]
