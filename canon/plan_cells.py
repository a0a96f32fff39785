"""Two states of the canonical tables compared, cell by cell: two policies on one log, or two days."""

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


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What differs between two states of the canonical tables: of `before`, by what `after` has."""

    fields: tuple[FieldPlan, ...]
    reviews_opened: int
    reviews_closed: int
    marketable_gained: int
    marketable_lost: int

    @property
    def cells(self) -> int:
        """Cells of all fields that have another value."""
        return sum(each.cells for each in self.fields)

    def as_json(self) -> dict[str, Any]:
        """The difference as one JSON object."""
        return {"status": "compared", "exit_code": 0, "cells": self.cells, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class Plan(Difference):
    """What a policy would change. More cells than `limit` are too many; None: no limit."""

    matrix: str
    limit: int | None = None

    @property
    def exit_code(self) -> int:
        """0, or 3 where more cells would change than the limit allows."""
        return ABOVE_LIMIT if self.limit is not None and self.cells > self.limit else 0

    def as_json(self) -> dict[str, Any]:
        """The plan as one JSON object."""
        status = "above_limit" if self.exit_code else "planned"
        return {**super().as_json(), "status": status, "exit_code": self.exit_code}


def planned(con: duckdb.DuckDBPyConnection, matrix: str, limit: int | None) -> Plan:
    """Compare the marts of a connection with those of the database `before` that is attached to it."""
    return Plan(**vars(compared(con, "before.marts", "marts")), matrix=matrix, limit=limit)


def compared(con: duckdb.DuckDBPyConnection, before: str, after: str) -> Difference:
    """Compare two schemas with canonical tables; the caller knows that they are there."""
    lines = rows(con, LINES.format(before=before, after=after))
    queues, people = (_gained_and_lost(con, before, after, *each) for each in COUNTED)
    return Difference(
        fields=tuple(found for line in lines for found in [_field(con, before, after, **line)] if found),
        reviews_opened=queues[0],
        reviews_closed=queues[1],
        marketable_gained=people[0],
        marketable_lost=people[1],
    )


# Every field of either policy, and whether it is there before and after.
LINES = """
select entity, field, bool_or(is_before) as is_before, bool_or(not is_before) as is_after
from (
    select entity, field, true as is_before from {before}.field_ownership
    union all
    select entity, field, false from {after}.field_ownership
)
group by all order by all
"""

# What is counted as it comes and goes: table, key.
COUNTED = (("review_queue", "item_id"), ("marketable_customers", "customer_id"))


def _gained_and_lost(
    con: duckdb.DuckDBPyConnection, before: str, after: str, table: str, key: str
) -> tuple[int, int]:
    """How many keys are new in a table, and how many are not there any more."""
    old, new = f"{before}.{table}", f"{after}.{table}"
    return _only(con, new, old, key), _only(con, old, new, key)


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
    from {after}.{table} as after_rows
    full join {before}.{table} as before_rows on after_rows.{key} = before_rows.{key}
)
select *, old_value is distinct from new_value as is_other from pairs
where old_value is distinct from new_value or old_source is distinct from new_source
order by is_other desc, id
"""


def _field(
    con: duckdb.DuckDBPyConnection,
    before: str,
    after: str,
    *,
    entity: str,
    field: str,
    is_before: bool,
    is_after: bool,
) -> FieldPlan | None:
    old, old_source = _columns("before_rows", field) if is_before else NOTHING
    new, new_source = _columns("after_rows", field) if is_after else NOTHING
    query = CELLS.format(
        before=before,
        after=after,
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
