"""Every hostile name in every place where a name can stand: nothing runs, all is drawn."""

from __future__ import annotations

import random
import runpy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from actoolkit.errors import ReportError
from actoolkit.reports.blocks import Figure
from actoolkit.reports.document import Report
from actoolkit.reports.scope import Scope
from actoolkit.reports.subjects import build

hostile = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("hostile.py"))))
HOSTILE = hostile.HOSTILE
MANY = len(HOSTILE)
EVERY = {"funnel", "rates", "rates-over-time", "heatmap", "list-growth", "recency", "revenue-chart"}
EVERY |= {"automation-completion", "automation-orders"}


def pick(number: int) -> str:
    return HOSTILE[number % MANY]


def account(made):
    """Every payload is the name of a campaign, a list, an automation, a customer, a currency."""
    material = made(2 * MANY, name=pick)
    dice = random.Random(3)
    frames = dict(material.frames)
    frames["lists"] = pl.DataFrame(
        {"list_id": [str(n) for n in range(MANY)], "name": [pick(n) for n in range(MANY)]}
    )
    for table, key in (("contact_lists", "contact_list_id"), ("campaign_lists", "campaign_id")):
        frames[table] = frames[table].with_columns(
            list_id=(pl.col(key).cast(pl.Int64) % MANY).cast(pl.String)
        )
    frames["campaigns"] = frames["campaigns"].with_columns(
        type=pl.when(pl.col("campaign_id") == "1").then(pl.lit(pick(1))).otherwise("type")
    )
    frames["automations"] = frames["lists"].rename({"list_id": "automation_id"})
    entries = []
    for number in range(6 * MANY):
        added = datetime(2025, 9, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(5000))
        done = dice.random() < 0.7
        entries.append(
            {
                "contact_automation_id": str(number + 1),
                "contact_id": str(1 + number % 120),
                "automation_id": str(number % MANY),
                "added_at": added,
                "removed_at": added + timedelta(days=4) if done else None,
                "status": "ended" if done else "in progress",
                "completed": done,
            }
        )
    frames["contact_automations"] = pl.DataFrame(entries, infer_schema_length=None)
    orders = frames["ecom_orders"].with_row_index("place")
    frames["ecom_orders"] = orders.with_columns(
        email=pl.when(pl.col("place") % 4 == 0)
        .then(pl.col("place").map_elements(pick, return_dtype=pl.String))
        .otherwise("email"),
        currency=pl.when(pl.col("place") % 9 == 0)
        .then(pl.lit(hostile.MARKUP[1].upper()))
        .otherwise("currency"),
    ).drop("place")
    return replace(
        material,
        frames=frames,
        account=f"{hostile.MARKUP[1]}.api-us1.com",
        missing={"forms": hostile.HANDLERS[0]},
    )


class Opened:
    """A page in a browser that tells of all that a name could do."""

    def __init__(self, browser, path: Path) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.said: list[str] = []
        self.asked: list[str] = []
        page = self.page = self.context.new_page()
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        page.on("popup", lambda _: self.said.append("popup"))
        page.on(
            "console",
            lambda text: self.said.append(text.text) if text.type in ("warning", "error") else None,
        )
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready='1']", state="attached")

    def is_harmless(self) -> None:
        assert self.page.evaluate("typeof window.__pwned") == "undefined"
        assert [url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))] == []
        assert self.said == []

    def marks(self, figure: str) -> int:
        return self.page.locator(
            f"#{figure} [data-chart] svg .role-mark [aria-roledescription]"
        ).count()


@pytest.fixture(scope="module")
def hostile_account(made):
    return account(made)


@pytest.fixture(scope="module")
def report(hostile_account):
    return build("all", hostile_account, personal_data=True)


def test_there_are_payloads_of_every_kind():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.browser
def test_no_name_runs_or_fetches_and_every_chart_is_drawn(chromium, report, tmp_path):
    opened = Opened(chromium, report.save(tmp_path / "all.html"))
    page = opened.page
    figures = [b.id for s in report.sections for b in s.blocks if isinstance(b, Figure)]
    assert set(figures) >= EVERY, EVERY - set(figures)
    for figure in figures:
        assert opened.marks(figure) > 1, figure
    opened.is_harmless()
    assert page.locator(".chart-error").count() == 0
    assert page.locator("script").count() == 3 + len(figures)
    assert page.locator("iframe, base, object, embed, [action], link, img, template").count() == 0
    assert page.locator("[onerror], [onload], [onfocus], [onmouseover], [srcdoc]").count() == 0
    assert page.locator("#campaign-table tbody tr").count() == MANY
    assert page.locator("#automation-entries tbody tr").count() == MANY
    for figure in figures:
        point = page.locator(f"#{figure} svg .role-mark [aria-roledescription]").last
        point.dispatch_event("mousemove")
        point.dispatch_event("mouseover")
    for control in page.locator("select[data-control]").all():
        values = control.locator("option").evaluate_all("all => all.map(one => one.value)")
        for value in {values[-1], values[len(values) // 2]}:
            control.select_option(value)
    page.wait_for_timeout(300)
    for closed in page.locator("details summary").all():
        closed.click()
    opened.is_harmless()
    assert page.locator(".chart-error").count() == 0
    opened.context.close()


@pytest.mark.parametrize("number", range(MANY))
def test_no_list_or_automation_of_such_a_name_ends_the_title_it_stands_in(hostile_account, number):
    words = Scope(lists=(str(number),), automation=None).words(hostile_account)
    assert "\n" not in words
    assert len(words) < 200


@pytest.mark.parametrize("number", range(MANY))
def test_a_file_of_such_a_name_is_written_or_refused_in_words(tmp_path, number):
    target = tmp_path / HOSTILE[number].replace("/", "_")
    report = Report("Title", "host", "period", "as of")
    if "\0" in target.name or len(target.name.encode()) > 255 or not HOSTILE[number]:
        with pytest.raises(ReportError, match="cannot be written"):
            report.save(target)
        assert list(tmp_path.iterdir()) == []
    else:
        saved = report.save(target)
        assert list(tmp_path.iterdir()) == [saved]


def test_addresses_are_masked_wherever_they_stand(hostile_account):
    page = build("all", hostile_account).html()
    assert "ann@shop.example" not in page
    assert "[address]" in page
