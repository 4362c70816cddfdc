"""Files for spreadsheets: no formula in them, no number changed."""

from __future__ import annotations

import base64
import csv
import os
import random
import re
import stat
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import actoolkit as ac
from actoolkit import errors

PAYLOADS = [
    "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://evil.test\";\"x\")", "=IMPORTXML(\"https://evil.test\")", "=2+5+cmd|'/C calc'!A0",
    "+1+1", "+cmd|' /C calc'!A0", "-1+1", "-2+3+cmd|' /C calc'!A0", "-1-1", "+1-1", "@SUM(1+1)", "@A1", "%0A=1+1", "|cmd", "=", "+", "-", "@",
    "\t=1+1", "\r=1+1", "\n=1+1", "\t", "\rx", "\nx", " =1+1", "   @SUM(1)", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\u2060=1+1", "\u202e=1+1",
    "\x00=1+1", "\x1f=1+1", "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)", "\u3000\uff1d1", "\u22121+1", "\ufe66x", "'=1+1", "\"=1+1\"", "\"=1+1", "''=1",
    "=1\";=1+1", "x;=1+1", "x\t=1+1", "x\n=1+1", "x\r\n@SUM(1)", "1;+cmd|' /C calc'!A0", "\"x\";=1+1", "- x", "--1", "=-1", "+-1", "=\u200b1", "@ada",
]  # fmt: skip
NUMBERS = ["-5", "+5", "-5.3", "+1,200.50", "-1e5", "-1.5E+10", "12 %", "-12%", "0", "-0", "00", "+491701234567", "3.", "1/2", "2026-01-01", "1-2"]  # fmt: skip
FINE = ["", "fine", "a=b", "a+b", "Ada & Co", "a-b", "user at home", "50 % off", "x;y", "x; y = z", "'", "\"quoted\"", "a,b", "ümläut"]  # fmt: skip
STARTS = "=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20\ufe66\ufe6b\ufe62\ufe63\u2212"


def is_number(text):
    try:
        float(text.replace(",", "").rstrip("%").strip())
    except ValueError:
        return False
    return True


def is_formula(cell):
    """An oracle of its own: the first sign that can be seen starts a formula."""
    if cell[:1] in ("\t", "\r", "\n"):
        return True
    seen = "".join(c for c in cell if c.isprintable() and not c.isspace())
    return seen[:1] in STARTS and seen != "" and not is_number(cell)


def as_read(path, **dialect):
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file, **dialect) for cell in row]


def test_there_are_enough():
    assert len(set(PAYLOADS)) >= 40


def frames(values, name="text"):
    return pl.DataFrame({name: values}), pd.DataFrame({name: values})


@pytest.mark.parametrize("kind", [0, 1], ids=["polars", "pandas"])
def test_no_csv_has_a_formula(tmp_path, kind):
    frame = frames(PAYLOADS)[kind]
    path = ac.to_csv(frame, tmp_path / "f.csv")
    cells = as_read(path)
    assert len(cells) == len(PAYLOADS) + 1
    assert not [one for one in cells if is_formula(one)]
    assert [one.replace("'", "") for one in cells[1:]] == [one.replace("'", "") for one in PAYLOADS]
    # Read as another country's spreadsheet does: by semicolons, by tabs, line by line.
    for other in (
        as_read(path, delimiter=";"),
        as_read(path, delimiter="\t"),
        as_read(path, delimiter=";", quoting=csv.QUOTE_NONE),
    ):
        assert not [one for one in other if is_formula(one.lstrip('"'))]


UNSEEN = [
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFFA0,
    0xFFF9, 0xFFFB, 0x1BCA0, 0x1D173, 0xE0001, 0xE0020, 0xE0100, 0xE01EF,
]  # fmt: skip


@pytest.mark.parametrize("sign", [chr(one) for one in UNSEEN], ids=ascii)
def test_nothing_unseen_hides_a_formula(tmp_path, sign):
    texts = [f"{sign}=1+1", f"x;{sign * 2}@SUM(1)", f"{sign}fine"]
    path = ac.to_csv(pl.DataFrame({"text": texts}), tmp_path / "f.csv")
    assert as_read(path)[1:] == [f"'{sign}=1+1", f"x;'{sign * 2}@SUM(1)", f"{sign}fine"]


