"""What the pages show works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from actoolkit.cli import app

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "benchmarks" / "README.md"])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
TEXTS = dict(zip(NAMES, (page.read_text(encoding="utf-8") for page in PAGES), strict=True))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", [name for name in NAMES if blocks(TEXTS[name], "python")])
def test_code_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "page"}
    for number, code in enumerate(blocks(TEXTS[name], "python"), start=1):
        if "import pyspark" in code or "from pyspark" in code:
            pytest.importorskip("pyspark", reason="Spark comes with the spark extra")
        exec(compile(code, f"{name}, block {number}", "exec"), namespace)


def command_lines() -> list[str]:
    found = set()
    for text in TEXTS.values():
        shell = "\n".join(blocks(text, "sh"))
        inline = "\n".join(re.findall(r"`(actoolkit [^`]*)`", text))
        for line in f"{shell}\n{inline}".splitlines():
            match = re.search(r"\bactoolkit ((?:-|\w)[^#&|]*)", line)
            if match and "pip install" not in match[0]:
                found.add(match[1].strip())
    return sorted(found)


@pytest.mark.parametrize("line", command_lines())
def test_commands_exist_with_their_options(line):
    command = typer.main.get_command(app)
    words = re.sub(r"^--profile \S+ ", "", line).split()
    while hasattr(command, "commands") and words:
        name = words.pop(0)
        assert name in command.commands, f"there is no `actoolkit {name}`"
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    used = {word.split("=")[0] for word in words if word.startswith("-")}
    assert used <= known


def anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[name]):
        path, _, place = target.partition("#")
        page = (ROOT / name).parent / path if path else ROOT / name
        assert page.exists(), f"{name} links to {target}"
        if place:
            text = page.read_text(encoding="utf-8")
            places = {anchor(title) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
            places |= set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
            assert place in places, f"{name} links to {target}"
