"""A small world: a few dozen of the sample's records, with the records that they refer to."""

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[2] / "data"

Record = dict[str, Any]


def small_world(folder: Path, people: int = 24) -> Path:
    """Write a data folder for the sandbox with so many people (contacts, leads) per system; returns it."""
    for system, choose in (("salesforce", _salesforce), ("hubspot", _hubspot)):
        shutil.copytree(SAMPLE / system, folder / system)
        for name, records in choose(folder / system, people).items():
            _write(folder / system / f"{name}.jsonl", records)
    return folder


def _salesforce(folder: Path, people: int) -> dict[str, list[Record]]:
    contacts = _read(folder, "Contact")[:people]
    accounts = _chosen(_read(folder, "Account"), _values(contacts, "AccountId"), people // 2)
    held = _values(accounts, "Id")
    for account in accounts:
        account["ParentId"] = account.get("ParentId") if account.get("ParentId") in held else None
    deals = [deal for deal in _read(folder, "Opportunity") if deal["AccountId"] in held][: people // 3]
    roles = [
        role
        for role in _read(folder, "OpportunityContactRole")
        if role["OpportunityId"] in _values(deals, "Id") and role["ContactId"] in _values(contacts, "Id")
    ]
    return {
        "Contact": contacts,
        "Account": accounts,
        "Lead": _read(folder, "Lead")[: people // 2],
        "Opportunity": deals,
        "OpportunityContactRole": roles,
    }


def _hubspot(folder: Path, people: int) -> dict[str, list[Record]]:
    links = _read(folder, "associations")
    contacts = _read(folder, "contacts")[:people]
    ids = {("contacts", record["id"]) for record in contacts}
    companies = _chosen(_read(folder, "companies"), _linked(links, ids, "companies"), people // 3)
    deals = _chosen(_read(folder, "deals"), _linked(links, ids, "deals"), people // 3)
    for name, records in (("companies", companies), ("deals", deals)):
        ids |= {(name, record["id"]) for record in records}
    kept = [link for link in links if {_end(link, "from"), _end(link, "to")} <= ids]
    return {"contacts": contacts, "companies": companies, "deals": deals, "associations": kept}


def _linked(links: Iterable[Record], ids: set[tuple[str, str]], kind: str) -> set[str]:
    """Ids of the records of a kind that are linked with any of the ids."""
    ends = [(_end(link, "from"), _end(link, "to")) for link in links]
    found = {far for near, far in ends if near in ids} | {near for near, far in ends if far in ids}
    return {record_id for name, record_id in found if name == kind}


def _end(link: Record, side: str) -> tuple[str, str]:
    return str(link[f"{side}_type"]), str(link[f"{side}_id"])


def _values(records: Iterable[Record], name: str) -> set[Any]:
    return {record[name] for record in records}


def _chosen(records: list[Record], wanted: set[Any], least: int) -> list[Record]:
    """The wanted records, and others until there are at least so many."""
    key: Callable[[Record], Any] = lambda record: record.get("Id") or record.get("id")  # noqa: E731
    chosen = [record for record in records if key(record) in wanted]
    others = [record for record in records if key(record) not in wanted]
    return chosen + others[: max(0, least - len(chosen))]


def _read(folder: Path, name: str) -> list[Record]:
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def _write(path: Path, records: Iterable[Record]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