def test_numbers_and_words_stay(tmp_path):
    values = [one for one in NUMBERS + FINE if one != ""]
    path = ac.to_csv(pl.DataFrame({"text": values}), tmp_path / "f.csv")
    assert as_read(path)[1:] == values
    numbers = pl.DataFrame(
        {"a": [-1.5, None, 3.25], "b": [-(2**60), 0, None], "c": [True, None, False]}
    )
    assert_frame_equal(pl.read_csv(ac.to_csv(numbers, tmp_path / "n.csv")), numbers)


def test_headers_are_texts_too(tmp_path):
    ac.to_csv(pl.DataFrame({"=1+1": [1], "-x": [2]}), tmp_path / "f.csv")
    assert as_read(tmp_path / "f.csv") == ["'=1+1", "'-x", "1", "2"]


def test_as_it_is_on_request(tmp_path):
    path = ac.to_csv(pl.DataFrame({"t": PAYLOADS}), tmp_path / "f.csv", neutralise=False)
    assert as_read(path)[1:] == PAYLOADS


alphabet = st.sampled_from(list("=+-@|%;\t\r\n'\" \u200b\u00a0\uff1d19.,ea"))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(alphabet, min_size=1, max_size=8), min_size=1, max_size=20))
def test_whatever_is_written(tmp_path_factory, values):
    path = ac.to_csv(
        pl.DataFrame({"t": values}), tmp_path_factory.getbasetemp() / "h.csv", personal_data=True
    )
    cells = as_read(path)[1:]
    assert not [one for one in cells if is_formula(one)]
    for before, after in zip(values, cells, strict=True):
        assert after.replace("'", "") == before.replace("'", "")


def ten_thousand_rows():
    """Texts that begin as formulas do, numbers as texts, numbers, and nothing."""
    dice = random.Random(14)
    signs = "=+-@|%;\t'\" \u00a0\uff1d19.,eaZ"
    texts = ["".join(dice.choices(signs, k=dice.randint(1, 9))) for _ in range(9_000)]
    texts += [f"{dice.uniform(-1e6, 1e6):.3f}" for _ in range(1_000)]
    dice.shuffle(texts)
    whole = [dice.choice((None, 0, dice.randrange(-(2**53), 2**53))) for _ in texts]
    broken = [dice.choice((None, -0.5, dice.uniform(-1e9, 1e9))) for _ in texts]
    return pl.DataFrame({"text": texts, "whole": whole, "broken": broken})


def test_ten_thousand_rows_come_back_from_a_csv_file(tmp_path):
    frame = ten_thousand_rows()
    path = ac.to_csv(frame, tmp_path / "f.csv", personal_data=True)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == frame.height == 10_000
    for (text, whole, broken), found in zip(frame.iter_rows(), rows, strict=True):
        assert not any(map(is_formula, found))
        assert found[0] == text or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
        assert found[0].replace("'", "") == text.replace("'", "")
        assert found[1] == ("" if whole is None else str(whole))
        assert (float(found[2]) if found[2] else None) == broken


