"""What a changed policy changes, cell by cell: two builds of one log compared."""

from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from canon.warehouse import first, rows

ABOVE_LIMIT = 3
EXAMPLES = 10
TABLES = {"customer": "customers", "company": "companies", "deal": "deals"}


@dataclass(frozen=True)
class Example:
    """One cell that would change; values as text."""

    id: str
    old_value: str | None
    old_source: str | None
    new_value: str | None
    new_source: str | None


@dataclass(frozen=True)
class FieldPlan:
    """What would change of one field: `cells` get another value, `winners` the same from another system."""

    entity: str
    field: str
    cells: int
    winners: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Plan:
    """What a policy would change. More cells than `limit` are too many; None: no limit."""

    matrix: str
    fields: tuple[FieldPlan, ...]
    reviews_opened: int
    reviews_closed: int
    marketable_gained: int
    marketable_lost: int
    limit: int | None = None

    @property
    def cells(self) -> int:
        """Cells of all fields that would get another value."""
        return sum(each.cells for each in self.fields)

    @property
    def exit_code(self) -> int:
        """0, or 3 where more cells would change than the limit allows."""
        return ABOVE_LIMIT if self.limit is not None and self.cells > self.limit else 0

    def as_json(self) -> dict[str, Any]:
        """The plan as one JSON object."""
        status = "above_limit" if self.exit_code else "planned"
        return {"status": status, "exit_code": self.exit_code, "cells": self.cells, **asdict(self)}


def compared(con: duckdb.DuckDBPyConnection, matrix: str, limit: int | None) -> Plan:
    """Compare the marts of a connection with those of the database `before` that is attached to it."""
    lines = rows(con, LINES)
    return Plan(
        matrix=matrix,
        fields=tuple(found for line in lines for found in [_field(con, **line)] if found),
        reviews_opened=_only(con, "marts.review_queue", "before.marts.review_queue", "item_id"),
        reviews_closed=_only(con, "before.marts.review_queue", "marts.review_queue", "item_id"),
        marketable_gained=_only(con, MARKETABLE, f"before.{MARKETABLE}", "customer_id"),
        marketable_lost=_only(con, f"before.{MARKETABLE}", MARKETABLE, "customer_id"),
        limit=limit,
    )


# Every field of either policy, and whether it is there before and after.
LINES = """
select entity, field, bool_or(is_before) as is_before, bool_or(not is_before) as is_after
from (
    select entity, field, true as is_before from before.marts.field_ownership
    union all
    select entity, field, false from marts.field_ownership
)
group by all order by all
"""
MARKETABLE = "marts.marketable_customers"


def _only(con: duckdb.DuckDBPyConnection, table: str, other: str, key: str) -> int:
    """How many keys are in one table and not in the other; names are our own."""
    found = first(con, f"select count(*) from (select {key} from {table} except select {key} from {other})")
    return int(found[0]) if found else 0


# Names of entities and fields are those of a policy that dbt has linted: letters, digits and underscores.
CELLS = """
with pairs as (
    select
        coalesce(after_rows.{key}, before_rows.{key}) as id,
        {old} as old_value, {old_source} as old_source, {new} as new_value, {new_source} as new_source
    from marts.{table} as after_rows
    full join before.marts.{table} as before_rows on after_rows.{key} = before_rows.{key}
)
select *, old_value is distinct from new_value as is_other from pairs
where old_value is distinct from new_value or old_source is distinct from new_source
order by is_other desc, id
"""


def _field(
    con: duckdb.DuckDBPyConnection, entity: str, field: str, *, is_before: bool, is_after: bool
) -> FieldPlan | None:
    old, old_source = _columns("before_rows", field) if is_before else NOTHING
    new, new_source = _columns("after_rows", field) if is_after else NOTHING
    query = CELLS.format(
        key=f"{entity}_id",
        table=TABLES[entity],
        old=old,
        old_source=old_source,
        new=new,
        new_source=new_source,
    )
    counted = first(con, f"select count(*) filter (is_other), count(*) from ({query})")
    cells, touched = counted if counted else (0, 0)
    if not touched:
        return None
    found = rows(con, f"select * exclude (is_other) from ({query}) limit {EXAMPLES}")
    return FieldPlan(entity, field, cells, touched - cells, tuple(Example(**each) for each in found))


NOTHING = ("null::varchar", "null::varchar")


def _columns(side: str, field: str) -> tuple[str, str]:
    return f'{side}."{field}"::varchar', f'{side}."{field}_source"'
