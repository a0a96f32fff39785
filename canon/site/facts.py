"""What the pages show, read from the published copy: ids and counts, no names or addresses of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from canon.journal import utc_now
from canon.site.trends import Series, drift, measured, volumes
from canon.warehouse import connect, has_table, rows

Row = dict[str, Any]

# How much of a journal a page shows: what fits on two screens.
RECENT_CHANGES = 50
RECENT_RUNS = 20
RECENT_RESULTS = 60
DICTIONARY = 1000

# The rules by which the system that is listed first wins where it has a value; others compare the values.
FIRST_WINS = ("source_priority", "owner_only", "monotonic")
SHARED = "shared"

ENTITIES = ("customer", "company", "deal")


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
    rejects: list[Row]
    matrix: list[Row]
    incidents: list[Row]
    suites: list[dict[str, Any]]
    measured: dict[str, list[Series]]
    volumes: dict[tuple[str, str], dict[str, list[float]]]
    drift: list[Row]
    secrets: list[Row]
    shifts: list[Row]
    syncs: list[Row]
    causes: list[Row]
    schema_changes: list[Row]
    dictionary: list[Row]

    @property
    def results(self) -> dict[str, Row]:
        """The newest results by the name of the check."""
        return {each["check_name"]: each for each in self.checks}

    @property
    def owners(self) -> dict[str, list[Row]]:
        """The matrix by the system that comes first; `shared` where the rule asks all of them alike."""
        found: dict[str, list[Row]] = {}
        for row in self.matrix:
            first = row["sources"].partition(",")[0].strip()
            owned = row["rule"] in FIRST_WINS and "=" not in first
            found.setdefault(first if owned else SHARED, []).append(row)
        order = sorted(found, key=lambda name: (name == SHARED, -len(found[name]), name))
        return {name: found[name] for name in order}

    @property
    def open_incidents(self) -> list[Row]:
        """Those that are not over, critical ones first."""
        still = [each for each in self.incidents if each["closed_at"] is None]
        return sorted(still, key=lambda each: (each["severity"] != "critical", each["opened_at"]))


def read_facts(published: Path, sources: Sequence[str], suites: Sequence[dict[str, Any]] = ()) -> Facts:
    """Read the facts of a published copy; a table that it lacks shows as empty.

    Args:
        published: The copy.
        sources: Those that are meant to be fresh.
        suites: The checks: what they judge is drawn over time.
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
            changes=_changes(con, CHANGES, RECENT_CHANGES),
            contested=_read(con, "marts.customer_field_conflicts", CONTESTED),
            review=_read(con, "marts.review_queue", REVIEW),
            rejects=_read(con, "ops.rejected_records", REJECTS),
            matrix=_read(con, "marts.field_ownership", MATRIX),
            incidents=_read(con, "ops.incidents", INCIDENTS),
            suites=list(suites),
            measured=measured(con, suites),
            volumes=volumes(con),
            drift=drift(con),
            secrets=_read(con, "ops.measure_token_age", SECRETS),
            shifts=_read(con, "ops.measure_field_shifts", SHIFTS),
            syncs=_changes(con, SYNCS, RECENT_RUNS),
            causes=_changes(con, CAUSES, RECENT_RUNS),
            schema_changes=_read(con, "ops.schema_changes", SCHEMA_CHANGES),
            dictionary=_read(con, "ops.data_dictionary", DICTIONARY_ROWS),
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
        return "red", f"{_counted(len(red), 'critical check')} failed", _first(red)
    if last["status"] == "stopped":
        return "amber", "The last sync stopped at the API budget", "The next one resumes where it stopped."
    if bad:
        return "amber", f"In order, with {_counted(len(bad), 'warning')}", _first(bad)
    if not checks:
        return "amber", "Synced, but nothing was checked", "Run canon validate."
    return "green", "Everything is in order", f"All {len(checks)} checks passed."


def _first(bad: list[Row]) -> str:
    """The worst of them, in words."""
    return f"{bad[0]['check_name']}: seen {bad[0]['observed']}, allowed {bad[0]['threshold']}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _read(con: duckdb.DuckDBPyConnection, table: str, sql: str) -> list[Row]:
    schema, name = table.split(".")
    return rows(con, sql) if has_table(con, schema, name) else []


def _changes(con: duckdb.DuckDBPyConnection, sql: str, limit: int) -> list[Row]:
    """What a query says of the changes of people, companies and deals, as far as there are such tables."""
    parts = [
        f"select '{entity}' as entity, {entity}_id as id, field, old_source, new_source, cause, changed_at, "
        f"sync_id from marts.{entity}_changes"
        for entity in ENTITIES
        if has_table(con, "marts", f"{entity}_changes")
    ]
    if not parts or not has_table(con, "ops", "sync_runs"):
        return []
    return rows(con, f"with changes as ({' union all '.join(parts)}) {sql}", [limit])


def _counts(con: duckdb.DuckDBPyConnection) -> Row:
    """The few numbers at the top of the index."""
    found = {label: _read(con, table, sql) for label, (table, sql) in COUNTS.items()}
    return {label: read[0]["number"] if read else 0 for label, read in found.items()}


