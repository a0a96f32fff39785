"""The policies that builds went by, kept: what was believed on a day was believed under that day's policy."""

import json
from pathlib import Path
from typing import Any

import duckdb

from canon.journal import ensure_journals, policy_version, utc_now
from canon.warehouse import columns_of, first, quoted, rows, tables_in
from pipelines.policy import POLICY, read_policy

SEEDS = "seeds"  # the schema of the policy's tables: blocked values, nicknames, picklists


def keep_policy(con: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Keep the policy that the tables were just built by, once."""
    ensure_journals(con)
    version = policy_version(con)
    known = first(con, "select 1 from ops.policy_versions where policy_version = ?", [version])
    if version is None or known:
        return
    con.execute(
        "insert into ops.policy_versions (policy_version, policy, seeds, kept_at) values (?, ?, ?, ?)",
        [version, json.dumps(read_policy(root / POLICY), default=str), json.dumps(_seeds(con)), utc_now()],
    )


def kept_policy(con: duckdb.DuckDBPyConnection, version: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The variables and the seeds (name to rows) of a policy; None where it was not kept."""
    found = first(con, "select policy, seeds from ops.policy_versions where policy_version = ?", [version])
    return (json.loads(found[0]), json.loads(found[1])) if found else None


def restore_seeds(con: duckdb.DuckDBPyConnection, seeds: dict[str, list[dict[str, Any]]]) -> None:
    """Put the rows of a day's seeds in the place of today's; a column that is new since is null."""
    for name in tables_in(con, SEEDS):
        table = f"{SEEDS}.{quoted(name)}"
        con.execute(f"delete from {table}")
        shape = json.dumps([columns_of(con, SEEDS, name)])
        con.execute(
            f"insert into {table} by name select unnest(from_json(?, ?), recursive := true)",
            [json.dumps(seeds.get(name, [])), shape],
        )


def _seeds(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Name to rows of every seed."""
    return {name: rows(con, f"from {SEEDS}.{quoted(name)}") for name in tables_in(con, SEEDS)}
