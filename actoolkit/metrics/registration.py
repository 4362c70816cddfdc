"""What may be registered as a metric: texts that a page can print, counts that have a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from actoolkit.errors import InvalidArgument
from actoolkit.metrics.arguments import listed
from actoolkit.metrics.definitions import Definition
from actoolkit.tables.catalogue import TABLES

_LONGEST = 60
"""Characters of a title or an id, which charts and reports write on one line."""


def check_definition(definition: Definition, *, has_function: bool) -> None:
    """Refuse what could not be explained, computed or printed.

    Args:
        definition: Of a metric.
        has_function: Whether a function computes it, and not its counts.

    Raises:
        InvalidArgument: See `actoolkit.metrics.register_metric`.
    """
    if not isinstance(definition, Definition):
        raise InvalidArgument(
            f"register_metric takes a Definition, not {type(definition).__name__}.",
            hint="Use actoolkit.metrics.Definition(id=..., title=..., formula=...).",
        )
    if not isinstance(definition.id, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", definition.id):
        raise InvalidArgument(
            f"{definition.id!r} is no metric id.",
            hint="Use lower case letters, digits and underscores, such as 'replies_per_click'.",
        )
    if len(definition.id) > _LONGEST:
        raise InvalidArgument(
            f"A metric id of {len(definition.id)} characters is too long.",
            hint=f"Use {_LONGEST} or fewer.",
        )
    _check_texts(definition)
    _check_lines(definition)
    if definition.numerator and definition.numerator == definition.denominator:
        raise InvalidArgument(
            f"{definition.id} has {definition.numerator} as numerator and as denominator.",
            hint="Name two columns.",
        )
    if not has_function and definition.numerator and definition.denominator:
        _check_ratio(definition)


def tables_handed(
    definition: Definition, tables: str | Sequence[str] | None, *, has_function: bool
) -> tuple[str, ...]:
    """Read what a report hands to a metric's function.

    Args:
        definition: Of the metric.
        tables: As `actoolkit.metrics.register_metric` got them.
        has_function: Whether it has one.

    Raises:
        InvalidArgument: There is no such table, or no function.
    """
    if tables is None:
        return ("campaigns",)
    named = tuple(listed("tables", tables))
    if not has_function:
        raise InvalidArgument(
            f"{definition.id} has tables, but no function that takes them.",
            hint="Pass function=, or leave tables out: the ratio is that of the campaigns.",
        )
    unknown = [name for name in named if not isinstance(name, str) or name not in TABLES]
    if unknown or not named:
        near = get_close_matches(str(unknown[0]), TABLES, n=2) if unknown else []
        raise InvalidArgument(
            f"{definition.id} has {f'tables={unknown[0]!r}' if unknown else 'no table'}.",
            hint=f"Did you mean {' or '.join(near)}?"
            if near
            else f"There are: {', '.join(TABLES)}.",
        )
    return named


def _check_texts(definition: Definition) -> None:
    """Refuse a text that is none, or that is not there."""
    for part in ("title", "formula", "numerator", "denominator", "source", "function"):
        text = getattr(definition, part)
        if not isinstance(text, str) or (part in ("title", "formula") and not text.strip()):
            raise InvalidArgument(
                f"{definition.id} has {part}={text!r}, which is no text.",
                hint="title and formula are words that a reader sees.",
            )
    for part in ("columns", "caveats"):
        texts = getattr(definition, part)
        if not isinstance(texts, tuple | list) or not all(
            isinstance(one, str) and one.strip() for one in texts
        ):
            raise InvalidArgument(
                f"{definition.id} has {part}={texts!r}, which are not several texts.",
                hint=f'Use {part}=("...",), with the comma for a single one.',
            )


def _check_lines(definition: Definition) -> None:
    """Refuse a text that does not fit its line."""
    for part in ("title", "formula", "numerator", "denominator", "source", "columns", "caveats"):
        said = getattr(definition, part)
        if not all(_is_plain(text) for text in ([said] if isinstance(said, str) else said)):
            raise InvalidArgument(
                f"{definition.id} has {part}={said!r}, with line breaks or other control "
                "characters.",
                hint="Write it as one line of plain text.",
            )
    if len(definition.title) > _LONGEST:
        raise InvalidArgument(
            f"The title of {definition.id} has {len(definition.title)} characters.",
            hint=f"Use {_LONGEST} or fewer; the formula and the caveats may be long.",
        )


def _is_plain(text: str) -> bool:
    """Say whether a text has no character that is not seen but moves what is."""
    return not {unicodedata.category(char) for char in text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _check_ratio(definition: Definition) -> None:
    """Refuse counts that the result has other columns for."""
    name = definition.id
    made = [name, f"{name}_low", f"{name}_high", "rows", "flag"]
    taken = {one for one in (definition.numerator, definition.denominator) if one in made}
    taken |= {name} & {"rows", "flag"}
    if any(one.startswith(f"{name}__") for one in (definition.numerator, definition.denominator)):
        raise InvalidArgument(
            f"{name} has a count whose name begins with {name}__, as those that it works with do.",
            hint="Rename the column, or choose another id.",
        )
    if taken:
        raise InvalidArgument(
            f"{name} needs {' and '.join(sorted(taken))} for something else in its result.",
            hint="Rename the column, or choose another id: the result has the counts, the metric, "
            "its _low and _high, rows and flag.",
        )
