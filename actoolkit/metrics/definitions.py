"""What a definition of a metric holds, in words that a report can print."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """What a metric is.

    Args:
        id: Lower case with underscores; the name of its column or function.
        title: As people call it.
        formula: In words.
        numerator: Column that counts the hits, or the amount; "" where there is none.
        denominator: Column that counts the trials; "" where there is none.
        columns: Columns that its function needs of the frames it takes, those that may be left out
            included; days and groups need theirs as well.
        caveats: What to know before quoting it; sentences.
        source: Where the definition, or the field, is described.
        function: Function of `actoolkit.metrics` that gives it; "" for a user's own.
    """

    id: str
    title: str
    formula: str
    numerator: str = ""
    denominator: str = ""
    columns: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    source: str = ""
    function: str = ""

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.id})"]
        facts = [
            ("formula", self.formula),
            ("numerator", self.numerator),
            ("denominator", self.denominator),
            ("columns", ", ".join(self.columns)),
            *(("caveat", caveat) for caveat in self.caveats),
            ("source", self.source),
        ]
        lines += [f"  {name + ':':<13} {value}" for name, value in facts if value]
        return "\n".join(lines)


TOUCH_COLUMNS = (
    "contact_id",
    "touched_at",
    "kind",
    "campaign_id",
    "automation_id",
    "sent_at",
    "is_bot",
)
"""What metrics read of a frame of touches."""
