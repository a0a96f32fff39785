"""One scripted change, as `day_two.json` and the control plane write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.hubspot import changes as hubspot
from sandbox.hubspot.schema import canonical_type
from sandbox.salesforce import changes as salesforce
from sandbox.salesforce.conversion import convert
from sandbox.salesforce.metadata_changes import define_field
from sandbox.salesforce.schema import SObject

if TYPE_CHECKING:
    from sandbox.world import World

Action = Mapping[str, Any]


def apply(world: World, action: Action) -> dict[str, Any]:
    """Apply one action; returns {"id": ...} of the record that matters afterwards.

    Raises ValueError for an action that is not understood, ApiError for a record that does not exist.
    """
    system, verb = str(action.get("system", "")), str(action.get("action", ""))
    verbs = {"salesforce": _SALESFORCE, "hubspot": _HUBSPOT}.get(system)
    if verbs is None:
        raise ValueError(f"system is 'salesforce' or 'hubspot', not {system!r}.")
    if verb not in verbs:
        raise ValueError(f"There is no {system} action {verb!r}; the actions are {', '.join(sorted(verbs))}.")
    return verbs[verb](world, action)


def _values(action: Action) -> dict[str, Any]:
    return dict(action.get("values") or action.get("properties") or {})


def _ids(action: Action, *names: str) -> list[str]:
    """Return ids given one by one or as a list, under any of the names, also inside `values`."""
    found: list[str] = []
    for name in names:
        stated = action.get(name, (action.get("values") or {}).get(name))
        if stated:
            found += [str(entry) for entry in (stated if isinstance(stated, list) else [stated])]
    return found


# ---- Salesforce ------------------------------------------------------------------------------------


def _sobject(world: World, action: Action) -> SObject:
    name = str(action.get("object", ""))
    if name not in world.salesforce.schema:
        raise ValueError(f"There is no Salesforce object {name!r} in the data.")
    return world.salesforce.schema[name]


def _sf_create(world: World, action: Action) -> dict[str, Any]:
    values = _values(action) | ({"Id": action["id"]} if action.get("id") else {})
    return {"id": salesforce.create(world, _sobject(world, action), values)}


def _sf_update(world: World, action: Action) -> dict[str, Any]:
    sobject = _sobject(world, action)
    unknown = [name for name in _values(action) if not sobject.has(name)]
    if unknown:
        raise ValueError(f"{sobject.name} has no field {', '.join(unknown)}.")
    salesforce.update(world, sobject, str(action["id"]), _values(action))
    return {"id": action["id"]}


def _sf_delete(world: World, action: Action) -> dict[str, Any]:
    salesforce.delete(world, _sobject(world, action), str(action["id"]))
    return {"id": action["id"]}


def _sf_undelete(world: World, action: Action) -> dict[str, Any]:
    salesforce.undelete(world, _sobject(world, action), str(action["id"]))
    return {"id": action["id"]}


def _sf_purge(world: World, action: Action) -> dict[str, Any]:
    salesforce.purge(world, _sobject(world, action), str(action["id"]))
    return {"id": action["id"]}


def _sf_merge(world: World, action: Action) -> dict[str, Any]:
    losers = _ids(action, *_LOSERS)
    if not losers:
        raise ValueError("A merge names its losers in loser_ids.")
    values = {name: value for name, value in _values(action).items() if name not in _LOSERS}
    salesforce.merge(world, _sobject(world, action), str(action["id"]), losers, values)
    return {"id": action["id"]}


def _sf_convert(world: World, action: Action) -> dict[str, Any]:
    contact = _ids(action, "contact_id", "ContactId", "ConvertedContactId")
    account = _ids(action, "account_id", "AccountId", "ConvertedAccountId")
    opportunity = _ids(action, "opportunity", "opportunity_name", "OpportunityName")
    first = [(found or [""])[0] for found in (contact, account, opportunity)]
    return {"id": action["id"]} | convert(world, str(action["id"]), *first)


def _sf_define_field(world: World, action: Action) -> dict[str, Any]:
    """Add a field, or change the description of one; `values` is its compact describe."""
    sobject = _sobject(world, action)
    define_field(world, sobject, _values(action))
    return {"id": f"{sobject.name}.{_values(action)['name']}"}


# ---- HubSpot ---------------------------------------------------------------------------------------


def _type(action: Action) -> str:
    found = canonical_type(str(action.get("object", "")))
    if found is None:
        raise ValueError(f"There is no HubSpot object {action.get('object')!r}.")
    return found


def _properties(world: World, action: Action) -> dict[str, str | None]:
    object_type, stated = _type(action), _values(action)
    unknown = [name for name in stated if name not in world.hubspot.properties[object_type]]
    if unknown:
        raise ValueError(f"{object_type} have no property {', '.join(unknown)}.")
    return {name: None if value is None else str(value) for name, value in stated.items()}


def _hs_create(world: World, action: Action) -> dict[str, Any]:
    identifier = int(action["id"]) if action.get("id") else None
    return {"id": str(hubspot.create(world, _type(action), _properties(world, action), identifier))}


def _hs_update(world: World, action: Action) -> dict[str, Any]:
    source = {**hubspot.API_SOURCE, **dict(action.get("source") or {})}
    at = datetime.fromisoformat(action["at"]) if action.get("at") else None
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
    losers = _ids(action, *_LOSERS)
    if not losers:
        raise ValueError("A merge names its losers in loser_ids.")
    for loser in losers:
        survivor = hubspot.merge(world, _type(action), survivor, int(loser))
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


_LOSERS = ("loser_ids", "loser_id", "losers", "loser", "merge_ids", "objectIdToMerge")
_Verb = Callable[["World", Action], dict[str, Any]]
_SALESFORCE: dict[str, _Verb] = {
    "create": _sf_create,
    "update": _sf_update,
    "delete": _sf_delete,
    "undelete": _sf_undelete,
    "purge": _sf_purge,
    "merge": _sf_merge,
    "convert": _sf_convert,
    "define_field": _sf_define_field,
}
_HUBSPOT: dict[str, _Verb] = {
    "create": _hs_create,
    "update": _hs_update,
    "archive": _hs_archive,
    "delete": _hs_archive,
    "restore": _hs_restore,
    "gdpr_delete": _hs_forget,
    "merge": _hs_merge,
    "associate": _hs_associate,
    "dissociate": _hs_dissociate,
}
