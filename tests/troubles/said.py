"""How an error is met, and what is said then; for the walks into errors beside this file."""

from __future__ import annotations

import pytest

from actoolkit import doctor, errors
from actoolkit.settings import Account


def collection():
    """A list of functions that walk into an error, and the decorator that adds one to it."""
    walks = []

    def met(function):
        walks.append(function)
        return function

    return walks, met


def told(call, kind=errors.ActoolkitError):
    with pytest.raises(kind) as caught:
        call()
    assert not isinstance(caught.value, errors.ActoolkitError) or caught.value.hint
    return str(caught.value)


def diagnosed(account):
    """What the doctor prints."""
    lines = (f"{one.subject}: {one.message} {one.remedy}" for one in doctor.examine(account))
    return "\n".join(lines)


def at(place, url, **how):
    rate = 100.0 if url.startswith("http://") else 5.0
    return Account(url=url, token="test-x", cache_dir=place, rate=rate, **how)
