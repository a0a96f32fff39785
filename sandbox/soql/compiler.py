"""The syntax tree of a SOQL query to DuckDB SQL with bound parameters.

Salesforce's comparisons have two values, not three: what SQL leaves unknown is false, also under NOT.
Text compares without regard to case, ids compare equal in their 15 and 18 character forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.salesforce.schema import CHILD_RELATIONSHIPS, Field, SObject
from sandbox.soql import tree
from sandbox.soql.conditions import condition_sql, folded, where_clause
from sandbox.soql.errors import SoqlError, malformed, pointed, unknown_relationship
from sandbox.soql.literals import compiled_value
from sandbox.soql.scope import Scope, named_object

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
MAX_OFFSET = 2_000
MAX_FIELDS_LIMIT = 200


@dataclass(frozen=True)
class Column:
    """One selected value: where it goes in the record, its field, and the SQL that yields it."""

    path: tuple[str, ...]
    field: Field
    sql: str
    object: SObject


@dataclass(frozen=True)
class Child:
    """A sub-select: its key in the record, the child's lookup field, and the compiled query."""

    name: str
    lookup: Field
    compiled: Compiled


@dataclass(frozen=True)
class Compiled:
    """A query ready to run.

    `source` is the FROM clause with its joins, `where` a condition with `parameters`, `order` (by id where
    the query states none: `is_ordered` is false) and `limits` the rest. `aggregates` are (key, SQL) pairs of
    a grouped query; `is_count` marks COUNT().
    """

    object: SObject
    columns: tuple[Column, ...]
    children: tuple[Child, ...]
    parents: Mapping[tuple[str, ...], tuple[str, SObject]]
    source: str
    where: str
    parameters: tuple[Any, ...]
    order: str
    limit: int | None
    offset: int | None
    aggregates: tuple[tuple[str, str, Field | None], ...] = ()
    group: str = ""
    having: str = ""
    having_parameters: tuple[Any, ...] = ()
    is_count: bool = False
    is_ordered: bool = True

    @property
    def alias(self) -> str:
        """The SQL name of the object's own table."""
        return self.source.split(" ")[1]

    @property
    def limits(self) -> str:
        """The LIMIT and OFFSET clauses."""
        limit = f" limit {self.limit}" if self.limit is not None else ""
        return limit + (f" offset {self.offset}" if self.offset else "")


def compile_query(
    text: str,
    query: tree.Query,
    schema: Mapping[str, SObject],
    now: datetime,
    include_deleted: bool = False,
    hidden_records: tuple[str, ...] = (),
) -> Compiled:
    """Translate a parsed query; raises SoqlError worded as Salesforce does."""
    root = named_object(text, query.source, schema)
    scope = Scope(text, schema, root, query.source.alias, now, hidden_records=hidden_records)
    return _compile(scope, query, include_deleted)


def _compile(scope: Scope, query: tree.Query, include_deleted: bool) -> Compiled:
    _check_limits(scope, query)
    where, parameters = where_clause(scope, query.where, include_deleted)
    if _is_aggregated(query):
        return _compile_aggregate(scope, query, where, parameters)
    columns, children = _select(scope, query, include_deleted)
    order = _order(scope, query.order)
    return Compiled(
        scope.root,
        columns,
        children,
        scope.parents,
        scope.source,
        where,
        parameters,
        order,
        query.limit,
        query.offset,
        is_ordered=bool(query.order),
    )


def _check_limits(scope: Scope, query: tree.Query) -> None:
    if query.offset is not None and query.offset > MAX_OFFSET:
        raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
    macros = [item for item in query.items if isinstance(item, tree.Function) and item.name == "FIELDS"]
    wide = any(macro.argument and str(macro.argument).upper() != "STANDARD" for macro in macros)
    if wide and (query.limit is None or query.limit > MAX_FIELDS_LIMIT):
        message = "The SOQL FIELDS function must have a LIMIT of at most 200"
        raise malformed(scope.text, macros[0].row, macros[0].column, message)


