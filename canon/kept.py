"""Which rows the last build replaced, as dbt notes it beside staging: see macros/delta/position.sql."""

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from canon.warehouse import first, has_table, quoted


@dataclass(frozen=True)
class Kept:
    """The rows of a table that the last build replaced.

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
