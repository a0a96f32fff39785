"""The ASGI application of the two APIs: routing, faults, the Date header, the log of requests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from sandbox import fault_replies
from sandbox.actions import apply
from sandbox.faults import Fault
from sandbox.http import ApiError, BadParameter, Call, Handler, Reply
from sandbox.hubspot import routes as hubspot
from sandbox.hubspot.errors import invalid as hubspot_invalid
from sandbox.hubspot.errors import not_found as hubspot_not_found
from sandbox.salesforce import auth
from sandbox.salesforce import routes as salesforce
from sandbox.salesforce.errors import error_reply, not_found

if TYPE_CHECKING:
    from sandbox.world import World

MAX_TARGET = 16_384
"""Bytes of path and query; more is a 414."""
_SECRET_PARAMETERS = frozenset({"access_token", "hapikey", "token", "assertion", "client_secret", "password"})


class Api:
    """Serves both CRMs from one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = [
            *(
                (method, compile_path(path)[0], compile_path(path)[2], handler)
                for (method, path), handler in _table()
            )
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = time.monotonic()
        request = Request(scope, receive)
        body = await request.body()
        path = _normal(scope["path"])
        fired = self._world.matching_faults(request.method, path, lambda: _soql(request, path, body))
        await _wait(fired)
        reply = await run_in_threadpool(self._answer, request, path, body, fired)
        self._log(request, path, reply, time.monotonic() - started)
        await _send(send, reply, self._date(fired), fired, is_head=request.method == "HEAD")

    def _answer(self, request: Request, path: str, body: bytes, fired: tuple[Fault, ...]) -> Reply:
        world = self._world
        with world.lock:
            reply = self._replaced(request, path, fired) or self._handled(request, path, body, fired)
            if not path.startswith("/services/data"):
                return reply
            common = salesforce.reply_headers(world, len(world.log) + 1)
        return replace(reply, headers={**common, **reply.headers})

    def _replaced(self, request: Request, path: str, fired: tuple[Fault, ...]) -> Reply | None:
        """Return the reply of the first fault that stands in for the real one."""
        if len(request.url.path) + len(request.url.query) > MAX_TARGET:
            return Reply(414, b"<html><body>URI Too Long</body></html>", "text/html;charset=UTF-8")
        for fault in fired:
            self._before(fault)
            if reply := fault_replies.replacement(fault, path):
                return reply
        return None

    def _before(self, fault: Fault) -> None:
        """Let what a fault scripts happen to the world before the call is answered."""
        if fault.kind == "session_expired":
            auth.expire_sessions(self._world)
        elif fault.kind == "change":
            apply(self._world, fault.parameters["action"])
        elif fault.kind == "switch":
            self._world.switch(fault.parameters)

    def _handled(self, request: Request, path: str, body: bytes, fired: tuple[Fault, ...]) -> Reply:
        try:
            handler, parameters = self._route(request.method, path)
            return handler(self._world, _call(request, path, parameters, body, fired))
        except ApiError as error:
            return error.reply
        except BadParameter as error:
            return _bad_parameter(path, error.name)

    def _route(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]]:
        allowed = False
        for verb, pattern, convertors, handler in self._routes:
            if match := pattern.match(path):
                if verb == method or (method == "HEAD" and verb == "GET"):
                    return handler, {
                        name: convertors[name].convert(text) for name, text in match.groupdict().items()
                    }
                allowed = True
        if not path.startswith("/services"):
            raise hubspot_not_found()
        if allowed:
            message = f"HTTP Method '{method}' not allowed."
            raise ApiError(error_reply(405, "METHOD_NOT_ALLOWED", message))
        raise not_found()

    def _date(self, fired: tuple[Fault, ...]) -> str:
        skew = next(
            (float(fault.parameters.get("seconds", 600)) for fault in fired if fault.kind == "clock_skew"),
            0.0,
        )
        return format_datetime(self._world.clock.now() + timedelta(seconds=skew), usegmt=True)

    def _log(self, request: Request, path: str, reply: Reply, seconds: float) -> None:
        """Log what was asked and how it ended; never bodies, headers or secrets."""
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
        query = [[name, "" if name in _SECRET_PARAMETERS else value] for name, value in pairs]
        at = self._world.clock.now().isoformat(timespec="milliseconds")
        entry = {"method": request.method, "path": path, "query": query, "status": reply.status}
        self._world.record_call(entry | {"at": at, "milliseconds": round(seconds * 1000)})


