"""Which column of a log of one's own is which of touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from actoolkit.errors import InvalidArgument, MissingColumns


def named_columns(metric: str, columns: object, known: Sequence[str]) -> dict[str, str]:
    """Read a ``columns=`` argument.

    Args:
        metric: Name of the function, for messages.
        columns: Names in the log by the names here, or None.
        known: Names here.

    Raises:
        InvalidArgument: Not a mapping of texts, or a name here that is none: what is in that
            column would be lost in silence.
    """
    if columns is None:
        return {}
    if not isinstance(columns, Mapping) or not all(
        isinstance(name, str) for pair in columns.items() for name in pair
    ):
        raise InvalidArgument(
            f"{metric} cannot read columns={columns!r}.",
            hint='Write the name here, then that in the log: columns={"touched_at": "tstamp"}.',
        )
    unknown = [ours for ours in columns if ours not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        raise InvalidArgument(
            f"{metric}: touches have no column {unknown[0]!r}, which columns= names.",
            hint=f"Did you mean {near[0]!r}?"
            if near
            else f"The name here comes first, one of {', '.join(known)}.",
        )
    return dict(columns)


def sources(
    metric: str,
    names: Sequence[str],
    columns: Mapping[str, str],
    known: Iterable[str],
    needed: Iterable[str],
) -> dict[str, str]:
    """Find the columns of a log; a column that ``columns=`` names goes before one of our name.

    Args:
        metric: Name of the function, for messages.
        names: Columns of the log.
        columns: Names in the log by the names here.
        known: Names here.
        needed: Those of them that have to be there.

    Returns:
        Names in the log by the names here, of those that are there.

    Raises:
        MissingColumns: A column is not there.
    """
    found = {name: columns.get(name, name) for name in known if columns.get(name, name) in names}
    missing = [theirs for theirs in columns.values() if theirs not in names]
    if missing:
        error = MissingColumns(metric, missing, names)
        if not error.hint.startswith("Did you mean"):
            error.hint = "columns= holds the name here, then that in the log."
        raise error
    missing = [name for name in needed if name not in found]
    if missing:
        error = MissingColumns(metric, missing, names)
        near = [error.hint] if error.hint.startswith("Did you mean") else []
        error.hint = " ".join([*near, *(_way_out(name, found) for name in missing)])
        raise error
    return found


def _way_out(name: str, found: Mapping[str, str]) -> str:
    if name == "kind":
        return 'Say what all rows are: kind="click".'
    if name == "contact_id" and "email" in found:
        return "Pass contacts=, which finds contacts by their address."
    if name == "email" and "contact_id" in found:
        return "Leave contacts= out: the log has contact_id."
    return f'Say what it is called here: columns={{"{name}": ...}}.'
