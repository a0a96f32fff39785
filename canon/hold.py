"""Where an object has lost more records than the policy allows, readers keep the last published copy.

What `ops.measure_shrink` calls critical is held back; `ops.publications` keeps what each published copy had,
and why a loss was accepted.
"""

from pathlib import Path

import duckdb

from canon.errors import UsageError
from canon.journal import ensure_journals, utc_now
from canon.validate import CRITICAL
from canon.warehouse import connect, has_table

MEASURE = "measure_shrink"


def losses(warehouse: Path) -> tuple[str, ...]:
    """What is missing since the last publication, beyond what the policy allows: one text per object."""
    with connect(warehouse, read_only=True) as con:
        if not has_table(con, "ops", MEASURE):
            return ()
        found = con.execute(
            f"select source, object, loss from ops.{MEASURE} where verdict = ? order by all", [CRITICAL]
        ).fetchall()
    return tuple(f"{source} {name} lost {loss}" for source, name, loss in found)


def note_publication(warehouse: Path, reason: str | None) -> None:
    """Keep how many live records the published copy has of each object, where that is news."""
    with connect(warehouse) as con:
        ensure_journals(con)
        if has_table(con, "ops", MEASURE):
            _append(con, reason)


def _append(con: duckdb.DuckDBPyConnection, reason: str | None) -> None:
    con.execute(
        "insert into ops.publications by name "
        "select ?::timestamp as published_at, source, object, live, ?::varchar as reason "
        f"from ops.{MEASURE} where live is distinct from published_live or ?::varchar is not null",
        [utc_now(), reason, reason],
    )


def stated(reason: str) -> str:
    """The reason of an acceptance.

    Raises:
        UsageError: It says nothing.
    """
    if not reason.strip():
        raise UsageError("--accept needs a reason: it is kept beside the figures, for whoever asks next.")
    return reason.strip()
