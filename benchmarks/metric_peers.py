"""One question asked of another tool, for the tables beside ours.

``python benchmarks/metric_peers.py TOOL FOLDER`` in an environment that has the tool and pyarrow:
"retentioneering" (the funnel of ``touches.py``, end to end), "lifetimes" or "pymc" (the recency,
frequency and value of customers that begin an RFM, over the orders of ``metrics.py``). Prints
seconds from the file to the answer, the peak of memory, and the answer. ``metrics.py`` and
``touches.py`` run it with ``--peers``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PAID = ["completed", "recovered"]
STEPS = ["sent", "open", "click"]


def retentioneering(folder: Path) -> list[int]:
    """Count the contacts of each step."""
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    import pandas as pd
    from retentioneering import Eventstream

    events = pd.read_parquet(folder / "touches", columns=["contact_id", "touched_at", "kind"])
    names = {"path_cols": ["contact_id"], "event_col": "kind", "timestamp_col": "touched_at"}
    made: Any = Eventstream(events, schema=names).funnel_data(steps=STEPS)
    return [step["unique_paths"] for step in made["steps"]]


def _orders(folder: Path) -> Any:
    import pandas as pd

    columns = ["email", "state", "ordered_local", "total_cents"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=columns)
    orders = orders[orders["state"].isin(PAID)]
    return orders.assign(email=orders["email"].str.strip().str.lower())


def lifetimes(folder: Path) -> list[int]:
    """Count customers and their repeat purchases."""
    from lifetimes.utils import summary_data_from_transaction_data

    made = summary_data_from_transaction_data(
        _orders(folder), "email", "ordered_local", monetary_value_col="total_cents"
    )
    return [len(made), int(made["frequency"].sum())]


def pymc(folder: Path) -> list[int]:
    """Count customers and their repeat purchases."""
    from pymc_marketing.clv.utils import rfm_summary

    made = rfm_summary(_orders(folder), "email", "ordered_local", "total_cents")
    return [len(made), int(made["frequency"].sum())]


def ask(tool: str, python: str, folder: Path) -> tuple[float, float, Any]:
    """Ask a tool in its own environment.

    Args:
        tool: Any of `TOOLS`.
        python: Interpreter that has it.
        folder: Where the rows are.

    Returns:
        Seconds, megabytes, and the answer.
    """
    command = [python, __file__, tool, str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    made = json.loads(told.splitlines()[-1])
    return made["seconds"], made["megabytes"], made["found"]


TOOLS = {"retentioneering": retentioneering, "lifetimes": lifetimes, "pymc": pymc}


def main(tool: str, folder: Path) -> None:
    """Ask twice; print the better of the two as JSON."""
    seconds, found = [], []
    for _ in range(2):
        began = time.perf_counter()
        found = TOOLS[tool](folder)
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(seconds), "megabytes": peak, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
