"""Which mailings the account sends, and when."""

from __future__ import annotations

from calendar import month_name
from dataclasses import replace

import numpy as np

from actoolkit.sandbox.brand import AUTOMATIONS, THEMES
from actoolkit.sandbox.clock import DAY, HISTORY, HORIZON, at_local, iso, weekday_and_hour
from actoolkit.sandbox.draws import pick, stream
from actoolkit.sandbox.mail import Mailing

SEND_HOURS = (7, 8, 9, 10, 11, 12, 14, 16, 18, 19, 20)
HOUR_WEIGHTS = [3.0, 6.0, 12.0, 16.0, 8.0, 5.0, 6.0, 7.0, 9.0, 6.0, 3.0]
WEEKDAY_WEIGHTS = (0.7, 1.0, 0.8, 1.0, 0.6, 0.28, 0.42)
DRAFTS = ("Autumn plans (draft)", "Untitled", "Test, please ignore")
MONTHS = tuple(month_name)[1:]


def schedule(seed: int) -> list[Mailing]:
    """Draw all mailings up to the horizon, automation mails first, drafts last."""
    draw = stream(seed, "schedule")
    made: list[Mailing] = []
    for position, automation in enumerate(AUTOMATIONS):
        for step, (name, _, opening, clicking, buying) in enumerate(automation.mails):
            made.append(
                Mailing(
                    number=len(made),
                    name=name,
                    kind="responder",
                    automation=position,
                    step=step,
                    sent=0,
                    opening=opening,
                    clicking=clicking,
                    buying=buying,
                    status="1",
                    created=-30 * DAY,
                )
            )
    day = 1.0
    used: set[str] = set()
    while day < (HISTORY + HORIZON) / DAY - 1:
        weekday, _, month = weekday_and_hour(int(day) * DAY)
        u = draw.random(6)
        if u[0] < WEEKDAY_WEIGHTS[weekday]:
            theme = THEMES[int(pick(u[1:2], [t.weight for t in THEMES])[0])]
            hour = SEND_HOURS[int(pick(u[2:3], HOUR_WEIGHTS)[0])]
            sent = at_local(int(day), hour, int(u[3] * 4) * 15)
            year, named = iso(sent)[:4], MONTHS[int(iso(sent)[5:7]) - 1]
            stem = theme.names[int(u[4] * len(theme.names))]
            name = _unused(f"{stem}, {named} {year}", used)
            luck = 0.82 + 0.36 * float(u[5])
            made.append(
                Mailing(
                    number=len(made),
                    name=name,
                    kind="single",
                    lists=theme.lists,
                    sent=sent,
                    opening=theme.opening * luck,
                    clicking=theme.clicking * (0.7 + 0.6 * float(draw.random())),
                    buying=theme.buying,
                    verified=bool(draw.random() > 0.12),
                    status="5",
                    created=sent - 2 * DAY,
                )
            )
        pace = 2.1 if month in (11, 12) else 3.4
        day += pace * (0.5 + float(draw.random()))
    for name in DRAFTS:
        draft = Mailing(
            number=len(made),
            name=name,
            kind="single",
            lists=(0,),
            status="0",
            created=HISTORY - 9 * DAY,
        )
        made.append(draft)
    return _numbered(made)


def _unused(name: str, used: set[str]) -> str:
    chosen, number = name, 1
    while chosen in used:
        number += 1
        chosen = f"{name} ({number})"
    used.add(chosen)
    return chosen


def _numbered(mailings: list[Mailing]) -> list[Mailing]:
    order = np.argsort([m.created for m in mailings], kind="stable")
    ids = {int(position): 11 + 3 * rank for rank, position in enumerate(order)}
    return [replace(m, campaign_id=ids[m.number]) for m in mailings]
