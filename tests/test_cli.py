"""The command line: exit codes, one-line errors with the next step, and what each command leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actoolkit.cli import app
from actoolkit.errors import InvalidArgument


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("ACTIVECAMPAIGN")}
    return subprocess.run(
        [sys.executable, "-m", "actoolkit", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**env, "COLUMNS": "100", **environment},
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("report", "--help"),
        ("sync", "-h"),
        ("sandbox", "serve", "--help"),
        ("notebooks", "--help"),
        ("doctor", "--help"),
    ],
)
def test_help_helps(words, tmp_path):
    shown = run(*words, cwd=tmp_path)
    assert shown.returncode == 0
    assert "Usage:" in shown.stdout


EVERY_COMMAND = [
    (),
    *[("doctor",), ("report",), ("sync",), ("plan",), ("notebooks",), ("export",)],
    *[("sandbox",), ("sandbox", "serve"), ("cache",), ("account",)],
    *[("cache", one) for one in ("info", "clear", "purge")],
    *[("account", one) for one in ("remember", "forget")],
]


@pytest.mark.parametrize("words", EVERY_COMMAND, ids=" ".join)
def test_help_knows_no_types_of_python(words):
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "100"})
    assert shown.exit_code == 0
    assert not re.search(r"<[a-z]|list\[|range", shown.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--sandbox", "report"), "--sandbox belongs after the command: actoolkit report --sandbox."),
        (("--size", "tiny", "sync"), "--size belongs after the command: actoolkit sync --size."),
        (("--last-days", "3"), "--last-days belongs after the command: actoolkit report --last-days."),
        (("cache", "--yes"), "--yes belongs after the command: actoolkit cache clear --yes."),
        (("--nonsense", "report"), "No such option: --nonsense."),
        (("report", "--profile", "acme"), "--profile belongs before the command: actoolkit --profile NAME report."),
        (("cache", "info", "--profile=acme"), "--profile belongs before the command: actoolkit --profile NAME cache info."),
        (("cache", "--profile", "acme", "info"), "--profile belongs before the command: actoolkit --profile NAME cache."),
        (("report", "--sandbox", "--output"), "Option '--output' requires an argument. See: actoolkit report --help"),
        (("cache", "purge", "ada@example.org", "--contact-id"), "See: actoolkit cache purge --help"),
        (("--profile",), "requires an argument. See: actoolkit --help"),
    ],
)  # fmt: skip
def test_an_option_in_the_wrong_place_is_told_its_own(words, said, tmp_path):
    refused = run(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert said in refused.stderr.replace("python -m actoolkit", "actoolkit")
    assert len(refused.stderr.splitlines()) == 1


def test_what_comes_first_stands_first_and_each_command_is_told_in_a_whole_sentence(tmp_path):
    listed = {}
    for group in ((), ("cache",), ("account",), ("sandbox",)):
        shown = run(*group, "--help", cwd=tmp_path, COLUMNS="80").stdout
        rows = shown.partition("Commands:\n")[2].partition("\n\n")[0]
        listed[group] = dict(re.findall(r"^  (\S+) +(.+)$", rows, re.MULTILINE))
    assert list(listed[()])[:2] == ["doctor", "report"]
    assert sum(len(rows) for rows in listed.values()) >= 15
    assert not [one for rows in listed.values() for one in rows.values() if one[-3:] == "..."]


def test_version(tmp_path):
    import actoolkit

    assert run("--version", cwd=tmp_path).stdout == f"actoolkit {actoolkit.__version__}\n"


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("report", "nonsense"), "overview"),
        (("report", "--sandbox", "--size", "huge"), "tiny"),
        (("report", "--sandbox", "--seed", "-1"), "seed"),
        (("report", "--since", "yesterday"), "YYYY"),
        (("report", "--last-days", "0"), "last_days=30"),
        (("report", "--last-days", "a month"), "integer"),
        (("report", "--last-days", "30", "--since", "2026-01-01"), "Leave one of them out"),
        (("report", "--nonsense"), "nonsense"),
        (("report", "--sandbox", "-o", "no/such/folder/x.html"), "Create it"),
        (("sandbox", "serve", "--port", "99999"), "65535"),
        (("nonsense",), "nonsense"),
        (("reprot",), "Did you mean 'report', 'export'? See: "),
        (("report", "custmers"), ": 'custmers' is not one of "),
        (("sync", "--sandbox", "--size", "tiny", "unicorns"), "campaigns"),
        (
            (
                "report",
                "--sandbox",
                "--size",
                "tiny",
                "--since",
                "2026-05-01",
                "--until",
                "2026-04-01",
            ),
            "2026-05-01",
        ),
    ],
)
def test_wrong_usage_exits_2_and_names_the_remedy(words, remedy, tmp_path):
    refused = run(*words, cwd=tmp_path)
    assert refused.returncode == 2, refused.stderr
    assert "Traceback" not in refused.stderr
    assert remedy.lower() in refused.stderr.lower()


@pytest.mark.parametrize("words", [("report",), ("sync",), ("doctor",)])
def test_no_account_is_one_line_that_says_what_to_do(words, tmp_path):
    refused = run(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "ACTIVECAMPAIGN_URL" in refused.stderr
    assert "--sandbox" in refused.stderr


def test_notebooks_are_copied_once_and_never_overwritten_unasked(tmp_path):
    copied = run("notebooks", "mine", cwd=tmp_path)
    assert copied.returncode == 0, copied.stderr
    names = sorted(path.name for path in (tmp_path / "mine").iterdir())
    assert "01_campaign_funnel.ipynb" in names
    own = tmp_path / "mine" / names[0]
    assert json.loads(own.read_text())["nbformat"] == 4
    own.write_text("my work")
    refused = run("notebooks", "mine", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert own.read_text() == "my work"
    assert run("notebooks", "mine", "--force", cwd=tmp_path).returncode == 0
    assert own.read_text() != "my work"


def test_report_on_the_sandbox(tmp_path):
    made = run("report", "--sandbox", "--size", "tiny", "-o", "out.html", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "Wrote out.html" in made.stdout
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_of_the_last_days(tmp_path):
    words = ("report", "engagement", "--sandbox", "--size", "tiny", "-q", "-o", "out.html")
    assert run(*words, "--last-days", "30", cwd=tmp_path).returncode == 0
    assert "31 May 2026 to 29 Jun 2026" in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_quiet_report_prints_nothing(tmp_path):
    made = run("report", "--sandbox", "--size", "tiny", "-q", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_sync_prints_one_row_per_table(tmp_path):
    synced = run("sync", "--sandbox", "--size", "tiny", "campaigns", "lists", cwd=tmp_path)
    assert synced.returncode == 0, synced.stderr
    assert "campaigns" in synced.stdout
    assert "lists" in synced.stdout


def test_a_row_of_a_plan_is_one_line_in_a_pipe(tmp_path):
    words = ("plan", "--sandbox", "--size", "tiny", "email_activities")
    rows = run(*words, cwd=tmp_path, COLUMNS="20")
    assert rows.returncode == 0, rows.stderr
    assert [line.split()[0] for line in rows.stdout.splitlines()][1:-1] == ["email_activities"]


def test_plan_tells_what_a_sync_will_take(tmp_path):
    planned = run("plan", "--sandbox", "--size", "tiny", "contacts", "lists", cwd=tmp_path)
    assert planned.returncode == 0, planned.stderr
    assert "contacts" in planned.stdout
    assert "About 4 requests, a second." in planned.stdout


def test_doctor_finds_the_sandbox_healthy(tmp_path):
    seen = run("doctor", "--sandbox", cwd=tmp_path)
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert "Ready" in seen.stdout


def test_served_sandbox_feeds_every_command_and_stops_on_interrupt(tmp_path):
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "actoolkit",
            "sandbox",
            "serve",
            "--size",
            "tiny",
            "--port",
            "0",
            "--rate-limit",
            "0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        lines = [server.stdout.readline().removeprefix("export ").strip() for _ in range(2)]
        account = dict(line.split("=", 1) for line in lines)
        assert set(account) == {"ACTIVECAMPAIGN_URL", "ACTIVECAMPAIGN_API_TOKEN"}
        seen = run("doctor", cwd=tmp_path, **account)
        assert seen.returncode == 0, seen.stdout + seen.stderr
        wrong = run("doctor", cwd=tmp_path, **{**account, "ACTIVECAMPAIGN_API_TOKEN": "test-wrong"})
        assert wrong.returncode == 1
        assert "token" in wrong.stdout.lower()
        assert "test-wrong" not in wrong.stdout + wrong.stderr
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) in (0, 130)
        server.stdout.close()
        server.stderr.close()


def test_served_faults_go_wrong(tmp_path):
    words = ["sandbox", "serve", "--size", "tiny", "--port", "0", "--rate-limit", "0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "actoolkit", *words, "--faults", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        lines = [server.stdout.readline().removeprefix("export ").strip() for _ in range(2)]
        account = dict(line.split("=", 1) for line in lines)
        spoilt = run("doctor", cwd=tmp_path, **account)
        assert spoilt.returncode == 1, spoilt.stdout
        assert "FAIL" in spoilt.stdout
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(30) in (0, 130)
        server.stdout.close()
        server.stderr.close()


def test_interrupt_exits_130(tmp_path):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "actoolkit",
            "report",
            "--sandbox",
            "--size",
            "small",
            "-o",
            "out.html",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    while process.poll() is None and not [*tmp_path.iterdir()]:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize("files", [1, 4])
def test_an_interrupted_sync_leaves_the_store_sound(tmp_path, files):
    import actoolkit as ac

    cache, words = tmp_path / "cache", ("sync", "contacts", "lists", "campaigns")
    with ac.sandbox_account(size="tiny", latency=0.05) as account:
        environment = {
            "ACTIVECAMPAIGN_URL": account.url,
            "ACTIVECAMPAIGN_API_TOKEN": "test-sandbox",
            "ACTOOLKIT_CACHE_DIR": str(cache),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "actoolkit", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **environment},
        )
        while process.poll() is None and len([*cache.rglob("*.*")]) < files:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130, stderr
        assert "Traceback" not in stderr
        assert stderr.strip().splitlines()[-1].startswith("Interrupted. What was loaded is kept")
        assert run("cache", "info", cwd=tmp_path, **environment).returncode == 0
        again = run(*words, cwd=tmp_path, **environment)
        assert again.returncode == 0, again.stderr
        assert run("cache", "clear", "--yes", cwd=tmp_path, **environment).returncode == 0
        assert list(cache.iterdir()) == []


def test_a_page_is_not_written_under_the_name_of_a_print(tmp_path):
    done = CliRunner().invoke(app, ["report", "--sandbox", "-o", str(tmp_path / "my.pdf")])
    assert isinstance(done.exception, InvalidArgument)
    assert "-o my.html --pdf" in str(done.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("more", [(), ("--pdf",)])
def test_a_place_that_takes_no_file_is_told_before_anything_is_loaded(more, tmp_path):
    taken = tmp_path / ("report.pdf" if more else "report.html")
    os.mkfifo(taken)
    nobody = {
        "ACTIVECAMPAIGN_URL": "http://127.0.0.1:1",
        "ACTIVECAMPAIGN_API_TOKEN": "test-x",
    }
    done = run("report", *more, cwd=tmp_path, **nobody)
    assert done.returncode == 1
    assert f"'{taken.name}' cannot be written: it is a pipe" in done.stderr
