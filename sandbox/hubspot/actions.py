"""The actions on HubSpot: what people, imports and administrators do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.action_input import LOSERS, Action, Verb, ids_of, moment_of, values_of
from sandbox.hubspot import changes as hubspot
from sandbox.hubspot import property_changes
from sandbox.hubspot.filling import fill
from sandbox.hubspot.merging import merge
from sandbox.hubspot.schema import canonical_type

if TYPE_CHECKING:
    from sandbox.world import World


def _type(action: Action) -> str:
    found = canonical_type(str(action.get("object", "")))
    if found is None:
        raise ValueError(f"There is no HubSpot object {action.get('object')!r}.")
    return found


def _properties(world: World, action: Action) -> dict[str, str | None]:
    object_type, stated = _type(action), values_of(action)
    unknown = [name for name in stated if name not in world.hubspot.properties[object_type]]
    if unknown:
        raise ValueError(f"{object_type} have no property {', '.join(unknown)}.")
    return {name: None if value is None else str(value) for name, value in stated.items()}


def _hs_create(world: World, action: Action) -> dict[str, Any]:
    identifier = int(action["id"]) if action.get("id") else None
    properties, source = _properties(world, action), _source(action)
    return {"id": str(hubspot.create(world, _type(action), properties, identifier, source))}


def _source(action: Action) -> dict[str, str]:
    """What the history says of who wrote: sourceType, sourceId, updatedByUserId; by default, the API."""
    return {**hubspot.API_SOURCE, **dict(action.get("source") or {})}


def _hs_update(world: World, action: Action) -> dict[str, Any]:
    source = _source(action)
    at = moment_of(action, "at")
    hubspot.update(world, _type(action), int(action["id"]), _properties(world, action), source, at)
    return {"id": str(action["id"])}


def _hs_archive(world: World, action: Action) -> dict[str, Any]:
    hubspot.existing(world, _type(action), int(action["id"]))
    hubspot.archive(world, _type(action), int(action["id"]))
    return {"id": str(action["id"])}


def _hs_restore(world: World, action: Action) -> dict[str, Any]:
    hubspot.restore(world, _type(action), int(action["id"]))
    return {"id": str(action["id"])}


def _hs_forget(world: World, action: Action) -> dict[str, Any]:
    hubspot.existing(world, _type(action), int(action["id"]))
    hubspot.forget(world, _type(action), int(action["id"]))
    return {"id": str(action["id"])}


def _hs_merge(world: World, action: Action) -> dict[str, Any]:
    survivor = int(action["id"])
    losers = ids_of(action, *LOSERS)
    if not losers:
        raise ValueError("A merge names its losers in loser_ids.")
    for loser in losers:
        survivor = merge(world, _type(action), survivor, int(loser))
    return {"id": str(survivor)}


def _link(action: Action) -> dict[str, Any]:
    to_type = canonical_type(str(action.get("to_type", "")))
    if to_type is None:
        raise ValueError(f"There is no HubSpot object {action.get('to_type')!r}.")
    return {"from_type": _type(action), "from_id": action["id"], "to_type": to_type, "to_id": action["to_id"]}


def _hs_associate(world: World, action: Action) -> dict[str, Any]:
    kinds = [dict(kind) for kind in action.get("types") or []]
    if not kinds:
        raise ValueError("An association names its types: [{category, typeId}].")
    hubspot.associate(world, _link(action), kinds)
    return {"id": str(action["id"])}


def _hs_dissociate(world: World, action: Action) -> dict[str, Any]:
    hubspot.dissociate(world, _link(action))
    return {"id": str(action["id"])}


def _hs_recalculate(world: World, action: Action) -> dict[str, Any]:
    hubspot.recalculate(world, _type(action), int(action["id"]), _properties(world, action))
    return {"id": str(action["id"])}


def _hs_fill(world: World, action: Action) -> dict[str, Any]:
    first, last = fill(world, _type(action), int(action["count"]), _properties(world, action))
    return {"id": str(first), "last_id": str(last), "count": int(action["count"])}


def _hs_define_property(world: World, action: Action) -> dict[str, Any]:
    """Define a property or describe one differently; `values` is its compact definition."""
    return {"id": property_changes.define(world, _type(action), values_of(action)).name}


def _hs_archive_property(world: World, action: Action) -> dict[str, Any]:
    property_changes.archive(world, _type(action), str(action["name"]))
    return {"id": str(action["name"])}


def _hs_recreate_property(world: World, action: Action) -> dict[str, Any]:
    return {"id": property_changes.recreate(world, _type(action), values_of(action)).name}


VERBS: dict[str, Verb] = {
    "create": _hs_create,
    "update": _hs_update,
    "recalculate": _hs_recalculate,
    "archive": _hs_archive,
    "delete": _hs_archive,
    "restore": _hs_restore,
    "gdpr_delete": _hs_forget,
    "merge": _hs_merge,
    "associate": _hs_associate,
    "dissociate": _hs_dissociate,
    "fill": _hs_fill,
    "define_property": _hs_define_property,
    "archive_property": _hs_archive_property,
    "recreate_property": _hs_recreate_property,
}
