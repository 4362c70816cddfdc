"""What a module's source must not hold: ways for data to become code, and ways for a token to leave.

Names are followed to where they come from, so that another spelling of the same thing is the same
thing. ``found`` gives the line and the name of each; the tests hold it to a table of sources that it
must find, and to one that it must let pass. Loaded by path, since tests are no package.
"""

from __future__ import annotations

import ast
import builtins
import re

RUNS_DATA = {
    "pickle", "_pickle", "cPickle", "pickletools", "marshal", "shelve", "dbm", "dill", "cloudpickle",
    "joblib", "jsonpickle", "sklearn.externals.joblib", "code", "codeop", "imp", "runpy", "ctypes",
    "cffi", "pty", "commands", "numexpr", "asteval", "torch", "xmlrpc", "multiprocessing.managers",
    "multiprocessing.connection", "pandas.io.pickle", "pyspark.serializers", "pyspark.cloudpickle",
    "multiprocessing", "concurrent.futures.process", "copyreg", "diskcache", "skops", "keras",
    "tensorflow", "pandas.io.pytables", "builtins", "zipimport", "pydoc", "timeit", "trace", "bdb", "pdb", "cProfile", "profile",
}  # fmt: skip
"""Modules that run what they read, or give away what would; neither they nor anything in them."""

RUNS = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
"""Builtins, called or only named."""

WAYS = {
    "os.system", "os.popen", "os.fork", "os.forkpty", "posix.system", "posix.popen", "nt.system",
    "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
    "importlib.__import__", "importlib.reload", "importlib.util.spec_from_file_location",
    "importlib.util.module_from_spec", "importlib.machinery.SourceFileLoader",
    "importlib.util.spec_from_loader", "importlib.machinery.ExtensionFileLoader",
    "types.FunctionType", "types.CodeType", "types.LambdaType", "code.interact", "sys.settrace",
    "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load",
    "yaml.full_load_all", "yaml.Loader", "yaml.FullLoader", "yaml.UnsafeLoader", "yaml.CLoader",
    "yaml.CFullLoader", "yaml.CUnsafeLoader", "tempfile.mktemp", "requests.get", "requests.post", "requests.put",
    "requests.delete", "requests.patch", "requests.head", "requests.request", "urllib.request.urlopen",
    "urllib.request.urlretrieve", "requests_cache.install_cache", "requests_cache.patcher.install_cache",
    "pandas.read_pickle", "pandas.to_pickle", "pandas.read_hdf", "pandas.HDFStore", "pandas.eval",
    "pyarrow.PyExtensionType", "concurrent.futures.ProcessPoolExecutor",
    "logging.handlers.SocketHandler", "logging.handlers.DatagramHandler", "polars.from_repr", "numpy.loads",
    "numpy.lib.format.read_array", "ssl._create_unverified_context", "logging.config.dictConfig",
    "logging.config.fileConfig", "logging.config.listen", "jinja2.Template", "jinja2.environment.Template",
}  # fmt: skip
"""Functions, by their full names."""

FAMILIES = ("os.exec", "os.spawn", "os.posix_spawn")

METHODS = {
    "to_pickle", "read_pickle", "dumps_pickle", "deserialize", "from_repr", "enable_load_extension",
    "load_extension", "install_extension", "read_hdf", "HDFStore", "create_function_from_source", "run_line_magic", "run_cell", "system_raw",
    "getoutput", "system_piped", "pickleFile", "saveAsPickleFile", "__reduce__", "__builtins__",
    "__subclasses__", "__globals__", "__code__", "exec_module", "load_module",
}  # fmt: skip
"""Methods, whatever they are methods of."""

FLAGS = {
    ("verify", False),
    ("autoescape", False),
    ("trust_env", True),
    ("allow_redirects", True),
    ("weights_only", False),
    ("use_pickle", True),
    ("typ", "unsafe"),
}
CACHES = {"CachedSession", "CacheMixin", "SQLiteCache", "FileCache", "SQLiteDict", "FileDict",
          "RedisCache", "MongoCache", "GridFSCache", "DynamoDbCache", "BaseCache"}  # fmt: skip
