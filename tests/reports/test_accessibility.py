"""Deque's axe-core on exported pages, in Chromium: no rule is broken, of any impact.

The pages' policy forbids foreign scripts. This one comes in by the browser's devtools and works in
a world of its own: it sees the page, the page does not see it, and no policy is weakened.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit.reports import export_notebook

pytestmark = pytest.mark.browser

RUN = "axe.run(document, {iframes: false}).then(found => JSON.stringify(found))"
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


class Axe:
    """The rules of axe-core for a page that is open.

    Args:
        page: Of Playwright.
    """

    def __init__(self, page) -> None:
        axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
        source = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
        self._session = page.context.new_cdp_session(page)
        frame = self._session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = self._session.send("Page.createIsolatedWorld", {"frameId": frame})
        self._world = world["executionContextId"]
        self._evaluate(source)

    def violations(self) -> list[str]:
        """Give what breaks a rule: impact, rule, where, why."""
        found = json.loads(self._evaluate(RUN))
        assert len(found["passes"]) > 25, "it has looked at next to nothing"
        return [
            f"{one['impact']}: {one['id']}: {node['target']}: {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def _evaluate(self, expression: str):
        answer = self._session.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": self._world,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")


@pytest.fixture(scope="module", params=["tiny", pytest.param("small", marks=pytest.mark.slow)])
def pages(tmp_path_factory, request):
    """The page of the first report, and that of all sections, of a synthetic account."""
    folder = tmp_path_factory.mktemp("pages")
    with ac.sandbox_account(request.param) as account:
        return {
            subject: ac.report(subject, account=account, progress=False).save(
                folder / f"{subject}.html"
            )
            for subject in ("overview", "all")
        }


@pytest.fixture
def opened(chromium, request):
    """Open a page of this size and scheme, all that can be unfolded unfolded."""
    contexts = []

    def open_page(path, size, scheme):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def unfolded(page):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    return page


LOOKS = [("wide", "light"), ("phone", "dark"), ("wide", "dark"), ("phone", "light")]
PAGES = [
    *(("overview", *look) for look in LOOKS),
    *(("all", *look) for look in LOOKS[:2]),
    *(pytest.param("all", *look, marks=pytest.mark.slow) for look in LOOKS[2:]),
]


@pytest.mark.parametrize(("subject", "size", "scheme"), PAGES)
def test_a_report_breaks_no_rule(pages, opened, subject, size, scheme):
    page = opened(pages[subject], size, scheme)
    page.wait_for_selector("html[data-ready='1']", state="attached")
    assert Axe(unfolded(page)).violations() == []


def test_a_report_breaks_no_rule_after_its_controls_were_used(pages, opened):
    page = opened(pages["all"], "wide", "light")
    page.wait_for_selector("html[data-ready='1']", state="attached")
    for control in page.locator("[data-control]:visible").all():
        values = control.locator("option").evaluate_all("all => all.map(one => one.value)")
        control.select_option(values[-1])
    page.locator("th button").first.click()
    page.wait_for_timeout(500)
    assert Axe(page).violations() == []


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_an_exported_notebook_breaks_no_rule(opened, tmp_path, scheme):
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    code = (
        "import actoolkit as ac\nwith ac.sandbox_account('tiny') as account:\n"
        "    campaigns = ac.load_campaigns(account=account, progress=False)\n"
        "rates = ac.metrics.campaign_rates(campaigns)\n"
        "ac.charts.campaign_rates_chart(rates)"
    )
    cells = [
        nbformat.v4.new_markdown_cell("# Rates\n\nWhich [mails](https://example.com) were `read`?"),
        nbformat.v4.new_code_cell(code),
        nbformat.v4.new_code_cell("rates"),
        nbformat.v4.new_code_cell("print('done')"),
        nbformat.v4.new_code_cell("rates.select('name').head(2).to_pandas()"),
    ]
    source = tmp_path / "rates.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
    page = opened(export_notebook(source, tmp_path / "rates.html"), "phone", scheme)
    page.locator("svg.marks").first.wait_for()
    assert Axe(unfolded(page)).violations() == []
