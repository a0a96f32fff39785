"""What the pages show, read from the published copy: ids and counts, no names or addresses of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from canon.journal import utc_now
from canon.warehouse import connect, has_table, rows

Row = dict[str, Any]

# How much of a journal a page shows: what fits on two screens.
RECENT_CHANGES = 30
RECENT_RUNS = 20


@dataclass(frozen=True)
class Facts:
    """Everything that the templates need; rows are dicts by column name."""

    drawn_at: datetime
    status: str
    headline: str
    detail: str
    counts: Row
    freshness: list[Row]
    coverage: list[Row]
    checks: list[Row]
    runs: list[Row]
    extracts: list[Row]
    changes: list[Row]
    contested: list[Row]
    review: list[Row]
    matrix: list[Row]


def read_facts(published: Path, sources: Sequence[str]) -> Facts:
    """Read the facts of a published copy; a table that it lacks shows as empty.

    `sources` are those that are meant to be fresh.
    """
    with connect(published, read_only=True) as con:
        runs = _read(con, "ops.sync_runs", RUNS)
        checks = _read(con, "ops.health_checks", CHECKS)
        status, headline, detail = verdict(runs, checks)
        return Facts(
            drawn_at=utc_now(),
            status=status,
            headline=headline,
            detail=detail,
            counts=_counts(con),
            freshness=[
                {**row, "expected": row["source"] in sources}
                for row in _read(con, "ops.measure_freshness", FRESHNESS)
            ],
            coverage=_read(con, "ops.measure_join_coverage", COVERAGE),
            checks=checks,
            runs=runs,
            extracts=_read(con, "ops.sync_extracts", EXTRACTS),
            changes=_read(con, "marts.customer_changes", CHANGES),
            contested=_read(con, "marts.customer_field_conflicts", CONTESTED),
            review=_read(con, "marts.review_queue", REVIEW),
            matrix=_read(con, "marts.field_ownership", MATRIX),
        )


def verdict(runs: list[Row], checks: list[Row]) -> tuple[str, str, str]:
    """The state in plain words: `green`, `amber` or `red`, a headline, and what to do or know."""
    if not runs:
        return "amber", "Nothing has been synced yet", "Run canon sync."
    last = runs[0]
    bad = [each for each in checks if each["status"] != "pass"]
    red = [each for each in bad if each["severity"] == "critical"]
    if last["status"] == "failed":
        return (
            "red",
            "The last sync failed",
            f"{last['error'] or 'No reason was recorded'}. Nothing is lost; run it again.",
        )
    if red:
        return "red", f"{_counted(len(red), 'critical check')} failed", f"First: {red[0]['check_name']}."
    if last["status"] == "stopped":
        return "amber", "The last sync stopped at the API budget", "The next one resumes where it stopped."
    if bad:
        return "amber", f"In order, with {_counted(len(bad), 'warning')}", f"First: {bad[0]['check_name']}."
    if not checks:
        return "amber", "Synced, but nothing was checked", "Run canon validate."
    return "green", "Everything is in order", f"All {len(checks)} checks passed."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _read(con: duckdb.DuckDBPyConnection, table: str, sql: str) -> list[Row]:
    schema, name = table.split(".")
    return rows(con, sql) if has_table(con, schema, name) else []


def _counts(con: duckdb.DuckDBPyConnection) -> Row:
    """The few numbers at the top of the index."""
    return {
        label: _read(con, table, sql)[0]["number"] if _read(con, table, sql) else 0
        for label, (table, sql) in COUNTS.items()
    }


COUNTS = {
    "people": ("marts.customers", "select count(*) as number from marts.customers where not is_deleted"),
    "in more than one system": (
        "marts.customer_sources",
        """
        select count(*) as number from (
            select customer_id from marts.customer_sources where not is_deleted
            group by customer_id having count(distinct source) > 1
        )
        """,
    ),
    "contested values": (
        "marts.customer_fields",
        "select count(*) as number from marts.customer_fields where is_contested",
    ),
    "open questions for a steward": (
        "marts.review_queue",
        "select count(*) as number from marts.review_queue",
    ),
}

RUNS = f"""
select
    sync_id, sync_seq, started_at, finished_at, status, mode, policy_version, error,
    date_diff('millisecond', started_at, finished_at) / 1000.0 as seconds
from ops.sync_runs order by sync_seq desc limit {RECENT_RUNS}
"""

# The newest results, worst first, each with how often it passed in the runs before.
CHECKS = """
with newest as (select max(checked_at) as checked_at from ops.health_checks),
history as (
    select check_name, count(*) as runs, count(*) filter (where status = 'pass') as passes
    from ops.health_checks group by check_name
)
select
    checks.check_name, checks.status, checks.observed, checks.threshold, checks.severity, checks.checked_at,
    history.runs, history.passes
from ops.health_checks as checks
join newest using (checked_at)
join history using (check_name)
order by checks.status = 'pass', checks.severity, checks.rowid
"""

FRESHNESS = """
select source, object, last_loaded_at, minutes_behind, intervals_behind, records
from ops.measure_freshness order by source, object
"""

COVERAGE = """
select source, customers, matched, matched_percent from ops.measure_join_coverage order by source
"""

EXTRACTS = """
select source, object, transport, rows_read, rows_written, api_calls, retries, api_used, api_limit
from ops.sync_extracts
where sync_seq = (select max(sync_seq) from ops.sync_extracts)
order by source, object
"""

CHANGES = f"""
select customer_id, field, old_source, new_source, cause, changed_at
from marts.customer_changes order by changed_at desc, customer_id, field limit {RECENT_CHANGES}
"""

CONTESTED = """
select field, source, status, count(*) as records
from marts.customer_field_conflicts
group by field, source, status order by records desc, field, source, status limit 30
"""

REVIEW = """
select kind, coalesce(field, '') as field, count(*) as items, min(opened_at) as oldest
from marts.review_queue group by kind, coalesce(field, '') order by items desc, kind
"""

MATRIX = """
select
    entity, field, rule, cast(sources as varchar) as sources, cast(fallback as varchar) as fallback,
    blank_policy, needs_review, steward, why
from marts.field_ownership order by rowid
"""