"""Of requests-cache: they pickle unless they are told otherwise."""


ASKS = {"execute", "executemany", "executescript", "sql", "query", "from_query"}
"""Methods that take SQL."""
EXTENDS = re.compile(r"(?i)(?:^|;)\s*(?:force\s+)?(?:install|load)\s|load_extension")
"""SQL that lets a database run somebody's library."""
SWITCHES = re.compile(r"(?:allow_unsigned|auto(?:install|load)_known)_extensions")


class Names:
    """Where the names of a module come from."""

    def __init__(self, tree):
        self.origin = {}
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    for one in names:
                        first = one.name.split(".")[0]
                        self.origin[one.asname or first] = one.name if one.asname else first
                case ast.ImportFrom(module=str(module), level=0, names=names):
                    for one in names:
                        self.origin[one.asname or one.name] = f"{module}.{one.name}"
        for node in ast.walk(tree):  # s = os.system; s("ls")
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() | ast.Name()):
                    if (full := self.of(node.value)) and full.partition(".")[0] != name:
                        self.origin.setdefault(name, full)

    def of(self, node):
        """The full name of an expression, "" where it has none."""
        match node:
            case ast.Name(id=name):
                found = self.origin.get(name)
                if found is None and hasattr(builtins, name):
                    return f"builtins.{name}"
                return found or ""
            case ast.Attribute(value=value, attr=attr):
                base = self.of(value)
                return f"{base}.{attr}" if base else ""
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id=sys), attr="modules"),
                slice=ast.Constant(value=str(name)),
            ) if self.origin.get(sys) == "sys":
                return name
            case ast.Call(func=function, args=[first, ast.Constant(value=str(attr)), *_]):
                if self.of(function) == "builtins.getattr" and (base := self.of(first)):
                    return f"{base}.{attr}"
            case ast.Call(func=function, args=[ast.Constant(value=str(name))]):
                if self.of(function) == "importlib.import_module":
                    return name
        return ""


def runs_data(full):
    """Whether a full name is one of the modules that run what they read, or below it."""
    return any(full == one or full.startswith(f"{one}.") for one in RUNS_DATA - {"builtins"})


def forbidden(full):
    """Whether a full name is forbidden."""
    if full.startswith("builtins."):
        return full.removeprefix("builtins.") in RUNS
    short = full.replace("pd.", "pandas.") if full.startswith("pd.") else full
    return short in WAYS or short.startswith(FAMILIES) or runs_data(short)


def goes_on(handler):
    """Whether what was caught is raised again, or handed to somebody."""
    return any(
        (isinstance(one, ast.Raise) and one.exc is None)
        or (isinstance(one, ast.Name) and one.id == handler.name and isinstance(one.ctx, ast.Load))
        for one in ast.walk(handler)
    )


def found(tree):
    """Each forbidden thing in a syntax tree: line and name."""
    names = Names(tree)
    for node in ast.walk(tree):
        for look in (_imported, _named, _called, _caught, _flagged, _extended):
            yield from ((getattr(node, "lineno", 0), said) for said in look(node, names) if said)


def _imported(node, names):
    match node:
        case ast.Import(names=given):
            yield from (one.name for one in given if runs_data(one.name) or one.name == "builtins")
        case ast.ImportFrom(module=str(module), names=given):
            for one in given:
                full = f"{module}.{one.name}"
                hidden = one.name == "*" or "pickle" in one.name.lower()
                if hidden or forbidden(full) or module == "builtins":
                    yield full


def _named(node, names):
    match node:
        case ast.Name(ctx=ast.Load()) | ast.Attribute():
            full = names.of(node)
            if forbidden(full):
                yield full
            elif isinstance(node, ast.Attribute):
                if node.attr in METHODS or "pickle" in node.attr.lower():
                    yield f".{node.attr}"
            elif node.id in ("__builtins__", "__loader__"):
                yield node.id
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key in RUNS | {"__builtins__"}:
            yield f"[{key!r}]"


