"""The account over HTTP: an ASGI application that answers as v3 does."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from actoolkit.sandbox import routes
from actoolkit.sandbox.collection import Query, Refused, text_of
from actoolkit.sandbox.faults import Bucket, Faults
from actoolkit.sandbox.world import World
from actoolkit.sandbox.write_routes import carry_out
from actoolkit.sandbox.writes import Row, Writes

TOKEN = "test-sandbox"  # noqa: S105 - it opens nothing but the synthetic account
PREFIX = "/api/3"

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


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
        self.writes = Writes(world)
        self._bucket = Bucket(rate_limit)
        self._faults = faults
        self._turn = threading.Lock()

    async def __call__(
        self, scope: Mapping[str, Any], receive: Receive, send: Callable[..., Awaitable[None]]
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
        answer = _spoilt(fault) or self.answer(scope, await _payload(receive))
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

    def answer(self, scope: Mapping[str, Any], payload: bytes = b"") -> Answer:
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
        try:
            with self._turn:
                route = path.removeprefix(PREFIX)
                status, body = (
                    self._carried(scope["method"], route, query, payload)
                    if path.startswith(PREFIX)
                    else (404, None)
                )
        except Refused as refused:
            return _json(refused.status, refused.body, self._limits(left))
        if body is None:
            return _json(404, {"message": "No Route found"}, self._limits(left))
        return Answer(status, body, self._limits(left))

    def _carried(
        self, method: str, path: str, query: str, payload: bytes
    ) -> tuple[int, bytes | None]:
        """Carry out a write, or give what a GET gives after all writes."""
        if method != "GET":
            status, made = carry_out(self.writes, method, path, payload, self._drawn)
            return status, b"" if made is None else text_of(made).encode()
        collection = self.writes.collection(path, routes.COLLECTIONS.get(path))
        if collection is not None:
            return 200, collection.answer(self.world, Query(query))
        if self.writes.concerns(path):
            return 200, text_of(self.writes.body(path, self._drawn)).encode()
        return 200, routes.body(self.world, path, query)

    def _drawn(self, path: str) -> Row | None:
        """What a GET gives before anything is written; None when there is no such route."""
        route, _, query = path.partition("?")
        body = routes.body(self.world, route, query)
        return None if body is None else json.loads(body)

    def _limits(self, left: int) -> dict[str, str]:
        if self._bucket.rate is None:
            return {}
        return {"ratelimit-limit": f"{self._bucket.rate:g}", "ratelimit-remaining": str(left)}


async def _payload(receive: Receive) -> bytes:
    """The body of a request."""
    pieces, more = [], True
    while more:
        event = await receive()
        pieces.append(event.get("body", b""))
        more = event.get("more_body", False)
    return b"".join(pieces)


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
