"""Accounts with next to nothing in them: everything works on them, or says why not."""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import actoolkit as ac
from actoolkit import errors
from actoolkit.cli import app
from actoolkit.reports.blocks import Note
from actoolkit.sandbox import routes
from actoolkit.sandbox.collection import Refused
from actoolkit.tables import TABLES, decode

ROOT = Path(__file__).parents[1]
MAIL = ("/campaigns", "/campaignLists", "/campaignMessages", "/messages")
STORE = ("/ecomOrders", "/ecomOrderProducts", "/ecomCustomers", "/connections")
PEOPLE = (
    "/contacts",
    "/contactLists",
    "/contactTags",
    "/contactAutomations",
    "/fieldValues",
    "/emailActivities",
    "/notes",
)


def first(rows, world):
    return rows[:1]


def none(rows, world):
    return rows[:0]


def drafts(rows, world):
    """Campaigns that were never sent."""
    text = routes.COLLECTIONS["/campaigns"].render(world, np.asarray(rows, np.int64))
    return np.asarray([row for row, one in zip(rows, text, strict=True) if '"status":"0"' in one])


def keeping(chosen):
    return lambda one: replace(
        one, select=lambda world, query: chosen(one.select(world, query), world)
    )


def forbidden(one):
    def select(world, query):
        raise Refused(403, {"message": "You do not have permission to perform this action."})

    return replace(one, select=select)


def with_other(pattern, value, kept=0):
    """Other values in every row, or in all but one of so many."""

    def change(one):
        def render(world, rows):
            for number, text in enumerate(one.render(world, rows)):
                left = kept and number % kept == 0
                yield text if left else re.sub(pattern, value, text)

        return replace(one, render=render)

    return change


ACCOUNTS = {
    "nothing at all": dict.fromkeys(routes.COLLECTIONS, keeping(none)),
    "no campaigns": dict.fromkeys(MAIL, keeping(none)),
    "one contact": {
        **dict.fromkeys((*PEOPLE, *STORE, "/scores"), keeping(none)),
        "/contacts": keeping(first),
    },
    "drafts only": {"/campaigns": keeping(drafts)},
    "no orders": dict.fromkeys(STORE, keeping(none)),
    "no store in the plan": dict.fromkeys(STORE, forbidden),
    "whole units only": dict.fromkeys(STORE, with_other('"USD"', '"JPY"')),
    "most orders without a currency": dict.fromkeys(STORE, with_other('"USD"', "null", kept=3)),
    "most orders without an address": dict.fromkeys(
        STORE, with_other(r'"email":"[^"]*"', '"email":""', kept=3)
    ),
    "most orders without a date": dict.fromkeys(
        STORE, with_other(r'"20\d\d-\d\d-\d\d[T ][^"]*"', "null", kept=3)
    ),
    "refunds": dict.fromkeys(STORE, with_other(r'"totalPrice":"', '"totalPrice":"-', kept=3)),
    "more opens than mails": {"/campaigns": with_other(r'"send_amt":"\d+"', '"send_amt":"1"')},
    "everything of one name": dict.fromkeys(
        routes.COLLECTIONS, with_other(r'"(name|title|tag|subject)":"[^"]*"', r'"\1":"Same"')
    ),
    "ids that lead nowhere": dict.fromkeys(
        routes.COLLECTIONS,
        with_other(
            r'"(contact|campaign|campaignid|customer|customerid|seriesid|list|listid)":"[^"]*"',
            r'"\1":"0"',
            kept=3,
        ),
    ),
}


ALWAYS = ("nothing at all", "no store in the plan")


