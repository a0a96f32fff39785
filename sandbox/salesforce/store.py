"""Salesforce records in DuckDB: loading the data files, reading rows, and the sessions of the API."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.database import Database, quoted
from sandbox.ids import to_18
from sandbox.salesforce.bulk_job import Job
from sandbox.salesforce.history import NAMES, history_of
from sandbox.salesforce.schema import Field, SObject, load_schema

INTEGRATION_USER = to_18("005SBX000000001")
"""The user the API client acts as, when the data has no user of that name."""


@dataclass
class Session:
    """One login. A locator it made dies with it."""

    token: str
    started: datetime
    last_used: datetime
    calls: int = 0


@dataclass(frozen=True)
class Locator:
    """A query cursor: a snapshot of ids in `table`, bound to the session that made it."""

    identifier: str
    token: str
    table: str
    total: int
    soql: str
    page_size: int
    include_deleted: bool
    created: datetime


@dataclass
class SalesforceStore:
    """All Salesforce state of one sandbox."""

    database: Database
    schema: dict[str, SObject]
    histories: dict[str, SObject]
    user_id: str
    sessions: dict[str, Session] = field(default_factory=dict)
    locators: dict[str, Locator] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    calls: deque[datetime] = field(default_factory=deque)
    numbers: dict[str, int] = field(default_factory=dict)
    purged: list[tuple[str, str, datetime]] = field(default_factory=list)

    @classmethod
    def load(cls, database: Database, folder: Path) -> SalesforceStore:
        """Create one table per described object and fill it from `<Object>.jsonl`."""
        schema = load_schema(folder)
        histories = {name: history_of(schema[name]) for name in NAMES if name in schema}
        database.run("create schema salesforce")
        for sobject in [*schema.values(), *histories.values()]:
            _create_table(database, sobject)
            path = folder / f"{sobject.name}.jsonl"
            if path.exists() and path.stat().st_size:
                _fill_table(database, sobject, path)
            database.run(f'alter table {sobject.table} add primary key ("Id")')  # faster than while filling
        return cls(database, schema, histories, _integration_user(database, schema))

    def next_number(self, prefix: str) -> int:
        """Return 1, 2, 3 ... per key prefix, for new ids."""
        self.numbers[prefix] = self.numbers.get(prefix, 0) + 1
        return self.numbers[prefix]

    def record(self, sobject: SObject, identifier: str) -> dict[str, Any] | None:
        """Return the stored values of a record by field name, or None."""
        names = ", ".join(quoted(entry.name) for entry in sobject.stored)
        row = self.database.row(f'select {names} from {sobject.table} where "Id" = ?', [to_18(identifier)])
        return dict(zip((entry.name for entry in sobject.stored), row, strict=True)) if row else None

    def count_call(self, now: datetime) -> int:
        """Count one API call; returns the calls of the last 24 hours."""
        self.calls.append(now)
        return self.used(now)

    def used(self, now: datetime) -> int:
        """Return the number of API calls in the 24 hours before now."""
        while self.calls and self.calls[0] <= now - timedelta(hours=24):
            self.calls.popleft()
        return len(self.calls)

    def end_session(self, token: str) -> None:
        """Forget a session and the locators bound to it."""
        self.sessions.pop(token, None)
        for locator in [entry for entry in self.locators.values() if entry.token == token]:
            self.database.run(f"drop table if exists {locator.table}")


def _create_table(database: Database, sobject: SObject) -> None:
    columns = [f"{quoted(entry.name)} {entry.column_type}" for entry in sobject.stored]
    database.run(f"create table {sobject.table} ({', '.join(columns)})")


def _fill_table(database: Database, sobject: SObject, path: Path) -> None:
    """Read the file in the order in which loaders page, so that a page lies in one place of the table."""
    order = ", ".join(quoted(name) for name in ("SystemModstamp", "CreatedDate", "Id") if sobject.has(name))
    read_as = ", ".join(f"{quoted(entry.name)}: '{_file_type(entry)}'" for entry in sobject.stored)
    values = ", ".join(_from_file(entry) for entry in sobject.stored)
    database.run(
        f"insert into {sobject.table} select {values} from read_json(?, format = 'newline_delimited', "
        f"columns = {{{read_as}}}) order by {order}",
        [str(path)],
    )


def _file_type(entry: Field) -> str:
    if entry.is_number:
        return "double"
    return "boolean" if entry.type == "boolean" else "varchar"


def _from_file(entry: Field) -> str:
    name = quoted(entry.name)
    if entry.type == "boolean":
        return f"coalesce({name}, false)"
    if entry.type == "datetime":
        return f"cast(left({name}, 23) as timestamp)"
    if entry.type == "anyType":
        return f"to_json({name})"
    return f"cast({name} as {entry.column_type})"


def _integration_user(database: Database, schema: dict[str, SObject]) -> str:
    """Prefer a user of the data whose name says it is the integration."""
    if "User" not in schema or not schema["User"].has("Name"):
        return INTEGRATION_USER
    found = database.value(
        'select "Id" from salesforce."User" where "Name" ilike \'%integration%\' order by "Id" limit 1'
    )
    return str(found or INTEGRATION_USER)
