"""The prebuilt notebooks: thin, stripped, and running from top to bottom on the sandbox."""

from __future__ import annotations

import ast
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from actoolkit.reports.period import Period

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def parameters(notebook):
    (cell,) = [c for c in code_cells(notebook) if "parameters" in c.metadata.get("tags", [])]
    return cell


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "00_start_here",
        "01_campaign_funnel",
        "02_engagement",
        "03_revenue_attribution",
        "04_customers",
        "05_automations_and_scores",
    ]


def test_it_is_valid_and_stripped(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert all(not c.outputs and c.execution_count is None for c in code_cells(notebook))
    assert [cell.id for cell in notebook.cells] == [str(n) for n in range(len(notebook.cells))]
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}


def test_it_is_thin_and_uses_public_names_only(path):
    cells = code_cells(read(path))
    assert len(cells) <= 12
    source = "\n".join(cell.source for cell in cells)
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = [ast.unparse(node) for node in imports]
    assert "import actoolkit as ac" in names
    assert set(names) <= {"import actoolkit as ac", "import polars as pl"}
    assert not re.search(r"\bac\.[\w.]*\b_\w", source)


def test_it_asks_questions_first_and_says_how_to_export_last(path):
    notebook = read(path)
    assert re.search(r"(?m)^1\. .+\?", notebook.cells[0].source)
    assert "Export this" in notebook.cells[-2].source
    assert "ac.report(" in notebook.cells[-1].source


def test_parameters_are_literals(path):
    for statement in ast.parse(parameters(read(path)).source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)


def inject(notebook, **values):
    """Insert a cell after the parameters, as tools for parametrised notebooks do."""
    place = notebook.cells.index(parameters(notebook)) + 1
    source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))


def client(notebook, folder):
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    from traitlets.config import Config

    config = Config()
    if sys.platform != "win32":  # sockets in a folder of its own: no ports to share, no warning
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(folder / "kernel")
    resources = {"metadata": {"path": str(folder)}}
    return nbclient.NotebookClient(
        notebook, kernel_name="python3", resources=resources, timeout=None, config=config
    )


def run(notebook, folder, **values):
    inject(notebook, sandbox_size="tiny", **values)
    client(notebook, folder).execute()
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def test_it_runs_from_top_to_bottom_without_a_warning(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    shown = run(read(path), tmp_path)
    errors = [o for o in shown if o.output_type == "error" or o.get("name") == "stderr"]
    assert not errors
    widgets = [o for o in shown if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
    assert len(widgets) >= 2
    (report,) = tmp_path.glob("*.html")
    assert report.stat().st_size > 100_000
    tables = [
        o["data"]["text/html"] for o in shown if "<table" in o.get("data", {}).get("text/html", "")
    ]
    assert tables
    assert not re.search(r">-?\d+\.\d{3,}<|_cents|>null<", "".join(tables))
    assert not [one for one in tables if "dataframe" in one]


@pytest.mark.parametrize(
    "path",
    [
        NOTEBOOKS[1],
        *(pytest.param(p, marks=pytest.mark.slow) for p in NOTEBOOKS if p != NOTEBOOKS[1]),
    ],
    ids=lambda path: path.stem,
)
def test_its_days_reach_the_report_it_exports(path, tmp_path):
    run(read(path), tmp_path, since="2026-01-01", until="2026-04-01")
    (report,) = tmp_path.glob("*.html")
    assert "1 Jan 2026 to 31 Mar 2026" in report.read_text(encoding="utf-8")


def test_each_writes_a_report_of_its_own():
    written = {
        re.search(r'report_path = "(.+)"', parameters(read(path)).source)[1] for path in NOTEBOOKS
    }
    assert len(written) == len(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS[1:5], ids=lambda path: path.stem)
def test_without_days_the_report_covers_those_of_its_charts(path, tmp_path):
    notebook = read(path)
    shows = "print('days shown', begin, end)"
    notebook.cells.append(nbformat.v4.new_code_cell(shows))
    shown = run(notebook, tmp_path)
    (said,) = re.findall(r"days shown (\S+) (\S+)", "".join(o.get("text", "") for o in shown))
    begin, end = map(date.fromisoformat, said)
    assert begin < date(2024, 9, 1)  # the sandbox's history has two years
    (report,) = tmp_path.glob("*.html")
    assert str(Period(begin, end)) in report.read_text(encoding="utf-8")


def test_it_says_that_the_data_are_the_sandboxs(tmp_path):
    notebook = read(NOTEBOOKS[1])
    inject(notebook, sandbox_size="tiny")
    place = next(n for n, c in enumerate(notebook.cells) if "from_env" in c.source)
    notebook.cells = notebook.cells[: place + 1]
    client(notebook, tmp_path).execute()
    text = "".join(output.text for output in notebook.cells[-1].outputs)
    assert "ACTIVECAMPAIGN_URL" in text
    assert "sandbox" in text


def test_its_charts_are_there_when_it_is_exported(tmp_path):
    """A page has no kernel: the charts come from what the widgets leave beside themselves."""
    from actoolkit.reports import export_notebook

    source = tmp_path / "mine.ipynb"
    text = NOTEBOOKS[5].read_text(encoding="utf-8").replace('\\"small\\"  #', '\\"tiny\\"  #')
    assert 'tiny\\"  #' in text
    source.write_text(text, encoding="utf-8")
    page = export_notebook(source, tmp_path / "mine.html").read_text(encoding="utf-8")
    drawn = sum("ac.charts." in cell.source for cell in code_cells(read(source)))
    explorers = sum("_explorer(" in cell.source for cell in code_cells(read(source)))
    assert (drawn, explorers) == (3, 2)
    assert page.count("data-spec>") == drawn + explorers
    assert page.count("The controls of this chart are alive only in a notebook") == explorers
    assert "A control stood here" not in page