def _is_aggregated(query: tree.Query) -> bool:
    functions = (item for item in query.items if isinstance(item, tree.Function))
    return bool(query.group) or any(item.name != "FIELDS" for item in functions)


def _select(
    scope: Scope, query: tree.Query, include_deleted: bool
) -> tuple[tuple[Column, ...], tuple[Child, ...]]:
    columns: list[Column] = []
    children: list[Child] = []
    for item in query.items:
        if isinstance(item, tree.Query):
            children.append(_child(scope, item, include_deleted))
        elif isinstance(item, tree.TypeOf):
            columns += _typeof(scope, item)
        elif isinstance(item, tree.Function):
            columns += _macro(scope, item)
        else:
            columns.append(_column(scope, item))
    _refuse_duplicates(scope, query, columns)
    return tuple(columns), tuple(children)


def _refuse_duplicates(scope: Scope, query: tree.Query, columns: list[Column]) -> None:
    seen: set[tuple[str, ...]] = set()
    for column in columns:
        if column.path in seen:
            name = ".".join(column.path)
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {name}")
        seen.add(column.path)


def _column(scope: Scope, path: tree.Path) -> Column:
    sql, found, canonical = scope.resolve(path)
    owner = scope.parents[canonical[:-1]][1] if len(canonical) > 1 else scope.root
    return Column(canonical, found, sql, owner)


def _macro(scope: Scope, function: tree.Function) -> list[Column]:
    kind = str(function.argument).upper()
    if function.name != "FIELDS" or kind not in ("ALL", "STANDARD", "CUSTOM"):
        raise malformed(scope.text, function.row, function.column, f"unexpected token: '{function.name}'")
    wanted = [
        entry
        for entry in scope.root.fields
        if kind == "ALL" or entry.attributes["custom"] == (kind == "CUSTOM")
    ]
    return [_column(scope, tree.Path((entry.name,), function.row, function.column)) for entry in wanted]


def _typeof(scope: Scope, item: tree.TypeOf) -> list[Column]:
    """Choose the branch of the object the lookup is joined to; one target per lookup is served."""
    anchor = tree.Path((*item.relationship.parts, "Id"), item.relationship.row, item.relationship.column)
    _, _, canonical = scope.resolve(anchor)
    target = scope.parents[canonical[:-1]][1].name.lower()
    chosen = next((fields for name, fields in item.branches if name.lower() == target), item.otherwise)
    return [
        _column(scope, tree.Path((*item.relationship.parts, *path.parts), path.row, path.column))
        for path in chosen
    ]


def _child(scope: Scope, query: tree.Query, include_deleted: bool) -> Child:
    name = str(query.source).lower()
    for (child, lookup), relationship in CHILD_RELATIONSHIPS.items():
        sobject = scope.schema.get(child)
        if relationship is None or relationship.lower() != name or sobject is None or not sobject.has(lookup):
            continue
        found = sobject.by_name[lookup.lower()]
        if scope.root.name in found.targets:
            inner = Scope(scope.text, scope.schema, sobject, query.source.alias, scope.now, prefix="c")
            return Child(relationship, found, _compile(inner, query, include_deleted))
    raise unknown_relationship(scope.text, query.source.row, query.source.column, str(query.source))


def _order(scope: Scope, items: tuple[tree.Ordering, ...]) -> str:
    clauses = [_order_item(scope, item) for item in items]
    if not any(clause.startswith(f'{scope.prefix}0."Id" ') for clause in clauses):
        clauses.append(f'{scope.prefix}0."Id" asc')
    return ", ".join(clauses)


def _order_item(scope: Scope, item: tree.Ordering) -> str:
    if isinstance(item.operand, tree.Function):
        sql, _ = _aggregate(scope, item.operand)
        return f"{sql}{_direction(item)}"
    sql, found, _ = scope.resolve(item.operand)
    if not found.attributes["sortable"]:
        message = f"field '{found.name}' can not be sorted in a query call"
        position = (item.operand.row, item.operand.column)
        raise SoqlError("INVALID_FIELD", pointed(scope.text, *position, message))
    return f"{folded(sql, found)}{_direction(item)}"


