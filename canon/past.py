"""Past states of the canonical tables, each in a schema of its own: which there are, and dropping them."""

import duckdb

from canon.warehouse import quoted

MARTS = "marts"  # today's state
PREFIX = "as_of_"


def past_states(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The schemas that `canon build --as-of` has left."""
    found = con.execute(
        "select schema_name from duckdb_schemas() "
        "where database_name = current_catalog() and starts_with(schema_name, ?) order by 1",
        [PREFIX],
    ).fetchall()
    return [name for (name,) in found]


def drop_past_states(con: duckdb.DuckDBPyConnection) -> None:
    """Drop them all: they can be built again, without whoever was erased."""
    for name in past_states(con):
        con.execute(f"drop schema {quoted(name)} cascade")
