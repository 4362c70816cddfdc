"""Hostile names in a real JupyterLab: frames, charts and every explorer show them, none runs."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")

HOSTILE = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "hostile.py"))["HOSTILE"]
READY = """() => {
  const notebook = jupyterapp.shell.currentWidget;
  return notebook.context.ready.then(() => notebook.sessionContext.ready).then(() => true);
}"""
RUN_ALL = "async () => await jupyterapp.commands.execute('notebook:run-all-cells')"
SETTING = """import polars as pl
import actoolkit as ac

ac.widgets.enable_live_charts()
names = {names!r}
names_of = lambda frame: frame.with_columns(
    name=pl.Series([names[n % len(names)] for n in range(frame.height)])
)
tables = {{}}
with ac.sandbox_account("tiny") as account:
    for name in {tables!r}:
        tables[name] = getattr(ac, f"load_{{name}}")(account=account, progress=False)
    history = ac.history("campaigns", account=account)
    scored = ac.history("score_values", account=account)
for name in ("campaigns", "lists", "automations", "scores"):
    tables[name] = names_of(tables[name])
odd = [names[n % len(names)] if n % 5 == 0 else "USD" for n in range(len(tables["ecom_orders"]))]
tables["ecom_orders"] = tables["ecom_orders"].with_columns(currency=pl.Series(odd))
some = lambda *wanted: {{name: tables[name] for name in wanted}}
campaigns = tables["campaigns"]
touches = ac.metrics.list_touches(campaigns, tables["campaign_lists"], tables["contact_lists"])
w = ac.widgets"""
TABLES = (
    *("campaigns", "campaign_lists", "lists", "automations", "contact_lists", "contacts"),
    *("ecom_orders", "contact_automations", "score_values", "scores"),
)
CELLS = (
    SETTING.format(names=HOSTILE, tables=TABLES),
    "campaigns.select('name')",
    "campaigns.select('name').to_pandas()",
    "ac.charts.campaign_rates_chart(ac.metrics.campaign_rates(campaigns))",
    "w.funnel_explorer(**some('campaigns', 'campaign_lists', 'lists', 'automations'))",
    "w.engagement_explorer(**some('campaigns', 'campaign_lists', 'lists', 'automations'))",
    "w.attribution_explorer(touches=touches, **some('ecom_orders', 'contacts', 'campaigns'))",
    "w.customers_explorer(ecom_orders=tables['ecom_orders'])",
    "w.automation_explorer(**some('contact_automations', 'automations'))",
    "w.campaign_explorer(campaigns=campaigns, history=history)",
    "w.scores_explorer(history=scored, **some('score_values', 'scores'))",
    "w.funnel_explorer(campaigns=campaigns.to_pandas(), window=names[0])",
)


@pytest.fixture
def page(chromium, lab):
    """The notebook, opened and run; its last cell fails on purpose."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    for number, cell in enumerate(cells):
        cell.id = str(number)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab.root / "hostile.ipynb")
    context = chromium.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.requests, page.dialogs = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("dialog", lambda dialog: page.dialogs.append(dialog.message))
    page.goto(lab.address("hostile.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget")
    assert page.evaluate(READY)
    page.evaluate(RUN_ALL)
    page.locator(".actoolkit-explorer svg.marks").nth(6).wait_for()
    yield page
    context.close()


def nothing_ran(page, lab):
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert page.dialogs == []
    own = (lab.origin, lab.origin.replace("http", "ws"), "data:", "blob:")
    assert [url for url in page.requests if not url.startswith(own)] == []
    inside = page.locator(".jp-Notebook")
    assert (
        inside.locator("iframe, base, object, embed, [onerror], [onload], [onclick]").count() == 0
    )
    assert inside.locator(".actoolkit-explorer img").count() == 0


def test_no_name_runs_in_any_explorer(page, lab):
    nothing_ran(page, lab)
    explorers = page.locator(".actoolkit-explorer")
    assert explorers.count() == 7
    for place in range(7):
        explorer = explorers.nth(place)
        # The view, which stands first, switches off what has no effect in it: it goes last.
        for choice in reversed(explorer.locator("select").all()):
            options = choice.locator("option").all_text_contents()
            if len(options) > 1 and choice.is_enabled():
                choice.select_option(index=len(options) - 1)
    funnel = explorers.first
    search = funnel.get_by_role("combobox", name="Campaigns")
    names = search.evaluate("input => [...input.list.options].map(one => one.value)")
    name = next(name for name in names if "<img" in name)
    search.fill(name)
    page.keyboard.press("Enter")
    funnel.locator(".actoolkit-chosen button").first.wait_for()
    page.locator(".vega-embed svg .mark-symbol path[aria-label]").first.hover()
    page.wait_for_selector("#vg-tooltip-element.visible")
    nothing_ran(page, lab)
