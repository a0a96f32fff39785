"""What happens at the sources, and how the log is compared with them."""

from collections.abc import Iterable
from typing import Any

import requests

from tests.histories.copy import Copy
from tests.histories.truth import HubspotTruth, Known, SalesforceTruth
from tests.pipelines.loading import Warehouse

# Objects with records of their own, and their raw tables.
TABLES = {
    "Account": "account",
    "Contact": "contact",
    "Lead": "lead",
    "Opportunity": "opportunity",
    "OpportunityContactRole": "opportunity_contact_role",
    "contacts": "contacts",
    "companies": "companies",
}


def system_of(name: str) -> str:
    """The system that an object belongs to: Salesforce begins its names with a capital."""
    return "salesforce" if name[0].isupper() else "hubspot"


def table_of(name: str) -> str:
    """The raw table of an object, with its schema."""
    return f"raw_{system_of(name)}.{TABLES[name]}"


def change(source: Any, verb: str, name: str, record_id: str = "", **more: Any) -> str:
    """Apply a change, then let a second pass; returns the id that matters afterwards."""
    action = {"system": system_of(name), "action": verb, "object": name, **more}
    outcome = source.change(action | ({"id": record_id} if record_id else {}))
    source.clock(advance=1)
    return str(outcome["id"])


def update(source: Any, name: str, record_id: str, /, **values: Any) -> None:
    """Change fields of a record."""
    change(source, "update", name, record_id, values=values)


def some(warehouse: Warehouse, name: str, count: int = 1) -> list[str]:
    """Ids of live records, the lowest first."""
    query = (
        f"select _record_id from {table_of(name)} group by 1 having not arg_max(_is_deleted, _sync_seq) "
        "order by 1 limit ?"
    )
    return [record_id for (record_id,) in warehouse.ask(query, count)]


def calls(source: Any, path: str = "", method: str = "", status: int = 0) -> list[dict[str, Any]]:
    """The logged calls whose path ends so."""
    return [
        call
        for call in source.log()
        if call["path"].endswith(path)
        and call["method"] in (method or call["method"])
        and call["status"] in ((status,) if status else (call["status"],))
    ]


def fired(source: Any) -> list[int]:
    """How often each fault fired, in the order in which they were added."""
    reply = requests.get(f"{source.control_url}/__emulator/faults", timeout=60)
    return [fault["fired"] for fault in reply.json()["faults"]]


def now(source: Any) -> str:
    """The sandbox's clock, naive."""
    return str(source.clock()["now"]).partition("+")[0]


def versions(warehouse: Warehouse, name: str, record_id: str) -> list[dict[str, Any]]:
    """The versions of a record, the oldest first."""
    found = warehouse.rows(table_of(name), f"_record_id = '{record_id}'")
    return sorted(found, key=lambda row: (row["_sync_seq"], row["_stamp"]))


def current(warehouse: Warehouse, name: str, record_id: str) -> dict[str, Any]:
    """The last version of a record."""
    return versions(warehouse, name, record_id)[-1]


def written(result: Any) -> dict[str, int]:
    """How many versions came of each object that had any."""
    found: dict[str, int] = {}
    for extract in result.extracts:
        found[extract.object] = found.get(extract.object, 0) + extract.rows_written
    return {name: count for name, count in found.items() if count}


def modes(result: Any) -> dict[str, str]:
    """The mode in which each object was read in the end."""
    return {extract.object: extract.mode for extract in result.extracts}


def unlike(source: Any, warehouse: Warehouse, *names: str) -> dict[str, str]:
    """The records of which the log's current version is not the source's, with what differs."""
    wrong: dict[str, str] = {}
    for name in names:
        system = system_of(name)
        truth = (SalesforceTruth if system == "salesforce" else HubspotTruth)(source.environment, (name,))
        there = truth.snapshot()[name]
        held = Copy(warehouse.path, system).latest(TABLES[name])
        for key in there.keys() | held.keys():
            if said := _difference(there.get(key), held.get(key)):
                wrong[key] = said
    return wrong


def _difference(there: Known | None, held: Any) -> str:
    if there is None:
        return "" if held.is_deleted else "live in the log, unknown to the source"
    if held is None:
        return "missing in the log"
    if (held.stamp, held.is_deleted) != there.version:
        return f"log {(held.stamp, held.is_deleted)}, source {there.version}"
    fields = {field for field, value in there.values.items() if held.values.get(field) != value}
    return f"fields {sorted(fields)}" if fields else ""


def twice(warehouse: Warehouse, *names: str) -> list[tuple[Any, ...]]:
    """Versions that one sync brought more than once."""
    found: list[tuple[Any, ...]] = []
    for name in names:
        found += warehouse.ask(
            f"select _record_id, count(*) from {table_of(name)} "
            "group by _record_id, _content_hash, _is_deleted, _stamp, _sync_seq having count(*) > 1"
        )
    return found


def unfinished(warehouse: Warehouse, name: str) -> list[int]:
    """The syncs in which a read of this object was left before its window's end."""
    query = f"select sync_seq from raw_{system_of(name)}.extracts where object = ? and window_to is null"
    rows = warehouse.ask(f"{query} order by 1", name)
    return [sync_seq for (sync_seq,) in rows]


def ids(rows: Iterable[dict[str, Any]]) -> set[str]:
    """The record ids of rows."""
    return {row["_record_id"] for row in rows}
