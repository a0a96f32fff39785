"""Merges of HubSpot records: the survivor's values, the alias that each loser's id becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import naive, to_milliseconds
from sandbox.hubspot.changes import existing, lost_table, remove, update
from sandbox.hubspot.errors import invalid
from sandbox.hubspot.events import note
from sandbox.hubspot.schema import table

if TYPE_CHECKING:
    from sandbox.world import World

MERGE_SOURCE = {"sourceType": "MERGE_OBJECTS"}
MAX_MERGES = 250


def merge(world: World, object_type: str, primary: int, loser: int) -> int:
    """Merge two records; returns the id of the survivor, a new one unless the switch says `old`."""
    if primary == loser:
        raise invalid("A record cannot be merged into itself.")
    kept, lost = existing(world, object_type, primary), existing(world, object_type, loser)
    is_new = world.switches.merge_style == "new"
    own = [str(primary)] if is_new else []
    merged_ids = _joined(kept["hs_merged_object_ids"], *own, lost["hs_merged_object_ids"], str(loser))
    if merged_ids.count(";") >= MAX_MERGES:
        raise invalid(f"A record can be merged at most {MAX_MERGES} times.")
    values = _merged_values(world, object_type, kept, lost) | {"hs_merged_object_ids": merged_ids}
    survivor = _clone(world, object_type, primary) if is_new else primary
    if object_type == "contacts":
        values |= _merged_contact(world, survivor, kept, lost)
    update(world, object_type, survivor, values, MERGE_SOURCE)
    for old in [primary, loser] if is_new else [loser]:
        _alias(world, object_type, old, survivor)
    told = {"primaryObjectId": primary, "mergedObjectIds": [loser], "newObjectId": survivor}
    note(world, object_type, "merge", objectId=survivor, numberOfPropertiesMoved=len(values), **told)
    return survivor


def _merged_values(
    world: World, object_type: str, kept: dict[str, Any], lost: dict[str, Any]
) -> dict[str, Any]:
    """The primary's values win; where it has none, the other's come in."""
    names = world.hubspot.properties[object_type]
    writable = [name for name, known in names.items() if not known.is_read_only]
    return {name: lost[name] for name in writable if not kept[name] and lost[name]}


def _merged_contact(
    world: World, survivor: int, kept: dict[str, Any], lost: dict[str, Any]
) -> dict[str, Any]:
    """Return what a contact merge records: both ids with the time of the merge, and the loser's e-mail."""
    moment = int(world.clock.now().timestamp() * 1000)
    ids = [old for old in (kept["hs_object_id"], lost["hs_object_id"]) if old != str(survivor)]
    earlier = (kept["hs_calculated_merged_vids"], lost["hs_calculated_merged_vids"])
    emails = (kept["hs_additional_emails"], lost["email"], lost["hs_additional_emails"])
    other = [email for email in _joined(*emails).split(";") if email and email != kept["email"]]
    vids = [
        part for part in _joined(kept["hs_all_contact_vids"], lost["hs_all_contact_vids"]).split(";") if part
    ]
    return {
        "hs_calculated_merged_vids": _joined(*earlier, *(f"{old}:{moment}" for old in ids)),
        "hs_additional_emails": ";".join(other) or None,
        "hs_all_contact_vids": _joined(str(survivor), *vids),
    }


def _joined(*parts: str | None) -> str:
    """Join `;` lists, each entry once."""
    entries = [entry for part in parts if part for entry in part.split(";") if entry]
    return ";".join(dict.fromkeys(entries))


def _clone(world: World, object_type: str, primary: int) -> int:
    """Copy a record with its history under a new id."""
    survivor = world.hubspot.new_id()
    world.database.run(
        f'insert into {table(object_type)} select * replace (? as _id, ? as "hs_object_id") '
        f"from {table(object_type)} where _id = ?",
        [survivor, str(survivor), primary],
    )
    world.database.run(
        "insert into hubspot.history select object, ?, property, sequence, entry from hubspot.history "
        "where object = ? and id = ?",
        [survivor, object_type, primary],
    )
    return survivor


def _alias(world: World, object_type: str, old: int, survivor: int) -> None:
    """Let an id stand for the survivor: its associations move, its own record disappears."""
    for near, far in (("from", "to"), ("to", "from")):
        world.database.run(
            f"insert into hubspot.associations select * replace (? as {near}_id) from hubspot.associations "
            f"where {near}_type = ? and {near}_id = ? and not ({far}_type = ? and {far}_id = ?) "
            "except select * from hubspot.associations",
            [survivor, object_type, old, object_type, survivor],
        )
    source = f"select * from {table(object_type)}"
    world.database.run(f"create table if not exists {lost_table(object_type)} as {source} limit 0")
    lost = f"insert into {lost_table(object_type)} by name {source} where _id = ?"
    if world.switches.restore_after_merge:
        world.database.run(lost, [old])
    remove(world, object_type, old)
    moment = naive(to_milliseconds(world.clock.now()))
    world.database.run("insert into hubspot.merges values (?, ?, ?, ?)", [object_type, old, survivor, moment])
