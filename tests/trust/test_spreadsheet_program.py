"""Files for spreadsheets, opened by LibreOffice: no cell of them is a formula there.

It is skipped, saying so, where LibreOffice is not installed, and required where
ACTOOLKIT_REQUIRE_OFFICE is set.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from xml.etree import ElementTree as ET

import polars as pl
import pytest

import actoolkit as ac

NEUTRAL = [
    "=1+1", "=HYPERLINK(\"https://evil.test\";\"x\")", "=cmd|' /C calc'!A0", "=WEBSERVICE(\"https://evil.test\")", "=DDE(\"a\";\"b\";\"c\")",
    "+1+1", "-1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)", "@A1", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1",
    "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)", "\u22121+1", "=1\";=1+1", "x\n=1+1", "x\r\n@SUM(1)", "1;+cmd|' /C calc'!A0", "=-1", "=\u200b1",
    "=SUM(A1:A9)", "{=1+1}", "of:=1+1", "=of:=1+1", "=msoxl:1+1", "='file:///etc/passwd'#$x.A1", "=INDIRECT(\"A1\")", "=RAND()", "=NOW()", "=A1&A2", "=\"a\"",
    "=TRUE()", "=IF(1;2;3)", "=10/2", "+A1", "-A1", "=[.A1]", "=$A$1", "=Sheet1.A1", "=1,5+1",
]  # fmt: skip
LIVE = '"=1+1"'
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
SEPARATORS = {"comma": 44, "semicolon": 59, "tab": 9}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Opens files in LibreOffice; gives the formulas of each, and the texts of its cells."""
    program = shutil.which("soffice")
    if program is None:
        reason = "LibreOffice is not installed (Debian: apt-get install libreoffice-calc)"
        if os.environ.get("ACTOOLKIT_REQUIRE_OFFICE"):
            pytest.fail(reason)
        pytest.skip(reason)
    profile = tmp_path_factory.mktemp("office").as_uri()

    def opened(path, separator=44):
        command = [program, f"-env:UserInstallation={profile}", "--headless"]
        if path.suffix == ".csv":
            # Separator, quote, UTF-8, from line 1; formulas are evaluated: the least careful way.
            command.append(
                f"--infilter=CSV:{separator},34,76,1,,0,false,true,false,false,false,-1,true"
            )
        folder = path.parent / f"seen {path.name} {separator}"
        command += ["--convert-to", "fods", "--outdir", str(folder), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        (seen,) = folder.iterdir()
        cells = list(ET.parse(seen).iter(f"{TABLE}table-cell"))
        assert cells
        formulas = [cell.get(f"{TABLE}formula") for cell in cells]
        return [one for one in formulas if one], [
            "".join(cell.itertext()).strip() for cell in cells
        ]

    return opened


def test_it_would_see_one(office, tmp_path):
    path = tmp_path / "live.csv"
    path.write_text(f"text\n{LIVE}\n")
    formulas, _ = office(path)
    assert formulas == ["of:=1+1"]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_of_a_csv_file_is_a_formula(office, tmp_path, separator):
    frame = pl.DataFrame({"text": NEUTRAL, "=1+1": range(len(NEUTRAL))})
    formulas, texts = office(ac.to_csv(frame, tmp_path / "f.csv"), SEPARATORS[separator])
    assert formulas == []
    assert any("HYPERLINK" in one for one in texts)


def test_no_cell_of_a_workbook_is_a_formula(office, tmp_path):
    pytest.importorskip("xlsxwriter")
    frame = pl.DataFrame({"text": NEUTRAL, "=1+1": range(len(NEUTRAL))})
    formulas, texts = office(ac.to_excel(frame, tmp_path / "f.xlsx"))
    assert formulas == []
    assert "=1+1" in set(texts)


def test_ten_thousand_random_texts(office, tmp_path):
    chance = random.Random(14)
    signs = "=+-@|%;\t'\" \u00a0\uff1d19.,eaZ()"
    texts = ["".join(chance.choices(signs, k=chance.randint(1, 9))) for _ in range(10_000)]
    frame = pl.DataFrame({"text": texts})
    path = ac.to_csv(frame, tmp_path / "f.csv", personal_data=True)
    bare = ac.to_csv(frame, tmp_path / "bare.csv", personal_data=True, neutralise=False)
    for separator in SEPARATORS.values():
        assert office(path, separator)[0] == []
        assert len(office(bare, separator)[0]) > 100
