"""The user's own notebook as a page: all that is worth seeing is taken over, nothing is trusted."""

from __future__ import annotations

import base64
import runpy
from datetime import date
from pathlib import Path

import altair as alt
import polars as pl
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from actoolkit.errors import InvalidArgument, ReportError
from actoolkit.reports import export_notebook
from actoolkit.reports.html_tables import plain_tables
from actoolkit.reports.outputs import outputs_of, spec_in

MINE = runpy.run_path(str(Path(__file__).with_name("my_notebooks.py")))
PNG, SVG, bundle, chart, exported, shown, written = (
    MINE[name] for name in ("PNG", "SVG", "bundle", "chart", "exported", "shown", "written")
)
HOSTILE = runpy.run_path(str(Path(__file__).with_name("hostile.py")))["HOSTILE"]


def body(page):
    return page[page.index("<body>") : page.index('id="themes"')]


def test_prose_code_text_and_tables_are_taken_over(tmp_path):
    frame = "<style>td{}</style><table><caption>Few</caption><thead><tr><th>list</th><th>rate</th></tr></thead><tr><td>A &amp; B</td><td>12.5%</td></tr></table>"
    page = body(
        exported(
            tmp_path,
            new_markdown_cell(
                "# Lists\n\nWhat **matters**.\n\n## First\n\n| a | b |\n|--|--|\n| 1 | 2 |"
            ),
            new_markdown_cell("## Second"),
            new_code_cell("1 + 1", outputs=[new_output("stream", name="stdout", text="two\n")]),
            new_code_cell("frame", outputs=[bundle("text/html", frame)]),
        )
    )
    assert "<h1>Lists</h1>" in page
    assert "<strong>matters</strong>" in page
    assert '<a href="#part-1">First</a>' in page
    assert '<h2 id="part-2">Second</h2>' in page
    assert (
        '<details class="code"><summary>Code</summary><pre tabindex="0"><code>1 + 1</code>' in page
    )
    assert '<pre tabindex="0">two</pre>' in page
    assert "<bdi>A &amp; B</bdi>" in page
    assert '<td class="number"><bdi>12.5%</bdi></td>' in page
    assert "<style" not in page


def test_tags_leave_out_what_is_asked(tmp_path):
    out = [new_output("stream", name="stdout", text="SHOWN")]
    page = body(
        exported(
            tmp_path,
            new_code_cell("GONE", metadata={"tags": ["remove-cell"]}),
            new_code_cell("NOCODE", metadata={"tags": ["hide-input"]}, outputs=out),
            new_code_cell(
                "QUIET",
                metadata={"tags": ["hide-output"]},
                outputs=[bundle("text/html", "x", "MUTE")],
            ),
        )
    )
    assert "GONE" not in page
    assert "NOCODE" not in page
    assert "MUTE" not in page
    assert "SHOWN" in page
    assert "QUIET" in page


def test_altair_charts_come_from_either_form():
    spec = chart(["a"])
    markup = alt.Chart.from_dict(spec).to_html()
    (direct,) = outputs_of({"outputs": [bundle("application/vnd.vegalite.v5+json", spec)]})
    (read,) = outputs_of({"outputs": [bundle("text/html", markup)]})
    assert direct.kind == read.kind == "chart"
    assert read.spec["encoding"] == spec["encoding"]
    assert spec_in("<script>})({broken vega</script>") is None


@pytest.mark.parametrize(
    ("mime", "content", "kind"),
    [
        ("application/vnd.jupyter.widget-view+json", {"model_id": "x"}, "note"),
        (
            "application/vnd.vegalite.v6+json",
            {"data": {"url": "https://evil.example/x.csv"}},
            "note",
        ),
        ("application/vnd.vegalite.v6+json", {"layer": [{"data": {"url": "x.csv"}}]}, "note"),
        ("application/javascript", "alert(1)", "text"),
        ("text/html", "<b>bold</b>", "text"),
        ("image/png", base64.b64encode(b"<script>").decode(), "text"),
        ("image/png", PNG, "image"),
        ("image/svg+xml", SVG, "image"),
        ("text/latex", "$x$", "text"),
    ],
)
def test_what_becomes_of_an_output(mime, content, kind):
    (output,) = outputs_of({"outputs": [bundle(mime, content)]})
    assert output.kind == kind


def test_options_of_the_embedder_are_not_taken_from_a_chart():
    spec = {**chart(["a"]), "usermeta": {"embedOptions": {"ast": False, "loader": {}}}}
    (output,) = outputs_of({"outputs": [bundle("application/vnd.vegalite.v6+json", spec)]})
    assert "usermeta" not in output.spec


@pytest.mark.parametrize("payload", HOSTILE)
def test_tables_keep_the_texts_of_hostile_cells(payload):
    import pandas as pd

    (table,) = plain_tables(pd.DataFrame({"name": [payload], "n": [1]}).to_html())
    assert len(table.body) == 1
    assert table.body[0][-1].text == "1"


def test_the_same_notebook_gives_the_same_bytes(tmp_path):
    cells = [new_code_cell("c", outputs=[bundle("application/vnd.vegalite.v6+json", chart("ab"))])]
    assert exported(tmp_path, *cells) == exported(tmp_path, *cells)


