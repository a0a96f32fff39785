"""The journal of syncs: one row per run in `ops.sync_runs`, opened before anything else is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb

from canon.errors import BudgetReached, BuildFailed, CanonError
from canon.migrations import migrate
from canon.warehouse import connect, first, has_table

RUNNING, SUCCEEDED, FAILED, STOPPED = "running", "succeeded", "failed", "stopped"

# An error text in the journal is a hint, not a log: the console prints the whole message.
ERROR_LENGTH = 500


@dataclass(frozen=True)
class Run:
    """An open row of `ops.sync_runs`. `sync_id` sorts by time, `sync_seq` counts syncs."""

    sync_id: str
    sync_seq: int
    started_at: datetime
    mode: str


def ensure_journals(con: duckdb.DuckDBPyConnection) -> None:
    """Create the journals of `ops` where they are missing, and bring those of an earlier release up to date.

    Raises:
        WarehouseUnusable: A newer release has written the warehouse.
    """
    con.execute(files("canon").joinpath("journals.sql").read_text(encoding="utf-8"))
    migrate(con)


def open_run(con: duckdb.DuckDBPyConnection, mode: str) -> Run:
    """Open a row for a new run. Call it under the run lock only."""
    fail_interrupted(con)
    now = utc_now()
    found = first(con, "select coalesce(max(sync_seq), 0) + 1 from ops.sync_runs")
    assert found is not None, "an aggregate without grouping always returns a row"
    run = Run(f"{now:%Y%m%dT%H%M%SZ}-{found[0]:06d}", found[0], now, mode)
    con.execute(
        "insert into ops.sync_runs (sync_id, sync_seq, started_at, status, mode) values (?, ?, ?, ?, ?)",
        [run.sync_id, run.sync_seq, run.started_at, RUNNING, run.mode],
    )
    return run


def fail_interrupted(con: duckdb.DuckDBPyConnection) -> None:
    """Rows that an earlier process left `running` become `failed`.

    Call it under the run lock only: whoever holds that knows that no other run is alive.
    """
    ensure_journals(con)
    con.execute(
        "update ops.sync_runs set status = ?, finished_at = ?, error = 'interrupted' where status = ?",
        [FAILED, utc_now(), RUNNING],
    )


def close_run(con: duckdb.DuckDBPyConnection, run: Run, status: str, error: str | None = None) -> None:
    """Close the row of a run. Its policy version is dbt's to say: a run that built nothing has none."""
    con.execute(
        "update ops.sync_runs set status = ?, finished_at = ?, error = ? where sync_id = ?",
        [status, utc_now(), error[:ERROR_LENGTH] if error else None, run.sync_id],
    )


def policy_version(con: duckdb.DuckDBPyConnection) -> str | None:
    """The policy that the published customers follow, or None before the first build."""
    if not has_table(con, "marts", "customers"):
        return None
    found = first(con, "select max(policy_version) from marts.customers")
    return found[0] if found else None


@contextmanager
def journalled(warehouse: Path, mode: str) -> Iterator[Run]:
    """Open a run for the block; close it as `succeeded`, or `failed` or `stopped` when the block raises."""
    with connect(warehouse) as con:
        run = open_run(con, mode)
    status, error = FAILED, "interrupted"
    try:
        yield run
        status, error = SUCCEEDED, ""
    except CanonError as problem:
        status, error = _status_of(problem), journal_text(problem)
        raise
    except Exception as problem:
        # Only the kind: the text of an unexpected error may repeat a customer's data.
        error = type(problem).__name__
        raise
    finally:
        with connect(warehouse) as con:
            close_run(con, run, status, error or None)


def journal_text(problem: CanonError) -> str:
    """What the journal may keep of a failure: names and reasons, never values out of a record."""
    if isinstance(problem, BuildFailed):
        return f"the build failed in {', '.join(problem.nodes) or 'dbt itself'}"
    return str(problem)


def mark_ended(warehouse: Path, sync_id: str, problem: CanonError) -> None:
    """Correct the closed row of a run that ended early, or that failed after its row was closed."""
    with connect(warehouse) as con:
        con.execute(
            "update ops.sync_runs set status = ?, error = ? where sync_id = ?",
            [_status_of(problem), journal_text(problem)[:ERROR_LENGTH], sync_id],
        )


def _status_of(problem: CanonError) -> str:
    return STOPPED if isinstance(problem, BudgetReached) else FAILED


def last_sync_id(con: duckdb.DuckDBPyConnection) -> str | None:
    """The id of the newest run, whatever became of it."""
    ensure_journals(con)
    found = first(con, "select sync_id from ops.sync_runs order by sync_seq desc limit 1")
    return found[0] if found else None


def utc_now() -> datetime:
    """Now in UTC, as the naive timestamps that every table holds."""
    return datetime.now(UTC).replace(tzinfo=None)


def later_than(con: duckdb.DuckDBPyConnection, table: str, column: str) -> datetime:
    """Now, but later than every row of a journal: a clock that was set back must not change its last word.

    Args:
        con: The warehouse.
        table: The journal; like `column` a name of ours, never input.
        column: Its time of writing, naive UTC.
    """
    found = first(con, f"select max({column}) from {table}")
    last = found[0] if found else None
    return max(utc_now(), last + timedelta(microseconds=1)) if last else utc_now()
