"""The known token and what people look at: commands, reports, widgets, notebooks."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit import cli, errors
from actoolkit.reports import export_notebook
from actoolkit.sandbox.faults import Faults
from actoolkit.settings import Account

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
COMMANDS = (
    "--help",
    "--version",
    "doctor",
    "plan",
    "sync campaigns lists contacts",
    "sync campaigns --refresh",
    "sync unicorns",
    "cache info",
    "report -o {out}/r.html",
    "report all --personal-data -o {out}/p.html",
    "report nonsense",
    "report --nonsense",
    "report -o {out}/no/such/r.html",
    "notebooks {out}/notebooks",
    "cache purge nobody@example.org --yes",
    "cache purge nobody",
    "cache clear --yes",
    "sandbox serve --port 99999",
)


@pytest.fixture
def environment(monkeypatch, tmp_path, hunt):
    """The account comes from the environment, and its requests may follow each other quickly."""
    monkeypatch.setitem(Account.__init__.__kwdefaults__, "rate", 10_000.0)

    def use(account):
        monkeypatch.setenv("ACTIVECAMPAIGN_URL", account.url)
        monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", hunt.CANARY)
        monkeypatch.setenv("ACTOOLKIT_CACHE_DIR", str(tmp_path / "cache"))

    return use


def command(words, monkeypatch):
    """Run a command as its script does; give the exit code."""
    monkeypatch.setattr(sys, "argv", ["actoolkit", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code


def test_no_command_shows_it(guarded, hunt, environment, monkeypatch, capfd, tmp_path):
    (tmp_path / "out").mkdir()
    codes = {}
    with guarded() as account:
        environment(account)
        for line in COMMANDS:
            words = line.replace("{out}", str(tmp_path / "out")).split()
            codes[line] = command(words, monkeypatch)
            shown = capfd.readouterr()
            assert shown.out + shown.err, line
            assert not hunt.shows(shown.out + shown.err), line
            for path, content in hunt.contents(tmp_path):
                assert not hunt.shows(content), (line, path)
    good = {line for line, code in codes.items() if not code}
    assert {"doctor", "plan", "cache info", "report -o {out}/r.html", "cache clear --yes"} <= good
    assert {code for line, code in codes.items() if line not in good} == {2}


@pytest.mark.parametrize("kind", ["html", "truncated", "closed", "503"])
@pytest.mark.parametrize("line", ["doctor", "plan", "sync campaigns", "report -o {out}/r.html"])
def test_no_command_that_fails_shows_it(
    guarded, hunt, environment, monkeypatch, capfd, tmp_path, kind, line
):
    with guarded(Faults(1.0, (kind,))) as account:
        environment(account)
        assert command(line.replace("{out}", str(tmp_path)).split(), monkeypatch) == 1
    shown = capfd.readouterr()
    assert shown.out + shown.err
    assert not hunt.shows(shown.out + shown.err)
    for path, content in hunt.contents(tmp_path):
        assert not hunt.shows(content), path


EXPLORERS = sorted(name for name in ac.widgets.__all__ if name.endswith("_explorer"))
MOST = 3
"""Options of a control that are tried."""


def settings_of(explorer):
    """Each value of each control that has a few, one after another."""
    for name, control in explorer.controls.items():
        texts = getattr(control.widget, "options", ())
        for text in range(min(len(texts), MOST)):
            control.widget.index = text
            yield name


def test_there_are_explorers():
    names = "attribution", "automation", "campaign", "customers", "engagement", "funnel", "scores"
    assert [f"{name}_explorer" for name in names] == EXPLORERS


@pytest.mark.parametrize("name", EXPLORERS)
def test_no_widget_has_it_in_its_state(guarded, hunt, everything_said, name):
    widgets = pytest.importorskip("ipywidgets")
    embed = pytest.importorskip("ipywidgets.embed")
    with guarded() as account:
        explorer = getattr(ac.widgets, name)(account, progress=True)
        drawn = set()
        for changed in settings_of(explorer):
            state = widgets.Widget.get_manager_state()
            assert len(state["state"]) > 10
            assert not hunt.shows(json.dumps(state, default=repr)), changed
            said = explorer.code()
            assert "ac." in said
            drawn.add(said)
            for one in (said, repr(explorer), repr(dict(explorer.params)), repr(vars(explorer))):
                assert not hunt.shows(one), changed
            assert not hunt.shows(hunt.error_text(explorer.error)), changed
            assert not hunt.shows(json.dumps(explorer.chart.to_dict(), default=repr)), changed
        assert len(drawn) > 1
        shown = explorer._repr_mimebundle_()
        assert not hunt.shows(json.dumps(shown, default=repr))
        page = embed.embed_snippet(views=[explorer.widget])
        assert len(page) > 10_000
        assert not hunt.shows(page)
        assert not hunt.shows(explorer.frame.write_ndjson())
    widgets.Widget.close_all()


def test_no_report_manifest_or_frame_has_it(guarded, hunt):
    with guarded() as account:
        bundle = ac.report("all", account=account, progress=False)
        assert not hunt.shows(bundle.html())
        assert not hunt.shows(repr(vars(bundle)))
        manifest = ac.provenance("campaigns", account=account)
        assert not hunt.shows(repr(manifest) + json.dumps(manifest.to_dict()))
        frame = ac.load_campaigns(account=account, frame="pandas", progress=False)
        assert not hunt.shows(repr(frame.attrs))


BEGIN = """
import logging
logging.basicConfig(level=logging.DEBUG)
from actoolkit.settings import Account
Account.__init__.__kwdefaults__["rate"] = 10_000.0
"""
END = (
    "account",
    "print(account, vars(account)); account.token",
    "%xmode Verbose",
    "ac.load_contacts(account=account, filters=account, refresh=True)",
    "ac.Account(url=account.url + '/elsewhere', token=account.token)",
    "import pickle; pickle.dumps(account)",
    "%whos",
    "ac.widgets.funnel_explorer(account)",
)


@pytest.mark.parametrize(
    "path",
    [
        NOTEBOOKS[0],
        *(pytest.param(path, marks=pytest.mark.slow) for path in NOTEBOOKS[1:]),
    ],
    ids=lambda path: path.stem,
)
def test_no_notebook_keeps_it(guarded, hunt, environment, tmp_path, path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(BEGIN))
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in END]
    config = Config()
    if sys.platform != "win32":
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(tmp_path / "kernel")
    with guarded() as account:
        environment(account)
        nbclient.NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": str(tmp_path)}},
            config=config,
            allow_errors=True,
            store_widget_state=True,
        ).execute()
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", ())]
    failed = [one for one in outputs if one.output_type == "error"]
    assert len(failed) == 3, [one.evalue for one in failed]
    assert {one.ename for one in failed} == {"TypeError", "InvalidURL", "InvalidToken"}
    assert "DEBUG:urllib3" in "".join(one.get("text", "") for one in outputs)
    text = nbformat.writes(notebook)
    assert len(text) > 100_000
    explorers = sum("_explorer(" in cell.source for cell in notebook.cells[: -len(END)])
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    boxes = [
        one
        for one in state.values()
        if "actoolkit-explorer" in one["state"].get("_dom_classes", ())
    ]
    assert len(boxes) == explorers + 1
    assert not hunt.shows(text)
    nbformat.write(notebook, tmp_path / "kept.ipynb")
    page = export_notebook(
        tmp_path / "kept.ipynb", tmp_path / "kept.html", execute=False, personal_data=True
    )
    assert "DEBUG:urllib3" in (tmp_path / "kept.html").read_text(encoding="utf-8")
    assert not hunt.shows(repr(page))
    for path, content in hunt.contents(tmp_path):
        assert not hunt.shows(content), path


def test_the_environment_is_the_only_place(hunt, environment, guarded):
    """What the user set stays where the user set it; a child process of ours may need it."""
    with guarded() as account:
        environment(account)
        assert Account.from_env().token == account.token
        assert [name for name, value in os.environ.items() if hunt.shows(value)] == [
            "ACTIVECAMPAIGN_API_TOKEN"
        ]
        with pytest.raises(errors.InvalidArgument):
            Account.from_env(token=hunt.CANARY)
