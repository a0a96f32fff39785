"""`canon prune`: the policy says for how many days versions stay that newer ones have superseded.

What goes is what nothing has read since the last build that is older than that: ids, winners, clocks and what
`canon build --as-of` makes of any later day stay as they are, and so does what `ops.source_changes` tells.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from canon.errors import ConfigurationError, UsageError
from canon.forget import resume
from canon.journal import ensure_journals, utc_now
from canon.lock import run_lock
from canon.output import step
from canon.position import Position, built_by
from canon.settings import Settings
from canon.thinning import Thinned, due, thin, version_tables
from canon.warehouse import connect, first, has_table, require_warehouse
from pipelines.policy import POLICY, read_policy

KEY = "vars.retention.superseded_days"


@dataclass(frozen=True)
class Pruned:
    """What went, or would go, of the versions up to the build that began at `replay_from` (naive UTC).

    Earlier ones cannot be made again where anything went. It is None where no build is older than the policy
    keeps versions.
    """

    superseded_days: int
    dry_run: bool
    replay_from: datetime | None
    removed: int
    thinned: int
    tables: tuple[Thinned, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as one JSON object."""
        return {"status": "succeeded", "exit_code": 0, **asdict(self)}


def superseded_days(root: Path) -> int | None:
    """For how many days superseded versions stay; None: for ever.

    Raises:
        ConfigurationError: The policy says something that is no number of days.
    """
    days = (read_policy(root / POLICY).get("retention") or {}).get("superseded_days")
    if days is None or (isinstance(days, int) and not isinstance(days, bool) and days >= 1):
        return days
    raise ConfigurationError(
        f"{KEY} in {POLICY} is {days!r}: expected a whole number of days from 1 on, or null, which keeps "
        "every version."
    )


def prune(settings: Settings, *, dry_run: bool = False) -> Pruned:
    """Thin out what the log holds of versions that were superseded longer ago than the policy keeps them.

    One transaction: a kill leaves all of it or nothing. The room is free inside the file; `canon compact`
    gives it back.

    Args:
        settings: Where the warehouse and the policy are.
        dry_run: Count only, and change nothing.

    Raises:
        UsageError: The policy keeps every version, or there is no warehouse.
        ConfigurationError: The policy says something that is no number of days.
        LockHeld: A run is at work.
    """
    days = superseded_days(settings.root)
    if days is None:
        raise UsageError(
            f"Every version is kept: {KEY} in {POLICY} is null. Write there for how many days versions stay "
            "that newer ones have superseded; canon prune --dry-run then says what would go."
        )
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "prune"):
        if not dry_run:
            resume(settings)
        with connect(settings.warehouse, read_only=dry_run) as con:
            con.execute("set preserve_insertion_order = false")
            with step("Looking for versions that nothing needs"):
                return _prune(con, settings.root, days, dry_run=dry_run)


def _prune(con: duckdb.DuckDBPyConnection, root: Path, days: int, *, dry_run: bool) -> Pruned:
    if not dry_run:
        ensure_journals(con)
    horizon = horizon_of(con, days)
    before = looked_at(con)
    if horizon is None or horizon.sync_seq <= before:
        return Pruned(days, dry_run, horizon.started_at if horizon else None, 0, 0, ())
    if not dry_run:
        con.begin()
    found = [
        thin(con, table, before, horizon.sync_seq, dry_run=dry_run) for table in version_tables(con, root)
    ]
    done = Pruned(
        days,
        dry_run,
        horizon.started_at,
        sum(each.removed for each in found),
        sum(each.thinned for each in found),
        tuple(each for each in found if each.removed + each.thinned),
    )
    if not dry_run:
        con.execute(
            "insert into ops.prunings values (?, ?, ?, ?, ?, ?)",
            [utc_now(), horizon.sync_seq, horizon.started_at, days, done.removed, done.thinned],
        )
        con.commit()
    return done


def horizon_of(con: duckdb.DuckDBPyConnection, days: int) -> Position | None:
    """The build that stood so many days ago: what it was made of stays; None where there was none yet."""
    if not has_table(con, "ops", "sync_runs"):
        return None
    return built_by(con, utc_now() - timedelta(days=days))


def looked_at(con: duckdb.DuckDBPyConnection) -> int:
    """The horizon up to which the log has been looked through; 0 where it never was."""
    if not has_table(con, "ops", "prunings"):
        return 0
    found = first(con, "select coalesce(max(sync_seq), 0) from ops.prunings")
    return int(found[0]) if found else 0


def waiting(con: duckdb.DuckDBPyConnection, root: Path, days: int) -> int:
    """How many records have superseded versions of so many days ago that nobody has looked at yet."""
    horizon, before = horizon_of(con, days), looked_at(con)
    if horizon is None:
        return 0
    return sum(due(con, table, before, horizon.sync_seq) for table in version_tables(con, root))
