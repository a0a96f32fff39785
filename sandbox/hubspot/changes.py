"""Changes of HubSpot records: stamps, property history, merges with aliases, archive and restore.

Values are trusted here; `validation` guards the public API.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.clock import hubspot_text, naive, to_milliseconds
from sandbox.database import quoted
from sandbox.hubspot.errors import invalid, not_found
from sandbox.hubspot.schema import modified_property, table
from sandbox.hubspot.store import both_directions

if TYPE_CHECKING:
    from sandbox.world import World

Properties = Mapping[str, str | None]

API_SOURCE = {"sourceType": "API", "sourceId": "sandbox"}
MERGE_SOURCE = {"sourceType": "MERGE_OBJECTS"}
MAX_MERGES = 250


def create(world: World, object_type: str, properties: Properties, identifier: int | None = None) -> int:
    """Insert a record; returns its id."""
    identifier = identifier or world.hubspot.new_id()
    now = naive(to_milliseconds(world.clock.now()))
    stamp = hubspot_text(to_milliseconds(world.clock.now()))
    own = {"hs_object_id": str(identifier), "createdate": stamp}
    if object_type == "contacts":
        own["hs_all_contact_vids"] = str(identifier)
    row = {"_id": identifier, "_created": now, "_updated": now, "_archived": False}
    world.database.insert(table(object_type), row | own | dict(properties))
    _touch(world, object_type, identifier, now)
    add_history(world, object_type, identifier, properties, API_SOURCE)
    return identifier


def update(
    world: World,
    object_type: str,
    identifier: int,
    properties: Properties,
    source: Mapping[str, str] = API_SOURCE,
    at: datetime | None = None,
) -> None:
    """Change properties, move the stamp and add to the history; `at` is aware UTC, default now."""
    stored = existing(world, object_type, identifier)
    changed = {name: value for name, value in properties.items() if stored.get(name) != value}
    if changed:
        _keep_first_entry(world, object_type, identifier, stored, changed)
        world.database.update(table(object_type), changed, "_id", identifier)
        add_history(world, object_type, identifier, changed, source, at)
    _touch(world, object_type, identifier, naive(to_milliseconds(at or world.clock.now())))


def touch(world: World, object_type: str, identifier: int) -> None:
    """Move the modification stamp to now."""
    _touch(world, object_type, identifier, naive(to_milliseconds(world.clock.now())))


def archive(world: World, object_type: str, identifier: int) -> None:
    """Archive a record; an already archived or unknown one is left alone. Its associations sleep with it."""
    now = naive(to_milliseconds(world.clock.now()))
    world.database.run(
        f"update {table(object_type)} set _archived = true, _archived_at = ? where _id = ? and not _archived",
        [now, identifier],
    )
    _touch(world, object_type, identifier, now)


def restore(world: World, object_type: str, identifier: int) -> None:
    """Bring an archived record back under its id."""
    if world.hubspot.resolve(object_type, identifier) != identifier:
        _unmerge(world, object_type, identifier)
    existing(world, object_type, identifier)
    world.database.run(
        f"update {table(object_type)} set _archived = false, _archived_at = null where _id = ?", [identifier]
    )
    touch(world, object_type, identifier)


def _unmerge(world: World, object_type: str, identifier: int) -> None:
    """Bring back a record that lost a merge, where the switch allows it."""
    if not world.switches.restore_after_merge:
        raise invalid("A record that was merged into another cannot be restored.")
    source = f"{_lost_table(object_type)} where _id = ?"
    world.database.run(f"insert into {table(object_type)} by name select * from {source}", [identifier])
    world.database.run(
        "delete from hubspot.merges where object = ? and old_id = ?", [object_type, identifier]
    )


def _lost_table(object_type: str) -> str:
    return f"hubspot.lost_{object_type}"


def forget(world: World, object_type: str, identifier: int) -> None:
    """Delete a record for good with its history and associations (GDPR): it is gone everywhere at once."""
    world.database.run(f"delete from {table(object_type)} where _id = ?", [identifier])
    world.database.run(
        "delete from hubspot.associations "
        "where (from_type = ? and from_id = ?) or (to_type = ? and to_id = ?)",
        [object_type, identifier, object_type, identifier],
    )
    world.database.run("delete from hubspot.history where object = ? and id = ?", [object_type, identifier])


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
    return survivor


def existing(world: World, object_type: str, identifier: int) -> dict[str, Any]:
    """Return the stored properties of a record, archived or not; raises a 404."""
    names = tuple(world.hubspot.properties[object_type])
    rows = world.hubspot.rows(object_type, names, "_id = ?", [identifier])
    if not rows:
        raise not_found()
    created, updated, archived = rows[0][1:4]
    own = {"_created": created, "_updated": updated, "_archived": archived}
    return dict(zip(names, rows[0][5:], strict=True)) | own


def add_history(
    world: World,
    object_type: str,
    identifier: int,
    properties: Properties,
    source: Mapping[str, str],
    at: datetime | None = None,
) -> None:
    """Append one history entry per property."""
    stamp = hubspot_text(to_milliseconds(at or world.clock.now()))
    for name, value in properties.items():
        _append(world, object_type, identifier, name, {"value": value or "", "timestamp": stamp, **source})


def associate(world: World, link: dict[str, Any], kinds: list[dict[str, Any]]) -> None:
    """Add association types between two records, seen from both ends."""
    world.hubspot.add_links([row for kind in kinds for row in both_directions(link, kind)])
    _association_changed(world, link)


def dissociate(world: World, link: dict[str, Any]) -> None:
    """Remove all associations between two records."""
    there = [link["from_type"], int(link["from_id"]), link["to_type"], int(link["to_id"])]
    for ends in (there, there[2:] + there[:2]):
        world.database.run(
            "delete from hubspot.associations "
            "where from_type = ? and from_id = ? and to_type = ? and to_id = ?",
            ends,
        )
    _association_changed(world, link)


def _association_changed(world: World, link: dict[str, Any]) -> None:
    if world.switches.association_bumps:
        touch(world, link["from_type"], int(link["from_id"]))
        touch(world, link["to_type"], int(link["to_id"]))


def _touch(world: World, object_type: str, identifier: int, moment: datetime) -> None:
    name, iso = modified_property(object_type), "'%Y-%m-%dT%H:%M:%S.%gZ'"
    world.database.run(
        f"update {table(object_type)} set _updated = ?, "
        f"{quoted(name)} = strftime(cast(? as timestamp), {iso}) where _id = ?",
        [moment, moment, identifier],
    )


def _keep_first_entry(
    world: World, object_type: str, identifier: int, stored: dict[str, Any], changed: Properties
) -> None:
    """Write down the value a property had since creation before its first change hides it."""
    known = world.hubspot.history(object_type, [identifier], list(changed))
    for name in changed:
        if (identifier, name) not in known and stored.get(name) is not None:
            entry = {"value": stored[name], "timestamp": stored["_created"], **API_SOURCE}
            _append(world, object_type, identifier, name, entry)


def _append(world: World, object_type: str, identifier: int, name: str, entry: Mapping[str, Any]) -> None:
    sequence = world.hubspot.next_sequence
    world.hubspot.next_sequence += 1
    text = orjson.dumps(entry).decode()
    row = [object_type, identifier, name, sequence, text]
    world.database.run("insert into hubspot.history values (?, ?, ?, ?, ?)", row)


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
            f"where {near}_type = ? and {near}_id = ? "
            f"and not ({far}_type = ? and {far}_id = ?) on conflict do nothing",
            [survivor, object_type, old, object_type, survivor],
        )
    source = f"select * from {table(object_type)}"
    world.database.run(f"create table if not exists {_lost_table(object_type)} as {source} limit 0")
    lost = f"insert into {_lost_table(object_type)} by name {source} where _id = ?"
    if world.switches.restore_after_merge:
        world.database.run(lost, [old])
    forget(world, object_type, old)
    moment = naive(to_milliseconds(world.clock.now()))
    world.database.run("insert into hubspot.merges values (?, ?, ?, ?)", [object_type, old, survivor, moment])
