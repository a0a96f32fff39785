"""Associations: inline in objects, and the v4 API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot.body import json_body
from sandbox.hubspot.errors import invalid, not_found
from sandbox.hubspot.schema import ASSOCIATION_TYPES, canonical_type, table

if TYPE_CHECKING:
    from sandbox.world import World

Record = dict[str, Any]

INLINE_PAGE = 100
MAX_PAGE = 500
MAX_INPUTS = 1_000


def inline_associations(world: World, from_type: str, to_type: str, ids: Sequence[int]) -> dict[int, Record]:
    """Return the `associations` entry of each record; an id comes once per association type."""
    found: dict[int, list[Record]] = {}
    for from_id, to_id, category, type_id, label in _rows(world, from_type, to_type, ids):
        name = _inline_name(from_type, to_type, category, type_id, label)
        found.setdefault(from_id, []).append({"id": str(to_id), "type": name})
    return {from_id: _inline_page(from_type, from_id, to_type, entries) for from_id, entries in found.items()}


def _inline_page(from_type: str, from_id: int, to_type: str, entries: list[Record]) -> Record:
    page: Record = {"results": entries[:INLINE_PAGE]}
    if len(entries) > INLINE_PAGE:
        after = entries[INLINE_PAGE]["id"]
        base = f"https://api.hubapi.com/crm/v4/objects/{from_type}/{from_id}/associations/{to_type}"
        page["paging"] = {"next": {"after": after, "link": f"{base}?after={after}"}}
    return page


def _inline_name(from_type: str, to_type: str, category: str, type_id: int, label: str | None) -> str:
    if category == "HUBSPOT_DEFINED":
        return ASSOCIATION_TYPES[(from_type, to_type)][type_id][1]
    return (label or str(type_id)).lower().replace(" ", "_")


def _rows(world: World, from_type: str, to_type: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return the links of records to live records: (from id, to id, category, type id, label)."""
    near = _live(world, from_type, ids)
    if not near:
        return []
    found = world.database.rows(
        "select from_id, to_id, category, type_id, label from hubspot.associations "
        "where from_type = ? and to_type = ? and from_id between ? and ? and from_id in (select unnest(?)) "
        "order by from_id, to_id, type_id",
        [from_type, to_type, min(near), max(near), list(near)],
    )
    far = _live(world, to_type, {row[1] for row in found})
    return [row for row in found if row[1] in far]


def _live(world: World, object_type: str, ids: Iterable[int]) -> set[int]:
    """Return those of the ids whose records exist and are not archived."""
    rows = world.database.rows(
        f"select _id from {table(object_type)} where _id in (select unnest(?)) and not _archived",
        [list(ids)],
    )
    return {identifier for (identifier,) in rows}


def list_associations(world: World, call: Call) -> Reply:
    """`GET /crm/v4/objects/X/{id}/associations/Y`."""
    from_type, to_type = pair_of(call)
    identifier = call.parameters["record_id"]
    if not identifier.isdigit():
        raise not_found()
    limit = call.whole("limit", MAX_PAGE)
    from_id = world.hubspot.resolve(from_type, int(identifier))
    after = call.whole("after", 0)
    targets = _targets(world, from_type, to_type, [from_id]).get(from_id, [])
    return json_reply(200, _page(call.path, targets, after, min(limit, MAX_PAGE), "results"))


def batch_read(world: World, call: Call) -> Reply:
    """`POST /crm/v4/associations/X/Y/batch/read`: records without associations come back as 207 errors."""
    from_type, to_type = pair_of(call)
    inputs = json_body(call).get("inputs") or []
    if len(inputs) > MAX_INPUTS:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MAX_INPUTS}.")
    wanted = {
        str(entry["id"]): int(entry.get("after") or 0) for entry in inputs if str(entry["id"]).isdigit()
    }
    targets = _targets(world, from_type, to_type, [int(identifier) for identifier in wanted])
    results: list[Record] = []
    lonely: list[str] = []
    for identifier, after in wanted.items():
        found = targets.get(int(identifier), [])
        path = f"/crm/v4/objects/{from_type}/{identifier}/associations/{to_type}"
        if found:
            results.append({"from": {"id": identifier}} | _page(path, found, after, MAX_PAGE, "to"))
        else:
            lonely.append(identifier)
    body: Record = {"status": "COMPLETE", "results": results, **world.batch_times()}
    if not lonely:
        return json_reply(200, body)
    errors = [_none_found(from_type, to_type, identifier) for identifier in lonely]
    return json_reply(207, body | {"numErrors": len(errors), "errors": errors})


def labels(world: World, call: Call) -> Reply:
    """`GET /crm/v4/associations/X/Y/labels`."""
    from_type, to_type = pair_of(call)
    defined = [
        {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": label}
        for type_id, (label, _) in ASSOCIATION_TYPES[(from_type, to_type)].items()
    ]
    own = world.database.rows(
        "select distinct category, type_id, label from hubspot.associations "
        "where from_type = ? and to_type = ? and category <> 'HUBSPOT_DEFINED' order by type_id",
        [from_type, to_type],
    )
    defined += [{"category": category, "typeId": type_id, "label": label} for category, type_id, label in own]
    return json_reply(200, {"results": defined})


def pair_of(call: Call) -> tuple[str, str]:
    """Return the two object types of the path; raises a 404 or 400."""
    from_type = canonical_type(call.parameters["object_type"])
    to_type = canonical_type(call.parameters["to_type"])
    if from_type is None or to_type is None:
        raise not_found("Unable to infer object type")
    if (from_type, to_type) not in ASSOCIATION_TYPES:
        raise invalid(f"No association types exist between {from_type} and {to_type}")
    return from_type, to_type


def _targets(world: World, from_type: str, to_type: str, ids: Sequence[int]) -> dict[int, list[Record]]:
    """Return per record its targets, each once with all its types."""
    found: dict[int, dict[int, list[Record]]] = {}
    for from_id, to_id, category, type_id, label in _rows(world, from_type, to_type, ids):
        types = found.setdefault(from_id, {}).setdefault(to_id, [])
        types.append({"category": category, "typeId": type_id, "label": label})
    return {
        from_id: [{"toObjectId": to_id, "associationTypes": types} for to_id, types in targets.items()]
        for from_id, targets in found.items()
    }


def _page(path: str, targets: list[Record], after: int, limit: int, key: str) -> Record:
    remaining = [target for target in targets if target["toObjectId"] >= after]
    page: Record = {key: remaining[:limit]}
    if len(remaining) > limit:
        following = str(remaining[limit]["toObjectId"])
        link = f"https://api.hubapi.com{path}?limit={limit}&after={following}"
        page["paging"] = {"next": {"after": following, "link": link}}
    return page


def _none_found(from_type: str, to_type: str, identifier: str) -> Record:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {to_type} associations found for {from_type} {identifier}.",
        "context": {"fromObjectId": [identifier], "fromObjectType": [from_type], "toObjectType": [to_type]},
    }
