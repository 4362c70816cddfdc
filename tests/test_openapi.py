"""The sandbox keeps the contract that the catalogue describes, whatever is asked of it."""

from __future__ import annotations

import json
import subprocess
import sys

import hypothesis
import pytest

import actoolkit as ac
from actoolkit.openapi import openapi

schemathesis = pytest.importorskip("schemathesis", reason="needs the dev extra")

DESCRIPTION = openapi()
OPERATIONS = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (
        found.ok()
        for found in schemathesis.openapi.from_dict(
            {**DESCRIPTION, "servers": []}
        ).get_all_operations()
    )
}


@pytest.fixture(scope="module")
def served():
    sandbox = ac.sandbox_account("tiny")
    sandbox.start()
    yield f"{sandbox.url}/api/3"
    sandbox.stop()


def test_it_is_valid_openapi():
    from openapi_spec_validator import validate

    validate(DESCRIPTION)


def test_it_prints_itself():
    printed = subprocess.run(
        [sys.executable, "-m", "actoolkit.openapi"], capture_output=True, text=True, check=True
    )
    assert json.loads(printed.stdout) == DESCRIPTION


RIGHT, WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def keeps_its_word(operation, served, examples, mode=RIGHT):
    # What a body must hold is known to the sandbox, not to the description: a refusal is fine.
    beyond = [] if operation.method == "get" else [schemathesis.checks.positive_data_acceptance]
    if mode is WRONG:  # nobody documents which nonsense is refused; it ends in no failure
        beyond = [schemathesis.checks.negative_data_rejection]

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(mode))
    def ask(case):
        case.call_and_validate(
            base_url=served, headers={"Api-Token": "test-sandbox"}, excluded_checks=beyond
        )

    ask()


@pytest.mark.parametrize("name", OPERATIONS)
def test_sandbox_keeps_its_word(name, served):
    keeps_its_word(OPERATIONS[name], served, 10)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_sandbox_keeps_its_word_for_long(name, served):
    keeps_its_word(OPERATIONS[name], served, 500)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nonsense_is_answered_as_described(name, served):
    keeps_its_word(OPERATIONS[name], served, 3, WRONG)


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
def test_nonsense_is_answered_as_described_for_long(name, served):
    keeps_its_word(OPERATIONS[name], served, 60, WRONG)


def test_an_answer_of_another_shape_is_noticed(served):
    odd = openapi()
    odd["components"]["schemas"]["campaigns"]["properties"]["id"] = {"type": "integer"}
    found = schemathesis.openapi.from_dict({**odd, "servers": []})["/campaigns"]["GET"]
    with pytest.raises(BaseExceptionGroup):
        keeps_its_word(found, served, 2)
