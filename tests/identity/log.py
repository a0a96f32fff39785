"""A raw log that is written down instead of loaded: who exists, in which system, saying what."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from canon.journal import ensure_journals
from canon.quiet import NO_TELEMETRY, environment

START = datetime(2026, 1, 5, 8)
SYSTEM = {
    "_record_id": pa.string(),
    "_stamp": pa.timestamp("us"),
    "_is_deleted": pa.bool_(),
    "_content_hash": pa.string(),
    "_extract_id": pa.string(),
    "_sync_seq": pa.int64(),
}
TABLES = {
    "Contact": "raw_salesforce.contact",
    "Lead": "raw_salesforce.lead",
    "Account": "raw_salesforce.account",
    "users": "raw_product.users",
    "User": "raw_salesforce.user",
    "Opportunity": "raw_salesforce.opportunity",
    "OpportunityContactRole": "raw_salesforce.opportunity_contact_role",
    "contact_history": "raw_salesforce.contact_history",
}


# Where this process builds: dbt parses all models again wherever a path is another one than before.
PLACE = TemporaryDirectory(prefix="canon-identity-")
OTHERWISE = {"--vars", "--project-dir"}  # ... or what it is given is

DECIDED = "insert into ops.identity_decisions select ?, ?, ?, ?, ?, null, 'a test', 'said so', ?"


def table_of(name: str) -> str:
    """The raw table of an object."""
    return TABLES.get(name, f"raw_hubspot.{name}")


@dataclass
class Log:
    """Versions of records by raw table, and what stewards decided."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    decisions: list[tuple[str, str, str, str]] = field(default_factory=list)
    answers: list[tuple[str, Any]] = field(default_factory=list)
    decided: int = 0

    def add(self, name: str, record_id: str, /, *, seq: int = 1, deleted: bool = False, **values: Any) -> str:
        """One version of a record; returns its key."""
        self.rows[table_of(name)].append(
            {
                "_record_id": record_id,
                "_stamp": START + timedelta(hours=seq),
                "_is_deleted": deleted,
                "_sync_seq": seq,
                **{field.lower(): value for field, value in values.items()},
            }
        )
        system = table_of(name).removeprefix("raw_").partition(".")[0]
        return f"{system}:{name}:{record_id}"

    def contact(self, record_id: str, name: str = "", email: str = "", **values: Any) -> str:
        """A Salesforce contact; `name` is first and last, parted by the last space."""
        first, _, last = name.rpartition(" ")
        return self.add("Contact", record_id, FirstName=first, LastName=last, Email=email, **values)

    def person(self, record_id: str, name: str = "", email: str = "", **values: Any) -> str:
        """A HubSpot contact."""
        first, _, last = name.rpartition(" ")
        return self.add("contacts", record_id, firstname=first, lastname=last, email=email, **values)

    def user(self, record_id: str, email: str = "", **values: Any) -> str:
        """A user of the product, who has no name."""
        return self.add("users", record_id, id=record_id, email=email, **values)

    def decide(self, kind: str, one: str, other: str, entity: str = "customer") -> None:
        """A steward's decision about two keys."""
        first, second = sorted((one, other))
        self.decisions.append((entity, kind, first, second))

    def write(self, *warehouses: Path) -> None:
        """Append everything to each warehouse, and forget it."""
        for warehouse in warehouses:
            with duckdb.connect(str(warehouse)) as con:
                ensure_journals(con)
                for table, rows in self.rows.items():
                    _append(con, table, rows)
                for number, decision in enumerate(self.decisions, self.decided + 1):
                    values = [str(number), *decision, START + timedelta(seconds=number)]
                    con.execute(DECIDED, values)
                for key, word in self.answers:
                    _answer(con, key, word)
        self.decided += len(self.decisions)
        self.rows.clear()
        self.decisions.clear()
        self.answers.clear()


def _answer(con: duckdb.DuckDBPyConnection, key: str, word: Any) -> None:
    """A decision about values: see tests.rules.reference.Answer."""
    for name, value in word.values.items():
        con.execute(
            "insert into ops.value_decisions select ?, ?, ?, ?, ?, ?, ?, null, 'eva', 'why', ?, ?",
            [
                word.decision_id,
                word.entity,
                key,
                name,
                word.kind,
                value,
                word.seen[name],
                word.decided_at,
                word.expires_at,
            ],
        )


def _append(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    fields = dict.fromkeys(name for row in rows for name in row)
    schema = pa.schema([(name, SYSTEM.get(name, pa.string())) for name in {**SYSTEM, **fields}])
    found = pa.Table.from_pylist(rows, schema=schema)
    con.register("found", found)
    con.execute(f"create schema if not exists {table.split('.')[0]}")
    con.execute(f"create table if not exists {table} as from found limit 0")
    for name in fields:
        kind = "varchar" if name not in SYSTEM else "timestamp"
        con.execute(f"alter table {table} add column if not exists {name} {kind}")
    con.execute(f"insert into {table} by name from found")
    con.unregister("found")


def identify(warehouse: Path, *more: str, select: tuple[str, ...] = ("+customer_links",)) -> None:
    """Build what says who is who, without tests."""
    from canon.build import run_dbt
    from canon.settings import Settings

    place = warehouse.parent if OTHERWISE & {*more} else Path(PLACE.name)
    alone = {
        "CANON_WAREHOUSE": str(place / warehouse.name),
        "CANON_HASH_KEY": "00" * 32,
        "DBT_TARGET_PATH": str(place / "target"),
        "DBT_LOG_PATH": str(place / "logs"),
    }
    with environment({**NO_TELEMETRY, **alone}), _at(place, warehouse):
        kinds = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        run_dbt(Settings.load(), ["build", *kinds, "--select", *select, "+int_customers_traced", *more], {})


@contextmanager
def _at(place: Path, warehouse: Path) -> Iterator[None]:
    """Has the file elsewhere for a while."""
    if place == warehouse.parent:
        yield
        return
    shutil.move(warehouse, place / warehouse.name)
    try:
        yield
    finally:
        shutil.move(place / warehouse.name, warehouse)


def groups(warehouse: Path) -> set[frozenset[str]]:
    """The record keys of each customer."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select list(record_key) from intermediate.int_customers_identified group by customer_id"
        ).fetchall()
    return {frozenset(keys) for (keys,) in found}


def links(warehouse: Path) -> list[tuple[str, str, str, str, str | None]]:
    """left_key, right_key, match_rule, status, reason of every link."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(
            "select left_key, right_key, match_rule, status, reason from intermediate.int_customers_linked"
        ).fetchall()
