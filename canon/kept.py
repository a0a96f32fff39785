"""Which rows the last build replaced, as dbt notes it beside staging: see macros/delta/position.sql."""

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from canon.warehouse import columns_of, first, has_table, log_tables, quoted

# A delta of fewer new rows is small. One of very many makes everything anew, see macros/delta/position.sql.
FEW = 10_000

# What tells of the log and grows with every sync, beside the tables without reads (dlt's own, the journal of
# reads): a build does not note how many rows these have.
ABOUT_THE_LOG = ("counts", "pruned_changes")


@dataclass(frozen=True)
class Kept:
    """The rows of a table that the last build replaced, or looked at and found as they were.

    `keys` are pairs of a column of the table and one of the table that names the rows.
    """

    touched_schema: str
    touched_name: str
    keys: tuple[tuple[str, str], ...]

    @property
    def touched(self) -> str:
        """The condition that a row, called `kept`, is one of them; to be asked in the warehouse's catalog."""
        place = f"{quoted(self.touched_schema)}.{quoted(self.touched_name)}"
        same = " and ".join(f"kept.{quoted(own)} = touched.{quoted(named)}" for own, named in self.keys)
        return f"exists (select 1 from {place} as touched where {same})"


def went_on_from(con: duckdb.DuckDBPyConnection, build_id: str) -> str | None:
    """The build that one went on from; None where it made everything anew or is not the last that ended."""
    if not has_table(con, "staging", "build_kept"):
        return None
    found = first(
        con,
        "select since_id from staging.build_position where build_id = ? and not is_whole and not is_open",
        [build_id],
    )
    return found[0] if found else None


def why_anew(con: duckdb.DuckDBPyConnection) -> str | None:
    """Why the last build made everything anew; None where it went on from another, or none is known."""
    if not has_table(con, "staging", "build_position"):
        return None
    found = first(con, "select why_anew from staging.build_position")
    return found[0] if found else None


def will_follow_little(con: duckdb.DuckDBPyConnection, mark: str) -> bool:
    """Whether the next build is expected to follow a small delta, rather than to make everything anew.

    dbt decides that when it has begun; this is what can be told before. Not told: little that is new may
    say something of many, such as the name of an account to which everybody belongs.

    Args:
        con: A connection to the warehouse.
        mark: What the next build is made of: see canon.state.fingerprint.
    """
    if not all(has_table(con, *place) for place in (("staging", "build_position"), ("ops", "build_state"))):
        return False
    same = (
        "select 1 from staging.build_position as position join ops.build_state as state "
        "on position.build_id = state.build_id where not position.is_open and state.fingerprint = ?"
    )
    return first(con, same, [mark]) is not None and _little_is_new(con)


def _little_is_new(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the log has little that the last build did not know, and nothing new about its fields."""
    known = dict(
        con.execute("select source_table, sum(row_count) from staging.build_reads group by all").fetchall()
    )
    added = 0
    for schema, name in log_tables(con):
        if name in ABOUT_THE_LOG or "_extract_id" not in columns_of(con, schema, name):
            continue
        counted = first(con, f"select count(*) from {quoted(schema)}.{quoted(name)}")
        new = counted[0] - known.get(f"{schema}.{name}", 0) if counted else 0
        if new and name == "fields":
            return False
        added += max(new, 0)
    return added < FEW


def kept_tables(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Kept]:
    """The published tables of which the last build replaced rows, by schema and name; none before one did."""
    if not has_table(con, "staging", "build_kept"):
        return {}
    keys: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    touched: dict[tuple[str, str], tuple[str, str]] = {}
    columns = "table_schema, table_name, key, touched_schema, touched_name, touched_key"
    for schema, name, key, *touching, touched_key in con.execute(
        f"select {columns} from staging.build_kept"
    ).fetchall():
        keys[schema, name].append((key, touched_key))
        touched[schema, name] = (touching[0], touching[1])
    return {place: Kept(*touched[place], tuple(pairs)) for place, pairs in keys.items()}
