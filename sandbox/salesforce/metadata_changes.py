"""Changes of Salesforce metadata: a field that appears, or is described differently from now on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.database import quoted
from sandbox.salesforce.schema import Field, SObject, expanded_field

if TYPE_CHECKING:
    from sandbox.world import World


def define_field(world: World, sobject: SObject, compact: Mapping[str, Any]) -> None:
    """Add a field, or change an existing one; values that do not fit a new type become null."""
    stored = sobject.by_name.get(str(compact["name"]).lower())
    stated = {**stored.attributes, **compact} if stored else dict(compact)
    field = expanded_field(stated, {entry.name for entry in sobject.fields})
    if stored is None:
        _add_column(world, sobject, field)
    elif stored.column_type != field.column_type:
        _convert_column(world, sobject, field)
    others = [field if entry is stored else entry for entry in sobject.fields]
    fields = tuple(others if stored else [*others, field])
    world.salesforce.schema[sobject.name] = replace(sobject, fields=fields)
    world.metadata_changed = world.clock.now().replace(microsecond=0) + timedelta(seconds=1)


def _add_column(world: World, sobject: SObject, field: Field) -> None:
    default = "false" if field.type == "boolean" else "null"
    column = f"{quoted(field.name)} {field.column_type} default {default}"
    world.database.run(f"alter table {sobject.table} add column {column}")


def _convert_column(world: World, sobject: SObject, field: Field) -> None:
    name = quoted(field.name)
    converted = f"try_cast({name} as {field.column_type})"
    world.database.run(f"alter table {sobject.table} alter {name} type {field.column_type} using {converted}")
