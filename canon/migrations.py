"""Bringing a warehouse that an earlier release wrote up to date: every change of a table's shape is a step.

What dbt builds changes its shape with the models; journals, which are never built anew, change it here. A
step is done once, in order, in a transaction of its own, and noted in `ops.schema_version`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from canon.errors import WarehouseUnusable
from canon.warehouse import first


@dataclass(frozen=True)
class Migration:
    """One step: its number, what it is about, and the statements that do it."""

    version: int
    what: str
    statements: tuple[str, ...]


# In order, without gaps. A step that was released is never edited: its warehouses are out there.
MIGRATIONS = (
    Migration(
        1,
        "a build notes what had been decided and suggested",
        (
            "alter table ops.build_state add column if not exists decisions bigint",
            "alter table ops.build_state add column if not exists suggestions bigint",
        ),
    ),
)

CURRENT = MIGRATIONS[-1].version


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Do the steps that an open warehouse has not seen yet; the journals are there already.

    Raises:
        WarehouseUnusable: A newer release has written it.
    """
    known = schema_version(con)
    if known > CURRENT:
        raise WarehouseUnusable(
            f"This warehouse was written by a newer Canon (schema version {known}, this one's is {CURRENT}). "
            "Install that version, or restore a backup of before. Nothing was changed."
        )
    for step in MIGRATIONS[known:]:
        con.begin()
        for statement in step.statements:
            con.execute(statement)
        now = datetime.now(UTC).replace(tzinfo=None)
        con.execute("insert into ops.schema_version values (?, ?, ?)", [step.version, step.what, now])
        con.commit()


def schema_version(con: duckdb.DuckDBPyConnection) -> int:
    """The last step that was done; 0 for a warehouse of before there were any."""
    found = first(con, "select coalesce(max(version), 0) from ops.schema_version")
    return int(found[0]) if found else 0
