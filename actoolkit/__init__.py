"""Analytics over the ActiveCampaign v3 REST API.

Importing the package is cheap and writes nothing.
"""

from __future__ import annotations

__version__ = "0.1.0"
