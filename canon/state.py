"""What the last successful build was made of: tells whether a build may be skipped, a copy kept in part."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from canon.journal import Run, ensure_journals, utc_now
from canon.settings import Settings
from canon.warehouse import first, has_table, log_tables, quoted

# The Python that dbt's SQL calls: a change there changes what the same SQL returns.
FUNCTIONS = ("functions.py", "normalize.py")
LIBRARIES = ("babel", "cleanco", "email-validator", "phonenumbers")

# What stewards have decided so far, about records and about values, and what an erasure has asked them.
DECISIONS = (
    "((select count(*) from ops.identity_decisions) + (select count(*) from ops.value_decisions)"
    " + (select count(*) + count(answer) from ops.erasure_questions))"
)


@dataclass(frozen=True)
class BuildState:
    """The row of `ops.build_state`: `build_id` is the sync that built, `seen_seq` the newest known to fit."""

    build_id: str
    fingerprint: str
    seen_seq: int


def fingerprint(settings: Settings) -> str:
    """A hash of everything but data that a build depends on: policy, models, functions, settings, libraries.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in _inputs(settings.root):
        digest.update(f"{path.as_posix()}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    parts = (settings.default_region, settings.sources, settings.interval_text, settings.integration_users)
    digest.update(repr(parts).encode())
    digest.update(repr([(name, version(name)) for name in LIBRARIES]).encode())
    digest.update(hashlib.sha256(settings.given_hash_key.encode()).digest())
    return digest.hexdigest()


def _inputs(root: Path) -> Iterator[Path]:
    yield root / "dbt_project.yml"
    yield from sorted(path for path in (root / "dbt_project").rglob("*") if path.is_file())
    yield from (Path(__file__).with_name(name) for name in FUNCTIONS)


def read_state(con: duckdb.DuckDBPyConnection) -> BuildState | None:
    """The state of the last successful build, or None before the first."""
    if not has_table(con, "ops", "build_state"):
        return None
    found = first(con, "select build_id, fingerprint, seen_seq from ops.build_state")
    return BuildState(*found) if found else None


def write_state(con: duckdb.DuckDBPyConnection, build_id: str, mark: str, seen_seq: int) -> None:
    """Replace the state in one transaction."""
    ensure_journals(con)
    con.begin()
    con.execute("delete from ops.build_state")
    con.execute(
        "insert into ops.build_state by name select ? as build_id, ? as fingerprint, ? as seen_seq, "
        f"? as built_at, {DECISIONS} as decisions, "
        "(select count(*) from ops.suggestion_runs) as suggestions",
        [build_id, mark, seen_seq, utc_now()],
    )
    con.commit()


def keep_state(con: duckdb.DuckDBPyConnection, seen_seq: int) -> None:
    """Note that the last build still fits after a sync that changed nothing."""
    con.execute("update ops.build_state set seen_seq = ?", [seen_seq])


def is_current(con: duckdb.DuckDBPyConnection, before_seq: int | None = None) -> bool:
    """Whether no run has begun since the state was written (`before_seq`: apart from that one and later).

    A native `dbt build`, a lone `canon load` and a run that died each leave a newer row: then it is stale.
    """
    state = read_state(con)
    if state is None:
        return False
    limit = before_seq if before_seq is not None else 2**62
    found = first(con, "select coalesce(max(sync_seq), 0) from ops.sync_runs where sync_seq < ?", [limit])
    return found is not None and found[0] <= state.seen_seq


def may_skip_build(con: duckdb.DuckDBPyConnection, run: Run, mark: str) -> bool:
    """Whether a build after a load without new records would change nothing.

    That takes the same inputs, no run in between, no field that came, went or changed at a source, no new
    decision of a steward and no new suggestions.
    """
    state = read_state(con)
    if state is None or state.fingerprint != mark or _reviewed_since(con):
        return False
    is_current_build = is_current(con, before_seq=run.sync_seq)
    return is_current_build and _shows_reads_of(con, run) and not _noticed_fields(con, run)


def _reviewed_since(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a journal of review has grown since the build (counted: clocks go back), or a word expired."""
    found = first(
        con,
        f"select decisions is distinct from {DECISIONS} "
        "or suggestions is distinct from (select count(*) from ops.suggestion_runs) "
        "or exists(from ops.value_decisions join ops.sync_runs on sync_id = build_id "
        "where expires_at > started_at and expires_at <= ?) from ops.build_state",
        [utc_now()],
    )
    return found is None or found[0]


def _shows_reads_of(con: duckdb.DuckDBPyConnection, run: Run) -> bool:
    """Whether the reads of a run show without a build, as they do where `ops.sync_extracts` is a view."""
    if not has_table(con, "ops", "sync_extracts"):
        return False
    found = first(con, "select count(*) from ops.sync_extracts where sync_id = ?", [run.sync_id])
    return found is not None and found[0] > 0


def _noticed_fields(con: duckdb.DuckDBPyConnection, run: Run) -> bool:
    """Whether a run wrote to a source's log of field metadata: fields change without any record changing."""
    return any(
        first(con, f"select 1 from {quoted(schema)}.fields where _sync_seq = ? limit 1", [run.sync_seq])
        for schema, table in log_tables(con)
        if table == "fields"
    )
