"""A report for paper, where nobody can choose: what a control shows by turns stands in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from actoolkit.reports.blocks import Control, Figure, Note, Option, Table, matches
from actoolkit.reports.document import Report, Section


def on_paper(report: Report) -> Report:
    """Repeat what follows a control without "all", such as the currency, for each of its choices.

    Args:
        report: As it is on the screen.
    """
    return replace(report, sections=[_spread(section) for section in report.sections], _html={})


def _spread(section: Section) -> Section:
    split = {control.name: control for control in section.controls if control.is_either}
    blocks: list[Figure | Table | Note] = []
    for block in section.blocks:
        names = () if isinstance(block, Note) else tuple(block.controls)
        if isinstance(block, Note) or len(names) != 1 or names[0] not in split:
            blocks.append(block)
        elif isinstance(block, Figure):
            blocks += _figures(block, split[names[0]])
        else:
            blocks += _tables(block, split[names[0]])
    left = {name for block in blocks if not isinstance(block, Note) for name in block.controls}
    controls = [one for one in section.controls if one.name not in split or one.name in left]
    return replace(section, controls=controls, blocks=blocks)


def _figures(figure: Figure, control: Control) -> Iterator[Figure]:
    """Give the figure in each state that has something to say; the first keeps its place."""
    said = [option for option in control.options if option.value in figure.states]
    for number, option in enumerate(said or control.options[:1], 1):
        found = figure.states.get(option.value, figure.empty)
        subtitle = f"{_choice(control, option)} {found.subtitle}".strip()
        chosen = {control.name: option.value}
        datasets = {
            **figure.spec["datasets"],
            "rows": [row for row in figure.spec["datasets"]["rows"] if matches(row, chosen)],
        }
        params = [{"name": control.name, "value": option.value}]
        yield replace(
            figure,
            id=_id(figure.id, number),
            spec={**figure.spec, "datasets": datasets, "params": params},
            start={},
            states={"": replace(found, subtitle=subtitle)},
        )


def _tables(table: Table, control: Control) -> Iterator[Table]:
    for number, option in enumerate(control.options, 1):
        rows = [
            (cells, belongs)
            for cells, belongs in table.rows
            if option.value in belongs[control.name]
        ]
        if rows or len(control.options) == 1:
            caption = f"{_choice(control, option)} {table.caption}"
            yield replace(table, id=_id(table.id, number), caption=caption, rows=rows, controls=())


def _choice(control: Control, option: Option) -> str:
    return f"{control.label}: {option.label}."


def _id(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"
