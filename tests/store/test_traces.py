"""Every way to write an address is found, and nobody else's."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actoolkit.store.traces import blank, pattern

ADDRESS = "ada.lo+x@shop.example"


def ways(address):
    """As other programs write it."""
    escaped = json.dumps(address).replace("@", "\\u0040")
    return {
        "plain": address,
        "capitals": address.upper(),
        "link": "https://x.example/?who=" + quote(address, safe="") + "&y=1",
        "deep link": "?to=" + quote("who=" + address, safe=""),
        "link in a link": "?to=" + quote("?who=" + quote(address, safe=""), safe=""),
        "link in a link in a link": quote(
            quote(quote("?who=" + address, safe=""), safe=""), safe=""
        ),
        "every sign": "".join(f"%{byte:02X}" for byte in address.encode()),
        "every sign of capitals": "".join(f"%{byte:02X}" for byte in address.upper().encode()),
        "json": escaped,
        "json in pointed brackets": f"Ada \\u003c{address}\\u003e",
        "json in json": json.dumps(escaped),
        "after a line": json.dumps("x\n" + address),
        "entities": address.replace("@", "&#64;").replace(".", "&#x2e;"),
        "entities with noughts": address.replace("@", "&#00064;"),
        "entities by name": address.replace("@", "&commat;")
        .replace(".", "&period;")
        .replace("+", "&plus;"),
        "html": html.escape(f"<{address}>"),
        "javascript": address.replace("@", "\\x40").replace(".", "\\u{2e}"),
        "javascript in pointed brackets": f"Ada \\x3c{address}\\x3e",
        "quoted": f"WHERE email='{address}'",
        "quoted at first": f"'{address}'",
        "quoted-printable": quopri.encodestring(address.replace("@", "\x01").encode())
        .decode()
        .replace("=01", "=40"),
        "base64": base64.b64encode(address.encode()).decode(),
        "base64 inside": base64.b64encode(f"to: {address}, and".encode()).decode(),
        "url base64": base64.urlsafe_b64encode(f"???{address}".encode()).decode(),
        "end of a sentence": f"Ask {address}.",
        "between dots": f"write to...{address}...",
        "before a dash": f"{address}-",
        "wide sign": address.replace("@", "\uff20"),
        "small sign": address.replace("@", "\ufe6b"),
    }


def finds(text, address=ADDRESS, spellings=()):
    written = pattern(address, spellings)
    by_polars = pl.Series([text]).str.contains(written)[0]
    assert by_polars == bool(re.search(written, text))
    return by_polars


@pytest.mark.parametrize("way", ways(ADDRESS))
def test_it_is_found_however_it_is_written(way):
    text = ways(ADDRESS)[way]
    assert finds(text)
    assert not finds(blank(text, ADDRESS))


@pytest.mark.parametrize(
    "other", ["x" + ADDRESS, "x." + ADDRESS, "-" + ADDRESS, "o'" + ADDRESS, ADDRESS + "-x", ADDRESS + ".uk", ADDRESS + "s", "ada.lo@shop.example", "adaXlo+x@shop.example", "", "@"]
)  # fmt: skip
def test_nobody_else_is(other):
    assert not finds(other)
    assert blank(other, ADDRESS) == other


def test_base64_of_capitals_needs_the_spelling():
    coded = base64.b64encode(b"Ada.Lo+X@Shop.example").decode()
    assert finds(coded, spellings=["Ada.Lo+X@Shop.example"])


addresses = st.from_regex(r"\A[a-z0-9][a-z0-9.+_-]{0,10}@[a-z0-9]{2,9}\.[a-z]{2,4}\Z")


@settings(max_examples=200, deadline=None)
@given(addresses, st.binary(max_size=5), st.binary(max_size=5))
def test_in_base64_wherever_it_begins(address, before, after):
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert finds(encode(before + address.encode() + after).decode(), address)


@settings(max_examples=200, deadline=None)
@given(addresses, st.sampled_from(sorted(ways(ADDRESS))))
def test_any_address(address, way):
    assert finds(ways(address)[way], address)


@pytest.mark.parametrize("before", [b"", b"a", b"ab"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_in_base64_of_links(before, encode):
    """Of signs that the two kinds of base 64 write differently."""
    address = "x???~~~>>>@shop.example"
    coded = encode(before + address.encode() + b" and").decode()
    assert set(coded) & set("+/-_")
    assert finds(coded, address)
    assert "removed" in blank(coded, address)
