"""A notebook driven in a real JupyterLab: a person changes a control, the chart follows."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

READY = """() => {
  const notebook = jupyterapp.shell.currentWidget;
  return notebook.context.ready.then(() => notebook.sessionContext.ready).then(() => true);
}"""
RUN_ALL = "async () => await jupyterapp.commands.execute('notebook:run-all-cells')"


@pytest.fixture
def page(chromium, lab, request):
    """A notebook, opened and run from top to bottom."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.requests, page.errors = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on(
        "console", lambda m: page.errors.append(m.text) if m.type in ("warning", "error") else None
    )
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(lab.address(f"{request.param}.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget")
    assert page.evaluate(READY)
    assert page.evaluate(RUN_ALL), page.locator(".jp-OutputArea-output").all_inner_texts()
    page.locator(".actoolkit-explorer").first.scroll_into_view_if_needed()
    page.locator(".actoolkit-explorer svg.marks").first.wait_for()
    yield page
    context.close()


def picture(explorer):
    """What the chart says of itself to those who do not see it."""
    return explorer.locator(".chart-wrapper").get_attribute("aria-label")


def changed(explorer, before):
    """Wait for another chart."""
    other = explorer.locator(f'.chart-wrapper:not([aria-label="{before}"])')
    other.wait_for()
    return picture(explorer)


def every_chart_is_drawn(page, explorer, lab):
    page.wait_for_function("document.querySelectorAll('.vega-embed svg.marks').length === 4")
    assert not page.get_by_text("JavaScript Error").count()
    assert not page.get_by_text("Error displaying widget").count()
    faces = page.evaluate("[...document.fonts].map(f => [f.family, f.weight, f.status])")
    inter = sorted(face for face in faces if "Inter" in face[0])
    assert [face[1:] for face in inter] == [["400", "loaded"], ["600", "loaded"]]


def no_chart_is_cut_by_the_clips_of_another(page, explorer, lab):
    ids = page.evaluate("[...document.querySelectorAll('.vega-embed svg [id]')].map(e => e.id)")
    assert ids
    assert len(ids) == len(set(ids))
    used = """[...document.querySelectorAll('.vega-embed svg.marks')].every(svg =>
      [...svg.querySelectorAll("[clip-path], [fill^='url(']")].every(e =>
        svg.querySelector((e.getAttribute("clip-path") ?? e.getAttribute("fill")).slice(4, -1))))"""
    assert page.evaluate(used)


def a_changed_control_changes_the_chart_and_the_line_above_it(page, explorer, lab):
    before = picture(explorer)
    status = explorer.get_by_role("status")
    counted = status.text_content()
    explorer.get_by_role("combobox", name="Mails").select_option("One-off campaigns")
    after = changed(explorer, before)
    assert "Funnel of" in after
    explorer.get_by_role("status").filter(has_not_text=counted).wait_for()


def a_list_is_found_by_typing_added_by_enter_and_removed_by_its_button(page, explorer, lab):
    before = picture(explorer)
    search = explorer.get_by_role("combobox", name="Lists")
    name = search.evaluate("input => input.list.options[0].value")
    search.focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    chip = explorer.get_by_role("button", name=name)
    chip.wait_for()
    narrowed = changed(explorer, before)
    chip.focus()
    page.keyboard.press("Enter")
    assert changed(explorer, narrowed) == before


def an_error_is_shown_in_place_and_the_last_good_chart_stays(page, explorer, lab):
    before = picture(explorer)
    explorer.get_by_label("To", exact=True).fill("2025-12-31")
    page.keyboard.press("Tab")
    before = changed(explorer, before)
    explorer.get_by_label("From", exact=True).fill("2026-02-01")
    page.keyboard.press("Tab")
    alert = explorer.get_by_role("alert")
    alert.wait_for()
    assert "Choose a last day on or after the first." in alert.text_content()
    assert picture(explorer) == before
    explorer.get_by_role("combobox", name="Dates").select_option("All dates")
    changed(explorer, before)
    alert.wait_for(state="detached")


FOCUSED = """() => {
  const at = document.activeElement;
  if (!at.closest(".actoolkit-explorer")) return null;
  return (at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent).trim();
}"""


def everything_is_reached_by_the_tab_key_in_order_and_has_a_name(page, explorer, lab):
    explorer.get_by_role("combobox", name="Dates").focus()
    reached = []
    for _ in range(40):
        name = page.evaluate(FOCUSED)
        if name is None:
            break
        if name not in reached[-1:]:
            reached.append(name)
        page.keyboard.press("Tab")
    controls = ["Dates", "From", "To", "Lists", "Campaigns", "Mails", "Orders within"]
    assert reached == [*controls, "Save this chart", "Code for this chart"]


def keys_pressed_in_a_control_are_the_controls_not_jupyterlabs(page, explorer, lab):
    cells = page.locator(".jp-Notebook .jp-Cell")
    active = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = picture(explorer)
    mails = explorer.get_by_role("combobox", name="Mails")
    chosen = mails.input_value()
    mails.focus()
    were = cells.count(), page.evaluate(active)
    page.keyboard.press("ArrowUp" if chosen != "All mails" else "ArrowDown")
    changed(explorer, before)
    assert mails.input_value() != chosen
    mails.focus()
    for key in ("b", "a", "j"):
        page.keyboard.press(key)
    assert (cells.count(), page.evaluate(active)) == were


def the_code_is_unfolded_by_the_keyboard(page, explorer, lab):
    assert not explorer.locator(".actoolkit-code pre").is_visible()
    explorer.get_by_role("button", name="Code for this chart").focus()
    page.keyboard.press("Enter")
    explorer.locator(".actoolkit-code pre").wait_for()
    assert "campaign_funnel_chart(" in explorer.locator(".actoolkit-code pre").text_content()


def the_charts_menu_saves_pictures_and_sends_nothing_away(page, explorer, lab):
    actions = explorer.locator(".vega-actions a").all_text_contents()
    assert actions == ["Save as SVG", "Save as PNG"]


def nothing_left_this_machine_and_nothing_went_wrong(page, explorer, lab):
    own = (lab.origin, lab.origin.replace("http", "ws"), "data:", "blob:")
    assert [url for url in page.requests if not url.startswith(own)] == []
    assert page.errors == []


@pytest.mark.parametrize("page", ["01_campaign_funnel"], indirect=True)
def test_a_person_explores_the_funnel(page, lab):
    """One page for all steps: starting JupyterLab is what takes the time."""
    explorer = page.locator(".actoolkit-explorer")
    for step in (
        every_chart_is_drawn,
        no_chart_is_cut_by_the_clips_of_another,
        a_changed_control_changes_the_chart_and_the_line_above_it,
        a_list_is_found_by_typing_added_by_enter_and_removed_by_its_button,
        an_error_is_shown_in_place_and_the_last_good_chart_stays,
        everything_is_reached_by_the_tab_key_in_order_and_has_a_name,
        keys_pressed_in_a_control_are_the_controls_not_jupyterlabs,
        the_code_is_unfolded_by_the_keyboard,
        the_charts_menu_saves_pictures_and_sends_nothing_away,
        nothing_left_this_machine_and_nothing_went_wrong,
    ):
        step(page, explorer, lab)


@pytest.mark.parametrize("page", ["04_customers"], indirect=True)
def test_a_person_explores_customers(page, lab):
    explorer = page.locator(".actoolkit-explorer")
    page.wait_for_function("document.querySelectorAll('.vega-embed svg.marks').length === 4")
    for view, words in (
        ("Time to the second order", "order again within"),
        ("Abandoned carts", "abandoned carts"),
        ("Revenue", "brought"),
    ):
        before = picture(explorer)
        explorer.get_by_role("combobox", name="Show").select_option(view)
        assert words in changed(explorer, before)
    nothing_left_this_machine_and_nothing_went_wrong(page, explorer, lab)
    charts_are_dark_in_the_dark_theme(page, explorer)


DRIVEN = [
    ("02_engagement", 0, "Show", "Campaign by campaign", ""),
    ("03_revenue_attribution", 0, "Model", "Linear", "credited"),
    ("05_automations_and_scores", 0, "Show", "Orders that followed", "credited"),
    ("05_automations_and_scores", 1, "Score", "Purchase intent", "points"),
]


@pytest.mark.parametrize(
    ("page", "place", "control", "choice", "words"),
    DRIVEN,
    indirect=["page"],
    ids=[f"{name}-{place}" for name, place, *_ in DRIVEN],
)
def test_a_changed_control_changes_the_chart(page, lab, place, control, choice, words):
    explorer = page.locator(".actoolkit-explorer").nth(place)
    before = picture(explorer)
    explorer.get_by_role("combobox", name=control).select_option(choice)
    assert words in changed(explorer, before)
    assert not page.get_by_text("Error displaying widget").count()
    nothing_left_this_machine_and_nothing_went_wrong(page, explorer, lab)


def charts_are_dark_in_the_dark_theme(page, explorer):
    page.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    dark = "svg => svg.style.backgroundColor === 'rgb(23, 28, 35)'"
    all_dark = f"[...document.querySelectorAll('.vega-embed svg.marks')].every({dark})"
    page.wait_for_function(all_dark)
    before = picture(explorer)
    explorer.get_by_role("combobox", name="Show").select_option("Who comes back")
    changed(explorer, before)
    assert page.evaluate(all_dark)
    page.evaluate(
        "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )
    page.wait_for_function(f"![...document.querySelectorAll('.vega-embed svg.marks')].some({dark})")
