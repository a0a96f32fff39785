"""The numbers of the newest run for whoever watches: read from `ops`, sent to every sink that is set.

Names are OpenTelemetry's, dotted, without the unit; Prometheus' follow by its rule: underscores, the unit as
a suffix. A number that was measured of a source is `canon.<measure>.<column>`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from canon.errors import CanonError
from canon.journal import ensure_journals
from canon.output import messages
from canon.sections import group
from canon.settings import Settings
from canon.warehouse import connect, has_table, rows

GROUP = "canon_metrics"

# What stands behind a name in Prometheus; units in braces are what is counted, and no suffix.
SUFFIXES = {"s": "_seconds", "1": "_ratio", "By": "_bytes"}


@dataclass(frozen=True)
class Metric:
    """One gauge: a dotted name, its unit in UCUM, what it says, and the value of each set of labels."""

    name: str
    unit: str
    description: str
    points: tuple[tuple[dict[str, str], float], ...]

    @property
    def prometheus_name(self) -> str:
        """`canon_sync_duration_seconds` for `canon.sync.duration` in s."""
        return self.name.replace(".", "_") + SUFFIXES.get(self.unit, "")


@contextmanager
def reported(settings: Settings) -> Iterator[None]:
    """Send the metrics when the block has ended, however it did. The caller holds the lock."""
    try:
        yield
    finally:
        _report(settings)


def _report(settings: Settings) -> None:
    """A sink that is out of order is named on standard error, and fails nothing."""
    try:
        sinks = group(settings.root, GROUP)
        if not sinks:
            return
        with connect(settings.warehouse) as con:
            ensure_journals(con)
            found = read_metrics(con)
    except (CanonError, duckdb.Error) as problem:
        _complain("None were sent", problem)
        return
    from canon.sinks import SINKS

    for name, given in sinks.items():
        try:
            if name not in SINKS:
                raise CanonError(f"there is no sink {name}: expected {', '.join(SINKS)}")
            SINKS[name](found, {key: each.value for key, each in given.items()})
        except Exception as problem:  # a sink's own code: its failure is no reason to fail a sync
            _complain(f"The sink {name} did not take them", problem)


def _complain(what: str, problem: Exception) -> None:
    """Only our own words and a missing module's name are shown: others may repeat an address."""
    why = str(problem) if isinstance(problem, CanonError | ImportError) else type(problem).__name__
    messages.print(f"Metrics: {what} ({why}).", style="yellow", markup=False)


def read_metrics(con: duckdb.DuckDBPyConnection) -> tuple[Metric, ...]:
    """Every metric that has a value."""
    stated = [
        Metric(name, unit, description, _points(con, sql))
        for name, unit, description, table, sql in METRICS
        if has_table(con, "ops", table)
    ]
    return tuple(each for each in (*stated, *_measured(con)) if each.points)


def _points(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[tuple[dict[str, str], float], ...]:
    """Labels are all columns but the last, which is the value; a label or a value that is null is none."""
    points = []
    for row in rows(con, sql):
        *labels, (_, value) = row.items()
        if value is not None:
            points.append(({name: str(label) for name, label in labels if label is not None}, float(value)))
    return tuple(points)


def _measured(con: duckdb.DuckDBPyConnection) -> list[Metric]:
    """What the newest validation measured."""
    kinds = rows(con, f"select distinct measure, metric from ({MEASURED}) order by all")
    return [
        Metric(
            f"canon.{each['measure'].removeprefix('measure_')}.{each['metric']}",
            "",
            f"{each['metric'].replace('_', ' ')} in ops.{each['measure']}, in the newest validation",
            _points(
                con,
                f"select source, object, part, value from ({MEASURED}) "
                f"where measure = '{each['measure']}' and metric = '{each['metric']}'",
            ),
        )
        for each in kinds
    ]


MEASURED = """
from ops.measurements where measured_at = (select max(measured_at) from ops.measurements)
"""

# A build alone reads no source, and neither does an erasure: they are no syncs.
SYNCS = "mode not in ('build', 'forget')"
NEWEST = f"sync_seq = (select max(sync_seq) from ops.sync_runs where {SYNCS})"

# Name, unit, what it says, the table it is read from, and its value, behind its labels.
METRICS = (
    (
        "canon.sync.success",
        "",
        "Whether the newest run succeeded: 1, or 0",
        "sync_runs",
        f"select mode, cast(status = 'succeeded' as integer) from ops.sync_runs where {NEWEST}",
    ),
    (
        "canon.sync.duration",
        "s",
        "How long the newest run took",
        "sync_runs",
        "select mode, date_diff('millisecond', started_at, finished_at) / 1000 "
        f"from ops.sync_runs where {NEWEST}",
    ),
    (
        "canon.sync.last_success.timestamp",
        "s",
        "When a run last succeeded, in seconds since 1970",
        "sync_runs",
        f"select epoch(max(finished_at)) from ops.sync_runs where status = 'succeeded' and {SYNCS}",
    ),
    *(
        (
            f"canon.source.{name}",
            unit,
            description,
            "sync_extracts",
            f"select source, object, {value} from ops.sync_extracts where {NEWEST} group by all order by all",
        )
        for name, unit, description, value in (
            ("rows_read", "{row}", "Rows that the newest run read", "sum(rows_read)"),
            ("rows_written", "{row}", "New versions that the newest run wrote", "sum(rows_written)"),
            ("rows_rejected", "{value}", "Values of these rows that could not be used", "max(rows_rejected)"),
            ("api_calls", "{call}", "API calls of the newest run", "sum(api_calls)"),
            ("retries", "{call}", "API calls of the newest run that were repeated", "sum(retries)"),
        )
    ),
    (
        "canon.source.api_usage",
        "1",
        "Share of the day's API calls that anybody has used, as the source last said",
        "sync_extracts",
        "select source, max_by(api_used / api_limit, sync_seq) from ops.sync_extracts "
        "where api_limit > 0 group by source order by source",
    ),
    (
        "canon.check.success",
        "",
        "Whether a check passed in the newest validation: 1, or 0",
        "health_checks",
        "select check_name as \"check\", severity, cast(status = 'pass' as integer) from ops.health_checks "
        "where checked_at = (select max(checked_at) from ops.health_checks)",
    ),
    (
        "canon.incident.open",
        "{incident}",
        "Open incidents",
        "incidents",
        "select severity, count(*) filter (where severity = incidents.severity and closed_at is null) "
        "from (values ('critical'), ('warning')) as levels (severity) "
        "left join ops.incidents as incidents using (severity) group by severity order by severity",
    ),
    (
        "canon.warehouse.size",
        "By",
        "Bytes of data in the warehouse, and free inside its file",
        "storage",
        "select state, bytes from (select used_bytes as used, free_bytes as free from ops.storage "
        "where layer = 'file' order by measured_at desc limit 1) unpivot (bytes for state in (used, free))",
    ),
)