def _direction(item: tree.Ordering) -> str:
    return f" {'desc' if item.descending else 'asc'} nulls {'last' if item.nulls_last else 'first'}"


def _aggregate(scope: Scope, function: tree.Function) -> tuple[str, Field | None]:
    if function.name not in AGGREGATES:
        raise malformed(scope.text, function.row, function.column, f"unexpected token: '{function.name}'")
    if function.argument is None:
        return "count(*)", None
    sql, found, _ = scope.resolve(function.argument)
    if function.name == "COUNT_DISTINCT":
        return f"count(distinct {folded(sql, found)})", None
    if function.name == "COUNT":
        return f"count({sql})", None
    if function.name in ("SUM", "AVG") and not found.is_number:
        message = f"field {found.name} does not support aggregate operator {function.name}"
        raise malformed(scope.text, function.row, function.column, message)
    return f"{function.name.lower()}({sql})", found


def _compile_aggregate(scope: Scope, query: tree.Query, where: str, parameters: tuple[Any, ...]) -> Compiled:
    only = query.items[0]
    is_count = isinstance(only, tree.Function) and only.name == "COUNT" and only.argument is None
    keys = [scope.resolve(path) for path in query.group]
    selected = () if is_count else tuple(_aggregate_items(scope, query, keys))
    having_parameters: list[Any] = []
    having = _having(scope, query.having, having_parameters) if query.having else ""
    order = ", ".join(_order_item(scope, item) for item in query.order)
    group = ", ".join(f"{sql}" for sql, _, _ in keys)
    return Compiled(
        scope.root, (), (), scope.parents, scope.source, where, parameters, order, query.limit, query.offset,
        selected, group, having, tuple(having_parameters), is_count,
    )  # fmt: skip


def _aggregate_items(
    scope: Scope, query: tree.Query, keys: list[tuple[str, Field, tuple[str, ...]]]
) -> list[tuple[str, str, Field | None]]:
    items: list[tuple[str, str, Field | None]] = []
    unnamed = 0
    grouped = {sql for sql, _, _ in keys}
    for item in query.items:
        if isinstance(item, tree.Path):
            sql, found, canonical = scope.resolve(item)
            if sql not in grouped:
                message = f"Field must be grouped or aggregated: {found.name}"
                raise malformed(scope.text, item.row, item.column, message)
            items.append((item.alias or canonical[-1], sql, found))
        elif isinstance(item, tree.Function):
            aggregate, kind = _aggregate(scope, item)
            items.append((item.alias or f"expr{unnamed}", aggregate, kind))
            unnamed += 0 if item.alias else 1
        else:
            raise SoqlError("MALFORMED_QUERY", "sub-selects are not allowed in aggregate queries")
    return items


def _having(scope: Scope, condition: tree.Condition, parameters: list[Any]) -> str:
    if isinstance(condition, tree.Combination):
        parts = [f"({_having(scope, part, parameters)})" for part in condition.conditions]
        return (
            f"{parts[0]} is not true"
            if condition.operator == "not"
            else f" {condition.operator} ".join(parts)
        )
    if isinstance(condition.operand, tree.Path):
        return condition_sql(scope, condition, parameters)
    sql, found = _aggregate(scope, condition.operand)
    literal = condition.values[0] if condition.values else None
    if literal is None or condition.operator not in ("=", "!=", "<", "<=", ">", ">="):
        raise malformed(
            scope.text, condition.operand.row, condition.operand.column, "unexpected token: 'HAVING'"
        )
    parameters.append(compiled_value(scope.text, found, literal) if found else float(literal.text))
    return f"{sql} {'is distinct from' if condition.operator == '!=' else condition.operator} ?"
