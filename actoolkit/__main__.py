"""``python -m actoolkit`` is the command line."""

from __future__ import annotations

from actoolkit.cli import main

main()
