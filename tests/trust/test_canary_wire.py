"""The known token and every way in which an answer goes wrong: of four ways of loading, nothing that
is kept, written, logged, raised or exported holds it.
"""

from __future__ import annotations

import json
import logging
import runpy
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import actoolkit as ac
from actoolkit import errors
from actoolkit.api import reader, writes

SWEEPS = Path(__file__).parents[1] / "sweeps"
kinds = SimpleNamespace(**runpy.run_path(str(SWEEPS / "kinds.py")))
wire = SimpleNamespace(**runpy.run_path(str(SWEEPS / "wire.py")))
Living = runpy.run_path(str(SWEEPS / "conftest.py"))["Living"]

TOKEN = "test-CANARY-8c1f0e7d2b94a6"
ESCAPED = "".join(f"\\u{ord(one):04x}" for one in TOKEN)
HALF = "".join(f"\\u{ord(one):04X}" if n % 2 else one for n, one in enumerate(TOKEN))
SAID = json.dumps({"message": f"Bad token {TOKEN}", "errors": [{"title": TOKEN}]}).encode()
ECHOES = {
    **{
        f"tells it with status {number}": kinds.status(f"{number} No", body=SAID)
        for number in (400, 401, 403, 404, 422, 429, 500, 503)
    },
    "tells it as an error": kinds.said(SAID),
    "tells it in a field": kinds.changed(note=TOKEN),
    "tells it in escapes": kinds.status(
        "422 No",
        body=b'{"message": "%s"}' % ESCAPED.encode(),
    ),
    "tells it as an error, in escapes": kinds.said(
        b'{"errors": [{"title": "%s"}]}' % HALF.encode()
    ),
    "tells it in a field, in escapes": kinds.plain(
        lambda body: kinds.answer(body[:-1] + b', "note": "%s"}' % HALF.encode())
    ),
    "tells it in a row, in escapes": kinds.plain(
        lambda body: kinds.answer(
            body.replace(b'"id"', b'"note": "%s", "id"' % ESCAPED.encode(), 1)
        )
    ),
    "sends it on": kinds.status("302 Found", f"Location: https://evil.test/?key={TOKEN}"),
    "tells it in headers": kinds.plain(
        lambda body: kinds.answer(body, "200 OK", f"X-Token: {TOKEN}", f"Date: {TOKEN}")
    ),
    "tells it while busy": kinds.status(kinds.BUSY, f"Retry-After: {TOKEN}"),
    "tells it in the first line": kinds.status(f"500 {TOKEN}"),
    "tells it and breaks off": kinds.plain(lambda body: kinds.answer(SAID, length=len(SAID) + 9)),
}
EVERY = {**kinds.WRONG, **kinds.SLOW, **kinds.RIGHT, **kinds.LYING, **kinds.REFUSED, **ECHOES}
IN_EVERY_WAY = {
    *ECHOES,
    *(next(iter(some)) for some in (kinds.WRONG, kinds.RIGHT, kinds.LYING, kinds.REFUSED)),
    "stalls in the body",
}
"""Kinds that each way of loading meets here: what says the token, and one of each other sort."""
LOADS = {
    "keyset": ("contacts", {}),
    "anchored": ("ecom_orders", {}),
    "parents": ("notes", {"contact_ids": [1, 2, 3]}),
    "single": ("list", {}),
}


def world(family):
    """A handful of rows."""
    if family == "parents":
        below = wire.ENDPOINTS["notes_of_contact"]
        return {f"/contacts/{n}/notes": Living(below, "id rising", 0, n, 2, 0) for n in (1, 2, 3)}
    return wire.worlds_of(Living, family, 1, rows=1 if family == "single" else 30)


def load(account, family):
    """One load; give its frame or its error."""
    name, filters = LOADS[family]
    told = {"account": account, "progress": True, "refresh": True}
    try:
        if family == "single":
            return ac.load_list(7, **told), None
        return getattr(ac, f"load_{name}")(**told, **filters), None
    except errors.ActoolkitError as error:
        return None, error


