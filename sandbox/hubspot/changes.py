"""Changes of HubSpot records: stamps, property history, archive and restore; merges are in `merging`.

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
from sandbox.hubspot.events import note, note_association, note_properties
from sandbox.hubspot.links import add_links
from sandbox.hubspot.schema import modified_property, table

if TYPE_CHECKING:
    from sandbox.world import World

Properties = Mapping[str, str | None]

API_SOURCE = {"sourceType": "API", "sourceId": "sandbox"}


def create(
    world: World,
    object_type: str,
    properties: Properties,
    identifier: int | None = None,
    source: Mapping[str, str] = API_SOURCE,
) -> int:
    """Insert a record; returns its id. `source` is what its history says of who wrote."""
    identifier = identifier or world.hubspot.new_id()
    now = naive(to_milliseconds(world.clock.now()))
    stamp = hubspot_text(to_milliseconds(world.clock.now()))
    own = {"hs_object_id": str(identifier), "createdate": stamp}
    if object_type == "contacts":
        own["hs_all_contact_vids"] = str(identifier)
    row = {"_id": identifier, "_created": now, "_updated": now, "_archived": False}
    world.database.insert(table(object_type), row | own | dict(properties))
    _touch(world, object_type, identifier, now)
    add_history(world, object_type, identifier, properties, source)
    note(world, object_type, "creation", objectId=identifier, changeFlag="CREATED")
    note_properties(world, object_type, identifier, properties, source)
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
        note_properties(world, object_type, identifier, changed, source)
    _touch(world, object_type, identifier, naive(to_milliseconds(at or world.clock.now())))


def recalculate(world: World, object_type: str, identifier: int, properties: Properties) -> None:
    """Change properties and neither the stamp nor the history, as some calculations do."""
    existing(world, object_type, identifier)
    world.database.update(table(object_type), dict(properties), "_id", identifier)


def touch(world: World, object_type: str, identifier: int) -> None:
    """Move the modification stamp to now."""
    _touch(world, object_type, identifier, naive(to_milliseconds(world.clock.now())))


def archive(world: World, object_type: str, identifier: int) -> None:
    """Archive a record; an already archived or unknown one is left alone. Its associations sleep with it."""
    now = naive(to_milliseconds(world.clock.now()))
    sql = (
        f"update {table(object_type)} set _archived = true, _archived_at = ? where _id = ? and not _archived"
    )
    if world.database.value(f"{sql} returning _id", [now, identifier]):
        note(world, object_type, "deletion", objectId=identifier, changeFlag="DELETED")
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
    note(world, object_type, "restore", objectId=identifier, changeFlag="RESTORED")


def _unmerge(world: World, object_type: str, identifier: int) -> None:
    """Bring back a record that lost a merge, where the switch allows it."""
    if not world.switches.restore_after_merge:
        raise invalid("A record that was merged into another cannot be restored.")
    source = f"{lost_table(object_type)} where _id = ?"
    world.database.run(f"insert into {table(object_type)} by name select * from {source}", [identifier])
    world.database.run(
        "delete from hubspot.merges where object = ? and old_id = ?", [object_type, identifier]
    )


def lost_table(object_type: str) -> str:
    """Return the table of the records that lost a merge and may come back."""
    return f"hubspot.lost_{object_type}"


def forget(world: World, object_type: str, identifier: int) -> None:
    """Delete a record for good with its history and associations (GDPR): it is gone everywhere at once."""
    remove(world, object_type, identifier)
    note(world, object_type, "deletion", objectId=identifier, changeFlag="DELETED")
    if object_type == "contacts":
        note(world, object_type, "privacyDeletion", objectId=identifier)


def remove(world: World, object_type: str, identifier: int) -> None:
    """Take a record away with its history and associations, and tell nobody."""
    world.database.run(f"delete from {table(object_type)} where _id = ?", [identifier])
    world.database.run(
        "delete from hubspot.associations "
        "where (from_type = ? and from_id = ?) or (to_type = ? and to_id = ?)",
        [object_type, identifier, object_type, identifier],
    )
    world.database.run("delete from hubspot.history where object = ? and id = ?", [object_type, identifier])


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
    add_links(world.database, link, kinds)
    note_association(world, link, [int(kind["typeId"]) for kind in kinds], removed=False)
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
    note_association(world, link, [], removed=True)
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
