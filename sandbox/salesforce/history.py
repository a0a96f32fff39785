"""Field history: a row per change of a tracked field, in objects of their own that nobody writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.clock import naive, salesforce_text
from sandbox.database import text_sql
from sandbox.ids import new_salesforce_id
from sandbox.salesforce.schema import Field, SObject, sobject_of

if TYPE_CHECKING:
    from sandbox.world import World

NAMES = {
    "Account": "AccountHistory",
    "Contact": "ContactHistory",
    "Lead": "LeadHistory",
    "Opportunity": "OpportunityFieldHistory",
}
KEY_PREFIX = "017"
_MERGED = {"Account": "accountMerged", "Contact": "contactMerged", "Lead": "leadMerged"}
_UNSORTED = {"filterable": False, "groupable": False, "sortable": False, "aggregatable": False}
LONG_TEXT = 255
_DATA_TYPES = {
    "reference": "EntityId",
    "boolean": "Boolean",
    "currency": "Currency",
    "date": "DateOnly",
    "datetime": "DateTime",
    "double": "Double",
    "int": "Integer",
    "email": "Email",
    "phone": "PhoneNumber",
    "picklist": "DynamicEnum",
    "url": "Url",
}


def history_of(parent: SObject) -> SObject:
    """The history object of an object, as describe has it."""
    read_only: dict[str, Any] = {"createable": False, "updateable": False}
    fields: list[dict[str, Any]] = [
        {"name": "Id", "type": "id"},
        {"name": "IsDeleted", "type": "boolean"},
        {"name": f"{parent.name}Id", "type": "reference", "referenceTo": [parent.name]},
        {"name": "CreatedById", "type": "reference", "referenceTo": ["User"]},
        {"name": "CreatedDate", "type": "datetime"},
        {"name": "Field", "type": "picklist"},
        {"name": "DataType", "type": "picklist"},
        {"name": "OldValue", "type": "anyType", **_UNSORTED},
        {"name": "NewValue", "type": "anyType", **_UNSORTED},
    ]
    return sobject_of(
        {
            "name": NAMES[parent.name],
            "label": f"{parent.label} History",
            "keyPrefix": KEY_PREFIX,
            "fields": [field | read_only for field in fields],
        }
    )


def visible_histories(world: World) -> dict[str, SObject]:
    """The histories that can be queried: of objects with a tracked field, without rows of hidden fields."""
    tracked = {entry.partition(".")[0] for entry in world.switches.tracked_fields}
    since = naive(world.clock.now() - timedelta(days=world.switches.history_days))
    kept = f'{{alias}}."CreatedDate" >= {text_sql(since.isoformat(" "))}'
    hidden = [entry.partition(".") for entry in world.switches.hidden_fields]
    found = {}
    for parent, history in world.salesforce.histories.items():
        names = [_name_in_history(field) for object_name, _, field in hidden if object_name == parent]
        told = "".join(f' and {{alias}}."Field" <> {text_sql(name)}' for name in names)
        if parent in tracked and history.name not in world.switches.hidden_objects:
            found[history.name] = replace(history, row_filter=kept + told)
    return found


def note_creation(world: World, parent: SObject, identifier: str, row: Mapping[str, Any]) -> None:
    """Write the row that says who made a record, where anything of its object is tracked."""
    if parent.name in world.salesforce.histories and list(_tracked(world, parent)):
        _append(world, parent, identifier, row, "created", "Text", None, None)


def note_merge(world: World, parent: SObject, winner: str) -> None:
    """Write the row that says that another record was merged into this one."""
    if parent.name in _MERGED and list(_tracked(world, parent)):
        _append(world, parent, winner, {}, _MERGED[parent.name], "Text", None, None)


def note_changes(
    world: World, parent: SObject, identifier: str, before: Mapping[str, Any], row: Mapping[str, Any]
) -> None:
    """Write a row for each tracked field that changed, two for a lookup; a long text's are without values."""
    for field in _tracked(world, parent):
        if field.name not in row or row[field.name] == before.get(field.name):
            continue
        old, new = before.get(field.name), row[field.name]
        if _is_long(field):
            old = new = None
        name, kind = _name_in_history(field.name), _DATA_TYPES.get(field.type, "Text")
        _append(world, parent, identifier, row, name, kind, old, new)
        if field.type == "reference":
            names = (_name_of(world, field, old), _name_of(world, field, new))
            _append(world, parent, identifier, row, name, "Text", *names)


def _tracked(world: World, parent: SObject) -> Iterator[Field]:
    for entry in world.switches.tracked_fields:
        name, _, field = entry.partition(".")
        if name == parent.name and (found := parent.by_name.get(field.lower())):
            yield found


def _is_long(field: Field) -> bool:
    """Whether history says that a value changed, and not from what to what."""
    is_long_text = field.type == "textarea" and field.attributes["length"] > LONG_TEXT
    return is_long_text or field.type == "multipicklist"


def _name_in_history(name: str) -> str:
    """A standard lookup goes by the name of what it leads to."""
    return name.removesuffix("Id")


def _name_of(world: World, field: Field, identifier: Any) -> str | None:
    for target in field.targets:
        sobject = world.salesforce.schema.get(target)
        if identifier and sobject and sobject.has("Name"):
            found = world.salesforce.record(sobject, str(identifier))
            if found:
                return str(found["Name"])
    return None


def _append(
    world: World, parent: SObject, identifier: str, row: Mapping[str, Any], field: str, kind: str,
    old: Any, new: Any,
) -> None:  # fmt: skip
    """Insert one row; who and when are those of the write."""
    written = row.get("LastModifiedDate") or datetime.fromisoformat(salesforce_text(world.clock.now()))
    values = {
        "Id": new_salesforce_id(KEY_PREFIX, world.salesforce.next_number(KEY_PREFIX)),
        "IsDeleted": False,
        f"{parent.name}Id": identifier,
        "CreatedById": row.get("LastModifiedById") or world.salesforce.user_id,
        "CreatedDate": naive(written) if written.tzinfo else written,
        "Field": field,
        "DataType": kind,
        "OldValue": _json(old),
        "NewValue": _json(new),
    }
    world.database.insert(world.salesforce.histories[parent.name].table, values)


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return orjson.dumps(value.isoformat() if isinstance(value, date) else value).decode()
