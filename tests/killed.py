"""A program that forks a child for each order on its input; the child kills itself where it is told.

An order names a work, the account, and when to die: ``at`` a line (counted as it executes lines of
the store, the journals, the loaders and the actions) or ``after`` seconds; null lets it live. One
that is to be interrupted instead does its work once more, in the same process. Python hands an
interrupt out where it looks for one, not between any two lines: so it comes by a timer, just after
the line. The answer has the child's status, the lines that one which lived has executed, and whether
it was interrupted: one whose work had ended by then was not.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from datetime import datetime

import filelock  # noqa: F401  # once, for all children
import polars as pl
import requests  # noqa: F401
import requests_cache  # noqa: F401

from actoolkit import actions, loaders, store  # noqa: F401
from actoolkit.api import journal, reader, writes  # noqa: F401
from actoolkit.settings import Account

for package in (actions, loaders):
    for name in package.__all__:
        getattr(package, name)  # Nothing is imported, as it is asked for, within what is counted.

SOON = 1e-5
"""Seconds."""
HOMES = (
    "/actoolkit/store/",
    "/actoolkit/api/journal",
    "/actoolkit/api/writes",
    "/actoolkit/loaders/_",
    "/actoolkit/actions/",
)
SUBSCRIBED = pl.DataFrame({"contact_id": range(1, 7)})

WORKS = {
    "load": lambda account: loaders.load_lists(account=account, progress=False),
    "refresh": lambda account: loaders.load_contacts(account=account, refresh=True, progress=False),
    "sync": lambda account: loaders.sync(
        account, ["lists", "campaigns", "contacts"], refresh=True, progress=False
    ),
    "subscribe": lambda account: actions.subscribe(
        SUBSCRIBED, list_id=3, account=account, apply=True, progress=False
    ),
    "note": lambda account: actions.add_note(
        "A", related_to="Subscriber", related_id=7, account=account, apply=True, progress=False
    ),
}
"""What a child does; another name is the e-mail address of the person to purge."""


class Breaking:
    """Counts the lines that are executed, and breaks off at the one that is ordered."""

    def __init__(self, at, by):
        self.at, self.by, self.seen = at, by, []

    def call(self, frame, event, arg):
        name = frame.f_code.co_filename
        return self.line if any(home in name for home in HOMES) else None

    def line(self, frame, event, arg):
        if event == "line":
            self.seen.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
            if len(self.seen) == self.at:
                if self.by == "SIGKILL":
                    os.kill(os.getpid(), signal.SIGKILL)
                sys.settrace(None)
                signal.setitimer(signal.ITIMER_REAL, SOON)
        return self.line

    def interrupt(self, number, frame):
        if frame.f_code is Breaking.line.__code__:
            signal.setitimer(signal.ITIMER_REAL, SOON)
        else:
            raise KeyboardInterrupt


def work(order):
    """Do what is ordered; give the lines that were executed."""
    moment = datetime.fromisoformat(order["clock"])
    account = Account(
        url=order["url"],
        token=order["token"],
        cache_dir=order["folder"],
        rate=10_000,
        identity=order["identity"],
        in_flight=order["in_flight"],
        clock=lambda: moment,
    )
    what = order["what"]

    def act():
        if "@" in what:
            loaders.purge(email=what, account=account, progress=False)
        else:
            WORKS[what](account)

    breaking, interrupted = Breaking(order["at"], order["by"]), False
    signal.signal(signal.SIGALRM, breaking.interrupt)
    if order["after"] is None:
        sys.settrace(breaking.call)
    try:
        act()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted = True
    except pl.exceptions.PanicException as error:
        interrupted = "KeyboardInterrupt" in str(error)  # so polars hands on what meets it
        if not interrupted:
            raise
    sys.settrace(None)
    if interrupted:
        act()
    return {"seen": breaking.seen, "interrupted": interrupted}


def main():
    """Fork a child for each line of the input, and tell what became of it."""
    for text in sys.stdin:
        order = json.loads(text)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            try:
                done = work(order)
                with os.fdopen(writing, "w") as pipe:
                    json.dump(done, pipe)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                sys.stderr.flush()
            finally:
                os._exit(1)
        os.close(writing)
        if order["after"] is not None:
            time.sleep(order["after"])
            os.kill(pid, signal.SIGKILL)
        with os.fdopen(reading) as pipe:
            done = json.loads(pipe.read() or "{}")
        done["status"] = os.waitpid(pid, 0)[1]
        print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
