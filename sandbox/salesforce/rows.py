"""Rows of a query as JSON records: values in their place, parents and children inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.database import text_sql
from sandbox.http import Call
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.wire import rest_sql, rest_value
from sandbox.soql.compiler import Child, Column, Compiled

if TYPE_CHECKING:
    from sandbox.world import World

Record = dict[str, Any]
Row = tuple[Any, ...]


def version_of(call: Call) -> str:
    """Return the version segment of the path, e.g. `v62.0`."""
    return call.parameters.get("version", "v62.0")


def attributes(call: Call, sobject: SObject, identifier: str) -> dict[str, str]:
    """Return the `attributes` of a record."""
    url = f"/services/data/{version_of(call)}/sobjects/{sobject.name}/{identifier}"
    return {"type": sobject.name, "url": url}


def records_at(world: World, call: Call, compiled: Compiled, places: Sequence[int]) -> list[Any]:
    """Return the records at these places of the object's table as they are now, ready to be written."""
    if not (compiled.parents or compiled.children or world.switches.exponent_numbers):
        texts = world.database.picked(_json_sql(call, compiled), compiled.source, compiled.alias, places)
        return [orjson.Fragment(text) for (text,) in texts]
    rows = world.database.picked(_selected(compiled), compiled.source, compiled.alias, places)
    records = [_record(world, call, compiled, row) for row in rows]
    for child in compiled.children:
        _attach_children(world, call, compiled, child, [row[0] for row in rows], records)
    return records


def _json_sql(call: Call, compiled: Compiled) -> str:
    """Return SQL of a whole record as JSON text: three times as fast as values that Python puts together."""
    base = text_sql(attributes(call, compiled.object, "")["url"])
    identifier = f'{compiled.alias}."Id"'
    own = f"json_object('type', {text_sql(compiled.object.name)}, 'url', {base} || {identifier})"
    values = ", ".join(
        f"{text_sql(column.path[-1])}, {rest_sql(column.sql, column.field)}" for column in compiled.columns
    )
    return f"cast(json_object('attributes', {own}, {values}) as varchar)"


def _selected(compiled: Compiled) -> str:
    """The record's id, the ids of its parents, then the columns."""
    ids = [f'{compiled.alias}."Id"', *(f'{alias}."Id"' for alias, _ in compiled.parents.values())]
    return ", ".join([*ids, *(rest_sql(column.sql, column.field) for column in compiled.columns)])


def _record(world: World, call: Call, compiled: Compiled, row: Row) -> Record:
    record: Record = {"attributes": attributes(call, compiled.object, row[0])}
    parents = dict(zip(compiled.parents, row[1 : 1 + len(compiled.parents)], strict=True))
    for column, value in zip(compiled.columns, row[1 + len(parents) :], strict=True):
        holder = record if len(column.path) == 1 else _holder(call, compiled, record, column, parents)
        if holder is not None:
            holder[column.path[-1]] = rest_value(value, column.field, world.switches)
    return record


def _holder(
    call: Call, compiled: Compiled, record: Record, column: Column, parents: dict[tuple[str, ...], Any]
) -> Record | None:
    """Return the (nested) object a value belongs in; a parent that is missing is null."""
    holder = record
    for depth in range(1, len(column.path)):
        key, name = column.path[:depth], column.path[depth - 1]
        if parents[key] is None:
            holder[name] = None
            return None
        empty = {"attributes": attributes(call, compiled.parents[key][1], parents[key])}
        holder = holder.setdefault(name, empty)
    return holder


def _attach_children(
    world: World, call: Call, compiled: Compiled, child: Child, ids: list[str], records: list[Record]
) -> None:
    """Add the child records of a sub-select to each parent; no children is null."""
    inner = child.compiled
    alias = inner.alias
    lookup = f'{alias}."{child.lookup.name}"'
    place = f"row_number() over (partition by {lookup} order by {inner.order})"
    first, last = (
        inner.offset or 0,
        (inner.offset or 0) + (inner.limit if inner.limit is not None else 1 << 62),
    )
    sql = (
        f"select {lookup}, {_selected(inner)} from {inner.source} where {inner.where} and {lookup} in "
        f"(select unnest(?)) qualify {place} > {first} and {place} <= {last} order by {inner.order}"
    )
    groups: dict[str, list[Record]] = {}
    for row in world.database.rows(sql, [*inner.parameters, ids]):
        groups.setdefault(row[0], []).append(_record(world, call, inner, row[1:]))
    for identifier, record in zip(ids, records, strict=True):
        found = groups.get(identifier)
        record[child.name] = {"totalSize": len(found), "done": True, "records": found} if found else None
