"""Notebooks as a user might have them, for the tests of exporting; loaded by its path."""

from __future__ import annotations

import altair as alt
import nbformat
from nbformat.v4 import new_notebook, new_output

from actoolkit.reports import export_notebook

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20" onload="window.__pwned=1">'
    "<script>window.__pwned=1</script><image href='https://evil.example/x.png'/>"
    '<text y="15">drawn</text></svg>'
)


def shown(**data):
    mimes = {key.replace("__", "/"): value for key, value in data.items()}
    return new_output("display_data", data=mimes)


def bundle(mime, content, plain="plain"):
    return new_output("display_data", data={mime: content, "text/plain": plain})


INHERITED = {"constructor", "toString", "__proto__"}
"""Vega cannot group by what every JavaScript object inherits: such a chart of the user stays blank."""


def chart(names):
    names = [name for name in names if name not in INHERITED]
    rows = [{"name": name, "n": place + 1} for place, name in enumerate(names)]
    drawn = alt.Chart(alt.Data(values=rows)).mark_bar()
    return drawn.encode(y="name:N", x="n:Q", tooltip=["name:N", "n:Q"]).to_dict()


def written(tmp_path, *cells, name="my.ipynb", **metadata):
    notebook = new_notebook(cells=list(cells), metadata=metadata)
    path = tmp_path / name
    nbformat.write(notebook, path)
    return path


def exported(tmp_path, *cells, **options):
    page = export_notebook(
        written(tmp_path, *cells), tmp_path / "out.html", execute=False, **options
    )
    return page.read_text(encoding="utf-8")
