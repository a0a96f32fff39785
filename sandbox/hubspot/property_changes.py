"""Changes of HubSpot's property definitions: defined, described differently, archived, made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.clock import hubspot_text
from sandbox.database import quoted
from sandbox.hubspot.schema import Property, expanded_property, table

if TYPE_CHECKING:
    from sandbox.world import World


def define(world: World, object_type: str, definition: Mapping[str, Any]) -> Property:
    """Define a property, or describe one differently; the values of one that exists stay as they are."""
    name, now = str(definition["name"]), hubspot_text(world.clock.now())
    stored = world.hubspot.properties[object_type].get(name)
    if stored is None:
        _add_column(world, object_type, name)
        stated = {"createdAt": now} | dict(definition)
    else:
        is_other = definition.get("type", stored.type) != stored.type
        kept = {key: value for key, value in stored.attributes.items() if key != "fieldType" or not is_other}
        stated = kept | dict(definition)
    defined = expanded_property(stated | {"updatedAt": now})
    world.hubspot.properties[object_type][name] = defined
    return defined


def archive(world: World, object_type: str, name: str) -> None:
    """Take a property out of the list and out of all records; raises ValueError when there is none."""
    found = world.hubspot.properties[object_type].pop(name, None)
    if found is None:
        raise ValueError(f"{object_type} have no property {name!r}.")
    stamped = dict(found.attributes) | {"archived": True, "archivedAt": hubspot_text(world.clock.now())}
    world.hubspot.archived_properties.setdefault(object_type, []).append(stamped)


def recreate(world: World, object_type: str, definition: Mapping[str, Any]) -> Property:
    """Archive a property and define one of the same name, which starts without values."""
    archive(world, object_type, str(definition["name"]))
    return define(world, object_type, definition)


def _add_column(world: World, object_type: str, name: str) -> None:
    """Make room for the values; what an archived property of this name had is gone."""
    world.database.run(f"alter table {table(object_type)} add column if not exists {quoted(name)} varchar")
    world.database.run(f"update {table(object_type)} set {quoted(name)} = null")
