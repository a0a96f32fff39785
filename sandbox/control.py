"""The control plane: clock, faults, switches, changes and the log, on a port of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.actions import apply
from sandbox.faults import Fault
from sandbox.http import ApiError
from sandbox.hubspot.webhooks import delivery

if TYPE_CHECKING:
    from sandbox.world import World

_Answer = Callable[["World", str, Any], Any]


def control_app(world: World) -> Starlette:
    """Return the application; every path takes and gives JSON."""
    return Starlette(
        routes=[
            Route(f"/__emulator/{name}", _endpoint(world, answer), methods=["GET", "POST", "DELETE"])
            for name, answer in _ANSWERS.items()
        ]
    )


def _endpoint(world: World, answer: _Answer) -> Callable[[Request], Any]:
    async def respond(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_locked, world, answer, request, body)

    return respond


def _locked(world: World, answer: _Answer, request: Request, body: bytes) -> Response:
    try:
        with world.lock:
            value = answer(world, request.method, orjson.loads(body) if body else {})
        if callable(value):  # outside the lock: who is called may ask the APIs back
            value = value()
    except (ValueError, KeyError, TypeError) as error:
        return _json(400, {"error": f"{type(error).__name__}: {error}"})
    except ApiError as error:
        return _json(400, {"error": error.reply.body.decode()})
    return _json(200, value)


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def _health(world: World, method: str, body: Any) -> Any:
    return {"ready": True, "now": world.clock.now().isoformat()}


def _clock(world: World, method: str, body: Any) -> Any:
    """`{"now": ISO}`, `{"advance": seconds}`, `{"frozen": true}`."""
    if method == "POST":
        if "now" in body:
            moment = datetime.fromisoformat(body["now"])
            world.clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if "advance" in body:
            world.clock.advance(float(body["advance"]))
        if "frozen" in body:
            world.clock.freeze(bool(body["frozen"]))
    return {"now": world.clock.now().isoformat(), "frozen": world.clock.frozen}


def _faults(world: World, method: str, body: Any) -> Any:
    """POST adds a rule or a list of rules, DELETE removes all, GET shows them with their counters."""
    if method == "DELETE":
        world.faults.clear()
    elif method == "POST":
        rules = body if isinstance(body, list) else [body]
        world.faults.extend([Fault.from_rule(rule) for rule in rules])
    return {"faults": [fault.as_json() for fault in world.faults]}


def _log(world: World, method: str, body: Any) -> Any:
    if method == "DELETE":
        world.log.clear()
    return {"requests": world.log}


def _switches(world: World, method: str, body: Any) -> Any:
    if method == "POST":
        world.switch(body)
    return {name: getattr(world.switches, name) for name in type(world.switches).__dataclass_fields__}


def _change(world: World, method: str, body: Any) -> Any:
    return apply(world, body)


def _webhooks(world: World, method: str, body: Any) -> Any:
    """POST delivers events to a receiver (see `delivery`), GET shows those there are."""
    return delivery(world, body) if method == "POST" else {"events": world.hubspot.events}


def _day_two(world: World, method: str, body: Any) -> Any:
    """Move the clock on by `advance` seconds, none by default, and apply `day_two.json` in order."""
    path = world.data_dir / "day_two.json"
    actions = orjson.loads(path.read_bytes()) if path.exists() else []
    world.clock.advance(float(body.get("advance", 0)))
    stories = []
    for action in actions:
        outcome = apply(world, action)
        stories.append(
            {key: action.get(key) for key in ("story", "system", "action", "object", "id")}
            | {"outcome": outcome}
        )
        world.clock.advance(1)
    return {"stories": stories}


def _reset(world: World, method: str, body: Any) -> Any:
    if method == "POST":
        world.reset()
    return {"now": world.clock.now().isoformat()}


_ANSWERS: dict[str, _Answer] = {
    "health": _health,
    "clock": _clock,
    "faults": _faults,
    "log": _log,
    "switches": _switches,
    "change": _change,
    "webhooks": _webhooks,
    "day-two": _day_two,
    "reset": _reset,
}
