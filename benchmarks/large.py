"""Everything there is, on an account of a million contacts: seconds, peak memory, what fails.

    python benchmarks/large.py CACHE [--size large] [--only loaders metrics charts ...]

CACHE is a folder that keeps the account's tables: the first run loads them. Each group has a
process of its own, and each call its own peak. Seconds are those of the clock and, beside them,
of the processor, which other work on the machine does not lengthen. The exit code is 1 where a call
failed in another way than with an error of actoolkit, which says why, or a group ended early.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import actoolkit as ac

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("everything", ROOT / "tests" / "everything.py")
assert SPEC is not None
assert SPEC.loader is not None
everything = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(everything)

CHANGES = 3
"""Options tried of an explorer's control."""

BROKEN: list[str] = []
"""Calls that neither worked nor said why not."""


def peak() -> int:
    """Most memory since `forget`, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def forget() -> None:
    """Begin to count the peak anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def measured(group: str, name: str, call: Callable[[], Any]) -> Any:
    """Call, and print a row of the table."""
    forget()
    wall, busy, failed, made = time.perf_counter(), time.process_time(), "", None
    try:
        made = call()
    except Exception as error:  # noqa: BLE001 - a benchmark goes on, and prints it
        if not isinstance(error, ac.errors.ActoolkitError):
            BROKEN.append(name)
        failed = f"{type(error).__name__}: {error}"[:200].replace("\n", " ")
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"| {group} | {name} | {wall:.1f} | {busy:.1f} | {peak():,} | {failed} |", flush=True)
    return made


def sync(account: ac.Account) -> None:
    measured("sync", "all", lambda: ac.sync(account, progress=False))


def loaders(account: ac.Account) -> None:
    for name, call in everything.loader_calls(account).items():
        measured("loaders", name, call)


def metrics(account: ac.Account) -> None:
    frames = measured("metrics", "(tables)", lambda: everything.frames_of(account))
    with tempfile.TemporaryDirectory() as folder:
        calls = measured(
            "metrics", "(touches)", lambda: everything.metric_calls(frames, Path(folder))
        )
        for name, call in calls.items():
            measured("metrics", name, call)


def charts(account: ac.Account) -> None:
    gallery = everything.gallery()
    buyers = {
        "orders": ac.load_ecom_orders(account=account, progress=False),
        "contacts": ac.load_contacts(account=account, progress=False),
    }
    # Touches of everybody, 65 million, are more than fit into memory: of those who ordered.
    ac.metrics.list_touches = partial(ac.metrics.list_touches, **buyers)
    names = measured("charts", "(tables)", lambda: gallery.frames(account))
    with tempfile.TemporaryDirectory() as folder:
        for name in gallery.CALLS:
            chart = measured("charts", name, partial(gallery.drawn, name, names))
            if chart is not None:
                path = Path(folder) / f"{name}.png"
                measured("charts", f"{name} as PNG", partial(ac.charts.save, chart, path))


def explorers(account: ac.Account) -> None:
    for name, call in everything.explorer_calls(account).items():
        explorer = measured("explorers", name, call)
        if explorer is None:
            continue
        for control, value in everything.changes_of(explorer, CHANGES):
            said = f"{name}: {control}={str(value)[:40]}"
            measured("explorers", said, lambda: _changed(explorer, control, value))  # noqa: B023


def _changed(explorer: Any, control: str, value: Any) -> None:
    explorer.set(**{control: value})
    if explorer.error is not None:
        raise explorer.error


def reports(account: ac.Account) -> None:
    from actoolkit.reports.subjects import SUBJECTS

    for name in SUBJECTS:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "report.html"
            report = partial(ac.report, name, account=account, path=page, progress=False)
            measured("reports", name, report)
            if page.exists():
                print(f"| reports | {name}, MB | {page.stat().st_size / 1e6:.2f} | | | |")


def notebooks(size: str, cache: Path) -> None:
    """Run each notebook as a person does, in a kernel, over the folder that has the tables."""
    import nbclient
    import nbformat

    begin = "ac.sandbox_account("
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = cell.source.replace('sandbox_size = "small"', f"sandbox_size = {size!r}")
            cell.source = cell.source.replace(begin, f"{begin}cache_dir={str(cache)!r}, ")
        notebook.cells.append(nbformat.v4.new_code_cell(_PEAK))
        with tempfile.TemporaryDirectory() as folder:
            place = {"metadata": {"path": folder}}
            client = nbclient.NotebookClient(
                notebook, kernel_name="python3", timeout=None, resources=place
            )
            measured("notebooks", path.stem, client.execute)
        for output in notebook.cells[-1].get("outputs", []):
            print(f"| notebooks | {path.stem}, its kernel | {output.get('text', '').strip()} |")


_PEAK = """
import time
status = open("/proc/self/status").read()
peak = int(next(l for l in status.splitlines() if l.startswith("VmHWM")).split()[1]) // 1024
print(f"| {time.process_time():.1f} | {peak:,} |")
"""

GROUPS = ("sync", "loaders", "metrics", "charts", "explorers", "reports", "notebooks")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--size", default="large")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS)
    asked = parser.parse_args()
    if len(asked.only) > 1:
        print("| group | call | s | processor, s | peak, MiB | failed |")
        print("| --- | --- | ---: | ---: | ---: | --- |", flush=True)
        codes = []
        for group in asked.only:
            command = [sys.executable, __file__, str(asked.cache), "--size", asked.size]
            codes.append(subprocess.run([*command, "--only", group], check=False).returncode)
        sys.exit(1 if any(codes) else 0)
    (group,) = asked.only
    if group == "notebooks":
        notebooks(asked.size, asked.cache)
    else:
        with ac.sandbox_account(asked.size, cache_dir=asked.cache) as account:
            globals()[group](account)
    sys.exit(1 if BROKEN else 0)


if __name__ == "__main__":
    main()
