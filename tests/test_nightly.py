"""The nightly script runs each part that is asked for, whatever the one before did, and tells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".ci" / "nightly"
STUB = 'echo "ran {name} with ACTOOLKIT_REQUIRE_AUDIT=${{ACTOOLKIT_REQUIRE_AUDIT:-}} $*"\n'
CALLED = ("sbom", "audit", "lowest", "newest")
"""Parts that are scripts of their own."""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


@pytest.fixture
def nightly(tmp_path):
    """The script among stand-ins for what it calls; gives what it takes to run it."""
    folder, made = tmp_path / ".ci", tmp_path / "bin"
    folder.mkdir()
    made.mkdir()
    shutil.copy(SCRIPT, folder)
    scripts = {name: STUB.format(name=name) for name in CALLED}
    scripts["sbom"] += 'echo "{}" > "$1"\n'

    def run(*words, failing=()):
        for name, text in scripts.items():
            (folder / name).write_text(text + ("exit 3\n" if name in failing else ""))
        return subprocess.run(
            ["bash", folder / "nightly", *words],
            env={**os.environ, "PATH": f"{made}{os.pathsep}{os.environ['PATH']}"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    run.bin, run.scripts = made, scripts
    return run


def table(ran):
    """Rows of the table at the end: part and result."""
    _, _, rows = ran.stdout.rpartition("part     result  seconds\n")
    return dict(re.findall(r"^(\w+) +(\w+) +\d+$", rows, re.MULTILINE))


def test_all_goes_well(nightly):
    ran = nightly(*CALLED)
    assert ran.returncode == 0, ran.stderr
    assert table(ran) == dict.fromkeys(CALLED, "ok")
    assert list(table(ran)) == list(CALLED)


def test_a_part_that_fails_stops_none_of_the_others(nightly):
    ran = nightly(*CALLED, failing=("sbom", "lowest"))
    assert ran.returncode == 1
    assert table(ran) == {"sbom": "FAILED", "audit": "ok", "lowest": "FAILED", "newest": "ok"}
    assert re.findall(r"^ran (\w+)", ran.stdout, re.MULTILINE) == list(CALLED)


def test_parts_are_chosen_by_name(nightly):
    ran = nightly("newest", "audit")
    assert table(ran) == {"newest": "ok", "audit": "ok"}
    assert re.findall(r"^ran (\w+)", ran.stdout, re.MULTILINE) == ["newest", "audit"]


def test_the_audit_is_required(nightly):
    assert "ran audit with ACTOOLKIT_REQUIRE_AUDIT=1" in nightly("audit").stdout


def test_a_bill_that_was_not_written_fails(nightly):
    nightly.scripts["sbom"] = 'touch "$1"\n'
    assert table(nightly("sbom")) == {"sbom": "FAILED"}


@pytest.mark.parametrize("part", ["office", "slow", "large"])
def test_no_environment_no_test(nightly, part):
    """What cannot be installed fails the part: nothing is run with what happens to be there."""
    python = nightly.bin / "python3"  # makes an environment whose pip finds nothing
    python.write_text(
        "#!/bin/sh\n"
        'for last; do :; done; mkdir -p "$last/bin"; cp "$0.made" "$last/bin/python"\n'
        'echo "PATH=$last/bin:$PATH" > "$last/bin/activate"\n'
    )
    (nightly.bin / "python3.made").write_text(
        '#!/bin/sh\ncase "$*" in *"pip install"*) exit 1 ;; esac\necho "ran python $*"\n'
    )
    (nightly.bin / "soffice").write_text("#!/bin/sh\n")
    for path in nightly.bin.iterdir():
        path.chmod(0o700)
    ran = nightly(part, "newest")
    assert table(ran) == {part: "FAILED", "newest": "ok"}
    assert "ran python" not in ran.stdout


@pytest.mark.parametrize(
    "words", [["newist"], ["newest", "newist"], ["--nope"], [""], ["sbom audit"]]
)
def test_a_part_that_is_not_there_is_refused_before_anything_runs(nightly, words):
    ran = nightly(*words)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "There are: sbom audit lowest newest office slow large." in ran.stderr


def test_its_help_tells_of_each_part(nightly):
    names = nightly("--list").stdout.split()
    told = nightly("--help").stdout
    assert set(CALLED) < set(names)
    assert re.findall(r"^  (\w+) {2,}\w", told, re.MULTILINE) == names
    assert f"all=({' '.join(names)})" in SCRIPT.read_text(encoding="utf-8")


def test_contributing_tells_of_it_and_of_each_part():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = subprocess.run(["bash", SCRIPT, "--list"], capture_output=True, text=True, check=True)
    (told,) = [one for one in page.split("\n\n") if "`bash .ci/nightly" in one]
    assert not [name for name in names.stdout.split() if f"`{name}`" not in told]
