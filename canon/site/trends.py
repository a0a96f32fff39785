"""How numbers developed: what validations measured, syncs read, sweeps counted. In SQL, and bounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from canon.warehouse import has_table, rows

# How far back a chart looks, and how many charts a measure gets: those that moved most, by their size.
MOMENTS = 60
CHARTS = 12


@dataclass(frozen=True)
class Series:
    """One number over time, oldest first."""

    measure: str
    source: str
    object: str
    part: str
    name: str
    values: tuple[float | None, ...]

    @property
    def of(self) -> str:
        """What it is a number of: system, object, and what else names its row."""
        return " ".join(part for part in (self.source, self.object, self.part) if part) or "all"

    @property
    def now(self) -> float | None:
        """The newest value."""
        return self.values[-1]

    @property
    def low(self) -> float | None:
        """The least value."""
        return min((each for each in self.values if each is not None), default=None)

    @property
    def high(self) -> float | None:
        """The greatest value."""
        return max((each for each in self.values if each is not None), default=None)

    @property
    def movement(self) -> float:
        """How much it moved, as a share of its greatest value: 0 is not at all."""
        low, high = self.low, self.high
        return 0 if low is None or high is None else (high - low) / (max(abs(low), abs(high)) or 1)


def measured(con: duckdb.DuckDBPyConnection, suites: Sequence[Mapping[str, Any]]) -> dict[str, list[Series]]:
    """By measure, the numbers that its checks judge, show or draw (`meta.shows`, `meta.draws`)."""
    if not has_table(con, "ops", "measurements"):
        return {}
    judged = {(suite["name"], _judged(each)) for suite in suites for each in suite["expectations"]}
    found: dict[str, list[Series]] = {}
    for row in rows(con, MEASURED, [MOMENTS]):
        if (row["measure"], row["metric"]) in judged:
            source, object_, part = (row[name] or "" for name in ("source", "object", "part"))
            name = row["measure"].removeprefix("measure_")
            values = tuple(row["values"])
            series = Series(name, source, object_, part, row["metric"], values)
            found.setdefault(series.measure, []).append(series)
    return found


def moving(series: Sequence[Series]) -> list[Series]:
    """Those that have moved at all."""
    return [each for each in series if each.movement > 0]


def most_moved(series: Sequence[Series]) -> list[Series]:
    """As many of them as are drawn, in their own order: those that moved most."""
    chosen = set(sorted(range(len(series)), key=lambda place: -series[place].movement)[:CHARTS])
    return [each for place, each in enumerate(series) if place in chosen]


def _judged(expectation: Mapping[str, Any]) -> str | None:
    """The column that an expectation is about: what it draws or shows, where it judges by one of verdicts."""
    meta = expectation.get("meta") or {}
    shown = meta.get("draws") or meta.get("shows") or expectation["kwargs"].get("column")
    return str(shown) if shown else None


def volumes(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, list[float]]]:
    """By system and object: rows read, versions written, values rejected of the last syncs, oldest first."""
    if not has_table(con, "ops", "sync_extracts"):
        return {}
    return {(row["source"], row["object"]): row for row in rows(con, VOLUMES, [MOMENTS])}


def drift(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Per object what the newest sweep counted, and its drift over the last ones."""
    return rows(con, DRIFT, [MOMENTS]) if has_table(con, "ops", "record_counts") else []


MEASURED = """
with moments as (
    select measured_at from ops.measurements group by measured_at order by measured_at desc limit ?
),
newest as (select max(measured_at) as measured_at from moments)
select
    measure, source, object, part, metric,
    list(value order by measured_at) as values, max(measured_at) as measured_at
from ops.measurements
join moments using (measured_at)
group by measure, source, object, part, metric
-- what is not measured any more is history
having max(measured_at) = (select measured_at from newest)
order by measure, metric, source nulls first, object nulls first, part nulls first
"""

VOLUMES = """
with runs as (
    select sync_seq from ops.sync_extracts group by sync_seq order by sync_seq desc limit ?
),
counted as (
    select
        source, object, sync_seq, sum(rows_read) as rows_read, sum(rows_written) as rows_written,
        max(rows_rejected) as rows_rejected
    from ops.sync_extracts
    join runs using (sync_seq)
    group by source, object, sync_seq
)
select
    source, object,
    list(cast(coalesce(rows_read, 0) as double) order by sync_seq) as rows_read,
    list(cast(coalesce(rows_written, 0) as double) order by sync_seq) as rows_written,
    list(cast(coalesce(rows_rejected, 0) as double) order by sync_seq) as rows_rejected
from counted
group by source, object
order by source, object
"""

DRIFT = """
select
    source, object,
    arg_max(source_count, counted_at) as source_count, arg_max(copy_count, counted_at) as copy_count,
    arg_max(missing, counted_at) as missing, arg_max(surplus, counted_at) as surplus,
    arg_max(stale, counted_at) as stale, max(counted_at) as counted_at,
    list(cast(drift as double) order by counted_at)[-?:] as drifts
from ops.record_counts
group by source, object
order by source, object
"""
