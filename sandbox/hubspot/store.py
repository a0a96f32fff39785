"""HubSpot records in DuckDB: loading the data files and reading rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from sandbox.database import Database, quoted
from sandbox.hubspot.links import create_links, load_links
from sandbox.hubspot.schema import OBJECT_TYPES, Property, load_properties, modified_property, table

FIRST_NEW_ID = 90_000_000_001
"""Id of the first record created here; eleven digits, as today's real ids have."""


@dataclass
class HubspotStore:
    """All HubSpot state of one sandbox."""

    database: Database
    properties: dict[str, dict[str, Property]]
    owners: list[dict[str, Any]]
    pipelines: list[dict[str, Any]]
    archived_properties: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: deque[datetime] = field(default_factory=deque)
    searches: deque[datetime] = field(default_factory=deque)
    day_calls: deque[datetime] = field(default_factory=deque)
    tokens: dict[str, datetime] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    next_id: int = FIRST_NEW_ID
    next_sequence: int = 1

    @classmethod
    def load(cls, database: Database, folder: Path) -> HubspotStore:
        """Create the tables and fill them from the data files."""
        store = cls(database, load_properties(folder), _owners(folder), _pipelines(folder))
        database.run("create schema hubspot")
        _create_helpers(database)
        for object_type in OBJECT_TYPES:
            store.create_table(object_type)
            path = folder / f"{object_type}.jsonl"
            if path.exists() and path.stat().st_size:
                store._fill(object_type, path)
            database.run(f"alter table {table(object_type)} add primary key (_id)")
        links = folder / "associations.jsonl"
        if links.exists() and links.stat().st_size:
            load_links(database, links)
        return store

    def create_table(self, object_type: str) -> None:
        """Create the table of one object: the record's own columns, then one per property."""
        columns = ", ".join(f"{quoted(name)} varchar" for name in self.properties[object_type])
        self.database.run(
            f"create table {table(object_type)} (_id bigint, _created timestamp, "
            f"_updated timestamp, _archived boolean, _archived_at timestamp, {columns})"
        )

    def _fill(self, object_type: str, path: Path) -> None:
        struct = ", ".join(f"{quoted(name)} varchar" for name in self.properties[object_type])
        source = (
            "read_json(?, format = 'newline_delimited', columns = {id: 'bigint', createdAt: 'varchar', "
            "updatedAt: 'varchar', archived: 'boolean', archivedAt: 'varchar', "
            f"properties: '{struct}', propertiesWithHistory: 'json'}})"
        ).replace(f"'{struct}'", f"'STRUCT({struct})'")
        self.database.run(
            f"insert into {table(object_type)} select id, cast(createdAt as timestamp), "
            "cast(updatedAt as timestamp), coalesce(archived, false), cast(archivedAt as timestamp), "
            f"properties.* from {source} order by id",  # the order of list pages
            [str(path)],
        )
        self._fill_history(object_type, source, path)
        self._align(object_type)
        self._fill_merges(object_type)

    def _fill_merges(self, object_type: str) -> None:
        """Remember the ids that were merged away before the data was written down."""
        self.database.run(
            "insert into hubspot.merges select ?, old_id, _id, _updated from (select _id, _updated, "
            "unnest(list_transform(string_split(\"hs_merged_object_ids\", ';'), lambda entry: "
            f"try_cast(entry as bigint))) as old_id from {table(object_type)}) where old_id is not null "
            f"and old_id not in (select _id from {table(object_type)})",
            [object_type],
        )

    def _fill_history(self, object_type: str, source: str, path: Path) -> None:
        """Keep the entries as they are; newest first in the file, ascending `sequence` in the table."""
        self.database.run(
            "insert into hubspot.history select ?, id, entry.key, -cast(place as bigint), "
            "cast(entries[place] as varchar) from "
            "(select id, entry, cast(entry.value as json[]) as entries from "
            f"(select id, unnest(from_json_entries(propertiesWithHistory)) as entry from {source} "
            "where propertiesWithHistory is not null)), "
            "lateral (select unnest(range(1, len(entries) + 1)) as place)",
            [object_type, str(path)],
        )

    def _align(self, object_type: str) -> None:
        """Make the properties that the server keeps agree with the record's own stamps."""
        stamp = quoted(modified_property(object_type))
        iso = "'%Y-%m-%dT%H:%M:%S.%gZ'"
        null_stamp = ', "hs_lastmodifieddate" = null' if object_type == "contacts" else ""
        self.database.run(
            f'update {table(object_type)} set "hs_object_id" = cast(_id as varchar), '
            f'"createdate" = coalesce("createdate", strftime(_created, {iso})), '
            f"{stamp} = strftime(_updated, {iso}){null_stamp}"
        )

    def new_id(self) -> int:
        """Return the id of the next created record."""
        self.next_id += 1
        return self.next_id - 1

    def resolve(self, object_type: str, identifier: int) -> int:
        """Follow merges: return the id that now stands for a record."""
        return self.resolve_all(object_type, [identifier])[identifier]

    def resolve_all(self, object_type: str, identifiers: Sequence[int]) -> dict[int, int]:
        """Follow the merges of many ids; returns the id that now stands for each."""
        current = {identifier: identifier for identifier in identifiers}
        while moved := self._survivors(object_type, set(current.values())):
            current = {old: moved.get(new, new) for old, new in current.items()}
        return current

    def _survivors(self, object_type: str, identifiers: Iterable[int]) -> dict[int, int]:
        """Return the next id of those that were merged away."""
        rows = self.database.rows(
            "select old_id, new_id from hubspot.merges where object = ? and old_id in (select unnest(?)) "
            "and old_id <> new_id",
            [object_type, list(identifiers)],
        )
        return dict(rows)

    def rows(
        self, object_type: str, names: Iterable[str], condition: str, parameters: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """Return (id, created, updated, archived, archived at, then the named properties) of records.

        Stamps come as ISO text. `condition` may carry ORDER BY and LIMIT.
        """
        iso = "'%Y-%m-%dT%H:%M:%S.%gZ'"
        columns = "".join(f", {quoted(name)}" for name in names)
        stamps = f"strftime(_created, {iso}), strftime(_updated, {iso}), _archived"
        source = table(object_type)
        places = self.database.rows(f"select rowid from {source} where {condition}", parameters)
        return self.database.picked(
            f"_id, {stamps}, strftime(_archived_at, {iso}){columns}",
            f"{source} t0", "t0", [place for (place,) in places],
        )  # fmt: skip

    def history(
        self, object_type: str, ids: Sequence[int], names: Sequence[str]
    ) -> dict[tuple[int, str], list[Any]]:
        """Return the stored history entries, newest first, by (id, property)."""
        found: dict[tuple[int, str], list[Any]] = {}
        rows = self.database.rows(
            "select id, property, entry from hubspot.history where object = ? and id in (select unnest(?)) "
            "and property in (select unnest(?)) order by sequence desc",
            [object_type, list(ids), list(names)],
        )
        for identifier, name, entry in rows:
            found.setdefault((identifier, name), []).append(orjson.loads(entry))
        return found


def _create_helpers(database: Database) -> None:
    create_links(database)
    database.run(
        "create table hubspot.history "
        "(object varchar, id bigint, property varchar, sequence bigint, entry varchar)"
    )
    database.run(
        "create table hubspot.merges (object varchar, old_id bigint, new_id bigint, merged_at timestamp)"
    )
    database.run(
        "create macro from_json_entries(document) as list_transform(json_keys(document), lambda name: "
        "struct_pack(key := name, value := json_extract(document, '$.\"' || name || '\"')))"
    )
    database.run(
        "create macro moment_ms(text) as case when regexp_full_match(text, '-?[0-9]+') "
        "then cast(text as bigint) else epoch_ms(try_cast(text as timestamp)) end"
    )


def _owners(folder: Path) -> list[dict[str, Any]]:
    path = folder / "owners.jsonl"
    return [orjson.loads(line) for line in path.read_bytes().splitlines() if line] if path.exists() else []


def _pipelines(folder: Path) -> list[dict[str, Any]]:
    path = folder / "pipelines.json"
    stated = orjson.loads(path.read_bytes()) if path.exists() else []
    return list(stated["results"]) if isinstance(stated, dict) else list(stated)
