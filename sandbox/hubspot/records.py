"""Writing single HubSpot records: create, update, archive, merge, gdpr-delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot import changes
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import invalid, not_found
from sandbox.hubspot.merging import merge as merge_records
from sandbox.hubspot.objects import fetch, find_id, object_type_of, shape_of
from sandbox.hubspot.schema import ASSOCIATION_TYPES
from sandbox.hubspot.validation import require_unique, validated

if TYPE_CHECKING:
    from sandbox.world import World


def create(world: World, call: Call) -> Reply:
    """`POST /crm/v3/objects/X`: 201."""
    object_type, body = object_type_of(call), json_body(call)
    return json_reply(201, create_one(world, object_type, body))


def update(world: World, call: Call) -> Reply:
    """`PATCH /crm/v3/objects/X/{id}`: 200 with the record."""
    object_type = object_type_of(call)
    identifier = find_id(world, object_type, call.parameters["record_id"], call.first("idProperty"))
    return json_reply(200, update_one(world, object_type, identifier, json_body(call)))


def archive(world: World, call: Call) -> Reply:
    """`DELETE /crm/v3/objects/X/{id}`: 204, also for an id that does not exist."""
    object_type = object_type_of(call)
    identifier = find_id(world, object_type, call.parameters["record_id"])
    if identifier is not None:
        changes.archive(world, object_type, identifier)
    return Reply(204)


def merge(world: World, call: Call) -> Reply:
    """`POST /crm/v3/objects/X/merge`: the merged record."""
    object_type, body = object_type_of(call), json_body(call)
    primary = _alive(world, object_type, str(body.get("primaryObjectId", "")))
    loser = _alive(world, object_type, str(body.get("objectIdToMerge", "")))
    survivor = merge_records(world, object_type, primary, loser)
    return json_reply(200, view(world, object_type, survivor))


def gdpr_delete(world: World, call: Call) -> Reply:
    """`POST /crm/v3/objects/X/gdpr-delete`: 204; an unknown e-mail only goes on the block list."""
    object_type, body = object_type_of(call), json_body(call)
    identifier = find_id(world, object_type, str(body.get("objectId", "")), str(body.get("idProperty") or ""))
    if identifier is not None:
        changes.forget(world, object_type, identifier)
    return Reply(204)


def create_one(world: World, object_type: str, body: dict[str, Any]) -> dict[str, Any]:
    """Create one record with its associations; returns it."""
    values = validated(world, object_type, body)
    require_unique(world, object_type, values, None)
    identifier = changes.create(world, object_type, values)
    for stated in body.get("associations") or []:
        kinds = [
            {"category": kind["associationCategory"], "typeId": kind["associationTypeId"]}
            for kind in stated["types"]
        ]
        to_type = _type_of_link(object_type, int(kinds[0]["typeId"]))
        link = {
            "from_type": object_type,
            "from_id": identifier,
            "to_type": to_type,
            "to_id": stated["to"]["id"],
        }
        changes.associate(world, link, kinds)
    return view(world, object_type, identifier)


def update_one(
    world: World, object_type: str, identifier: int | None, body: dict[str, Any]
) -> dict[str, Any]:
    """Update one record; returns it."""
    if identifier is None or changes.existing(world, object_type, identifier)["_archived"]:
        raise not_found()
    values = validated(world, object_type, body)
    require_unique(world, object_type, values, identifier)
    changes.update(world, object_type, identifier, values)
    return view(world, object_type, identifier)


def view(world: World, object_type: str, identifier: int) -> dict[str, Any]:
    """Return a record with its default properties."""
    return fetch(world, shape_of(world, object_type, []), "_id = ?", [identifier])[0]


def _alive(world: World, object_type: str, text: str) -> int:
    identifier = find_id(world, object_type, text)
    if identifier is None or changes.existing(world, object_type, identifier)["_archived"]:
        raise not_found()
    return identifier


def _type_of_link(from_type: str, type_id: int) -> str:
    for (start, end), types in ASSOCIATION_TYPES.items():
        if start == from_type and type_id in types:
            return end
    raise invalid(f"Association type {type_id} does not start at {from_type}.")
