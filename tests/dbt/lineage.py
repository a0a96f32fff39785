"""Which raw columns the value in a column is copied or computed from, walked through compiled SQL.

A value's inputs are what can stand in the cell. What only chooses among values is none: conditions of a
`case` whose branches are columns, `filter`, orders and partitions of windows, the second argument of
`max_by`, join keys. Where every branch of a `case` is a constant (true, false), its conditions are the input.
`canon_phone` takes its number from the first argument; the second is the country of a number that names none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from tests.dbt.manifest import Project

# Schema and table, or table and column.
Pair = tuple[str, str]
Columns = frozenset[tuple[str, str, str]]

# Functions whose first argument is the value, and whose others say how to read or to choose it.
FIRST_ARGUMENT = (exp.Filter, exp.Window, exp.ArgMax, exp.ArgMin, exp.Nullif, exp.IgnoreNulls)

# What a materialization adds to the columns of the statement, or makes instead of them.
ADDED = {"snapshot": ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"]}
MADE = {
    "connected_components": ["record_key", "group_key", "record_hash", "group_hash"],
    "judged_links": ["link_id", "left_key", "left_hash", "reason"],
}


@dataclass
class Lineage:
    """The compiled project, and what is known of it so far."""

    project: Project
    raw: dict[Pair, list[str]]
    scopes: dict[Pair, Scope] = field(default_factory=dict)
    known: dict[tuple[str, str, str], Columns] = field(default_factory=dict)

    def of(self, schema: str, table: str, column: str) -> Columns:
        """Raw columns, as (schema, table, column), that the value of a column comes from."""
        at = (schema, table, column)
        if (schema, table) in self.raw:
            return frozenset([at])
        if at not in self.known:
            self.known[at] = frozenset(
                origin
                for parent in _inputs(self._scope((schema, table)), column)
                for origin in self.of(*parent)
            )
        return self.known[at]

    def columns(self, table: Pair) -> list[str]:
        """The columns of a raw table, or of what dbt makes of a node's statement."""
        if table in self.raw:
            return self.raw[table]
        how = self._node(table)["config"]["materialized"]
        return MADE.get(how) or [*self._scope(table).expression.named_selects, *ADDED.get(how, [])]

    def _scope(self, table: Pair) -> Scope:
        """The statement of a model or snapshot with every star and every unqualified column resolved."""
        if table not in self.scopes:
            tree = sqlglot.parse_one(self._node(table)["compiled_code"], read="duckdb")
            names = {cte.alias for cte in tree.find_all(exp.CTE)}
            read = {(t.db, t.name) for t in tree.find_all(exp.Table) if t.db or t.name not in names}
            schema: dict[str, Any] = {}
            for db, name in read:
                schema.setdefault(db, {})[name] = dict.fromkeys(self.columns((db, name)), "text")
            for each in tree.find_all(exp.Table):
                each.set("catalog", None)
            resolved = qualify(
                tree, schema=schema, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False
            )
            scope = build_scope(resolved)
            assert scope is not None
            self.scopes[table] = scope
        return self.scopes[table]

    def _node(self, table: Pair) -> dict[str, Any]:
        return self.project.snapshots.get(table[1]) or self.project.models[table[1]]


def _inputs(scope: Scope, column: str) -> Iterator[tuple[str, str, str]]:
    """Tables and columns that a scope's output column takes its value from."""
    if scope.union_scopes:
        place = scope.expression.named_selects.index(column)
        for branch in scope.union_scopes:
            yield from _inputs(branch, branch.expression.named_selects[place])
        return
    projection = next(each for each in scope.expression.selects if each.alias_or_name == column)
    for found in _values(projection):
        source = scope.sources[found.table]
        if isinstance(source, Scope):
            yield from _inputs(source, found.name)
        else:
            yield (source.db, source.name, found.name)


def _values(node: exp.Expr) -> Iterator[exp.Column]:
    """The columns that can stand in the cell."""
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Case):
        branches = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default")]
        found = [column for branch in branches if branch for column in _values(branch)]
        yield from found or node.find_all(exp.Column)
    elif isinstance(node, FIRST_ARGUMENT):
        yield from _values(node.this)
    elif isinstance(node, exp.Anonymous) and node.name == "canon_phone":
        yield from _values(node.expressions[0])
    else:
        for child in node.iter_expressions():
            yield from _values(child)