class TestExcel:
    @pytest.fixture(autouse=True)
    def libraries(self):
        pytest.importorskip("xlsxwriter")
        self.openpyxl = pytest.importorskip("openpyxl")

    def sheet(self, path):
        return self.openpyxl.load_workbook(path).active

    def test_ten_thousand_rows_come_back(self, tmp_path):
        frame = ten_thousand_rows()
        path = ac.to_excel(frame, tmp_path / "f.xlsx", personal_data=True)
        book = self.openpyxl.load_workbook(path, read_only=True)
        rows = list(book.active.iter_rows(min_row=2))
        assert len(rows) == frame.height
        for (text, whole, broken), cells in zip(frame.iter_rows(), rows, strict=True):
            assert "f" not in {cell.data_type for cell in cells}
            assert cells[0].value == text
            assert cells[1].value == whole
            assert cells[2].value == (broken if broken is None else pytest.approx(broken))
        book.close()

    @pytest.mark.parametrize("kind", [0, 1], ids=["polars", "pandas"])
    def test_no_cell_is_a_formula(self, tmp_path, kind):
        path = ac.to_excel(frames(PAYLOADS, "=head")[kind], tmp_path / "f.xlsx")
        cells = [row[0] for row in self.sheet(path).iter_rows()]
        assert {cell.data_type for cell in cells} == {"s"}
        assert not [cell for cell in cells if cell.hyperlink]
        shown = [self.openpyxl.utils.escape.unescape(cell.value) for cell in cells[1:]]
        assert [s.replace("\r", "") for s in shown] == [one.replace("\r", "") for one in PAYLOADS]
        assert all(
            cell.quotePrefix
            for cell, text in zip(cells[1:], PAYLOADS, strict=True)
            if text[0] in "=+@"
        )

    def test_values_keep_their_kind(self, tmp_path):
        moment = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
        frame = pl.DataFrame(
            {
                "n": [-5, 2**53, 2**60],
                "x": [-1.5, float("inf"), None],
                "flag": [True, False, None],
                "at": [moment, None, datetime(1850, 1, 1, tzinfo=UTC)],
                "day": [date(2026, 6, 30), None, date(1850, 1, 1)],
                "ids": [["1", "2"], [], None],
                "text": ["-5", "https://x.example", None],
            }
        )
        sheet = self.sheet(ac.to_excel(frame, tmp_path / "f.xlsx"))
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert rows == [
            ["n", "x", "flag", "at", "day", "ids", "text"],
            [-5, -1.5, True, datetime(2026, 6, 30, 15), datetime(2026, 6, 30), '["1","2"]', "-5"],
            [2**53, "inf", False, None, None, "[]", "https://x.example"],
            [str(2**60), None, None, "1850-01-01 00:00:00", "1850-01-01", None, None],
        ]

    def test_the_same_frame_gives_the_same_bytes(self, tmp_path):
        frame = pl.DataFrame({"a": [1, 2], "b": ["x", "=y"]})
        one, two = (ac.to_excel(frame, tmp_path / f"{n}.xlsx").read_bytes() for n in (1, 2))
        assert one == two

    def test_what_does_not_fit_is_refused_not_cut(self, tmp_path):
        for frame in (
            pl.DataFrame({"long": ["x" * 32_768]}),
            pl.DataFrame({"n": range(1_048_576)}),
            pl.DataFrame({f"c{n}": [1] for n in range(16_385)}),
        ):
            with pytest.raises(errors.InvalidArgument, match="to_csv"):
                ac.to_excel(frame, tmp_path / "f.xlsx")
        assert not list(tmp_path.iterdir())


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(errors.MissingExtra, match=r"\.\[excel\]"):
        ac.to_excel(pl.DataFrame({"a": [1]}), tmp_path / "f.xlsx")
    assert not list(tmp_path.iterdir())


def test_values_of_several_kinds_are_written_as_they_are(tmp_path):
    mixed = pd.DataFrame({"x": ["a", 1, None], "y": [2.5, "b", None]}, dtype=object)
    cells = as_read(ac.to_csv(mixed, tmp_path / "f.csv"))
    assert cells == ["x", "y", "a", "2.5", "1", "b", "", ""]
    with pytest.raises(errors.InvalidArgument, match="x"):
        ac.to_csv(pd.DataFrame({"x": ["ada@shop.example", 1]}, dtype=object), tmp_path / "f.csv")


