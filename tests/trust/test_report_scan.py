"""An address in a report is found however it is written, and nothing is taken for one."""

from __future__ import annotations

import base64
import html
import json
import quopri
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import actoolkit as ac
from actoolkit.addresses import find_address
from actoolkit.errors import ReportError
from actoolkit.reports.blocks import Note
from actoolkit.reports.document import Report, Section

ADDRESS = "ada.lovelace@shop.example"


def every(template):
    return lambda text: "".join(template.format(ord(one)) for one in text)


CODINGS = {
    "plain": str,
    "capitals": str.upper,
    "decimal entities": every("&#{};"),
    "decimal entities with noughts": every("&#00{};"),
    "hexadecimal entities": every("&#x{:x};"),
    "named entity": lambda text: text.replace("@", "&commat;"),
    "entity of an entity": lambda text: html.escape(every("&#{};")(text)),
    "percent": lambda text: quote(text, safe=""),
    "percent for all": every("%{:02x}"),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps({"a": text}),
    "JSON's escape": lambda text: text.replace("@", "\\u0040"),
    "JSON's escape for all": every("\\u{:04x}"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text).replace("@", "\\u0040")),
    "JavaScript's": lambda text: text.replace("@", "\\x40"),
    "JavaScript's braces": lambda text: text.replace("@", "\\u{40}"),
    "CSS's": lambda text: text.replace("@", "\\40 "),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in a line": lambda text: f'src="data:text/plain;base64,{base64.b64encode(text.encode()).decode()}"',
    "base64 without its end": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(b"??>" + text.encode()).decode(),
    "base64 of a line": lambda text: base64.b64encode(f"{text}\r\n".encode()).decode(),
    "base64 of a table": lambda text: base64.b64encode(f"1\t{text}\t2".encode()).decode(),
    "base64 in a path": lambda text: f"https://x.example/u/{base64.b64encode(text.encode()).decode().rstrip('=')}/orders",
    "base64 between signs": lambda text: f"id-{base64.b64encode(text.encode()).decode().rstrip('=')}_2026-06",
    "base64 of percent": lambda text: base64.b64encode(quote(text, safe="").encode()).decode(),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(f"@{text}".encode())).decode(),
    "quoted-printable": lambda text: quopri.encodestring(text.replace("@", "=40").encode()).decode().replace("=3D40", "=40"),
    "full width": lambda text: text.replace("@", "\uff20"),
    "small sign": lambda text: text.replace("@", "\ufe6b"),
    "in a link": lambda text: f'<a href="mailto:{text}">',
}  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS)
def test_it_is_found(coding):
    written = CODINGS[coding](ADDRESS)
    for page in (written, f"<p>Lines of text: {written}</p>", f'{{"x":"{written}"}}'):
        found = find_address(page)
        assert found is not None, page
        assert "ada" in found.lower()


@pytest.mark.parametrize("coding", CODINGS)
def test_such_a_report_is_not_written(coding, tmp_path):
    def made(**more):
        written = CODINGS[coding](ADDRESS)
        section = Section("s", "Title", blocks=(Note(f"See {written} there"),))
        return Report("R", "you.api-us1.com", "June", "now", sections=(section,), **more)

    with pytest.raises(ReportError) as caught:
        made().save(tmp_path / "r.html")
    assert "ada" not in str(caught.value).lower()
    assert not list(tmp_path.iterdir())
    made(personal_data=True).save(tmp_path / "r.html")


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"\A[a-z0-9][a-z0-9._+-]{0,20}@[a-z0-9-]{1,12}\.[a-z]{2,5}\Z"),
    st.sampled_from(sorted(CODINGS)),
)
def test_any_address(address, coding):
    assert find_address(f"<td> {CODINGS[coding](address)} </td>") is not None


def test_base64_with_a_letter_behind_it():
    coded = base64.b64encode(f"x{ADDRESS} ".encode()).decode()
    assert not coded.endswith("=")
    assert find_address(f"<td> {coded}A </td>") is not None


@pytest.mark.parametrize("odd", [r"\ud83d =40", r"\u{110000}", r"\u{ffffff}", "\ud83d =40 @", "&#xd800; =40", "%ED%A0%80 =40", "&#x110000;"])  # fmt: skip
def test_what_is_no_character_hides_nothing(odd):
    assert find_address(odd) is None
    assert find_address(f"{odd} {ADDRESS.replace('@', '=40')}") is not None


@pytest.mark.parametrize("before", [b"", b"x", b"xy"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("address", ["ada???@a.example", "ada???@ab.example", "ada~~~@a.example"])
def test_base64_whose_own_signs_part_an_address(before, encode, address):
    coded = encode(before + address.encode()).decode()
    assert set(coded) & set("+/-_")
    assert find_address(f"<td> {coded} </td>") is not None


@pytest.mark.parametrize(
    "address",
    [
        "a" * 64 + "@shop.example",
        "ada@" + "very-long-host." * 15 + "example",
        "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + ".example",
    ],
    ids=["local part", "host", "both"],
)
def test_the_longest_are_found_whole(address):
    assert find_address(f"<td> {address} </td>") == address


@pytest.mark.parametrize(
    "innocent",
    [
        "", "@", "@media print { a { color: red } }", "user @ home", "50 % @ 3.5", "a@b", "x.y@", "twitter.com/@name", "2@3",
        "https://medium.com/@shop", "&#64;", "%40", "\\u0040", "QUJDREVGR0g=", "1,200 clicks @ 3.4 %", "width:100%;40px",
        "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "person-c55df3861fa65d82", "[address]", "vega-lite@", "a" * 10_000,
    ],
)  # fmt: skip
def test_nothing_else_is(innocent):
    assert find_address(innocent) is None


def test_binary_is_no_text():
    import random

    for seed in range(20):
        noise = random.Random(seed).randbytes(100_000)
        assert find_address(f"data:font/woff2;base64,{base64.b64encode(noise).decode()}") is None


def test_it_takes_no_longer_than_the_page_is_long():
    assert find_address("a" * 3_000_000 + "@" + "b" * 3_000_000) is None
    assert find_address("@" * 100_000) is None
    assert find_address("a@" * 20_000 + "b.example") is not None


def test_every_report_of_the_sandbox_passes_and_fast():
    with ac.sandbox_account(size="tiny") as account:
        for subject in ("overview", "all"):
            assert len(ac.report(subject, account=account, progress=False).html()) > 100_000
