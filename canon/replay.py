"""`canon build --as-of`: the canonical tables as they were believed at a time, in a schema of their own.

They are built on a copy from which everything that came later is taken out, by today's models and by that
day's policy or today's. Who was erased since is not there: an erasure holds for the past, too.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from canon.build import MARK_VARIABLE, SYNC_ID_VARIABLE, run_dbt
from canon.copied import copied
from canon.errors import UsageError
from canon.journal import ensure_journals, policy_version
from canon.lock import run_lock
from canon.output import step
from canon.policy_versions import kept_policy, restore_seeds
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.state import fingerprint
from canon.warehouse import connect, first, literal, quoted, require_warehouse

THEN, NOW = "then", "now"
PREFIX = "as_of_"
MARTS = "marts"
BUILT = ("--full-refresh", "--select", "+path:dbt_project/models/marts")

# Journals that the tables are made of, and when a row of them came to be.
JOURNALS = (
    ("identity_decisions", "decided_at"),
    ("value_decisions", "decided_at"),
    ("suggestion_runs", "suggested_at"),
    ("identity_suggestions", "suggested_at"),
    ("erasure_questions", "asked_at"),
)


@dataclass(frozen=True)
class Position:
    """The build whose tables stood at a point in time."""

    sync_id: str
    sync_seq: int
    started_at: datetime
    policy_version: str


@dataclass(frozen=True)
class Replay:
    """What was built: the schema that holds it, of which sync, under which policy."""

    schema: str
    sync_seq: int
    believed_at: datetime
    policy_version: str
    tables: int

    def as_json(self) -> dict[str, Any]:
        """The replay as one JSON object."""
        return {"status": "succeeded", "exit_code": 0, **asdict(self)}


def replay(settings: Settings, moment: datetime, policy: str = THEN) -> Replay:
    """Build what was believed at a time (naive UTC) into the schema `as_of_<start of that sync>`.

    Args:
        settings: Where the project and the warehouse are.
        moment: Naive UTC.
        policy: `then`, or `now` for today's, which a `_now` after the schema's name tells.

    Raises:
        UsageError: Nothing had been built by then, or the policy of that day was not kept.
        BuildFailed: Today's models cannot be built under that policy.
        LockHeld: A run holds the warehouse.
    """
    no_telemetry()
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "build"):
        with connect(settings.warehouse) as con:
            ensure_journals(con)
            position = position_at(con, moment)
            kept = _policy_of(con, position) if policy == THEN else None
        name = f"{PREFIX}{position.started_at:%Y%m%dt%H%M%S}" + ("" if policy == THEN else f"_{NOW}")
        with copied(settings, "replay") as copy:
            with connect(copy.warehouse) as con:
                forget_later(con, position)
                if kept:
                    restore_seeds(con, kept[1])
            with step(f"Building what was believed at {position.started_at:%Y-%m-%d %H:%M:%S}"):
                variables = ["--vars", json.dumps(kept[0])] if kept else []
                # the sync of that day stands behind the build: its start is the only "now"
                named = {SYNC_ID_VARIABLE: position.sync_id, MARK_VARIABLE: fingerprint(copy)}
                run_dbt(copy, ["run", *BUILT, *variables], named)
            return _taken_over(settings, copy, name, position, kept is not None)


def position_at(con: duckdb.DuckDBPyConnection, moment: datetime) -> Position:
    """The last build that had begun by a time: the start of a sync is when what it found became believed.

    Raises:
        UsageError: There was none.
    """
    found = first(
        con,
        "select sync_id, sync_seq, started_at, policy_version from ops.sync_runs "
        "where policy_version is not null and status in ('succeeded', 'stopped') and started_at <= ? "
        "order by sync_seq desc limit 1",
        [moment],
    )
    if found:
        return Position(*found)
    earliest = first(con, "select min(started_at) from ops.sync_runs where policy_version is not null")
    since = f"the first build is of {earliest[0]:%Y-%m-%d %H:%M:%S}" if earliest and earliest[0] else "never"
    raise UsageError(f"Nothing had been built by {moment:%Y-%m-%d %H:%M:%S} (UTC): {since}.")


def _policy_of(
    con: duckdb.DuckDBPyConnection, position: Position
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The policy of that build; None where it is today's.

    Raises:
        UsageError: It was not kept.
    """
    if position.policy_version == policy_version(con):
        return None
    kept = kept_policy(con, position.policy_version)
    if kept is None:
        raise UsageError(
            f"The policy {position.policy_version} of that day was not kept: dbt alone built then, or an "
            "earlier release. Under today's policy it can be built: add --policy now."
        )
    return kept


