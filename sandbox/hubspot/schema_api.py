"""Properties, owners and pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import HubspotError, invalid, not_found
from sandbox.hubspot.objects import object_type_of
from sandbox.hubspot.property_changes import archive, define

if TYPE_CHECKING:
    from sandbox.world import World

MAX_OWNERS = 500


def list_properties(world: World, call: Call) -> Reply:
    """`GET /crm/v3/properties/X`: not paged; sensitive ones only when asked for."""
    object_type = object_type_of(call)
    sensitivity = call.first("dataSensitivity", "non_sensitive")
    if call.flag("archived"):
        return json_reply(200, {"results": world.hubspot.archived_properties.get(object_type, [])})
    found = [entry.attributes for entry in world.hubspot.properties[object_type].values()]
    return json_reply(200, {"results": [entry for entry in found if entry["dataSensitivity"] == sensitivity]})


def read_property(world: World, call: Call) -> Reply:
    """`GET /crm/v3/properties/X/{name}`."""
    found = world.hubspot.properties[object_type_of(call)].get(call.parameters["name"])
    if found is None:
        raise not_found(f"Property {call.parameters['name']} does not exist")
    return json_reply(200, found.attributes)


def create_property(world: World, call: Call) -> Reply:
    """`POST /crm/v3/properties/X`: a name that was archived may come back with another type."""
    object_type, body = object_type_of(call), json_body(call)
    name = str(body.get("name", ""))
    if not name.replace("_", "").isalnum() or name != name.lower() or not name[0].isalpha():
        raise invalid(f"Property name {name!r} may hold lower-case letters, digits and underscores only.")
    if name in world.hubspot.properties[object_type]:
        raise HubspotError(409, f"A property named '{name}' already exists.", "CONFLICT")
    created = define(world, object_type, {"hubspotDefined": False} | body)
    return json_reply(201, created.attributes)


def archive_property(world: World, call: Call) -> Reply:
    """`DELETE /crm/v3/properties/X/{name}`: it disappears from the list and from all objects."""
    object_type, name = object_type_of(call), call.parameters["name"]
    if name not in world.hubspot.properties[object_type]:
        raise not_found(f"Property {name} does not exist")
    archive(world, object_type, name)
    return Reply(204)


def list_owners(world: World, call: Call) -> Reply:
    """`GET /crm/v3/owners/`."""
    archived, email = call.flag("archived"), call.first("email").lower()
    limit = call.whole("limit", 100)
    if not 0 < limit <= MAX_OWNERS:
        raise invalid(f"limit must be between 1 and {MAX_OWNERS}, but was {limit}")
    after = call.whole("after", 0)
    owners = sorted(world.hubspot.owners, key=lambda owner: int(owner["id"]))
    found = [_owner(owner) for owner in owners if bool(owner.get("archived")) == archived]
    found = [owner for owner in found if not email or str(owner.get("email") or "").lower() == email]
    found = [owner for owner in found if int(owner["id"]) >= after]
    body: dict[str, Any] = {"results": found[:limit]}
    if len(found) > limit:
        following = found[limit]["id"]
        link = f"https://api.hubapi.com/crm/v3/owners/?limit={limit}&after={following}"
        body["paging"] = {"next": {"after": following, "link": link}}
    return json_reply(200, body)


def read_owner(world: World, call: Call) -> Reply:
    """`GET /crm/v3/owners/{id}`."""
    for owner in world.hubspot.owners:
        if str(owner["id"]) == call.parameters["owner_id"]:
            return json_reply(200, _owner(owner))
    raise not_found()


def _owner(owner: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "type": "PERSON",
        "userIdIncludingInactive": owner.get("userId"),
        "archived": False,
        "teams": [],
    }
    return defaults | owner


def list_pipelines(world: World, call: Call) -> Reply:
    """`GET /crm/v3/pipelines/deals`."""
    if object_type_of(call) != "deals":
        return json_reply(200, {"results": []})
    return json_reply(200, {"results": world.hubspot.pipelines})


def read_pipeline(world: World, call: Call) -> Reply:
    """`GET /crm/v3/pipelines/deals/{id}`."""
    for pipeline in world.hubspot.pipelines:
        if object_type_of(call) == "deals" and str(pipeline["id"]) == call.parameters["pipeline_id"]:
            return json_reply(200, pipeline)
    raise not_found()
