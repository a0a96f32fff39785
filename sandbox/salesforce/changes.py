"""Changes of Salesforce records, with all that a change entails: stamps, cascades, re-parented children.

Values are trusted here; `validation` guards the public API. A stamp among the values wins over the clock,
so that a test can make a late commit or a back-dated import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sandbox.clock import naive, salesforce_text, to_seconds
from sandbox.database import quoted
from sandbox.ids import new_salesforce_id, to_18
from sandbox.salesforce.errors import not_found
from sandbox.salesforce.history import note_changes, note_creation, note_merge
from sandbox.salesforce.schema import CASCADES, SYSTEM_FIELDS, Field, SObject

if TYPE_CHECKING:
    from sandbox.world import World

Values = Mapping[str, Any]


def create(world: World, sobject: SObject, values: Values) -> str:
    """Insert a record; returns its id."""
    identifier = str(values.get("Id") or _new_id(world, sobject))
    _write(world, sobject, defaults(world, sobject) | dict(values) | {"Id": identifier}, insert=True)
    return identifier


def defaults(world: World, sobject: SObject) -> dict[str, Any]:
    """Return the values that a new record has without being told."""
    values: dict[str, Any] = {field.name: False for field in sobject.stored if field.type == "boolean"}
    values |= {"OwnerId": world.salesforce.user_id, "CreatedById": world.salesforce.user_id}
    values |= _stamps(world) | {"CreatedDate": salesforce_text(_now(world))}
    return values | _defaulted_picklists(sobject)


def update(world: World, sobject: SObject, identifier: str, values: Values) -> None:
    """Change fields and move the stamps."""
    existing(world, sobject, identifier)
    _write(world, sobject, _stamps(world) | dict(values) | {"Id": to_18(identifier)}, insert=False)


def recalculate(world: World, sobject: SObject, identifier: str, values: Values) -> None:
    """Change values and no stamp, as a formula's result does, or a parent's field that is shown here."""
    existing(world, sobject, identifier)
    _write(world, sobject, dict(values) | {"Id": to_18(identifier)}, insert=False)


def delete(world: World, sobject: SObject, identifier: str, values: Values | None = None) -> None:
    """Move a record to the recycle bin, and with it the children that hang on it."""
    update(world, sobject, identifier, {"IsDeleted": True} | dict(values or {}))
    for child, lookup in _children(world, sobject):
        if (child.name, lookup.name) in CASCADES:
            for found in _linked(world, child, lookup, identifier):
                delete(world, child, found)


def undelete(world: World, sobject: SObject, identifier: str) -> None:
    """Take a record out of the recycle bin."""
    values = {"IsDeleted": False, "Id": to_18(identifier)}
    _write(world, sobject, (_stamps(world) if world.switches.undelete_bumps else {}) | values, insert=False)


def purge(world: World, sobject: SObject, identifier: str) -> None:
    """Remove a record for good: not even queryAll shows it; getDeleted does while its window lasts."""
    existing(world, sobject, identifier)
    world.salesforce.purged.append((sobject.name, to_18(identifier), to_seconds(world.clock.now())))
    world.database.run(f'delete from {sobject.table} where "Id" = ?', [to_18(identifier)])


def merge(
    world: World, sobject: SObject, winner: str, losers: Sequence[str], values: Values | None = None
) -> None:
    """Merge records: losers are deleted and point to the winner, their children move to it."""
    existing(world, sobject, winner)
    for loser in losers:
        existing(world, sobject, loser)
        for child, lookup in _children(world, sobject):
            _move(world, child, lookup, loser, winner)
        update(world, sobject, loser, {"IsDeleted": True, "MasterRecordId": to_18(winner)})
    update(world, sobject, winner, values or {})
    note_merge(world, sobject, to_18(winner))


def existing(world: World, sobject: SObject, identifier: str) -> dict[str, Any]:
    """Return the stored record; raises NOT_FOUND."""
    record = world.salesforce.record(sobject, identifier)
    if record is None:
        raise not_found("The requested resource does not exist")
    return record


def _new_id(world: World, sobject: SObject) -> str:
    return new_salesforce_id(sobject.key_prefix, world.salesforce.next_number(sobject.key_prefix))


def _now(world: World) -> datetime:
    now = world.clock.now()
    return now if world.switches.stamp_milliseconds else to_seconds(now)


def _stamps(world: World) -> dict[str, Any]:
    now = salesforce_text(_now(world))
    return {"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": world.salesforce.user_id}


def _defaulted_picklists(sobject: SObject) -> dict[str, Any]:
    chosen = {
        field.name: next(
            (value["value"] for value in field.attributes["picklistValues"] if value["defaultValue"]), None
        )
        for field in sobject.fields
    }
    return {name: value for name, value in chosen.items() if value is not None}


def _write(world: World, sobject: SObject, values: Values, insert: bool) -> None:
    row = {
        found.name: stored_value(found, value)
        for name, value in values.items()
        if (found := sobject.by_name.get(name.lower())) and not found.is_compound
    }
    if sobject.has("Name") and {"FirstName", "LastName"} & set(row) and sobject.has("FirstName"):
        row["Name"] = _full_name(world, sobject, row, insert)
    if insert:
        world.database.insert(sobject.table, row)
        note_creation(world, sobject, row["Id"], row)
        return
    identifier = row.pop("Id")
    before = world.salesforce.record(sobject, identifier) if "LastModifiedDate" in row else None
    world.database.update(sobject.table, row, "Id", identifier)
    if before:  # who recalculates a value moves no stamp, and writes no history
        note_changes(world, sobject, identifier, before, row)


def _full_name(world: World, sobject: SObject, row: Values, insert: bool) -> str:
    stored: Values = {} if insert else existing(world, sobject, str(row["Id"]))
    parts = [row.get(name, stored.get(name)) for name in ("FirstName", "LastName")]
    return " ".join(str(part) for part in parts if part)


def stored_value(field: Field, value: Any) -> Any:
    """Return a JSON value as the database holds it: '' is null, ids have 18 characters, stamps are UTC."""
    if value is None or value == "":
        return False if field.type == "boolean" else None
    if field.type == "datetime":
        return naive(datetime.fromisoformat(str(value)))
    if field.type == "date":
        return date.fromisoformat(str(value)[:10])
    return to_18(value) if field.is_id and isinstance(value, str) else value


def _children(world: World, parent: SObject) -> list[tuple[SObject, Field]]:
    return [
        (child, field)
        for child in world.salesforce.schema.values()
        for field in child.stored
        if parent.name in field.targets and field.name not in SYSTEM_FIELDS
    ]


def _linked(world: World, child: SObject, lookup: Field, parent: str) -> list[str]:
    alive = ' and not "IsDeleted"' if child.has("IsDeleted") else ""
    rows = world.database.rows(
        f'select "Id" from {child.table} where {quoted(lookup.name)} = ?{alive} order by "Id"',
        [to_18(parent)],
    )
    return [row[0] for row in rows]


def _move(world: World, child: SObject, lookup: Field, loser: str, winner: str) -> None:
    for identifier in _linked(world, child, lookup, loser):
        values = {lookup.name: to_18(winner), "Id": identifier}
        stamps = _stamps(world) if world.switches.merge_bumps_children else {}
        _write(world, child, stamps | values, insert=False)