@pytest.mark.parametrize(
    "cell",
    [
        new_markdown_cell("Ask ann@shop.example"),
        new_code_cell("x = 'ann@shop.example'"),
        new_code_cell("x", outputs=[new_output("stream", name="stdout", text="ann@shop.example")]),
        new_code_cell(
            "x", outputs=[bundle("image/svg+xml", "<svg>\n<text>ann@shop.example</text></svg>")]
        ),
        new_code_cell(
            "x", outputs=[bundle("application/vnd.vegalite.v6+json", chart(["ann@shop.example"]))]
        ),
    ],
)
def test_an_address_is_an_error_that_names_the_cell_unless_allowed(tmp_path, cell):
    with pytest.raises(ReportError, match=r"address, in cell 2 .*--personal-data") as caught:
        exported(tmp_path, new_markdown_cell("# Fine"), cell)
    assert "ann" not in str(caught.value)
    assert not (tmp_path / "out.html").exists()
    exported(tmp_path, cell, personal_data=True)


def test_what_polars_writes_for_programmers_is_left_out():
    frame = pl.DataFrame({"name": ['say "hi"', "b"], "n": [1, 2], "on": [date(2026, 1, 2)] * 2})
    (shown,) = outputs_of(new_code_cell("f", outputs=[bundle("text/html", frame._repr_html_())]))
    assert [[cell.text for cell in row] for row in shown.table.head] == [["name", "n", "on"]]
    texts = [[cell.text for cell in row] for row in shown.table.body]
    assert texts[1] == ["b", "2", "2026-01-02"]
    assert texts[0][0].replace("\\", "") == 'say "hi"'


def test_two_rows_of_headings_that_are_no_types_stay():
    table = "<table><thead><tr><th>a</th></tr><tr><td>in euros</td></tr></thead></table>"
    (shown,) = outputs_of(new_code_cell("f", outputs=[bundle("text/html", table)]))
    assert len(shown.table.head) == 2


def test_what_loading_tells_is_folded_and_other_lines_are_not():
    told = "campaigns: 175 rows from sandbox-small-7 in 0.2 s (2 requests, proven)\n"
    told += "orders: 6,333 rows from the snapshot of 2026-06-30 15:00 UTC, 0 s old (proven)"
    cell = new_code_cell("x", outputs=[new_output("stream", name="stdout", text=told + "\n")])
    assert [(one.kind, one.text) for one in outputs_of(cell)] == [("loaded", told)]
    lines = [new_output("display_data", data={"text/plain": line}) for line in told.split("\n")]
    assert outputs_of(new_code_cell("x", outputs=lines)) == outputs_of(cell)
    cell = new_code_cell("x", outputs=[new_output("stream", text=told + "\nand mine")])
    assert [one.kind for one in outputs_of(cell)] == ["text"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"a": 1}', '{"cells": 3, "nbformat": 4}', "\ufeff<html>"]
)
def test_what_is_no_notebook_is_said_so(tmp_path, text):
    path = tmp_path / "my.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidArgument, match="is not a Jupyter notebook"):
        export_notebook(path, tmp_path / "out.html")


def test_a_missing_file_and_the_notebook_itself_are_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="cannot be read: No such file"):
        export_notebook(tmp_path / "none.ipynb", tmp_path / "out.html")
    path = written(tmp_path, new_markdown_cell("x"))
    with pytest.raises(InvalidArgument, match="is the notebook itself"):
        export_notebook(path, path)


@pytest.mark.parametrize("place", ["none/out.html", "folder", "near.txt/out.html"])
def test_nothing_is_run_for_a_page_that_cannot_be_written(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "near.txt").touch()
    path = written(tmp_path, new_code_cell("import pathlib\npathlib.Path('ran').touch()"))
    with pytest.raises(ReportError, match=r"out.html' cannot be written|folder' cannot be written"):
        export_notebook(path, tmp_path / place)
    assert not (tmp_path / "ran").exists()


def test_it_is_run_in_its_folder_and_never_changed(tmp_path):
    code = "import altair as alt, pathlib\nprint(pathlib.Path('near.txt').read_text())\nalt.Chart(alt.Data(values=[{'a': 1}])).mark_bar().encode(x='a:Q')"
    path = written(tmp_path, new_code_cell(code))
    (tmp_path / "near.txt").write_text("from beside it")
    before = path.read_bytes()
    page = export_notebook(path, tmp_path / "out.html").read_text(encoding="utf-8")
    assert "from beside it" in body(page)
    assert body(page).count("data-spec") == 1
    assert "renderers.enable" not in page
    assert path.read_bytes() == before


def test_a_run_says_nothing_but_what_the_kernel_has_to_say(tmp_path, capfd):
    cell = new_code_cell("import os\n_ = os.write(2, b'out of memory')")
    export_notebook(written(tmp_path, cell), tmp_path / "out.html")
    assert capfd.readouterr().err == "out of memory"


def test_a_failing_cell_is_named(tmp_path):
    cells = [
        new_markdown_cell("# A"),
        new_code_cell("1"),
        new_code_cell("raise ValueError('no rows')"),
    ]
    with pytest.raises(
        ReportError, match=r"Cell 3 of 'my.ipynb' failed: ValueError: no rows\. Run"
    ):
        export_notebook(written(tmp_path, *cells), tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()


def test_an_unknown_kernel_is_named(tmp_path):
    path = written(
        tmp_path, new_code_cell("1"), kernelspec={"name": "nope", "display_name": "Nope"}
    )
    with pytest.raises(ReportError, match="kernel 'nope', which is not installed"):
        export_notebook(path, tmp_path / "out.html")
