"""What the package's own source must never hold, whoever writes the next line."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

import actoolkit

ROOT = Path(actoolkit.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
found = runpy.run_path(str(Path(__file__).with_name("forbidden.py")))["found"]

MUST_FIND = (
    # Modules that run what they read, by whatever name.
    "import pickle", "import pickle as p", "from pickle import loads", "from pickle import loads as l",
    "import _pickle", "import pickletools", "import marshal as m", "import shelve", "import dbm.gnu",
    "import dill.source", "import cloudpickle", "from cloudpickle import loads", "from joblib import load",
    "import joblib as j", "import jsonpickle", "import code", "import runpy", "import ctypes",
    "from multiprocessing.connection import Client", "from pandas.io.pickle import read_pickle",
    "from pandas.io import pickle", "from pyspark.serializers import CPickleSerializer", "from os import *",
    "import importlib\nimportlib.import_module('pickle')", "from importlib import import_module as i\ni('dill')",
    "import importlib\nimportlib.import_module(name)", "from importlib import import_module\nimport_module(f'{x}.y')",
    "from importlib import import_module\nimport_module('pic' + 'kle')", "__import__('os')", "__import__('pickle').loads(x)",
    "import importlib\nimportlib.__import__('pickle')", "from importlib import __import__ as i",
    "from importlib.util import spec_from_file_location", "import importlib.machinery\nimportlib.machinery.SourceFileLoader(a, b)",
    "import sys\nsys.modules['pickle'].loads(x)", "loader.load_module('x')", "spec.loader.exec_module(m)",
    # Pickles by other doors.
    "import pandas as pd\npd.read_pickle(p)", "pd.read_pickle(p)", "from pandas import read_pickle", "frame.to_pickle(p)",
    "import numpy as np\nnp.load(p, allow_pickle=True)", "from numpy import load\nload(p, allow_pickle=1)", "numpy.load(p, allow_pickle=flag)",
    "import numpy as np\nnp.load(p, None, True)", "import polars as pl\npl.DataFrame.deserialize(f)",
    "import polars as pl\npl.LazyFrame.deserialize(f)", "pl.Expr.deserialize(f)", "pl.from_repr(x)", "rdd.saveAsPickleFile(p)",
    "from requests_cache import CachedSession\nCachedSession('x')",
    "from requests_cache import CachedSession\nCachedSession('x', serializer='pickle')",
    "import requests_cache as r\nr.CachedSession('x', backend='filesystem')",
    "import requests_cache\nrequests_cache.install_cache('x')", "from requests_cache import install_cache",
    "from requests_cache.backends.sqlite import SQLiteCache\nSQLiteCache(p)",
    "from requests_cache.backends.filesystem import FileCache as F\nF(p)",
    "from requests_cache.serializers import pickle_serializer", "from requests_cache import safe_pickle_serializer as s",
    "import requests_cache\nrequests_cache.pickle_serializer", "import requests_cache.serializers as s\ns.init_serializer(serializer='safe_pickle')",
    "class A:\n    def f(self):\n        return self.__reduce__()", "torch.load(p, weights_only=False)",
    "import pandas as pd\npd.read_hdf(p)", "pd.HDFStore(p)", "from pandas.io.pytables import HDFStore", "pd.compat.pickle_compat.load(f)",
    "import numpy as np\nnp.load(p, **more)", "import numpy as np\nnp.load(p, **{'allow_pickle': True})", "from numpy.lib.npyio import load as l\nl(p, None, True)",
    "import numpy as np\nnp.lib.format.read_array(f)", "from polars import LazyFrame as L\nL.deserialize(f)", "d = pl.DataFrame.deserialize\nd(f)",
    "import torch", "import tensorflow as tf", "import keras", "import skops.io", "import diskcache", "import copyreg", "import multiprocessing",
    "from concurrent.futures import ProcessPoolExecutor", "import pyarrow as pa\nclass A(pa.PyExtensionType): pass", "import pyarrow as pa\npa.deserialize(b)",
    "import logging.handlers\nlogging.handlers.SocketHandler(a, b)", "import joblib\njoblib.load(p)", "import dill\ndill.loads(x)",
    # Libraries that a database loads.
    "connection.load_extension(p)", "import duckdb\nduckdb.load_extension('httpfs')", "import duckdb\nduckdb.install_extension('httpfs')",
    "c.execute('INSTALL httpfs')", "c.execute('LOAD httpfs')", "c.sql(\"load 'x.duckdb_extension'\")", "c.execute('SELECT 1; force install httpfs')",
    "c.execute(f'LOAD {name}')", "c.execute('SELECT load_extension(?)', (p,))", "import duckdb\nduckdb.connect(config={'allow_unsigned_extensions': True})",
    "c.execute('SET autoload_known_extensions = true')", "d = dict(autoinstall_known_extensions=True)",
    # Text that becomes code.
    "eval('1')", "exec(x)", "compile(a, b, c)", "e = eval\ne(x)", "map(eval, rows)", "import builtins\nbuiltins.eval(x)",
    "from builtins import eval as e", "import builtins as b\ngetattr(b, 'ev' + 'al')", "getattr(builtins, 'eval')(x)",
    "__builtins__['eval'](x)", "globals()['__builtins__']", "vars(x)['exec']", "f.__globals__", "().__class__.__base__.__subclasses__()",
    "from types import FunctionType", "import types\ntypes.CodeType(*a)", "frame.eval('a + b')", "import pandas\npandas.eval(x)",
    "import yaml\nyaml.load(x)", "from yaml import load", "import yaml as y\ny.unsafe_load(x)", "from yaml import full_load",
    "from yaml import UnsafeLoader", "import yaml\nyaml.CLoader(x).get_data()", "from yaml import FullLoader as F", "YAML(typ='unsafe')",
    "e = exec\ne(x)", "(lambda: eval)()(x)", "[eval][0](x)", "globals()['exec'](x)", "vars(__builtins__)",
    "connection.enable_load_extension(True)", "breakpoint()", "from logging.config import dictConfig",
    "from jinja2 import Template", "from jinja2 import Environment\nEnvironment(autoescape=False)",
    # Shells and other programs.
    "import os\nos.system('ls')", "from os import system", "from os import system as s\ns('ls')", "from os import popen",
    "import os as o\no.system('ls')", "import os\ns = os.system\ns('ls')", "import os\ngetattr(os, 'system')('ls')",
    "import os\ngetattr(os, name)('ls')", "import sys\nsys.modules['os'].system('ls')", "import os\nos.execvp(a, b)",
    "from os import spawnl", "import os\nos.posix_spawn(a, b, c)", "import posix\nposix.system('ls')", "import pty",
    "import subprocess\nsubprocess.run(c, shell=True)", "import subprocess as s\ns.Popen(c, shell=1)",
    "from subprocess import run\nrun(c, shell=yes)", "from subprocess import check_output as c\nc('ls -l')",
    "import subprocess\nsubprocess.run(f'ls {x}')", "import subprocess\nsubprocess.run(c, **more)",
    "import subprocess\nsubprocess.getoutput('ls')", "from subprocess import getstatusoutput",
    "import asyncio\nasyncio.create_subprocess_shell('ls')", "ip.run_line_magic('sx', 'ls')",
    # A token on its way out, and files under a guessed name.
    "import requests\nrequests.get(u)", "from requests import post as p", "import requests as r\nr.request('GET', u)",
    "from urllib.request import urlopen", "import urllib.request\nurllib.request.urlopen(u)", "session.get(u, verify=False)",
    "session.verify = False", "session(trust_env=True)", "session.trust_env = True", "session.get(u, allow_redirects=True)",
    "import ssl\nssl._create_unverified_context()", "import tempfile\ntempfile.mktemp()",
    # Errors that end where nobody sees them.
    "try:\n    f()\nexcept:\n    pass", "try:\n    f()\nexcept Exception:\n    pass",
    "try:\n    f()\nexcept (ValueError, BaseException):\n    pass",
)  # fmt: skip
MUST_PASS = (
    "import re\nre.compile('x')", "import yaml\nyaml.safe_load(x)", "import json\njson.loads(x)",
    "try:\n    f()\nexcept BaseException:\n    g()\n    raise", "import polars as pl\npl.col('a').list.eval(pl.element() + 1)",
    "import subprocess\nsubprocess.run([a, b], check=True)", "import subprocess\nsubprocess.run([a], shell=False)",
    "from importlib import import_module\nimport_module('actoolkit.metrics')",
    "from importlib import import_module\nimport_module(f'actoolkit.{x}')", "import os\ngetattr(os, 'O_NOFOLLOW', 0)",
    "from requests_cache import CachedSession\nCachedSession(backend=b)", "import platform\nplatform.system()",
    "from requests_cache.backends.sqlite import SQLiteCache\nSQLiteCache(p, serializer=s)", "getattr(account, name)",
    "import requests\nrequests.Session()", "session.get(u, allow_redirects=False)", "import numpy as np\nnp.load(p)",
    "import numpy as np\nnp.load(p, allow_pickle=False)", "import yaml\nyaml.load_safely(x, yaml.SafeLoader)", "c.execute('SELECT load FROM t')",
    "c.execute('SELECT a, install FROM t')", "print('Load the rows')", "from concurrent.futures import ThreadPoolExecutor", "con.sql('SELECT 1')",
)  # fmt: skip


LOOKED_AT = {
    # Reads which functions a function names, for a page of the documentation; makes none.
    ("metrics/reference.py", name)
    for name in ("types.CodeType", "types.FunctionType", ".__globals__", ".__code__")
}


def test_nothing_forbidden():
    assert len(SOURCES) > 150
    bad = {
        (str(path.relative_to(ROOT)), name)
        for path in SOURCES
        for _, name in found(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert bad == LOOKED_AT


@pytest.mark.parametrize("source", MUST_FIND)
def test_the_search_finds(source):
    assert list(found(ast.parse(source)))


@pytest.mark.parametrize("source", MUST_PASS)
def test_the_search_finds_no_more(source):
    assert not list(found(ast.parse(source)))


def test_other_programs_are_run_in_one_place():
    """A browser that prints, found by its name and given a list."""
    places = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "subprocess" in path.read_text(encoding="utf-8")
    }
    assert places == {"reports/printing.py"}


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
