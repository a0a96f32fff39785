"""Reading HubSpot objects: list, single, batch read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from sandbox.clock import hubspot_text, naive
from sandbox.database import quoted
from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot.associations import inline_associations
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import HubspotError, invalid, not_found
from sandbox.hubspot.schema import DEFAULT_PROPERTIES, OBJECT_TYPES, canonical_type, modified_property, table

if TYPE_CHECKING:
    from sandbox.world import World

Record = dict[str, Any]

MAX_PAGE, MAX_HISTORY_PAGE, DEFAULT_PAGE = 100, 50, 10
HISTORY_TOO_MANY = (
    "The maximum number of inputs supported in a batch request for property histories is 50. "
    "Please reduce the number of items and try again"
)


@dataclass(frozen=True)
class Shape:
    """What a call wants of each record. `history` are property names, `associations` object types."""

    object_type: str
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()


def object_type_of(call: Call) -> str:
    """Return the object type of the path; raises a 404 for one that does not exist."""
    found = canonical_type(call.parameters["object_type"])
    if found is None:
        raise not_found(f"Unable to infer object type from: {call.parameters['object_type']}")
    return found


def shape_of(world: World, object_type: str, properties: Iterable[str], history: Iterable[str] = ()) -> Shape:
    """Return the shape for requested names; unknown names are silently ignored, stamps always come along."""
    known = world.hubspot.properties[object_type]
    wanted = [name.lower() for name in properties]
    chosen = wanted or list(DEFAULT_PROPERTIES[object_type])
    always = ("createdate", "hs_object_id", modified_property(object_type))
    names = tuple(dict.fromkeys(name for name in sorted({*chosen, *always}) if name in known))
    return Shape(object_type, names, tuple(name for name in history if name in known))


def list_objects(world: World, call: Call) -> Reply:
    """`GET /crm/v3/objects/X`: by id, `after` is the smallest id the next page may hold."""
    object_type = object_type_of(call)
    shape = _shape_of_call(world, call, object_type)
    limit = _limit(call, MAX_HISTORY_PAGE if shape.history else MAX_PAGE)
    after = call.first("after", "0")
    if not after.isdigit():
        raise invalid(f"Invalid paging token: {after}")
    condition, parameters = _archived_condition(world, call.flag("archived"))
    records = fetch(
        world, shape, f"{condition} and _id >= ? order by _id limit ?", [*parameters, int(after), limit + 1]
    )
    body: Record = {"results": records[:limit]}
    if len(records) > limit:
        following = str(int(records[limit - 1]["id"]) + 1)
        body["paging"] = {"next": {"after": following, "link": _next_link(call, following)}}
    return json_reply(200, body)


def read_object(world: World, call: Call) -> Reply:
    """`GET /crm/v3/objects/X/{id}`; an id that was merged away answers with the merged record."""
    object_type = object_type_of(call)
    shape = _shape_of_call(world, call, object_type)
    identifier = find_id(world, object_type, call.parameters["record_id"], call.first("idProperty"))
    condition, parameters = _archived_condition(world, call.flag("archived"))
    records = fetch(world, shape, f"{condition} and _id = ?", [*parameters, identifier]) if identifier else []
    if not records:
        raise not_found()
    return json_reply(200, records[0])


def batch_read(world: World, call: Call) -> Reply:
    """`POST /crm/v3/objects/X/batch/read`: missing ids make it a 207."""
    object_type = object_type_of(call)
    body = json_body(call)
    shape = shape_of(
        world, object_type, body.get("properties") or [], body.get("propertiesWithHistory") or []
    )
    inputs = [str(entry.get("id", "")) for entry in body.get("inputs") or []]
    _check_batch(inputs, bool(shape.history))
    started = hubspot_text(world.clock.now())
    records, missing = _batch_records(world, call, shape, inputs, body.get("idProperty") or "")
    reply: Record = {"status": "COMPLETE", "results": records}
    reply |= {"startedAt": started, "completedAt": hubspot_text(world.clock.now())}
    if not missing:
        return json_reply(200, reply)
    return json_reply(207, reply | {"numErrors": 1, "errors": [_missing_error(object_type, missing)]})


def fetch(world: World, shape: Shape, condition: str, parameters: Sequence[Any]) -> list[Record]:
    """Return records in the API's form."""
    rows = world.hubspot.rows(shape.object_type, shape.properties, condition, parameters)
    records = [as_record(shape, row) for row in rows]
    if shape.history:
        _attach_history(world, shape, records)
    if shape.associations and records:
        _attach_associations(world, shape, records)
    return records


def in_order(world: World, shape: Shape, ids: Sequence[int]) -> list[Record]:
    """Return the records of these ids, in their order."""
    records = fetch(world, shape, "_id in (select unnest(?))", [list(ids)]) if ids else []
    by_id = {int(record["id"]): record for record in records}
    return [by_id[identifier] for identifier in ids if identifier in by_id]


def as_record(shape: Shape, row: Sequence[Any]) -> Record:
    """Return one row of the store as the API's object."""
    identifier, created, updated, archived, archived_at = row[:5]
    record: Record = {
        "id": str(identifier),
        "properties": dict(zip(shape.properties, row[5:], strict=True)),
        "createdAt": created,
        "updatedAt": updated,
        "archived": archived,
    }
    if archived:
        record["archivedAt"] = archived_at
    record["url"] = (
        f"https://app.hubspot.com/contacts/1/record/{OBJECT_TYPES[shape.object_type]}/{identifier}"
    )
    return record