@pytest.fixture(
    scope="module",
    params=[
        one if one in ALWAYS else pytest.param(one, marks=pytest.mark.slow) for one in ACCOUNTS
    ],
)
def account(request, tmp_path_factory):
    changed = {
        path: change(routes.COLLECTIONS[path]) for path, change in ACCOUNTS[request.param].items()
    }
    patch = pytest.MonkeyPatch()
    patch.setattr(routes, "COLLECTIONS", {**routes.COLLECTIONS, **changed})
    cache = tmp_path_factory.mktemp("cache")
    with ac.sandbox_account("tiny", cache_dir=cache) as one:
        yield one
    patch.undo()


def attempt(call):
    """What a call gives, or None; and what is wrong with the way it failed, or None."""
    try:
        return call(), None
    except errors.ActoolkitError as error:
        return None, None if len(str(error)) > 20 and error.hint else f"no remedy: {error}"
    except Exception as error:
        return None, repr(error)[:300]


def everything():
    spec = importlib.util.spec_from_file_location("everything", ROOT / "tests" / "everything.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EVERYTHING = everything()


def problems_of(calls):
    """What is wrong with each call that failed in another way than with an error and a remedy."""
    tried = {name: attempt(call)[1] for name, call in calls.items()}
    return {name: problem for name, problem in tried.items() if problem}


def test_every_loader_gives_a_frame_of_its_columns_or_says_why(account):
    wrong = {}
    for name, call in EVERYTHING.loader_calls(account).items():
        frame, wrong[name] = attempt(call)
        assert frame is None or isinstance(frame, dict) or frame.width > 1, name
    assert not {name: problem for name, problem in wrong.items() if problem}


def test_every_metric_gives_a_frame_or_says_why(account, tmp_path):
    calls = EVERYTHING.metric_calls(EVERYTHING.frames_of(account), tmp_path)
    assert not problems_of(calls)


def test_every_explorer_is_built_and_follows_its_controls_or_says_why(account):
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    made = {name: attempt(call) for name, call in EVERYTHING.explorer_calls(account).items()}
    assert not {name: problem for name, (_, problem) in made.items() if problem}
    for name, (explorer, _) in made.items():
        if explorer is None:
            continue
        for control, value in EVERYTHING.changes_of(explorer, 2):
            _, problem = attempt(lambda: explorer.set(**{control: value}))  # noqa: B023
            assert not problem, (name, control, value)
            assert explorer.error is None or explorer.error.hint, (name, control, value)


def test_what_is_no_loader_works_too_or_says_why(account, tmp_path):
    assert not problems_of(EVERYTHING.other_calls(account, tmp_path))


def test_the_doctor_tells_an_empty_account_from_one_that_lacks_something(
    account, request, monkeypatch
):
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", account.url)
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", account.token.reveal())
    ran = CliRunner().invoke(app, ["doctor"])
    assert ran.exit_code == 0, ran.output
    lines = ran.output.splitlines()
    plan = request.node.callspec.params["account"]
    notes = [line for line in lines if line.startswith("note") and "its own time" not in line]
    if plan == "nothing at all":
        (note,) = notes
        assert note == "note  account: nothing is in it yet, as far as the token's user may see"
        remedy = lines[lines.index(note) + 1]
        assert remedy.startswith(
            "      Is it the account you mean? Settings > Developer has its URL"
        )
        assert remedy.endswith("actoolkit report --sandbox.")
        assert "ok    campaigns: 0 rows" in lines
    elif plan == "no store in the plan":
        assert [note.split(":")[0] for note in notes] == [
            "note  ecom_orders",
            "note  ecom_customers",
        ]
    else:
        assert not notes
    assert lines[-1] == "Ready. Next: actoolkit report"


@pytest.fixture(scope="module")
def gallery():
    return EVERYTHING.gallery()


def or_empty(load, table):
    """A loader that gives no rows where the account has no such table."""

    def loading(**how):
        try:
            return load(**how)
        except errors.NotAvailable:
            return decode(TABLES[table], []).frame

    return loading


def test_every_chart_is_drawn_or_says_why(account, gallery, monkeypatch):
    for table in ("ecom_orders", "ecom_customers", "ecom_order_products"):
        name = f"load_{table}"
        monkeypatch.setattr(ac, name, or_empty(getattr(ac, name), table))
    grown = "1", ac.history("campaigns", account=account)
    monkeypatch.setattr(gallery, "grown_campaign", lambda: grown)
    names = gallery.frames(account)
    names["latest"] = names["latest"] or ["1"]
    wrong = {}
    for name in gallery.CALLS:
        _, wrong[name] = attempt(lambda name=name: gallery.drawn(name, names).to_dict())
    assert not {name: problem for name, problem in wrong.items() if problem}


NO_MAIL = ("No campaign was sent from", "No one-off campaign was delivered from")
NO_ORDER = "No order was completed from"
NOT_IN_PLAN = "/ecomOrders is not available on this account"
TOLD = {
    "nothing at all": {
        "Campaigns": NO_MAIL[0],
        "Sending time": NO_MAIL[1],
        "Audience": "There is no contact on a list yet.",
        "Automations": "Nobody entered an automation from ",
        "Revenue": NO_ORDER,
        "Customers": "No order was completed until",
    },
    "no campaigns": {"Campaigns": NO_MAIL[0], "Sending time": NO_MAIL[1]},
    "one contact": {
        "Automations": "Nobody entered an automation from ",
        "Revenue": NO_ORDER,
        "Customers": "No order was completed until",
    },
    "drafts only": {"Campaigns": NO_MAIL[0], "Sending time": NO_MAIL[1]},
    "no orders": {"Revenue": NO_ORDER, "Customers": "No order was completed until"},
    "no store in the plan": dict.fromkeys(("Campaigns", "Revenue", "Customers"), NOT_IN_PLAN),
}
"""For each account and section of the report, the sentence that stands in for what is missing."""


def test_the_report_of_everything_is_written_and_says_what_is_missing(account, request, tmp_path):
    made = ac.report("all", account=account, progress=False)
    made.save(tmp_path / "all.html")
    assert (tmp_path / "all.html").stat().st_size > 10_000
    notes = {
        section.title: " ".join(block.text for block in section.blocks if isinstance(block, Note))
        for section in made.sections
    }
    wanted = TOLD.get(request.node.callspec.params["account"], {})
    for title, sentence in wanted.items():
        assert sentence in notes[title], (title, notes)
    silent = {title for title in notes if title not in (*wanted, "Data quality")}
    assert not [
        title for title in silent if "No order" in notes[title] or "not shown" in notes[title]
    ]


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ABOUT_THE_STORE = ("03_revenue_attribution", "04_customers")
"""Without a store nothing in these can be answered: their first load says so."""


def cells(path):
    """Source of the code cells but the one that opens the account."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    found = [
        one.source for one in nbformat.read(path, as_version=4).cells if one.cell_type == "code"
    ]
    return [source for source in found if "Account.from_env" not in source]


def run_cell(source, names):
    """Run a cell and show its last expression, as a notebook does."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if last is None:
        return None
    shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    display = getattr(shown, "_repr_mimebundle_", None)
    return display() if display else repr(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_runs_to_its_end_or_says_at_once_what_is_missing(
    account, request, path, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    monkeypatch.chdir(tmp_path)
    plan = request.node.callspec.params["account"]
    names = {"ac": ac, "account": account}
    sources = cells(path)
    if plan == "no store in the plan" and path.stem in ABOUT_THE_STORE:
        run_cell(sources[0], names)
        with pytest.raises(errors.NotAvailable, match=NOT_IN_PLAN):
            run_cell(sources[1], names)
        return
    for source in sources:
        run_cell(source, names)
    (report,) = tmp_path.glob("report_*.html")
    assert report.stat().st_size > 10_000
    if plan == "no store in the plan" and "load_ecom_orders" in "".join(sources):
        assert NOT_IN_PLAN in capsys.readouterr().out