def _called(node, names):  # noqa: C901 - a branch for each thing
    if not isinstance(node, ast.Call):
        return
    full = names.of(node.func)
    said = names.of(node)
    keywords = {one.arg: one.value for one in node.keywords}
    if said and forbidden(said):  # getattr(os, "system"), import_module("pickle")
        yield said
    if full in ("builtins.getattr", "operator.attrgetter") and node.args:
        literal = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if set(literal) & {*RUNS, *METHODS, "system", "popen"}:
            yield f"getattr {literal}"
        if names.of(node.args[0]) in ("os", "builtins", "subprocess", "importlib", "posix"):
            yield f"getattr of {names.of(node.args[0])}" if not _constant(node.args[1:]) else ""
    if full == "importlib.import_module" and not _at_home(node.args[:1]):
        yield "import_module of anything"
    if full.startswith("subprocess."):
        shell = keywords.get("shell")
        first = node.args[0] if node.args else keywords.get("args")
        if shell is not None and not (isinstance(shell, ast.Constant) and shell.value is False):
            yield "a shell"
        if None in keywords or isinstance(first, ast.Constant | ast.JoinedStr):
            yield "a command as a text"
    if isinstance(node.func, ast.Attribute) and node.func.attr == "eval":
        inner = node.func.value
        if not (isinstance(inner, ast.Attribute) and inner.attr in ("list", "arr")):
            yield ".eval()"  # of pandas; that of polars takes expressions
    if full.startswith("requests_cache.") and full.rpartition(".")[2] in CACHES:
        safe = "serializer" in keywords or (
            "backend" in keywords and not isinstance(keywords["backend"], ast.Constant)
        )
        if not safe:
            yield "a cache that pickles"
    opens = full in ("numpy.load", "numpy.lib.npyio.load") and "allow_pickle" not in keywords
    if opens and (len(node.args) > 2 or None in keywords):
        yield "numpy.load"


def _constant(args):
    return bool(args) and isinstance(args[0], ast.Constant)


def _at_home(args):
    """Whether a module's name is written out, or begins in this package."""
    match args:
        case [ast.Constant(value=str(name))]:
            return not runs_data(name) and name != "builtins"
        case [ast.JoinedStr(values=[ast.Constant(value=str(start)), *_])]:
            return start.startswith("actoolkit.")
        case [
            ast.JoinedStr(
                values=[
                    ast.FormattedValue(value=ast.Name(id="__name__")),
                    ast.Constant(value=str(dot)),
                    *_,
                ]
            )
        ]:
            return dot.startswith(".")
    return False


def _caught(node, names):
    match node:
        case ast.ExceptHandler(type=None):
            yield "bare except"
        case ast.ExceptHandler(type=kind) if not goes_on(node):
            kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
            for one in kinds:
                if names.of(one) in ("builtins.Exception", "builtins.BaseException"):
                    yield f"except {ast.unparse(one)} that ends there"


def _flagged(node, names):
    match node:
        case ast.keyword(arg="allow_pickle", value=value):
            if not (isinstance(value, ast.Constant) and value.value is False):
                yield "allow_pickle"
        case ast.keyword(arg=str(arg), value=ast.Constant(value=value)):
            if (arg, value) in FLAGS:
                yield f"{arg}={value}"
            if isinstance(value, str) and "pickle" in value.lower():
                yield f"{arg}={value!r}"
        case ast.Assign(targets=[ast.Attribute(attr=attr)], value=ast.Constant(value=value)):
            if (attr, value) in FLAGS:
                yield f".{attr} = {value}"


def _extended(node, names):
    """A database that would load a library: by its SQL, or by a switch of its configuration."""
    match node:
        case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if attr in ASKS:
            texts = [one.value for one in ast.walk(first) if isinstance(one, ast.Constant)]
            said = "".join(text for text in texts if isinstance(text, str))
            if EXTENDS.search(said):
                yield "SQL that loads a library"
        case ast.Constant(value=str(text)) if SWITCHES.search(text) and len(text) < 200:
            yield text
        case ast.keyword(arg=str(text)) if SWITCHES.fullmatch(text):
            yield text
