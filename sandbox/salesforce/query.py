"""query, queryAll and their pages."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.salesforce.auth import require_session
from sandbox.salesforce.errors import SalesforceError, invalid_session
from sandbox.salesforce.schema import Field, SObject
from sandbox.salesforce.store import Locator
from sandbox.salesforce.wire import rest_sql, rest_value
from sandbox.soql.compiler import Child, Column, Compiled, compile_query
from sandbox.soql.errors import SoqlError
from sandbox.soql.parser import parse

if TYPE_CHECKING:
    from sandbox.world import World

Record = dict[str, Any]

DEFAULT_PAGE = 2000
SMALLEST_PAGE = 200
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_LOCATOR = re.compile(r"(0r8[0-9A-Za-z]{15})-(\d+)")


def query(world: World, call: Call) -> Reply:
    """`GET /query?q=`: rows that are not deleted."""
    return _first_page(world, call, include_deleted=False)


def query_all(world: World, call: Call) -> Reply:
    """`GET /queryAll?q=`: deleted rows too."""
    return _first_page(world, call, include_deleted=True)


def query_more(world: World, call: Call) -> Reply:
    """`GET /query/{locator}` and `/queryAll/{locator}`: the next page of a cursor."""
    match = _LOCATOR.fullmatch(call.parameters["locator"])
    locator = world.salesforce.locators.get(match.group(1)) if match else None
    if match is None or locator is None:
        raise _invalid_locator(world)
    if locator.token != call.bearer():
        raise invalid_session()
    age = world.clock.now() - locator.created
    offset = int(match.group(2))
    if age > timedelta(seconds=world.switches.locator_seconds) or offset >= locator.total:
        raise _invalid_locator(world)
    compiled = compiled_soql(world, locator.soql, locator.include_deleted)
    return json_reply(200, _page(world, call, compiled, locator, offset))


def compiled_soql(world: World, soql: str, include_deleted: bool) -> Compiled:
    """Parse and compile a query; raises SalesforceError 400."""
    try:
        schema = world.visible_schema()
        hidden = world.switches.hidden_records
        return compile_query(soql, parse(soql), schema, world.clock.now(), include_deleted, hidden)
    except SoqlError as error:
        raise SalesforceError(400, error.code, error.message) from None


def version_of(call: Call) -> str:
    """Return the version segment of the path, e.g. `v62.0`."""
    return call.parameters.get("version", "v62.0")


def _invalid_locator(world: World) -> SalesforceError:
    return SalesforceError(
        world.switches.locator_error_status, "INVALID_QUERY_LOCATOR", "invalid query locator"
    )


def _first_page(world: World, call: Call, include_deleted: bool) -> Reply:
    soql = call.first("q")
    if not soql.strip():
        raise SalesforceError(400, "MALFORMED_QUERY", "unexpected token: '<EOF>'")
    compiled = compiled_soql(world, soql, include_deleted)
    if compiled.is_count:
        return json_reply(200, {"totalSize": _count(world, compiled), "done": True, "records": []})
    if compiled.aggregates:
        records = _aggregate_records(world, compiled)
        return json_reply(200, {"totalSize": len(records), "done": True, "records": records})
    locator = _open_locator(world, call, compiled, soql, include_deleted)
    return json_reply(200, _page(world, call, compiled, locator, 0))


def _count(world: World, compiled: Compiled) -> int:
    sql = f"select count(*) from {compiled.source} where {compiled.where}"
    found = int(world.database.value(sql, compiled.parameters))
    return min(found, compiled.limit) if compiled.limit is not None else found


def _aggregate_records(world: World, compiled: Compiled) -> list[Record]:
    selected = ", ".join(rest_sql(sql, field) if field else sql for _, sql, field in compiled.aggregates)
    clauses = [f"select {selected} from {compiled.source} where {compiled.where}"]
    if compiled.group:
        clauses.append(f"group by {compiled.group}")
    if compiled.having:
        clauses.append(f"having {compiled.having}")
    if compiled.order:
        clauses.append(f"order by {compiled.order}")
    parameters = [*compiled.parameters, *compiled.having_parameters]
    rows = world.database.rows(" ".join(clauses) + compiled.limits, parameters)
    names = [name for name, _, _ in compiled.aggregates]
    return [{"attributes": {"type": "AggregateResult"}} | dict(zip(names, row, strict=True)) for row in rows]


def _page_size(call: Call) -> int:
    stated = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    return max(SMALLEST_PAGE, min(DEFAULT_PAGE, int(stated.group(1)))) if stated else DEFAULT_PAGE


def _open_locator(world: World, call: Call, compiled: Compiled, soql: str, include_deleted: bool) -> Locator:
    """Snapshot the ids of the result in order; values are read when a page is fetched."""
    identifier = f"0r8{secrets.token_hex(8)[:15]}"
    table = f"salesforce.locator_{identifier}"
    ordered = (
        f'select {_root_alias(compiled)}."Id" as id from {compiled.source} where {compiled.where} '
        f"order by {compiled.order}{compiled.limits}"
    )
    world.database.run(
        f"create table {table} as select row_number() over () - 1 as position, id from ({ordered})",
        compiled.parameters,
    )
    total = int(world.database.value(f"select count(*) from {table}"))
    token = require_session(world, call).token
    now = world.clock.now()
    return Locator(identifier, token, table, total, soql, _page_size(call), include_deleted, now)


def _root_alias(compiled: Compiled) -> str:
    return compiled.source.split(" ")[1]


def _page(world: World, call: Call, compiled: Compiled, locator: Locator, offset: int) -> Record:
    records = _records(world, call, compiled, locator, offset)
    end = offset + locator.page_size
    page: Record = {"totalSize": locator.total, "done": end >= locator.total}
    if end < locator.total:
        world.salesforce.locators[locator.identifier] = locator
        path = f"/services/data/{version_of(call)}/query/{locator.identifier}-{end}"
        page["nextRecordsUrl"] = path
    elif offset == 0:
        world.database.run(f"drop table {locator.table}")
    page["records"] = records
    return page


def _records(world: World, call: Call, compiled: Compiled, locator: Locator, offset: int) -> list[Record]:
    """Read the rows of one page as they are now; rows deleted since the snapshot are gone."""
    alias = _root_alias(compiled)
    alive = (
        ""
        if locator.include_deleted or not compiled.object.has("IsDeleted")
        else f' and not {alias}."IsDeleted"'
    )
    rows = world.database.rows(
        f"select {_selected(compiled)} from {compiled.source} "
        f'join {locator.table} page on page.id = {alias}."Id" '
        f"where page.position >= ? and page.position < ?{alive} order by page.position",
        [offset, offset + locator.page_size],
    )
    records = [_record(world, call, compiled, row) for row in rows]
    for child in compiled.children:
        _attach_children(world, call, compiled, child, [row[0] for row in rows], records)
    return records


def _selected(compiled: Compiled) -> str:
    """The record's id, the ids of its parents, then the columns."""
    ids = [f'{_root_alias(compiled)}."Id"', *(f'{alias}."Id"' for alias, _ in compiled.parents.values())]
    return ", ".join([*ids, *(rest_sql(column.sql, column.field) for column in compiled.columns)])


def attributes(call: Call, sobject: SObject, identifier: str) -> dict[str, str]:
    """Return the `attributes` of a record."""
    url = f"/services/data/{version_of(call)}/sobjects/{sobject.name}/{identifier}"
    return {"type": sobject.name, "url": url}


def _record(world: World, call: Call, compiled: Compiled, row: tuple[Any, ...]) -> Record:
    record: Record = {"attributes": attributes(call, compiled.object, row[0])}
    parents = dict(zip(compiled.parents, row[1 : 1 + len(compiled.parents)], strict=True))
    for column, value in zip(compiled.columns, row[1 + len(parents) :], strict=True):
        holder = _holder(call, compiled, record, column, parents)
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
    alias = _root_alias(inner)
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


def field_value(world: World, value: Any, field: Field) -> Any:
    """Return a single stored value as JSON holds it."""
    return rest_value(value, field, world.switches)