def _table() -> list[tuple[tuple[str, str], Handler]]:
    guarded = [(key, salesforce.guarded(handler)) for key, handler in salesforce.GUARDED.items()]
    return [
        *salesforce.OPEN.items(),
        *hubspot.OPEN.items(),
        *guarded,
        *((key, hubspot.guarded(handler)) for key, handler in hubspot.GUARDED.items()),
    ]


def _bad_parameter(path: str, name: str) -> Reply:
    message = f"The value of the parameter {name} is not a whole number."
    if path.startswith("/services"):
        return error_reply(400, "INVALID_QUERY_VALUE", message)
    return hubspot_invalid(message).reply


def _normal(path: str) -> str:
    """Return the path without its optional last slash, date versions rewritten."""
    return hubspot.rewritten(path.rstrip("/") or "/")


def _call(
    request: Request, path: str, parameters: Mapping[str, str], body: bytes, fired: tuple[Fault, ...]
) -> Call:
    query = tuple(parse_qsl(request.url.query, keep_blank_values=True))
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(request.method, path, parameters, query, headers, body, fired)


def _soql(request: Request, path: str, body: bytes) -> str:
    """Return the query that a call asks, of the URL or of a Bulk job; empty when it asks none."""
    if path.endswith("/jobs/query"):
        try:
            return str(orjson.loads(body).get("query", ""))
        except (ValueError, AttributeError):
            return ""
    return str(request.query_params.get("q", ""))


async def _wait(fired: tuple[Fault, ...]) -> None:
    for fault in fired:
        if fault.kind == "latency":
            await asyncio.sleep(float(fault.parameters.get("seconds", 1)))


async def _send(send: Send, reply: Reply, date: str, fired: tuple[Fault, ...], is_head: bool) -> None:
    headers = {
        "Content-Type": reply.media_type,
        "Date": date,
        **reply.headers,
        "Content-Length": str(len(reply.body)),
    }
    if reply.status in (204, 304):
        headers.pop("Content-Type")
        headers.pop("Content-Length")
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    body = b"" if is_head else reply.body
    if cut := next((fault for fault in fired if fault.kind == "reset"), None):
        # Returning before the announced length is sent makes the server drop the connection.
        part = body[: int(cut.parameters.get("after_bytes", len(body) // 2))]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        return
    if slow := next((fault for fault in fired if fault.kind == "slow_body"), None):
        body = await _trickle(send, body, float(slow.parameters.get("seconds", 1)))
    elif reply.pieces and not is_head:
        body = await _in_pieces(send, body, reply.pieces)
    await send({"type": "http.response.body", "body": body})


async def _in_pieces(send: Send, body: bytes, sizes: tuple[int, ...]) -> bytes:
    """Send all but the last piece, each in a write of its own; returns the last piece."""
    start = 0
    for size in sizes[:-1]:
        await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
        start += size
        await asyncio.sleep(0)
    return body[start:]


async def _trickle(send: Send, body: bytes, seconds: float, parts: int = 10) -> bytes:
    """Send all but the last part of a body slowly; returns the last part."""
    size = max(1, len(body) // parts)
    while len(body) > size:
        await send({"type": "http.response.body", "body": body[:size], "more_body": True})
        body = body[size:]
        await asyncio.sleep(seconds / parts)
    return body
