"""`canon build --as-of`: the canonical tables as they were believed at a time, in a schema of their own.

They are built on a copy from which everything that came later is taken out, by today's models and by that
day's policy or today's. Who was erased since is not there: an erasure holds for the past, too.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from canon.build import MARK_VARIABLE, SYNC_ID_VARIABLE, run_dbt
from canon.copied import copied
from canon.errors import UsageError
from canon.forget import resume
from canon.journal import ensure_journals, policy_version
from canon.lock import run_lock
from canon.output import step
from canon.past import MARTS, PREFIX
from canon.policy_versions import kept_policy, restore_seeds
from canon.position import Position, position_at
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.state import fingerprint
from canon.warehouse import (
    columns_of,
    connect,
    first,
    literal,
    log_tables,
    quoted,
    require_warehouse,
    tables_in,
)

THEN, NOW = "then", "now"
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
        UsageError: Nothing had been built by then, its versions were pruned, or its policy was not kept.
        BuildFailed: Today's models cannot be built under that policy.
        LockHeld: A run holds the warehouse.
    """
    no_telemetry()
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "build"):
        resume(settings)
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


def refuse_mixed(as_of: str | None, policy: str | None, *, full_refresh: bool) -> None:
    """Raise UsageError where a switch of `canon build` would say nothing beside the others."""
    if as_of is None and policy is not None:
        raise UsageError("--policy is about a past state: say which one with --as-of TIME.")
    if as_of is not None and full_refresh:
        raise UsageError("A past state is made anew anyhow: leave --full-refresh out.")


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
    for schema, table in log_tables(con):
        if "_sync_seq" in columns_of(con, schema, table):
            place = f"{quoted(schema)}.{quoted(table)}"
            con.execute(f"delete from {place} where _sync_seq > ?", [position.sync_seq])
    con.execute("delete from ops.sync_runs where sync_seq > ?", [position.sync_seq])
    _forget_later_words(con, position)
    for table in tables_in(con, "snapshots"):
        name = f"snapshots.{quoted(table)}"
        con.execute(f"delete from {name} where dbt_valid_from > ?", [position.started_at])
        con.execute(f"update {name} set dbt_valid_to = null where dbt_valid_to > ?", [position.started_at])
    for table in (each for each in tables_in(con, MARTS) if each.endswith("_changes")):
        con.execute(f"delete from {MARTS}.{quoted(table)} where changed_at > ?", [position.started_at])


def _forget_later_words(con: duckdb.DuckDBPyConnection, position: Position) -> None:
    """Take out what people said after a build, and the answers to what had been asked by then."""
    ended = "coalesce((select finished_at from ops.sync_runs where sync_seq = ?), ?)"
    at = [position.sync_seq, position.started_at]
    for table, column in JOURNALS:
        con.execute(f"delete from ops.{table} where {column} > {ended}", at)
    con.execute(
        "update ops.erasure_questions set answer = null, actor = null, reason = null, answered_at = null "
        f"where answered_at > {ended}",
        at,
    )


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
            if is_other_policy and "policy_version" in columns_of(con, name, table):
                # dbt hashes the seeds' files, which are today's; the rows that it read were that day's
                con.execute(
                    f"update {name}.{quoted(table)} set policy_version = ?", [position.policy_version]
                )
        con.commit()
        version = first(con, f"select max(policy_version) from {name}.customers")
    held = version[0] if version and version[0] else position.policy_version
    return Replay(name, position.sync_seq, position.started_at, held, len(tables))
