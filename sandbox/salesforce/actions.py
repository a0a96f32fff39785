"""The actions on Salesforce: what people, imports and administrators do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.action_input import LOSERS, Action, Verb, ids_of, values_of
from sandbox.salesforce import changes as salesforce
from sandbox.salesforce.conversion import convert
from sandbox.salesforce.filling import fill
from sandbox.salesforce.metadata_changes import define_field, delete_field
from sandbox.salesforce.schema import SObject

if TYPE_CHECKING:
    from sandbox.world import World


def _sobject(world: World, action: Action) -> SObject:
    name = str(action.get("object", ""))
    if name not in world.salesforce.schema:
        raise ValueError(f"There is no Salesforce object {name!r} in the data.")
    return world.salesforce.schema[name]


def _known_values(world: World, action: Action) -> dict[str, Any]:
    sobject, stated = _sobject(world, action), values_of(action)
    unknown = [name for name in stated if not sobject.has(name)]
    if unknown:
        raise ValueError(f"{sobject.name} has no field {', '.join(unknown)}.")
    return stated


def _sf_create(world: World, action: Action) -> dict[str, Any]:
    values = values_of(action) | ({"Id": action["id"]} if action.get("id") else {})
    return {"id": salesforce.create(world, _sobject(world, action), values)}


def _sf_update(world: World, action: Action) -> dict[str, Any]:
    salesforce.update(world, _sobject(world, action), str(action["id"]), _known_values(world, action))
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
    losers = ids_of(action, *LOSERS)
    if not losers:
        raise ValueError("A merge names its losers in loser_ids.")
    values = {name: value for name, value in values_of(action).items() if name not in LOSERS}
    salesforce.merge(world, _sobject(world, action), str(action["id"]), losers, values)
    return {"id": action["id"]}


def _sf_convert(world: World, action: Action) -> dict[str, Any]:
    contact = ids_of(action, "contact_id", "ContactId", "ConvertedContactId")
    account = ids_of(action, "account_id", "AccountId", "ConvertedAccountId")
    opportunity = ids_of(action, "opportunity", "opportunity_name", "OpportunityName")
    first = [(found or [""])[0] for found in (contact, account, opportunity)]
    return {"id": action["id"]} | convert(world, str(action["id"]), *first)


def _sf_define_field(world: World, action: Action) -> dict[str, Any]:
    """Add a field, or change the description of one; `values` is its compact describe."""
    sobject = _sobject(world, action)
    define_field(world, sobject, values_of(action))
    return {"id": f"{sobject.name}.{values_of(action)['name']}"}


def _sf_delete_field(world: World, action: Action) -> dict[str, Any]:
    sobject = _sobject(world, action)
    delete_field(world, sobject, str(action["name"]))
    return {"id": f"{sobject.name}.{action['name']}"}


def _sf_recalculate(world: World, action: Action) -> dict[str, Any]:
    salesforce.recalculate(world, _sobject(world, action), str(action["id"]), _known_values(world, action))
    return {"id": action["id"]}


def _sf_fill(world: World, action: Action) -> dict[str, Any]:
    first, last = fill(world, _sobject(world, action), int(action["count"]), _known_values(world, action))
    return {"id": first, "last_id": last, "count": int(action["count"])}


VERBS: dict[str, Verb] = {
    "create": _sf_create,
    "update": _sf_update,
    "recalculate": _sf_recalculate,
    "delete": _sf_delete,
    "undelete": _sf_undelete,
    "purge": _sf_purge,
    "merge": _sf_merge,
    "convert": _sf_convert,
    "fill": _sf_fill,
    "define_field": _sf_define_field,
    "delete_field": _sf_delete_field,
}