COUNTS = {
    "people": ("marts.customers", "select count(*) as number from marts.customers where not is_deleted"),
    "in more than one system": (
        "marts.customer_sources",
        """
        select count(*) as number from (
            select customer_id from marts.customer_sources where not is_deleted
            group by customer_id having min(source) < max(source)
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

# The newest results, worst first, each with how often it passed in the runs before, and its last results.
CHECKS = f"""
with newest as (select max(checked_at) as checked_at from ops.health_checks),
history as (
    select check_name, count(*) as runs, count(*) filter (where status = 'pass') as passes
    from ops.health_checks group by check_name
),
recent as (
    select checked_at from ops.health_checks
    group by checked_at order by checked_at desc limit {RECENT_RESULTS}
),
strips as (
    select check_name, list(status order by checked_at) as statuses
    from ops.health_checks join recent using (checked_at) group by check_name
)
select
    checks.check_name, checks.status, checks.observed, checks.threshold, checks.severity, checks.checked_at,
    history.runs, history.passes, strips.statuses
from ops.health_checks as checks
join newest using (checked_at)
join history using (check_name)
join strips using (check_name)
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

# A birth and a retirement are journalled as changes of the id.
CHANGES = """
select entity, id, field, old_source, new_source, cause, changed_at, sync_id
from changes where field <> entity || '_id'
order by changed_at desc, entity, id, field limit ?
"""

# The syncs that changed something, and the newest one, whatever it did.
SYNCS = """
, newest as (select max(sync_seq) as sync_seq from ops.sync_runs),
valued as (
    select sync_id, count(*) as values_changed, count(distinct id) as records_changed
    from changes where field <> entity || '_id' group by sync_id
),
told as (
    select sync_id, count(*) as ids_changed from changes where field = entity || '_id' group by sync_id
)
select
    runs.sync_id, runs.started_at, runs.mode, runs.status, runs.sync_seq = newest.sync_seq as is_newest,
    coalesce(valued.values_changed, 0) as values_changed,
    coalesce(valued.records_changed, 0) as records_changed,
    coalesce(told.ids_changed, 0) as ids_changed
from ops.sync_runs as runs
cross join newest
left join valued using (sync_id)
left join told using (sync_id)
where runs.sync_seq = newest.sync_seq or valued.sync_id is not null or told.sync_id is not null
order by runs.started_at desc limit ?
"""

# What the newest sync that changed a value did, by what and why.
CAUSES = """
, valued as (select * from changes where field <> entity || '_id'),
newest as (select arg_max(sync_id, changed_at) as sync_id from valued)
select entity, field, cause, new_source, count(*) as number, any_value(sync_id) as sync_id
from valued join newest using (sync_id)
group by entity, field, cause, new_source
order by number desc, entity, field, cause limit ?
"""

INCIDENTS = f"""
select check_name, severity, opened_at, closed_at, closed_because, observed, threshold, validations
from ops.incidents order by closed_at is null desc, opened_at desc limit {RECENT_RUNS}
"""

SCHEMA_CHANGES = f"""
select source, object, field, change, old_type, new_type, noticed_at
from ops.schema_changes order by noticed_at desc, source, object, field limit {RECENT_RUNS}
"""

# Mapped fields first, so that those that matter are there where a source has thousands.
DICTIONARY_ROWS = f"""
select source, object, field, label, type, canonical_field, owner, is_required, is_calculated, is_present
from ops.data_dictionary
order by canonical_field is null, source, object, field limit {DICTIONARY}
"""

# Nothing of a secret itself: since when it is in use.
SECRETS = (
    "select source, first_used_at, age_days, verdict, allowed from ops.measure_token_age order by source"
)

# What moved most, of the fields of which enough was seen.
SHIFTS = """
select
    source, object, field, records, blank_percent, usual_blank_percent, moved_value, moved_percent,
    usual_moved_percent, value_distance
from ops.measure_field_shifts
where blank_points > 0 or value_distance > 0
order by greatest(blank_points / 100, value_distance) desc, source, object, field limit 15
"""

CONTESTED = """
select field, source, status, count(*) as records
from marts.customer_field_conflicts
group by field, source, status order by records desc, field, source, status limit 15
"""

REVIEW = """
select kind, coalesce(field, '') as field, count(*) as items, min(opened_at) as oldest
from marts.review_queue group by kind, coalesce(field, '') order by items desc, kind
"""

# Those that still hold; how many of them the newest sync brought.
REJECTS = """
select
    source, object, field, reason, count(*) as open,
    count(*) filter (where sync_id = (select max_by(sync_id, sync_seq) from ops.sync_runs)) as of_last_sync
from ops.rejected_records
where not is_resolved
group by source, object, field, reason order by open desc, source, object, field, reason limit 15
"""

MATRIX = """
select
    entity, field, rule, cast(sources as varchar) as sources, cast(fallback as varchar) as fallback,
    blank_policy, needs_review, steward, why
from marts.field_ownership order by rowid
"""
