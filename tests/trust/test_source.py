"""What the package's own source must never hold, whoever writes the next line."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import actoolkit

ROOT = Path(actoolkit.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
RUNS_DATA = {
    "pickle",
    "cPickle",
    "marshal",
    "shelve",
    "dill",
    "cloudpickle",
    "joblib",
    "code",
    "codeop",
}
CALLS = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {
    ("yaml", "load"),
    ("os", "system"),
    ("os", "popen"),
    ("pd", "read_pickle"),
    ("pandas", "read_pickle"),
    ("pl", "from_repr"),
    ("tempfile", "mktemp"),
    ("jsonpickle", "decode"),
    ("requests", "get"),
    ("requests", "post"),
    ("urllib.request", "urlopen"),
}  # fmt: skip
FLAGS = {
    ("verify", False),
    ("shell", True),
    ("autoescape", False),
    ("allow_pickle", True),
    ("trust_env", True),
}


def goes_on(handler):
    """Whether what was caught is raised again, or handed to somebody."""
    return any(
        (isinstance(one, ast.Raise) and one.exc is None)
        or (isinstance(one, ast.Name) and one.id == handler.name and isinstance(one.ctx, ast.Load))
        for one in ast.walk(handler)
    )


def found(tree):  # noqa: C901 - a branch for each thing
    """Each forbidden thing in a syntax tree: line and name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (
                    (node.lineno, a.name) for a in names if a.name.split(".")[0] in RUNS_DATA
                )
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in RUNS_DATA:
                yield node.lineno, module
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node.lineno, f"{name}()"
            case ast.Attribute(value=value, attr=attr) if (ast.unparse(value), attr) in ATTRIBUTES:
                yield node.lineno, ast.unparse(node)
            case ast.Attribute(attr="to_pickle" | "read_pickle" | "dumps_pickle"):
                yield node.lineno, ast.unparse(node)
            case ast.ExceptHandler(type=None):
                yield node.lineno, "bare except"
            case ast.ExceptHandler(type=ast.Name(id="BaseException" | "Exception" as name)):
                if not goes_on(node):
                    yield node.lineno, f"except {name} that ends there"
            case ast.keyword(arg=str(arg), value=ast.Constant(value=value)) if (
                arg,
                value,
            ) in FLAGS:
                yield node.lineno, f"{arg}={value}"


def test_nothing_forbidden():
    assert len(SOURCES) > 150
    bad = [
        (str(path.relative_to(ROOT)), *one)
        for path in SOURCES
        for one in found(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert bad == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "import marshal as m", "import shelve", "eval('1')", "exec(x)",
        "import yaml\nyaml.load(x)", "import os\nos.system('ls')", "frame.to_pickle(p)", "compile(a, b, c)",
        "try:\n    f()\nexcept:\n    pass", "try:\n    f()\nexcept Exception:\n    pass", "requests.get(u)",
        "subprocess.run(c, shell=True)", "session.get(u, verify=False)", "Environment(autoescape=False)",
        "np.load(p, allow_pickle=True)", "__import__('os')", "import dill.source", "session(trust_env=True)",
    ],
)  # fmt: skip
def test_the_search_finds(line):
    assert list(found(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "re.compile('x')",
        "try:\n    f()\nexcept BaseException:\n    g()\n    raise",
        "yaml.safe_load(x)",
    ],
)
def test_the_search_finds_no_more(line):
    assert not list(found(ast.parse(line)))


def test_the_token_is_revealed_in_few_places():
    """Where the header is set, where a folder is named, and where it is checked; nowhere else."""
    places = {
        (str(path.relative_to(ROOT)), node.lineno)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("reveal", "_reveal")
    }
    assert {path for path, _ in places} <= {
        "secret.py",
        "keychain.py",
        "settings.py",
        "api/session.py",
        "api/journal.py",
        "api/pacing.py",
    }, places
