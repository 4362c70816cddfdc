"""The table of troubleshooting and the product say the same: every message is met, in real code.

Each function of ``troubles`` walks into one error the way a user does, over a socket where there is
HTTP, and gives what is said then. No message is without its row, no row without its message, and no
row says only what another one says too.
"""

from __future__ import annotations

import re
import runpy
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from actoolkit.api import reader
from actoolkit.api.retry import Limits

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", TABLE, re.MULTILINE)[1:]
SAID = [one.strip() for row in ROWS for one in row.replace("`", "").split("<br>")]


def pattern(said: str) -> re.Pattern[str]:
    """What a row says, with anything in the place of its dots."""
    words = [re.escape(one.strip()) for one in said.split("...")]
    return re.compile(".*?".join(words), re.DOTALL)


WALKS = [
    one
    for name in ("of_accounts", "of_machines")
    for one in runpy.run_path(str(ROOT / "tests" / "troubles" / f"{name}.py"))["MET"]
]


def everything_said(folder):
    """Each message, by what led to it; None where this machine cannot lead there."""
    found = {}
    for number, function in enumerate(WALKS):
        place = folder / str(number)
        place.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(reader.Reader.__init__.__kwdefaults__, "sleep", lambda seconds: None)
            patch.setattr(reader, "Limits", partial(Limits, attempts=3))
            name = f"{number} {function.__name__}"
            found[name] = None
            with suppress(pytest.skip.Exception):
                found[name] = function(place, patch)
    return found


def test_the_table_and_the_product_say_the_same(tmp_path):
    said = everything_said(tmp_path)
    messages = {name: text for name, text in said.items() if text is not None}
    rows = {one: pattern(one) for one in SAID}
    explains = {
        name: {one for one, found in rows.items() if found.search(text)}
        for name, text in messages.items()
    }
    unexplained = {name: messages[name] for name, found in explains.items() if not found}
    assert not unexplained, "no row of docs/troubleshooting.md has these"
    if len(messages) < len(said):
        return  # this machine cannot lead into all of them
    assert sorted(set(rows) - set().union(*explains.values())) == []
    needed = {one for found in explains.values() if len(found) == 1 for one in found}
    assert sorted(set(rows) - needed) == [], "other rows say the same"
