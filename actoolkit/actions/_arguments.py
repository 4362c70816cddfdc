"""What callers pass, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from actoolkit.api.write_operations import check_id
from actoolkit.errors import InvalidArgument


def contact_ids(frame: Any) -> list[str]:
    """The different contacts of a frame, in its order.

    Args:
        frame: Any frame that Narwhals knows, with a column ``contact_id``.

    Raises:
        InvalidArgument: Not a frame, no such column, or values in it that are no ids.
    """
    try:
        wrapped = nw.from_native(frame)
    except TypeError:
        raise InvalidArgument(
            f"{type(frame).__name__} is not a frame.", hint="Pass a frame with contact_id."
        ) from None
    lazy = wrapped.lazy()
    if "contact_id" not in lazy.collect_schema().names():
        raise InvalidArgument(
            "The frame has no column contact_id.",
            hint="Select the contacts with a metric or a loader that keeps their id.",
        )
    values = lazy.select("contact_id").collect().get_column("contact_id").to_list()
    empty = sum(value is None or value != value for value in values)  # noqa: PLR0124 - NaN
    if empty:
        raise InvalidArgument(
            f"{empty} of {len(values)} rows have no contact_id.", hint="Drop them first."
        )
    return list(dict.fromkeys(check_id("contact_id", value) for value in values))


def text(name: str, value: object, *, lines: bool = False) -> str:
    """Check a text.

    Args:
        name: Of the argument, for the message.
        value: What was passed.
        lines: Whether it may have several lines.

    Raises:
        InvalidArgument: Not a text, empty, or with control characters.
    """
    allowed = "\n\r\t" if lines else ""
    good = isinstance(value, str) and value.strip()
    if not good or not all(c.isprintable() or c in allowed for c in str(value)):
        kind = "text" if lines else "text of one line"
        raise InvalidArgument(f"{name}={value!r} is not a {kind}.", hint="Pass one.")
    return str(value)


def address(name: str, value: object) -> str:
    """Check an e-mail address, roughly: the API has the last word.

    Args:
        name: Of the argument, for the message.
        value: What was passed.

    Raises:
        InvalidArgument: It cannot be one.
    """
    written = text(name, value)
    user, _, domain = written.partition("@")
    if not user or not domain or "@" in domain or any(c.isspace() or c in ",;<>" for c in written):
        raise InvalidArgument(
            f"{name} is not an e-mail address.", hint="Pass one, such as news@shop.example."
        )
    return written


def addresses(name: str, values: Sequence[str]) -> str:
    """Check e-mail addresses and write them as the API wants them.

    Args:
        name: Of the argument, for the message.
        values: What was passed.

    Raises:
        InvalidArgument: One of them cannot be one.
    """
    given = [values] if isinstance(values, str) else values
    return ",".join(address(name, value) for value in given)


def web_address(name: str, value: object) -> str:
    """Check the address of a web site.

    Args:
        name: Of the argument, for the message.
        value: What was passed.

    Raises:
        InvalidArgument: It is not http or https.
    """
    written = text(name, value)
    try:
        parts = parse_url(written)
    except LocationParseError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.host:
        raise InvalidArgument(
            f"{name}={value!r} is not the address of a web site.", hint="https://www.shop.example"
        )
    return written


def number(name: str, value: object) -> int:
    """Check an id and give it as the number that request bodies hold.

    Args:
        name: Of the argument, for the message.
        value: Text or int.

    Raises:
        InvalidArgument: It is no id.
    """
    return int(check_id(name, value))


def refuse_other(what: str, given: str, found: object) -> None:
    """Refuse to delete what has another name than the caller says.

    Args:
        what: Such as "List 7".
        given: The name that the caller passed.
        found: The name in the account.

    Raises:
        InvalidArgument: They differ.
    """
    if found != given:
        raise InvalidArgument(
            f"{what} is named {found!r}, not {given!r}: nothing was deleted.",
            hint="Check the id; then pass the name exactly.",
        )
