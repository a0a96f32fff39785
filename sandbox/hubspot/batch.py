"""Batch writes: create, update and archive up to 100 records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot import changes
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import invalid
from sandbox.hubspot.objects import MAX_PAGE, find_id, object_type_of
from sandbox.hubspot.records import create_one, update_one

if TYPE_CHECKING:
    from sandbox.world import World


def create(world: World, call: Call) -> Reply:
    """`POST .../batch/create`: 201."""
    object_type = object_type_of(call)
    return _complete(world, 201, [create_one(world, object_type, entry) for entry in _inputs(call)])


def update(world: World, call: Call) -> Reply:
    """`POST .../batch/update`: 200; one bad row fails the whole batch."""
    object_type = object_type_of(call)
    results = []
    for entry in _inputs(call):
        identifier = find_id(world, object_type, str(entry.get("id", "")), str(entry.get("idProperty") or ""))
        results.append(update_one(world, object_type, identifier, entry))
    return _complete(world, 200, results)


def archive(world: World, call: Call) -> Reply:
    """`POST .../batch/archive`: 204."""
    object_type = object_type_of(call)
    for entry in _inputs(call):
        identifier = find_id(world, object_type, str(entry.get("id", "")))
        if identifier is not None:
            changes.archive(world, object_type, identifier)
    return Reply(204)


def _inputs(call: Call) -> list[dict[str, Any]]:
    inputs = json_body(call).get("inputs") or []
    if len(inputs) > MAX_PAGE:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MAX_PAGE}.")
    return list(inputs)


def _complete(world: World, status: int, results: list[dict[str, Any]]) -> Reply:
    return json_reply(status, {"status": "COMPLETE", "results": results, **world.batch_times()})
