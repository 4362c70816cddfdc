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


@pytest.fixture(scope="module")
def everything_said(tmp_path_factory):
    """Each message, by what led to it; None where this machine cannot lead there."""
    folder, found = tmp_path_factory.mktemp("walks"), {}
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


def explained(everything_said):
    """The rows that each message that was met has."""
    rows = {one: pattern(one) for one in SAID}
    return {
        name: {one for one, found in rows.items() if found.search(text)}
        for name, text in everything_said.items()
        if text is not None
    }


def test_no_message_is_without_its_row(everything_said):
    found = explained(everything_said)
    unexplained = {name: everything_said[name] for name, rows in found.items() if not rows}
    assert not unexplained, "no row of docs/troubleshooting.md has these"


def test_each_row_is_what_the_product_says_and_needed(everything_said):
    beyond = [name for name, text in everything_said.items() if text is None]
    if beyond:
        pytest.skip(f"rows may be of what this machine cannot lead into: {', '.join(beyond)}")
    explains, rows = explained(everything_said), set(SAID)
    assert sorted(rows - set().union(*explains.values())) == []
    needed = {one for found in explains.values() if len(found) == 1 for one in found}
    assert sorted(rows - needed) == [], "other rows say the same"
