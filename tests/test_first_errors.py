"""The first errors that a newcomer meets, each met: one that says what to do, and is in the table."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import actoolkit as ac
from actoolkit import doctor, errors
from actoolkit.api.reader import Reader
from actoolkit.settings import Account

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
SAID = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", TABLE, re.MULTILINE)[1:]

SECRET = "0f3c9a7755aa51e2"
"""What is pasted in the wrong place is never shown."""


def in_the_table(message):
    """Whether a row of the table has what was said, with anything in the place of its dots."""
    rows = [one.strip() for row in SAID for one in row.replace("`", "").split("<br>")]
    parts = [[re.escape(one.strip()) for one in row.split("...")] for row in rows]
    return any(re.search(".*?".join(words), message) for words in parts)


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        ({}, "Settings > Developer"),
        ({"URL": "https://you.api-us1.com"}, "same place"),
        ({"URL": "https://you.activehosted.com/app", "API_TOKEN": "x"}, "Settings > Developer"),
        (
            {"URL": "http://you.api-us1.com/api/3", "API_TOKEN": "x"},
            "Write https://you.api-us1.com.",
        ),
        ({"URL": "you.api-us1.com", "API_TOKEN": "x"}, "Write https://you.api-us1.com."),
        ({"URL": "you.api-us1.com/api/3", "API_TOKEN": "x"}, "Write https://you.api-us1.com."),
        ({"URL": SECRET, "API_TOKEN": "x"}, "Were URL and token exchanged?"),
        ({"URL": f"https://you.api-us1.com/?api_key={SECRET}", "API_TOKEN": "x"}, "own setting"),
        ({"URL": f"https://you.api-us1.com/api/3#{SECRET}", "API_TOKEN": "x"}, "own setting"),
        ({"URL": '"https://you.api-us1.com"', "API_TOKEN": "x"}, "without them"),
        ({"URL": "\u201chttps://you.api-us1.com\u201d", "API_TOKEN": "x"}, "without them"),
        ({"URL": "<https://you.api-us1.com>", "API_TOKEN": "x"}, "without them"),
        ({"URL": f"'{SECRET}'", "API_TOKEN": "x"}, "without them"),
        ({"URL": "https://you.api-us1.com,", "API_TOKEN": "x"}, "Settings > Developer"),
        ({"URL": "https://you.api us1.com", "API_TOKEN": "x"}, "Settings > Developer"),
        ({"URL": "https://you.api-us1.com", "API_TOKEN": f'"{SECRET}"'}, "quotes"),
        ({"URL": "https://you.api-us1.com", "API_TOKEN": "..."}, "letters and digits"),
        ({"URL": SECRET, "API_TOKEN": "https://you.api-us1.com"}, "https://"),
        ({"URL": "https://you.api-us1.com", "API_TOKEN": "a b"}, "Settings > Developer"),
        ({"URL": "http://127.0.0.1:1", "API_TOKEN": "real"}, "https address"),
    ],
)
def test_settings(monkeypatch, tmp_path, variables, remedy):
    monkeypatch.chdir(tmp_path)
    for name, value in variables.items():
        monkeypatch.setenv(f"ACTIVECAMPAIGN_{name}", value)
    with pytest.raises(errors.SettingsError) as caught:
        Account.from_env()
    assert remedy in str(caught.value)
    assert SECRET not in str(caught.value)
    assert in_the_table(caught.value.message), caught.value.message


def test_the_password_of_a_proxy_is_refused_and_not_shown():
    proxy = f"http://ada:{SECRET}@proxy.example:3128"
    with pytest.raises(errors.InvalidURL, match="user and password") as caught:
        Account(url="https://you.api-us1.com", token="x", proxy=proxy)
    assert SECRET not in str(caught.value)
    assert "ACTOOLKIT_PROXY" in caught.value.hint
    assert in_the_table(caught.value.message), caught.value.message


ANSWERS = {
    "another account": (302, {"Location": "https://other.api-us1.com/"}, b"", "URL again"),
    "a web page": (200, {}, b"<html>", "Check the account's URL"),
    "another site": (404, {}, b"not found", "Settings > Developer"),
    "a login page": (302, {"Location": "http://login.example/"}, b"", "log in"),
    "a login page in place": (200, {}, b"<!DOCTYPE html><html>", "log in"),
    "no text": (200, {}, b"", "Check the account's URL"),
    "a crash": (500, {}, b"{}", "run it again"),
    "a crowd": (429, {}, b"{}", "Other tools"),
    "an unpaid account": (402, {}, b'{"message":"Payment required"}', "billing"),
    "no token": (401, {}, b"{}", "Copy the token again"),
    "a wrong token": (403, {}, b'{"message":"Forbidden"}', "Copy the token again"),
}


@pytest.fixture
def answering(tmp_path):
    started = []

    def start(status, headers, body):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        url = f"http://127.0.0.1:{server.server_port}"
        return Account(url=url, token="test-x", cache_dir=tmp_path, rate=100.0)

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("what", ANSWERS)
def test_whatever_answers_there(answering, what):
    status, headers, body, remedy = ANSWERS[what]
    found = list(doctor.examine(answering(status, headers, body)))
    assert found[-1].verdict == "problem"
    assert remedy in found[-1].remedy
    assert in_the_table(found[-1].message), found[-1].message


@pytest.mark.parametrize(
    "ask",
    [
        lambda account: ac.load_campaigns(account=account, progress=False),
        lambda account: ac.sync(account, progress=False),
        lambda account: ac.sync(account, ["lists", "ecom_orders"], progress=False),
        lambda account: ac.plan(account=account),
        lambda account: ac.report(account=account, progress=False),
    ],
)
def test_another_site_is_no_account_that_lacks_everything(answering, ask):
    """A report from cron would end well each week, with nothing in it."""
    account = answering(404, {}, b"not found")
    with pytest.raises(
        errors.MalformedResponse, match="not as an ActiveCampaign account"
    ) as caught:
        ask(account)
    assert caught.value.message.startswith(account.url)
    assert "Settings > Developer" in caught.value.hint


def test_nobody_answers(tmp_path):
    account = Account(url="http://127.0.0.1:1", token="test-x", cache_dir=tmp_path, rate=100.0)
    found = list(doctor.examine(account))
    assert "network" in found[-1].remedy
    assert in_the_table(found[-1].message)


def test_nobody_answers_where_other_programs_use_a_proxy(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    url = "https://no-such-account.invalid"
    (*_, found) = doctor.examine(Account(url=url, token="x", cache_dir=tmp_path, rate=5.0))
    assert found.message.startswith(url)
    assert "ACTOOLKIT_PROXY" in found.remedy


def test_a_copied_line_break_is_no_part_of_the_token(monkeypatch):
    monkeypatch.setenv("ACTIVECAMPAIGN_URL", " https://you.api-us1.com/\n")
    monkeypatch.setenv("ACTIVECAMPAIGN_API_TOKEN", f" {SECRET}\n")
    account = Account.from_env()
    assert (account.url, account.token.reveal()) == ("https://you.api-us1.com", SECRET)


def test_a_cache_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    account = Account(
        url="http://127.0.0.1:1", token="test-x", cache_dir=tmp_path / "file", rate=100.0
    )
    (found,) = doctor.examine(account)
    assert (found.subject, found.verdict) == ("cache folder", "problem")
    assert "ACTOOLKIT_CACHE_DIR" in found.remedy
    assert in_the_table(found.message), found.message


@pytest.mark.parametrize(
    ("free", "verdict", "remedies"),
    [
        (0, "problem", ["ACTOOLKIT_CACHE_DIR", "actoolkit cache clear"]),
        (4 * 10**6, "problem", ["ACTOOLKIT_CACHE_DIR", "actoolkit cache clear"]),
        (10**8, "note", ["Free some space."]),
    ],
)
def test_no_space(tmp_path, monkeypatch, free, verdict, remedies):
    import shutil

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=free))
    with ac.sandbox_account("tiny", cache_dir=tmp_path) as account:
        found, *more = doctor.examine(account)
    assert (found.subject, found.verdict) == ("cache folder", verdict)
    assert all(one in found.remedy for one in remedies)
    assert bool(more) == (verdict == "note")
    assert any("MB are free" in row for row in SAID)


def test_a_pace_that_cannot_be_kept_is_a_finding(tmp_path):
    (tmp_path / "pace").touch()
    account = Account(url="https://no-such-account.invalid", token="x", cache_dir=tmp_path)
    (*_, found) = doctor.examine(account)
    assert (found.subject, found.verdict) == ("cache folder", "problem")
    assert "ACTOOLKIT_CACHE_DIR" in found.remedy


def test_a_plan_without_e_commerce_is_no_problem(tmp_path, monkeypatch):
    asked = Reader.page

    def page(self, endpoint, params):
        if endpoint.path.startswith("/ecom"):
            raise errors.NotAvailable(
                f"{endpoint.path}: the account answers 403.", hint="Ask for it."
            )
        return asked(self, endpoint, params)

    monkeypatch.setattr(Reader, "page", page)
    with ac.sandbox_account("tiny", cache_dir=tmp_path) as account:
        found = {one.subject: one for one in doctor.examine(account)}
    assert found["ecom_orders"].verdict == "note"
    assert "leave its section out" in found["ecom_orders"].message
    assert found["ecom_orders"].remedy == "Ask for it."
    assert found["campaigns"].verdict == "ok"
    assert "problem" not in {one.verdict for one in found.values()}