def find_id(world: World, object_type: str, text: str, id_property: str = "") -> int | None:
    """Return the current id for an id or a value of a unique property; follows merges."""
    if id_property and id_property != "hs_object_id":
        return _id_by_property(world, object_type, text, id_property)
    return world.hubspot.resolve(object_type, int(text)) if text.isdigit() else None


def _id_by_property(world: World, object_type: str, text: str, id_property: str) -> int | None:
    known = world.hubspot.properties[object_type].get(id_property)
    unique = known is not None and (known.attributes["hasUniqueValue"] or id_property == "email")
    if not unique:
        raise invalid(f"idProperty {id_property} is not a unique property of {object_type}")
    condition = f"lower({quoted(id_property)}) = ? and not _archived"
    sql = f"select _id from {table(object_type)} where {condition}"
    found = world.database.value(sql, [text.lower()])
    return int(found) if found is not None else None


def _shape_of_call(world: World, call: Call, object_type: str) -> Shape:
    shape = shape_of(world, object_type, call.many("properties"), call.many("propertiesWithHistory"))
    wanted = [canonical_type(name) for name in call.many("associations")]
    return Shape(object_type, shape.properties, shape.history, tuple(name for name in wanted if name))


def _limit(call: Call, maximum: int) -> int:
    text = call.first("limit", str(DEFAULT_PAGE))
    if not text.isdigit() or not 0 < int(text) <= maximum:
        raise invalid(f"limit must be between 1 and {maximum}, but was {text}")
    return int(text)


def _archived_condition(world: World, archived: bool) -> tuple[str, list[Any]]:
    if not archived:
        return "not _archived", []
    oldest = world.clock.now() - timedelta(days=world.switches.archive_days)
    return "_archived and _archived_at > ?", [naive(oldest)]


def _next_link(call: Call, after: str) -> str:
    kept = [(name, value) for name, value in call.query if name != "after"]
    path = quote(call.path)
    return f"https://api.hubapi.com{path}?{urlencode([*kept, ('after', after)])}"


def _check_batch(inputs: Sequence[str], with_history: bool) -> None:
    if with_history and len(inputs) > MAX_HISTORY_PAGE:
        raise HubspotError(400, HISTORY_TOO_MANY, "VALIDATION_ERROR")
    if len(inputs) > MAX_PAGE:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MAX_PAGE}.")


def _batch_records(
    world: World, call: Call, shape: Shape, inputs: Sequence[str], id_property: str
) -> tuple[list[Record], list[str]]:
    wanted: dict[int, str] = {}
    missing: list[str] = []
    for text, identifier in _batch_ids(world, shape.object_type, inputs, id_property).items():
        if identifier is None:
            missing.append(text)
        else:
            wanted.setdefault(identifier, text)
    condition, parameters = _archived_condition(world, call.flag("archived"))
    records = fetch(world, shape, f"{condition} and _id in (select unnest(?))", [*parameters, list(wanted)])
    by_id = {int(record["id"]): record for record in records}
    missing += [text for identifier, text in wanted.items() if identifier not in by_id]
    return [by_id[identifier] for identifier in wanted if identifier in by_id], missing


def _batch_ids(
    world: World, object_type: str, inputs: Sequence[str], id_property: str
) -> dict[str, int | None]:
    """Return the current id of each input, None for one that names no record."""
    if id_property:
        return {text: find_id(world, object_type, text, id_property) for text in inputs}
    stated = {text: int(text) if text.isdigit() else None for text in inputs}
    if not world.switches.batch_read_follows_merges:
        return stated
    known = [identifier for identifier in stated.values() if identifier is not None]
    current = world.hubspot.resolve_all(object_type, known)
    return {text: None if old is None else current[old] for text, old in stated.items()}


def _missing_error(object_type: str, missing: list[str]) -> Record:
    singular = {"contacts": "CONTACT", "companies": "COMPANY", "deals": "DEAL"}[object_type]
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {singular} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": {"ids": missing},
    }


def _attach_history(world: World, shape: Shape, records: list[Record]) -> None:
    ids = [int(record["id"]) for record in records]
    stored = world.hubspot.history(shape.object_type, ids, shape.history)
    values = _current_values(world, shape, ids)
    for record in records:
        identifier = int(record["id"])
        record["propertiesWithHistory"] = {
            name: stored.get((identifier, name)) or _only_entry(record, name, values[identifier][name])
            for name in shape.history
        }


def _current_values(world: World, shape: Shape, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = world.hubspot.rows(shape.object_type, shape.history, "_id in (select unnest(?))", [ids])
    return {row[0]: dict(zip(shape.history, row[5:], strict=True)) for row in rows}


def _only_entry(record: Record, name: str, value: str | None) -> list[Record]:
    """Return the history of a value that never changed; the own stamps of contacts' decoy have none."""
    if value is None:
        return []
    moment = record["updatedAt"] if name.endswith("lastmodifieddate") else record["createdAt"]
    return [{"value": value, "timestamp": moment, "sourceType": "API", "sourceId": "sandbox"}]


def _attach_associations(world: World, shape: Shape, records: list[Record]) -> None:
    ids = [int(record["id"]) for record in records]
    for to_type in shape.associations:
        found = inline_associations(world, shape.object_type, to_type, ids)
        for record in records:
            if entry := found.get(int(record["id"])):
                record.setdefault("associations", {})[to_type] = entry
