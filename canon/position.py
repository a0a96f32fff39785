"""Where in the log a past day stood: the last build that had begun by then, and how far back there is one."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from canon.errors import UsageError
from canon.warehouse import first


@dataclass(frozen=True)
class Position:
    """The build whose tables stood at a point in time."""

    sync_id: str
    sync_seq: int
    started_at: datetime
    policy_version: str


def built_by(con: duckdb.DuckDBPyConnection, moment: datetime) -> Position | None:
    """The last build that had begun by a time, naive UTC: what a sync finds is believed from its start on."""
    found = first(
        con,
        "select sync_id, sync_seq, started_at, policy_version from ops.sync_runs "
        "where policy_version is not null and status in ('succeeded', 'stopped') and started_at <= ? "
        "order by sync_seq desc limit 1",
        [moment],
    )
    return Position(*found) if found else None


def position_at(con: duckdb.DuckDBPyConnection, moment: datetime) -> Position:
    """The same, where the log still has all that it takes to build it again.

    Raises:
        UsageError: Nothing had been built by then, or versions of that day have been pruned.
    """
    found = built_by(con, moment)
    if found is None:
        earliest = first(con, "select min(started_at) from ops.sync_runs where policy_version is not null")
        since = f"the first build is of {_day(earliest[0])}" if earliest and earliest[0] else "never"
        raise UsageError(f"Nothing had been built by {_day(moment)} (UTC): {since}.")
    pruned = first(
        con,
        "select max_by(replay_from, sync_seq), max(sync_seq), max(pruned_at) from ops.prunings "
        "where removed + thinned > 0",
    )
    if pruned and pruned[1] is not None and found.sync_seq < pruned[1]:
        raise UsageError(
            f"What was believed at {_day(moment)} (UTC) cannot be built again: canon prune has thinned out "
            f"the versions of before {_day(pruned[0])}, as vars.retention says. Choose that time or a later "
            "one; ask canon explain CUSTOMER --as-of about one person; or build it from a backup of before "
            f"{_day(pruned[2])}."
        )
    return found


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
