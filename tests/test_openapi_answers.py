"""The description against what the API really answered, and the sandbox against the description.

What a row always has, how ids come, where a total is: held to recorded answers on one side, to
plain questions on the other, so that a sandbox which leaves something out is noticed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import requests

import actoolkit as ac
from actoolkit.api.endpoints import ENDPOINTS
from actoolkit.api.write_operations import WRITES
from actoolkit.openapi import openapi
from actoolkit.sandbox.collection import Collection, Query
from actoolkit.tables.always import ALWAYS

RECORDED = Path(__file__).parent / "recorded"
DESCRIPTION = openapi()
READS = {
    path: operations["get"]
    for path, operations in DESCRIPTION["paths"].items()
    if "get" in operations
}
PAGED = [path for path, read in READS.items() if "limit" in str(read["parameters"])]
UNSERVED = {
    "/activities", "/bounceLogs", "/contactAutomations/{contact_automation_id}", "/dealStages", "/deals", "/ecomOrderActivities", "/import/info",
    "/contacts/{contact_id}/automationEntryCounts", "/geoIps/{geo_ip_id}/geoAddress", "/prism/urlWhitelistings",
}  # fmt: skip
PARENTS = {
    "automation_id": ("/automations", "automations", "id"),
    "campaign_id": ("/campaignMessages", "campaignMessages", "campaignid"),
    "contact_id": ("/contacts", "contacts", "id"),
    "list_id": ("/lists", "lists", "id"),
    "message_id": ("/messages", "messages", "id"),
    "order_id": ("/ecomOrderProducts", "ecomOrderProducts", "orderid"),
    "schema_id": ("/customObjects/schemas", "schemas", "id"),
}
BAD = ("abc", "-1", "0", "1.5", "", " ", "1e3", "٣", "null", "9" * 30, "9" * 5000, "1,2", "[]")
TOKEN = {"Api-Token": "test-sandbox"}


def schema_of(path):
    found = READS[path]["responses"]["200"]["content"]["application/json"]["schema"]
    return {**found, "components": DESCRIPTION["components"]}


def described(answer, schema):
    """Hold an answer to a schema; a reference is to the description's components."""
    jsonschema.Draft202012Validator(schema).validate(answer)


def told():
    """Recorded answers to a GET: file, path in the description if it has it, body."""
    shapes = {path: re.sub(r"{\w+}", "[^/]+", path) for path in READS}
    for one in json.loads((RECORDED / "index.json").read_text()):
        if (one["method"], one["status"]) == ("GET", 200):
            asked = one["path"].partition("?")[0]
            fitting = [path for path, shape in shapes.items() if re.fullmatch(shape, asked)]
            yield one["file"], min(fitting, key=lambda p: p.count("{"), default=None), json.loads(
                (RECORDED / one["file"]).read_text()
            )  # fmt: skip


TOLD = list(told())


DESCRIBED = [one for one in TOLD if one[1] is not None]


@pytest.mark.parametrize(("file", "path", "body"), DESCRIBED, ids=[one[0] for one in DESCRIBED])
def test_a_recorded_answer_is_as_described(file, path, body):
    described(body, schema_of(path))


def test_it_has_the_paths_of_all_recorded_answers_but_those_that_nothing_here_asks_for():
    others = {file.rpartition("-")[0] for file, path, _ in TOLD if path is None}
    assert others == {
        "accountContacts",
        "accounts",
        "addresses",
        "dealCustomFieldMeta",
        "dealGroups",
        "dealTasktypes",
        "fieldRel_by_id",
        "templates",
    }


def test_each_recorded_row_has_what_rows_always_have():
    """Also the rows that ride along with others: they are of the same resource."""
    tables = {one.envelope: one.table for one in ENDPOINTS.values() if one.table in ALWAYS}
    rows = Counter()
    for file, _, body in TOLD:
        for envelope in body.keys() & tables.keys():
            found, table = body[envelope], tables[envelope]
            for row in found if isinstance(found, list) else [found]:
                assert ALWAYS[table] <= row.keys(), (file, table, ALWAYS[table] - row.keys())
                rows[table] += 1
    few = {"email_activities", "field_values", "fields", "groups", "lists", "tags", "user"}
    assert few | {"contacts", "contact_tags"} <= rows.keys()


@pytest.mark.parametrize("table", sorted(ALWAYS))
def test_a_row_without_a_field_that_it_always_has_is_refused(table):
    validator = jsonschema.Draft202012Validator(DESCRIPTION["components"]["schemas"][table])
    for field in ALWAYS[table]:
        row = dict.fromkeys(ALWAYS[table] - {field}, "1")
        missing = [one.message for one in validator.iter_errors(row) if one.validator == "required"]
        assert missing == [f"'{field}' is a required property"]


@pytest.fixture(scope="module")
def served():
    session = ac.sandbox_account(size="tiny", seed=31)
    session.start()
    yield session
    session.stop()


def asked(served, path, headers=TOKEN, **params):
    return requests.get(f"{served.url}/api/3{path}", headers=headers, params=params, timeout=30)


