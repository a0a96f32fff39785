"""Search: filters translated to SQL, its caps, its lag and its disorder."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock import naive
from sandbox.database import quoted
from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot import changes
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import GENERIC, HubspotError, invalid
from sandbox.hubspot.objects import in_order, object_type_of, shape_of
from sandbox.hubspot.schema import Property, modified_property, table

if TYPE_CHECKING:
    from sandbox.world import World

MAX_PAGE, DEFAULT_PAGE, MAX_QUERY = 200, 10, 3_000
_TOKEN = re.compile(r"[^\w*]+")
_COMPARISONS = {"LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_QUERIED = {
    "contacts": ("firstname", "lastname", "email", "phone", "company"),
    "companies": ("name", "domain", "phone", "website"),
    "deals": ("dealname",),
}


@dataclass
class _Condition:
    """SQL under construction, with the values it binds."""

    object_type: str
    properties: Mapping[str, Property]
    parameters: list[Any] = field(default_factory=list)


def search(world: World, call: Call) -> Reply:
    """`POST /crm/v3/objects/X/search`."""
    object_type, body = object_type_of(call), json_body(call)
    groups = _groups(world, body)
    limit, offset = _paging(world, body)
    condition = _Condition(object_type, world.hubspot.properties[object_type])
    where = _where(world, call, condition, groups, str(body.get("query") or ""))
    order = _order(call, condition, body.get("sorts") or [])
    total = int(
        world.database.value(f"select count(*) from {table(object_type)} where {where}", condition.parameters)
    )
    shape = shape_of(world, object_type, body.get("properties") or [])
    ids = world.database.rows(
        f"select _id from {table(object_type)} where {where} order by {order} limit {limit} offset {offset}",
        condition.parameters,
    )
    found = [identifier for (identifier,) in ids]
    if late := call.fault("search_post_window"):
        for identifier in found[: int(late.parameters.get("rows", 1))]:
            changes.touch(world, object_type, identifier)
    records = in_order(world, shape, found)
    reply: dict[str, Any] = {"total": total, "results": _shuffled(call, records)}
    if offset + limit < total:
        reply["paging"] = {"next": {"after": str(offset + limit)}}
    return json_reply(200, reply)


def _groups(world: World, body: dict[str, Any]) -> list[list[dict[str, Any]]]:
    stated = body.get("filterGroups") or []
    groups = [list(group.get("filters") or []) for group in stated]
    if not groups and body.get("filters"):
        groups = [list(body["filters"])]
    switches = world.switches
    if len(groups) > switches.search_max_groups:
        raise invalid(f"too many filter groups: {len(groups)}, the maximum is {switches.search_max_groups}")
    if any(len(group) > switches.search_max_filters_per_group for group in groups):
        raise invalid(f"too many filters in a group, the maximum is {switches.search_max_filters_per_group}")
    if sum(len(group) for group in groups) > switches.search_max_filters:
        raise invalid(f"too many filters, the maximum is {switches.search_max_filters}")
    return groups


def _paging(world: World, body: dict[str, Any]) -> tuple[int, int]:
    limit, after = body.get("limit") or DEFAULT_PAGE, str(body.get("after") or "0")
    if not isinstance(limit, int) or not 0 < limit <= MAX_PAGE:
        raise invalid(f"limit must be between 1 and {MAX_PAGE}, but was {limit}")
    if not after.isdigit():
        raise invalid(f"Invalid paging token: {after}")
    if int(after) + limit > world.switches.search_window:
        raise HubspotError(400, world.switches.search_window_message)
    if len(body.get("sorts") or []) > 1:
        raise invalid("only one sort is supported")
    if len(str(body.get("query") or "")) > MAX_QUERY:
        raise invalid(f"query may have at most {MAX_QUERY} characters")
    return limit, int(after)


def _where(
    world: World, call: Call, condition: _Condition, groups: list[list[dict[str, Any]]], query: str
) -> str:
    clauses = ["not _archived"]
    alternatives = [
        " and ".join(_filter(world, condition, entry) for entry in group) for group in groups if group
    ]
    if alternatives:
        clauses.append(" or ".join(f"({alternative})" for alternative in alternatives))
    if query:
        clauses.append(_query(condition, query))
    fault = call.fault("search_lag")
    lag = float(fault.parameters.get("seconds", 60)) if fault else world.switches.search_lag_seconds
    if lag:
        clauses.append("_updated <= ?")
        condition.parameters.append(naive(world.clock.now() - timedelta(seconds=lag)))
    return " and ".join(f"({clause})" for clause in clauses)


def _filter(world: World, condition: _Condition, entry: dict[str, Any]) -> str:
    name, operator = str(entry.get("propertyName", "")), str(entry.get("operator", ""))
    found = condition.properties.get(name)
    if found is None:
        if world.switches.search_unknown_property == "empty":
            return "false"
        raise HubspotError(400, GENERIC)
    column = quoted(name)
    if operator == "HAS_PROPERTY":
        return f"coalesce({column}, '') <> ''"
    if operator == "NOT_HAS_PROPERTY":
        return f"coalesce({column}, '') = ''"
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        inside = _tokens(condition, column, str(entry.get("value", "")))
        return inside if operator == "CONTAINS_TOKEN" else f"({inside}) is not true"
    return _typed(condition, found, operator, entry)


def _typed(condition: _Condition, found: Property, operator: str, entry: dict[str, Any]) -> str:
    sql, convert = _operand(condition.object_type, found)
    if operator == "BETWEEN":
        condition.parameters += [convert(entry.get("value")), convert(entry.get("highValue"))]
        return f"{sql} between ? and ?"
    if operator in ("IN", "NOT_IN"):
        values = [convert(value) for value in entry.get("values") or []]
        condition.parameters += values
        inside = f"{sql} in ({', '.join('?' for _ in values)})" if values else "false"
        return inside if operator == "IN" else f"({inside}) is not true"
    if operator not in ("EQ", "NEQ", *_COMPARISONS):
        raise invalid(f"Unknown operator {operator!r}")
    condition.parameters.append(convert(entry.get("value")))
    return f"{sql} {_COMPARISONS.get(operator, '=' if operator == 'EQ' else '<>')} ?"


def _operand(object_type: str, found: Property) -> tuple[str, Callable[[Any], Any]]:
    """Return the SQL of a property in comparable form, and how to read an operand for it."""
    if found.name == "hs_object_id":
        return "_id", _whole
    if found.name == modified_property(object_type):
        return "_updated", _moment
    if found.name == "createdate":
        return "_created", _moment
    if found.is_moment:
        return f"moment_ms({quoted(found.name)})", _milliseconds
    if found.type == "number":
        return f"try_cast({quoted(found.name)} as double)", _number
    return f"lower({quoted(found.name)})", lambda value: str(value).lower()


def _whole(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise invalid(f"{value!r} is not a valid id") from None


def _number(value: Any) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise invalid(f"{value!r} is not a valid number") from None


def _milliseconds(value: Any) -> int:
    text = str(value)
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{value!r} is not a valid date") from None
    aware = moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")
    return round((naive(aware) - datetime(1970, 1, 1)) / timedelta(milliseconds=1) - 0.499_999)


def _moment(value: Any) -> datetime:
    """Return an operand as a stamp. A filter at the epoch itself is a 500 on the real server."""
    milliseconds = _milliseconds(value)
    if milliseconds == 0:
        raise HubspotError(500, "internal error")
    return datetime(1970, 1, 1) + timedelta(milliseconds=milliseconds)


def _tokens(condition: _Condition, column: str, value: str) -> str:
    """Match words, `*` stands for any letters: all words of the operand must be in the value."""
    clauses = []
    for token in (part for part in _TOKEN.split(value.lower()) if part):
        pattern = ".*".join(re.escape(piece) for piece in token.split("*"))
        condition.parameters.append(f"(^|.*[^a-z0-9_]){pattern}([^a-z0-9_].*|$)")
        clauses.append(f"regexp_full_match(lower({column}), ?, 's')")
    return " and ".join(clauses) or "false"


def _query(condition: _Condition, query: str) -> str:
    names = [name for name in _QUERIED[condition.object_type] if name in condition.properties]
    clauses = []
    for word in query.split():
        clauses.append(" or ".join(f"contains(lower({quoted(name)}), ?)" for name in names))
        condition.parameters += [word.lower()] * len(names)
    return " and ".join(f"({clause})" for clause in clauses) or "true"


def _order(call: Call, condition: _Condition, sorts: list[Any]) -> str:
    """Return the ORDER BY terms; ties are broken by id."""
    wrong = call.fault("search_shuffle")
    if wrong and "seconds" in wrong.parameters:
        seed, most = int(wrong.parameters.get("seed", 0)), int(float(wrong.parameters["seconds"]) * 1000)
        return (
            f"_updated + to_milliseconds(cast(hash(_id + {seed}) % {2 * most + 1} as bigint) - {most}), _id"
        )
    if not sorts:
        return "_created, _id"
    stated = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": str(sorts[0]).lstrip("-")}
    name = str(stated.get("propertyName", ""))
    descending = stated.get("direction") == "DESCENDING" or str(sorts[0]).startswith("-")
    found = condition.properties.get(name)
    if found is None:
        raise HubspotError(400, GENERIC)
    sql, _ = _operand(condition.object_type, found)
    return f"{sql} {'desc' if descending else 'asc'} nulls last, _id"


def _shuffled(call: Call, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    fault = call.fault("search_shuffle")
    if fault is None or "seconds" in fault.parameters:
        return records
    order = random.Random(int(fault.parameters.get("seed", 0)))
    return order.sample(records, len(records))
