"""Every hostile name in every place of a page, raw: the page's elements stay those of plain names."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from actoolkit.charts.drawing import Finding, TwinColumn
from actoolkit.charts.names import display_name
from actoolkit.reports.blocks import (
    Cell,
    Control,
    Figure,
    Note,
    Option,
    Table,
    TableColumn,
)
from actoolkit.reports.document import Definition, Kpi, Report, Section, Source

HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile.py")))["HOSTILE"]
PLAIN = "A plain name"
ELEMENTS = """() => [...new Set([...document.querySelectorAll("*")].flatMap(
  e => [e.localName, ...[...e.attributes].map(one => `${e.localName} ${one.name}`)]))].sort()"""


def spec(name: str, control: str) -> dict:
    """A bar whose axis, legend, text and tooltip are the name as charts write it."""
    field = {"field": "name", "type": "nominal"}
    mark = {"y": field, "x": {"field": "value", "type": "quantitative", "stack": None}}
    chosen = [{"filter": f"indexof(datum.{control}, {control}) >= 0"}]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "datasets": {
            "rows": [{"name": display_name(name, longest=99), "value": 1, control: ["all", "this"]}]
        },
        "data": {"name": "rows"},
        "params": [{"name": control, "value": "all"}],
        "width": "container",
        "transform": chosen,
        "layer": [
            {"mark": "bar", "encoding": {**mark, "color": field, "tooltip": [field]}},
            {"mark": "text", "encoding": {**mark, "text": field, "tooltip": [field]}},
        ],
    }


def section(place: int, name: str) -> Section:
    control = f"pick{place}"
    finding = Finding(name, name, name)
    return Section(
        f"part-{place}",
        name,
        lead=name,
        controls=[Control(control, name, [Option("all", "All"), Option("this", name)])],
        blocks=[
            Figure(
                id=f"figure-{place}",
                spec=spec(name, control),
                start={control: "all"},
                states={"all": finding, "this": finding},
                empty=finding,
                columns=[TwinColumn("name", name, "text")],
            ),
            Table(
                id=f"table-{place}",
                caption=name,
                columns=[TableColumn(name), TableColumn("n", "count")],
                rows=[([Cell(name, name), Cell("1", 1)], {control: ["all", "this"]})],
                controls=[control],
            ),
            Note(name, [name]),
        ],
    )


def everywhere(names: list[str]) -> Report:
    """A report in which each name stands wherever a page has room for words."""
    every = " ".join(names)
    return Report(
        every,
        every,
        every,
        every,
        kpis=[Kpi(one, one, one, one, "up", good=True) for one in names],
        comparison=every,
        sections=[section(place, name) for place, name in enumerate(names)],
        definitions=[Definition(f"d{n}", name, name, [name]) for n, name in enumerate(names)],
        sources=[Source(name, 1, name, name) for name in names],
        version=every,
        scope=every,
        personal_data=True,
    )


class Opened:
    def __init__(self, browser, report: Report, path: Path) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.said: list[str] = []
        self.asked: list[str] = []
        page = self.page = self.context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        page.on("popup", lambda _: self.said.append("popup"))
        page.on("console", lambda text: self.said.append(f"{text.type} {text.text}"))
        page.goto(report.save(path).as_uri())
        page.wait_for_selector("html[data-ready='1']", state="attached")

    def use(self, places: int) -> None:
        """Point at each bar and choose each name."""
        for place in range(places):
            figure = self.page.locator(f"#figure-{place}")
            figure.locator("svg .mark-rect path[aria-label]").hover(
                position={"x": 5, "y": 5}, force=True
            )
            self.page.wait_for_selector("#vg-tooltip-element.visible")
            assert self.page.locator("#vg-tooltip-element td.value").count() == 1
            control = self.page.locator(f"[data-control=pick{place}]")
            control.select_option(index=1)
            self.page.wait_for_selector(f"#figure-{place}[data-state]", state="attached")
            assert figure.locator("svg .mark-rect path[aria-label]").count() == 1


def look(chromium, names, tmp_path):
    plain = Opened(chromium, everywhere([PLAIN] * 8), tmp_path / "plain.html")
    plain.use(1)
    known = set(plain.page.evaluate(ELEMENTS))
    plain.context.close()
    opened = Opened(chromium, everywhere(names), tmp_path / "hostile.html")
    opened.use(len(names))
    assert set(opened.page.evaluate(ELEMENTS)) - known == set()
    assert opened.page.evaluate("typeof window.__pwned") == "undefined"
    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []
    assert opened.said == []
    assert opened.page.locator(".chart-error").count() == 0
    opened.context.close()


@pytest.mark.browser
def test_a_sample_of_names_in_every_place(chromium, tmp_path):
    look(chromium, [*HOSTILE[1::9], "__proto__"], tmp_path)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_every_name_in_every_place(chromium, tmp_path, part):
    look(chromium, HOSTILE[part::4], tmp_path)
