"""Which mailings the account sends, and when."""

from __future__ import annotations

import numpy as np

from actoolkit.sandbox.brand import AUTOMATIONS, THEMES
from actoolkit.sandbox.clock import DAY, HISTORY, HORIZON, at_local, weekday_and_hour
from actoolkit.sandbox.draws import pick, stream
from actoolkit.sandbox.mail import Mailing

SEND_HOURS = (7, 8, 9, 10, 11, 12, 14, 16, 18, 19, 20)
HOUR_WEIGHTS = [3.0, 6.0, 12.0, 16.0, 8.0, 5.0, 6.0, 7.0, 9.0, 6.0, 3.0]
WEEKDAY_WEIGHTS = (0.7, 1.0, 0.8, 1.0, 0.6, 0.28, 0.42)
DRAFTS = ("Autumn plans (draft)", "Untitled", "Test, please ignore")
MONTHS = (
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
)


def schedule(seed: int) -> list[Mailing]:
    """Draw all mailings up to the horizon, automation mails first, drafts last."""
    draw = stream(seed, "schedule")
    made: list[Mailing] = []
    for position, automation in enumerate(AUTOMATIONS):
        for step, (name, _, opening, clicking, buying) in enumerate(automation.mails):
            made.append(
                Mailing(
                    len(made), 0, name, "responder", (), position, step, 0,
                    opening, clicking, buying, True, "1", -30 * DAY,
                )
            )  # fmt: skip
    day = 1.0
    used: set[str] = set()
    while day < (HISTORY + HORIZON) / DAY - 1:
        weekday, _, month = weekday_and_hour(int(day) * DAY)
        u = draw.random(6)
        if u[0] < WEEKDAY_WEIGHTS[weekday]:
            theme = THEMES[int(pick(u[1:2], [t.weight for t in THEMES])[0])]
            hour = SEND_HOURS[int(pick(u[2:3], HOUR_WEIGHTS)[0])]
            sent = at_local(int(day), hour, int(u[3] * 4) * 15)
            year = 2024 + (sent + 181 * DAY) // (365 * DAY)
            stem = theme.names[int(u[4] * len(theme.names))]
            name = _unused(f"{stem}, {MONTHS[month - 1]} {year}", used)
            luck = 0.82 + 0.36 * float(u[5])
            made.append(
                Mailing(
                    len(made), 0, name, "single", theme.lists, -1, 0, sent,
                    theme.opening * luck, theme.clicking * (0.7 + 0.6 * float(draw.random())),
                    theme.buying, bool(draw.random() > 0.12), "5", sent - 2 * DAY,
                )
            )  # fmt: skip
        pace = 2.1 if month in (11, 12) else 3.4
        day += pace * (0.5 + float(draw.random()))
    for name in DRAFTS:
        made.append(
            Mailing(
                len(made), 0, name, "single", (0,), -1, 0, -1, 1.0, 1.0, 1.0, True, "0", HISTORY - 9 * DAY,
            )
        )  # fmt: skip
    return _numbered(made)


def _unused(name: str, used: set[str]) -> str:
    chosen, number = name, 1
    while chosen in used:
        number += 1
        chosen = f"{name} ({number})"
    used.add(chosen)
    return chosen


def _numbered(mailings: list[Mailing]) -> list[Mailing]:
    from dataclasses import replace

    order = np.argsort([m.created for m in mailings], kind="stable")
    ids = {int(position): 11 + 3 * rank for rank, position in enumerate(order)}
    return [replace(m, campaign_id=ids[m.number]) for m in mailings]