def exported(frame, folder):
    """The frame as each file that people make of it; give their bytes."""
    folder.mkdir()
    ac.to_csv(frame, folder / "a.csv", personal_data=True)
    frame.write_parquet(folder / "a.parquet")
    pytest.importorskip("xlsxwriter")
    ac.to_excel(frame, folder / "a.xlsx", personal_data=True)
    with zipfile.ZipFile(folder / "a.xlsx") as book:
        for name in book.namelist():
            yield book.read(name)


@pytest.fixture
def hasty(monkeypatch, no_waiting):
    """As `no_waiting`, and late answers are soon given up."""
    defaults = reader.Limits(body=0.05, size=2**20, attempts=3)
    monkeypatch.setattr(reader, "Limits", lambda: defaults)
    monkeypatch.setattr(writes, "pace_of", reader.pace_of)


PASSES = pytest.mark.parametrize("passes", [True, False], ids=["passes", "stays"])


@PASSES
@pytest.mark.parametrize("name", EVERY)
def test_no_kind_of_answer_makes_it_show(hunt, hasty, everything_said, tmp_path, name, passes):
    """What tells the token itself in every way of loading, the rest in one here; all in long runs."""
    family = wire.FAMILIES[(list(EVERY).index(name) + passes) % 4]
    hide(hunt, tmp_path, name, passes, wire.FAMILIES if name in IN_EVERY_WAY else [family])


@pytest.mark.slow
@PASSES
@pytest.mark.parametrize("name", EVERY)
def test_no_kind_in_any_way_of_loading(hunt, hasty, everything_said, tmp_path, name, passes):
    hide(hunt, tmp_path, name, passes, wire.FAMILIES)


def hide(hunt, tmp_path, name, passes, families):
    assert hunt.CANARY == TOKEN
    met = ends = 0
    for family in families:
        worlds = world(family)
        more = {"rate": 0.5} if passes else {"always": True}
        with wire.Wire(wire.pages_of(worlds), [EVERY[name]], name, **more) as served:
            account = served.account(token=TOKEN, cache_dir=tmp_path / family, identity="wire")
            frame, error = load(account, family)
            if error is not None:
                assert not hunt.shows(hunt.error_text(error)), family
                assert error.hint
                ends += 1
            else:
                for content in exported(frame, tmp_path / f"{family} out"):
                    assert not hunt.shows(content), family
                assert not hunt.shows(frame.write_ndjson()), family
            met += served.wrong
    assert met or passes
    if not passes and (name in kinds.WRONG or name in kinds.REFUSED):
        assert ends == len(families)


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 422, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        SAID,
        b'{"list": {"id": "9", "name": "%s"}}' % TOKEN.encode(),
        b'{"success": 0, "message": "%s"}' % HALF.encode(),
    ],
    ids=["said", "made", "escaped"],
)
def test_no_answer_to_a_change_makes_it_show(
    hunt, hasty, serving, caplog, tmp_path, monkeypatch, status, body
):
    """What was sent once is not known to be done where its answer may not be looked at."""
    caplog.set_level(logging.DEBUG)
    told, none = hunt.answer(status, body), b'{"lists": [], "meta": {"total": "0"}}'
    served = serving(lambda head: told if head[:4] == b"POST" else hunt.answer(200, none))
    account = ac.Account(url=served.url, token=TOKEN, cache_dir=tmp_path, rate=10_000)
    monkeypatch.setitem(writes.Writer.__init__.__kwdefaults__, "sleep", lambda seconds: None)
    done = ac.actions.create_list(
        "News",
        sender_url="https://example.org",
        sender_reminder="You asked.",
        account=account,
        apply=True,
        progress=False,
    )
    assert any(head.startswith("POST /api/3/lists ") for head in served.heads)
    assert done["verdict"][0] != "ok"
    assert not hunt.shows(done.write_ndjson())
    for path, content in hunt.contents(tmp_path):
        assert not hunt.shows(content), path
    assert not hunt.shows(caplog.text)