def places(served, path, most=40):
    """The path with ids of things that there are."""
    name = re.search(r"{(\w+)}", path)
    if name is None:
        return [path]
    where, envelope, field = PARENTS[name[1]]
    ids = list(dict.fromkeys(r[field] for r in asked(served, where, limit=40).json()[envelope]))
    return [path.replace(name[0], ident) for ident in ids[:most]]


def plain(served, path):
    """Ask plainly, hold each answer to the description; give the rows."""
    found = []
    for place in places(served, path):
        answer = asked(served, place)
        assert answer.status_code == 200, place
        described(answer.json(), schema_of(path))
        for envelope, part in schema_of(path).get("properties", {}).items():
            if envelope != "meta":
                rows = answer.json()[envelope]
                found += rows if part.get("type") == "array" else [rows]
    return found


def refuses_kindly(served, path):
    """Nonsense for limit or offset: an answer that the description has, never a failure."""
    (place, *_) = places(served, path, most=1)
    for name in ("limit", "offset"):
        for value in BAD:
            answer = asked(served, place, **{name: value})
            assert str(answer.status_code) in READS[path]["responses"], (name, value[:40])
            if answer.status_code == 200:
                described(answer.json(), schema_of(path))
            else:
                assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("path", sorted(READS.keys() - UNSERVED))
def test_a_plain_answer_of_the_sandbox_is_as_described(path, served):
    rows = plain(served, path)
    assert rows or path == "/import/bulk_import"


def test_what_the_sandbox_does_not_serve_is_a_404(served):
    for path in UNSERVED:
        assert asked(served, re.sub(r"{\w+}", "1", path)).status_code == 404, path


@pytest.mark.parametrize("path", sorted(set(PAGED) - UNSERVED))
def test_nonsense_for_a_page_is_answered_as_described(path, served):
    refuses_kindly(served, path)


def test_no_token_and_a_wrong_one_are_403_everywhere(served):
    """The reference: a missing, wrong or too weak key answers 403, not 401."""
    operations = {("GET", path) for path in READS}
    operations |= {(one.method, one.path) for one in WRITES.values()}
    for method, path in sorted(operations):
        url = f"{served.url}/api/3" + re.sub(r"{\w+}", "1", path)
        for headers in ({}, {"Api-Token": "another"}, {"Api-Token": ""}):
            answer = requests.request(method, url, headers=headers, json={}, timeout=30)
            assert answer.status_code == 403, (method, path)


NOTHING = "999999999"


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/contacts/{}", "No Result found for Subscriber with id {}"),
        ("GET", "/contacts/{}/geoIps", "No Result found for Subscriber with id {}"),
        ("GET", "/contacts/{}/notes", "No Result found for Subscriber with id {}"),
        ("GET", "/lists/{}", "No Result found for _List with id {}"),
        ("GET", "/messages/{}", "No Result found for Message with id {}"),
        ("GET", "/customObjects/records/{}", "Not Found"),
        ("DELETE", "/fieldRels/{}", "No Result found for FieldRel with id {}"),
        ("DELETE", "/messages/{}", "No Result found for Message with id {}"),
    ],
)
def test_what_is_not_there_is_a_404_in_the_words_that_are_known(method, path, message, served):
    """Words from recorded answers and from the reference's examples of errors."""
    url = f"{served.url}/api/3{path.format(NOTHING)}"
    answer = requests.request(method, url, headers=TOKEN, timeout=30)
    assert (answer.status_code, answer.json()) == (404, {"message": message.format(NOTHING)})


def altered(change):
    """An answer of a collection with something else in it."""
    right = Collection.answer

    def answer(self, world, query):
        body = json.loads(right(self, world, query))
        change(body, self.envelope)
        return json.dumps(body).encode()

    return answer


def without_cdate(body, envelope):
    for row in body[envelope]:
        row.pop("cdate", None)


def without_meta(body, envelope):
    body.pop("meta", None)


def without_total(body, envelope):
    body.get("meta", {}).pop("total", None)


def with_numbers(body, envelope):
    for row in body[envelope]:
        row["id"] = int(row["id"])


def with_numbers_of_others(body, envelope):
    for row in body[envelope]:
        row["contact"] = int(row["contact"])


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/contacts", without_cdate),
        ("/contacts", without_meta),
        ("/campaigns", without_total),
        ("/tags", without_meta),
        ("/contacts", with_numbers),
        ("/ecomOrders", with_numbers),
        ("/contactTags", with_numbers_of_others),
    ],
)
def test_a_sandbox_that_leaves_out_or_retypes_is_noticed(path, change, served, monkeypatch):
    monkeypatch.setattr(Collection, "answer", altered(change))
    with pytest.raises(jsonschema.ValidationError):
        plain(served, path)


def test_a_sandbox_that_breaks_on_a_bad_limit_is_noticed(served, monkeypatch):
    monkeypatch.setattr(Query, "number", lambda self, name, default: int(self.get(name) or default))
    with pytest.raises((AssertionError, requests.exceptions.ConnectionError)):
        refuses_kindly(served, "/contacts")
