"""What a page carries inside: the Vega bundle, the font, the style sheet and the script."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from actoolkit.charts.pictures import VEGA_LITE
from actoolkit.charts.theme import font_addresses
from actoolkit.errors import SettingsError, StoreError
from actoolkit.home import cache_home
from actoolkit.store.folder import replacing


@cache
def vega_bundle() -> str:
    """Give Vega, Vega-Lite and Vega-Embed as one script.

    Building it takes seconds, so it is kept in the cache folder, named by what it depends on and
    checked by its digest. A cache folder that cannot be written only costs the time.
    """
    try:
        folder = cache_home() / "assets"
    except SettingsError:
        return _build()
    kept = folder / f"vega-{VEGA_LITE}-{version('vl-convert-python')}.js"
    script = _kept(kept)
    if script is None:
        script = _build()
        with suppress(OSError, StoreError):
            _keep(kept, f"{_digest(script)}\n{script}")
    return script


def _kept(path: Path) -> str | None:
    try:
        digest, _, script = path.read_bytes().decode().partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return script if digest == _digest(script) else None


def _build() -> str:
    import vl_convert

    return vl_convert.javascript_bundle(None, VEGA_LITE)  # type: ignore[arg-type]


def _digest(script: str) -> str:
    return f"// sha256 {hashlib.sha256(script.encode()).hexdigest()}"


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with replacing(path) as file:
        file.write(text.encode())


@cache
def style_sheet() -> str:
    """Give the page's style sheet, with the font inside."""
    faces = [
        f"@font-face{{font-family:Inter;font-weight:{weight};font-style:normal;font-display:swap;"
        f"src:url({address}) format('woff2')}}"
        for weight, address in font_addresses().items()
    ]
    return "\n".join([*faces, _template("report.css")])


@cache
def notebook_style() -> str:
    """Give the style sheet of a notebook's page: the report's, and what only notebooks have."""
    return f"{style_sheet()}\n{_template('notebook.css')}"


@cache
def notebook_script() -> str:
    """Give the script that draws a notebook's charts."""
    return _template("narrow.js") + _template("notebook.js")


@cache
def page_script() -> str:
    """Give the script that draws the charts and listens to the controls."""
    return _template("narrow.js") + _template("report.js")


def _template(name: str) -> str:
    return (files("actoolkit.reports") / "templates" / name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """Give the source expression that allows exactly this inline script or style.

    Args:
        text: What stands between the tags, byte for byte.

    Example:
        >>> csp_hash("")
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
