"""Changes of Salesforce metadata: a field appears, disappears, or is described differently from now on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.database import quoted
from sandbox.salesforce.schema import SYSTEM_FIELDS, Field, SObject, expanded_field

if TYPE_CHECKING:
    from sandbox.world import World

_OF_TYPE = frozenset(
    {"soapType", "byteLength", "digits", "filterable", "groupable", "aggregatable", "sortable"}
)
_OF_FORMULA = frozenset({"createable", "updateable", "nillable", "defaultedOnCreate"})


def define_field(world: World, sobject: SObject, compact: Mapping[str, Any]) -> None:
    """Add a field, or change an existing one; values that do not fit a new type become null."""
    stored = sobject.by_name.get(str(compact["name"]).lower())
    stated = {**_kept(stored, compact), **compact} if stored else dict(compact)
    field = expanded_field(stated, {entry.name for entry in sobject.fields})
    if stored is None:
        _add_column(world, sobject, field)
    elif stored.column_type != field.column_type:
        _convert_column(world, sobject, field)
    others = [field if entry is stored else entry for entry in sobject.fields]
    fields = tuple(others if stored else [*others, field])
    _set_fields(world, sobject, fields)


def delete_field(world: World, sobject: SObject, name: str) -> None:
    """Remove a field with its values; raises ValueError for one that is missing or that the server keeps."""
    field = sobject.by_name.get(name.lower())
    if field is None or field.name in SYSTEM_FIELDS:
        raise ValueError(f"{sobject.name} has no field {name!r} that can be deleted.")
    if not field.is_compound:
        world.database.run(f"alter table {sobject.table} drop column {quoted(field.name)}")
    _set_fields(world, sobject, tuple(entry for entry in sobject.fields if entry is not field))


def _set_fields(world: World, sobject: SObject, fields: tuple[Field, ...]) -> None:
    world.salesforce.schema[sobject.name] = replace(sobject, fields=fields)
    world.metadata_changed = world.clock.now().replace(microsecond=0) + timedelta(seconds=1)


def _kept(stored: Field, compact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays of a description; what follows from the type or from being a formula is made anew."""
    is_other = compact.get("type", stored.type) != stored.type
    is_formula = bool(compact.get("calculated", False))
    derived = (_OF_TYPE if is_other else frozenset()) | (_OF_FORMULA if is_formula else frozenset())
    return {name: value for name, value in stored.attributes.items() if name not in derived}


def _add_column(world: World, sobject: SObject, field: Field) -> None:
    default = "false" if field.type == "boolean" else "null"
    column = f"{quoted(field.name)} {field.column_type} default {default}"
    world.database.run(f"alter table {sobject.table} add column {column}")


def _convert_column(world: World, sobject: SObject, field: Field) -> None:
    name = quoted(field.name)
    converted = f"try_cast({name} as {field.column_type})"
    world.database.run(f"alter table {sobject.table} alter {name} type {field.column_type} using {converted}")
