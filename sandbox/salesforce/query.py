"""query, queryAll and their pages."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.salesforce.errors import SalesforceError, invalid_session
from sandbox.salesforce.rows import Record, records_at, version_of
from sandbox.salesforce.store import Locator
from sandbox.salesforce.wire import rest_sql
from sandbox.soql.compiler import Compiled, compile_query
from sandbox.soql.errors import SoqlError
from sandbox.soql.parser import parse

if TYPE_CHECKING:
    from sandbox.world import World

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
    return _page(world, call, compiled, locator, offset)


def compiled_soql(world: World, soql: str, include_deleted: bool) -> Compiled:
    """Parse and compile a query; raises SalesforceError 400."""
    try:
        schema = world.visible_schema()
        hidden = world.switches.hidden_records
        return compile_query(soql, parse(soql), schema, world.clock.now(), include_deleted, hidden)
    except SoqlError as error:
        raise SalesforceError(400, error.code, error.message) from None


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
    places = _first_places(world, compiled, _page_size(call) + 1)
    if len(places) > _page_size(call):
        locator = _open_locator(world, call, compiled, soql, include_deleted)
        return _page(world, call, compiled, locator, 0)
    records = records_at(world, call, compiled, places)
    return json_reply(200, {"totalSize": len(records), "done": True, "records": records})


def _first_places(world: World, compiled: Compiled, most: int) -> list[int]:
    """Return where the first rows of a result are: a result of one page needs no cursor."""
    limit = most if compiled.limit is None else min(most, compiled.limit)
    offset = f" offset {compiled.offset}" if compiled.offset else ""
    rows = world.database.rows(
        f"select {compiled.alias}.rowid from {compiled.source} where {compiled.where} "
        f"order by {compiled.order} limit {limit}{offset}",
        compiled.parameters,
    )
    return [place for (place,) in rows]


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
        f'select {compiled.alias}."Id" as id from {compiled.source} where {compiled.where} '
        f"order by {compiled.order}{compiled.limits}"
    )
    world.database.run(
        f"create table {table} as select row_number() over () - 1 as position, id from ({ordered})",
        compiled.parameters,
    )
    total = int(world.database.value(f"select count(*) from {table}"))
    now = world.clock.now()
    locator = Locator(identifier, call.bearer(), table, total, soql, _page_size(call), include_deleted, now)
    world.salesforce.locators[identifier] = locator
    return locator


def _page(world: World, call: Call, compiled: Compiled, locator: Locator, offset: int) -> Reply:
    """Answer with one page of a cursor; rows deleted since the snapshot are gone."""
    end = offset + locator.page_size
    page: dict[str, Any] = {"totalSize": locator.total, "done": end >= locator.total}
    if end < locator.total:
        path = f"/services/data/{version_of(call)}/query/{locator.identifier}-{end}"
        page["nextRecordsUrl"] = path
    alias = compiled.alias
    hides_deleted = compiled.object.has("IsDeleted") and not locator.include_deleted
    alive = f' and not {alias}."IsDeleted"' if hides_deleted else ""
    places = world.database.rows(
        f"select {alias}.rowid from {compiled.object.table} {alias} join {locator.table} page "
        f'on page.id = {alias}."Id" where page.position >= ? and page.position < ?{alive} '
        "order by page.position",
        [offset, end],
    )
    page["records"] = records_at(world, call, compiled, [place for (place,) in places])
    return json_reply(200, page)
