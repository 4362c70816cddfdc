"""The committed data dictionary is what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import actoolkit
from actoolkit.tables import TABLES
from actoolkit.tables.dictionary import data_dictionary, main

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_committed_page_is_current():
    assert main(["--check", str(PAGE)]) == 0, (
        "run: python -m actoolkit.tables.dictionary > docs/data-dictionary.md"
    )


def test_the_module_prints_the_page():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "actoolkit.tables.dictionary"],
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode() == data_dictionary()


def test_every_table_names_a_loader_that_is_there():
    page = data_dictionary()
    for table in TABLES:
        assert f"`ac.load_{table}(" in page
        assert hasattr(actoolkit, f"load_{table}")


def test_every_column_and_every_field_left_out_is_on_the_page():
    page = data_dictionary()
    for table in TABLES.values():
        section = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        for name in table.schema.names():
            assert f"| `{name}` |" in section
        for field in table.omitted:
            assert f"| `{field}` |" in section


def test_a_page_that_fell_behind_is_found(tmp_path, capsys):
    old = tmp_path / "old.md"
    old.write_text("# Data dictionary\n", encoding="utf-8")
    assert main(["--check", str(old)]) == 1
    assert "Run: python -m actoolkit.tables.dictionary >" in capsys.readouterr().err
    assert main(["--check", str(tmp_path / "none.md")]) == 1
    assert main(["--wrong"]) == 2
