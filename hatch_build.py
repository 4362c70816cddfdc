"""Says at once that Python is too old; the pip of old ones complains of some dependency first."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NewEnough(BuildHookInterface):
    """Refuses to build for a Python that could not run what is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Look at the Python that builds, which is the one that pip installs for.

        Args:
            version: Of the build's target.
            build_data: Of the target; left as it is.

        Raises:
            SystemExit: Python is too old; pip shows the sentence, and no traceback.
        """
        wanted = self.metadata.core.requires_python.lstrip(">=")
        if sys.version_info < tuple(map(int, wanted.split("."))):
            found = ".".join(map(str, sys.version_info[:3]))
            raise SystemExit(
                f"actoolkit needs Python {wanted} or newer; this is Python {found}. Install\n"
                f"a newer one: python{wanted} -m venv .venv && .venv/bin/python -m pip install ."
            )
