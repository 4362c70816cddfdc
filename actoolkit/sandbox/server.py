"""The account over HTTP: an ASGI application that answers as v3 does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from actoolkit.sandbox import routes
from actoolkit.sandbox.collection import Refused, text_of
from actoolkit.sandbox.faults import Bucket, Faults
from actoolkit.sandbox.world import World

TOKEN = "test-sandbox"  # noqa: S105 - it opens nothing but the synthetic account
PREFIX = "/api/3"


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    kind: str = "application/json"


class Application:
    """The ASGI application of one world.

    Args:
        world: What it tells.
        rate_limit: Requests per second before it answers 429; None for no limit.
        latency: Seconds that each answer takes.
        faults: What goes wrong.
    """

    def __init__(
        self,
        world: World,
        *,
        rate_limit: float | None = None,
        latency: float = 0.0,
        faults: Faults | None = None,
    ) -> None:
        self.world = world
        self.latency = latency
        self.requests: list[str] = []
        self._bucket = Bucket(rate_limit)
        self._faults = faults
        self._turn = threading.Lock()

    async def __call__(
        self, scope: Mapping[str, Any], _receive: object, send: Callable[..., Awaitable[None]]
    ) -> None:
        """Answer one request of the ASGI protocol."""
        if scope["type"] != "http":
            return
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self._faults.draw() if self._faults else ""
        if fault == "slow":
            await asyncio.sleep(0.5)
        if fault == "closed":
            raise ConnectionResetError
        answer = _spoilt(fault) or self.answer(scope)
        headers = {
            "content-type": answer.kind,
            "content-length": str(len(answer.body)),
            "date": format_datetime(self.world.now, usegmt=True),
            **answer.headers,
        }
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        if fault == "truncated":
            await send(
                {
                    "type": "http.response.body",
                    "body": answer.body[: len(answer.body) // 2],
                    "more_body": True,
                }
            )
            raise ConnectionResetError
        await send({"type": "http.response.body", "body": answer.body})

    def answer(self, scope: Mapping[str, Any]) -> Answer:
        """Answer a request, whatever it is."""
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        self.requests.append(path)
        left = self._bucket.take()
        if left is None:
            return _json(
                429, {"message": "Too Many Requests"}, {"retry-after": "1", **self._limits(0)}
            )
        sent = {name.lower(): value for name, value in scope["headers"]}
        if sent.get(b"api-token") != TOKEN.encode():
            return _json(403, {"message": "Forbidden"}, self._limits(left))
        if scope["method"] != "GET":
            return _json(405, {"message": "Method Not Allowed"}, self._limits(left))
        try:
            with self._turn:
                body = (
                    routes.body(self.world, path.removeprefix(PREFIX), query)
                    if path.startswith(PREFIX)
                    else None
                )
        except Refused as refused:
            return _json(refused.status, refused.body, self._limits(left))
        if body is None:
            return _json(404, {"message": "No Route found"}, self._limits(left))
        return Answer(200, body, self._limits(left))

    def _limits(self, left: int) -> dict[str, str]:
        if self._bucket.rate is None:
            return {}
        return {"ratelimit-limit": f"{self._bucket.rate:g}", "ratelimit-remaining": str(left)}


def _json(status: int, body: object, headers: Mapping[str, str]) -> Answer:
    return Answer(status, text_of(body).encode(), headers)


def _spoilt(fault: str) -> Answer | None:
    if fault == "429":
        return _json(429, {"message": "Too Many Requests"}, {"retry-after": "1"})
    if fault == "503":
        return Answer(503, b"Service Unavailable", {}, "text/plain")
    if fault == "html":
        return Answer(
            200, b"<!doctype html><title>Maintenance</title><p>Back soon.", {}, "text/html"
        )
    return Answer(200, b"", {}) if fault == "empty" else None