DAY_AND_A_BIT = timedelta(days=1, seconds=2, microseconds=3)
UNUSUAL = {
    "durations": (
        pl.DataFrame({"x": [DAY_AND_A_BIT, None, timedelta(0)]}),
        ["P1DT2.000003S", "", "PT0S"],
    ),
    "less than none": (pl.DataFrame({"x": [timedelta(seconds=-5)]}), ["'-PT5S"]),
    "pandas durations": (
        pd.DataFrame({"x": pd.to_timedelta([1, None], unit="s")}),
        ["PT1S", ""],
    ),
    "bytes in lists": (
        pl.DataFrame({"x": [[b"=1", None], None, []]}),
        ['["3d31",null]', "", "[]"],
    ),
    "bytes in arrays": (
        pl.DataFrame({"x": pl.Series([[b"a", b"b"]], dtype=pl.Array(pl.Binary, 2))}),
        ['["61","62"]'],
    ),
    "bytes in structs": (
        pl.DataFrame({"x": [{"a": b"a", "b": [{"c": b"b"}], "n": 1}, None]}),
        ['{"a":"61","b":[{"c":"62"}],"n":1}', ""],
    ),
    "NaT and NA": (
        pd.DataFrame({"x": pd.Series([pd.NaT, pd.NA, None, "x"], dtype=object)}),
        ["", "", "", "x"],
    ),
    "NaT and a null": (
        pd.DataFrame({"x": [pd.NaT, pd.NaT], "i": pd.array([1, None], dtype="Int64")}),
        ["", "1", "", ""],
    ),
    "NaT in lists": (pd.DataFrame({"x": [[pd.NaT, pd.NA]]}), ["[null,null]"]),
    "arrays": (pd.DataFrame({"x": [np.array([1, 2]), np.array([3])]}), ["[1,2]", "[3]"]),
    "more arrays": (
        pd.DataFrame({"x": [np.array([[1.5, np.nan]]), None, np.array([[]])]}),
        ["[[1.5,null]]", "", "[[]]"],
    ),
    "arrays of moments": (
        pd.DataFrame({"x": [np.array(["2026-06-30T15:00:00.000000001"], "datetime64[ns]")]}),
        ['["2026-06-30T15:00:00.000000001"]'],
    ),
    "large": (pd.DataFrame({"x": pd.Series([10**40], dtype=object)}), [str(10**40)]),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_unusual_values_are_written(tmp_path, kind):
    frame, told = UNUSUAL[kind]
    path = ac.to_csv(frame, tmp_path / "f.csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row or [""]]
    assert cells == [*frame.columns, *told]
    pytest.importorskip("xlsxwriter")
    read = pytest.importorskip("openpyxl").load_workbook
    rows = read(ac.to_excel(frame, tmp_path / "f.xlsx")).active.iter_rows(min_row=2)
    shown = ["" if cell.value is None else str(cell.value) for row in rows for cell in row]
    told = [one.lstrip("'") for one in told]
    assert shown == told[: len(shown)]
    assert not any(told[len(shown) :])


def test_addresses_among_bytes_are_found(tmp_path):
    coded = base64.b64encode(b"ada@shop.example")
    for value in ([b"ada@shop.example"], [{"a": [b"\xff ada@shop.example"]}], [coded], coded):
        with pytest.raises(errors.InvalidArgument, match="personal data: x"):
            ac.to_csv(pl.DataFrame({"x": [value]}), tmp_path / "f.csv")
    held = pl.DataFrame({"x": [{"a": b"1", "b": "ada@shop.example"}]})
    with pytest.raises(errors.InvalidArgument, match="personal data: x"):
        ac.to_csv(held, tmp_path / "f.csv")


@pytest.mark.parametrize("names", [["a", "a"], [1, "1"]])
def test_two_columns_of_one_name_are_refused(tmp_path, names):
    with pytest.raises(errors.InvalidArgument, match="Rename"):
        ac.to_csv(pd.DataFrame([[1, 2]], columns=names), tmp_path / "f.csv")


def test_a_strict_umask_holds(tmp_path):
    before = os.umask(0o077)
    try:
        path = ac.to_csv(pl.DataFrame({"a": [1]}), tmp_path / "f.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_lazy_and_empty_frames_and_what_is_none(tmp_path):
    frame = pl.DataFrame({"a": [1, 2]})
    assert as_read(ac.to_csv(frame.lazy(), tmp_path / "f.csv")) == ["a", "1", "2"]
    assert as_read(ac.to_csv(frame.clear(), tmp_path / "f.csv")) == ["a"]
    for nonsense in (None, [1], {"a": 1}, "x"):
        with pytest.raises(errors.InvalidArgument):
            ac.to_csv(nonsense, tmp_path / "g.csv")


@pytest.mark.parametrize("write", [ac.to_csv, ac.to_excel])
def test_a_place_that_cannot_be_written(tmp_path, write):
    old = tmp_path / "old.csv"
    old.write_text("before")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "no" / "such", old / "below", tmp_path / "folder"):
        with pytest.raises(errors.ExportError):
            write(pl.DataFrame({"a": [1]}), place)
    assert old.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old.csv"]