def forget_later(con: duckdb.DuckDBPyConnection, position: Position) -> None:
    """Take out of a copy what came after a build: versions of records, runs, words of stewards, history."""
    for schema, table in _logs(con):
        con.execute(f"delete from {quoted(schema)}.{quoted(table)} where _sync_seq > ?", [position.sync_seq])
    con.execute("delete from ops.sync_runs where sync_seq > ?", [position.sync_seq])
    for table, column in JOURNALS:
        con.execute(
            f"delete from ops.{table} where {column} > coalesce((select finished_at from ops.sync_runs "
            "where sync_seq = ?), ?)",
            [position.sync_seq, position.started_at],
        )
    for table in _tables(con, "snapshots"):
        name = f"snapshots.{quoted(table)}"
        con.execute(f"delete from {name} where dbt_valid_from > ?", [position.started_at])
        con.execute(f"update {name} set dbt_valid_to = null where dbt_valid_to > ?", [position.started_at])
    for table in (each for each in _tables(con, MARTS) if each.endswith("_changes")):
        con.execute(f"delete from {MARTS}.{quoted(table)} where changed_at > ?", [position.started_at])


def _logs(con: duckdb.DuckDBPyConnection) -> Sequence[tuple[str, str]]:
    """Schema and name of every table of the raw log."""
    return con.execute(
        "select distinct schema_name, table_name from duckdb_columns() "
        "where database_name = current_catalog() and schema_name like 'raw@_%' escape '@' "
        "and column_name = '_sync_seq' order by all"
    ).fetchall()


def _tables(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    found = con.execute(
        "select table_name from duckdb_tables() "
        "where database_name = current_catalog() and schema_name = ? order by 1",
        [schema],
    ).fetchall()
    return [name for (name,) in found]


def _taken_over(
    settings: Settings, copy: Settings, name: str, position: Position, is_other_policy: bool
) -> Replay:
    """Put the tables of a copy into a schema of the warehouse, in one transaction."""
    with connect(settings.warehouse) as con:
        con.execute(f"attach {literal(copy.warehouse)} as replayed (read_only)")
        tables = con.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'replayed' and table_schema = ? order by 1",
            [MARTS],
        ).fetchall()
        con.begin()
        con.execute(f"drop schema if exists {name} cascade")
        con.execute(f"create schema {name}")
        for (table,) in tables:
            con.execute(f"create table {name}.{quoted(table)} as from replayed.{MARTS}.{quoted(table)}")
            if is_other_policy and _has_version(con, name, table):
                # dbt hashes the seeds' files, which are today's; the rows that it read were that day's
                con.execute(
                    f"update {name}.{quoted(table)} set policy_version = ?", [position.policy_version]
                )
        con.commit()
        version = first(con, f"select max(policy_version) from {name}.customers")
    held = version[0] if version and version[0] else position.policy_version
    return Replay(name, position.sync_seq, position.started_at, held, len(tables))


def _has_version(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return bool(
        first(
            con,
            "select 1 from duckdb_columns() where database_name = current_catalog() and schema_name = ? "
            "and table_name = ? and column_name = 'policy_version'",
            [schema, table],
        )
    )


def replays(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The schemas that replays have left."""
    found = con.execute(
        "select schema_name from duckdb_schemas() "
        "where database_name = current_catalog() and starts_with(schema_name, ?) order by 1",
        [PREFIX],
    ).fetchall()
    return [name for (name,) in found]


def drop_replays(con: duckdb.DuckDBPyConnection) -> None:
    """Drop them all: they can be built again, without whoever was erased."""
    for name in replays(con):
        con.execute(f"drop schema {quoted(name)} cascade")
