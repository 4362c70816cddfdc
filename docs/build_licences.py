"""Write ``docs/licences.md``: what a plain install brings along, and under which licence.

Read from the metadata of the installed packages: run it where the locked versions are installed.
"""

from __future__ import annotations

from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).with_name("licences.md")
HEAD = """# Licences

What a plain install brings along on Linux with Python 3.11, and under which licence each \
package says it is published; actoolkit itself is under the [MIT licence](../LICENSE). Extras \
bring further packages. Written by `python docs/build_licences.py`, with the versions of \
`requirements/ci.txt`.

| package | version | licence |
|---|---|---|
"""
LONGEST = 60


def needed(name: str = "actoolkit") -> dict[str, Distribution]:
    """Every package that a plain install needs, at any depth, by name."""
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, tuple[str, ...]]] = [(name, ())]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        package = found.setdefault(canonicalize_name(one[0]), distribution(one[0]))
        for text in package.requires or ():
            wanted = Requirement(text)
            extras = one[1] or ("",)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in extras):
                waiting.append((wanted.name, tuple(sorted(wanted.extras))))
    found.pop(name)
    return dict(sorted(found.items()))


def licence(package: Distribution) -> str:
    """What a package says of its licence: an expression, classifiers, or the first line of it."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    begin = "License :: "
    given = [
        one.rpartition(" :: ")[2]
        for one in metadata.get_all("Classifier") or ()
        if one.startswith(begin) and one != "License :: OSI Approved"
    ]
    text = (metadata.get("License") or "").strip().partition("\n")[0]
    return "; ".join(given) or (text if 0 < len(text) <= LONGEST else "not told")


def page() -> str:
    """The page as text."""
    rows = [
        f"| {name} | {package.version} | {licence(package)} |\n"
        for name, package in needed().items()
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
