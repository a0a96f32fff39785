"""Conditions of a query to SQL, with the values they bind in the order of their marks."""

from __future__ import annotations

from typing import Any

from sandbox.salesforce.schema import Field
from sandbox.soql import tree
from sandbox.soql.errors import SoqlError, malformed, pointed
from sandbox.soql.literals import compiled_value, relative_range
from sandbox.soql.scope import Scope, named_object


def where_clause(
    scope: Scope, condition: tree.Condition | None, include_deleted: bool
) -> tuple[str, tuple[Any, ...]]:
    """Return the WHERE clause with the values it binds; without it, deleted records are left out."""
    clauses: list[str] = []
    parameters: list[Any] = []
    if condition is not None:
        clauses.append(condition_sql(scope, condition, parameters))
    if not include_deleted and scope.root.has("IsDeleted"):
        clauses.append(f'not {scope.prefix}0."IsDeleted"')
    if scope.root.row_filter:
        clauses.append(scope.root.row_filter.format(alias=f"{scope.prefix}0"))
    if scope.hidden_records:
        clauses.append(f'{scope.prefix}0."Id" not in (select unnest(?))')
        parameters.append(list(scope.hidden_records))
    return " and ".join(f"({clause})" for clause in clauses) or "true", tuple(parameters)


def condition_sql(scope: Scope, condition: tree.Condition, parameters: list[Any]) -> str:
    """Return the SQL of a condition, adding the values it binds to `parameters`."""
    if isinstance(condition, tree.Combination):
        parts = [f"({condition_sql(scope, part, parameters)})" for part in condition.conditions]
        return (
            f"{parts[0]} is not true"
            if condition.operator == "not"
            else f" {condition.operator} ".join(parts)
        )
    if isinstance(condition.operand, tree.Function):
        operand = condition.operand
        raise malformed(scope.text, operand.row, operand.column, f"unexpected token: '{operand.name}'")
    sql, found, _ = _filterable(scope, condition.operand)
    return _comparison(scope, sql, found, condition, parameters)


def _filterable(scope: Scope, path: tree.Path) -> tuple[str, Field, tuple[str, ...]]:
    sql, found, canonical = scope.resolve(path)
    if not found.attributes["filterable"]:
        message = f"field '{found.name}' can not be filtered in a query call"
        raise SoqlError("INVALID_FIELD", pointed(scope.text, path.row, path.column, message))
    return sql, found, canonical


def _comparison(scope: Scope, sql: str, found: Field, item: tree.Comparison, parameters: list[Any]) -> str:
    if item.query is not None:
        return _semi_join(scope, sql, item.operator, item.query, parameters)
    if item.operator in ("in", "not_in"):
        return _membership(scope, sql, found, item, parameters)
    if item.operator in ("includes", "excludes"):
        return _multipicklist(scope, sql, found, item, parameters)
    if item.operator == "like":
        parameters.append(item.values[0].text)
        return f"{sql} ilike ? escape '\\'"
    return _simple(scope, sql, found, item, parameters)


def _semi_join(scope: Scope, sql: str, operator: str, query: tree.Query, parameters: list[Any]) -> str:
    root = named_object(scope.text, query.source, scope.schema)
    inner = Scope(scope.text, scope.schema, root, query.source.alias, scope.now, prefix=f"{scope.prefix}s")
    path = query.items[0]
    if len(query.items) != 1 or not isinstance(path, tree.Path):
        raise SoqlError("MALFORMED_QUERY", "semi join sub-selects must select exactly one id field")
    selected, _, _ = inner.resolve(path)
    where, bound = where_clause(inner, query.where, include_deleted=False)
    parameters.extend(bound)
    exists = f"{sql} in (select {selected} from {inner.source} where {where} and {selected} is not null)"
    return exists if operator == "in" else f"({exists}) is not true"


def _membership(scope: Scope, sql: str, found: Field, item: tree.Comparison, parameters: list[Any]) -> str:
    stated = [value for value in item.values if value.kind != "null"]
    values = [compiled_value(scope.text, found, value) for value in stated]
    parameters.extend(values)
    marks = ", ".join("?" for _ in values)
    inside = f"{folded(sql, found)} in ({marks})" if values else "false"
    if len(stated) < len(item.values):
        inside = f"({inside} or {sql} is null)"
    return inside if item.operator == "in" else f"({inside}) is not true"


def _multipicklist(scope: Scope, sql: str, found: Field, item: tree.Comparison, parameters: list[Any]) -> str:
    if found.type != "multipicklist":
        raise SoqlError("INVALID_FIELD", f"{item.operator} operator is not valid for field '{found.name}'")
    alternatives = []
    for value in item.values:
        wanted = [part.strip().lower() for part in value.text.split(";") if part.strip()]
        parameters.extend(wanted)
        alternatives.append(
            " and ".join(f"list_contains(string_split(lower({sql}), ';'), ?)" for _ in wanted)
        )
    inside = " or ".join(f"({alternative})" for alternative in alternatives)
    return f"({inside})" if item.operator == "includes" else f"({inside}) is not true"


def _simple(scope: Scope, sql: str, found: Field, item: tree.Comparison, parameters: list[Any]) -> str:
    literal, operator = item.values[0], item.operator
    if literal.kind == "null":
        return {"=": f"{sql} is null", "!=": f"{sql} is not null"}.get(operator, "false")
    if literal.kind == "relative":
        return _relative(scope, sql, found, literal, operator, parameters)
    value = compiled_value(scope.text, found, literal)
    parameters.append(value)
    if operator == "!=":
        return f"{folded(sql, found)} is distinct from ?"
    return f"{folded(sql, found)} {operator} ?"


def _relative(
    scope: Scope, sql: str, found: Field, literal: tree.Literal, operator: str, parameters: list[Any]
) -> str:
    """Compare with a span of days, in UTC: `=` is inside, `<` before its start, `>` after its end."""
    start, end = relative_range(scope.text, found, literal, scope.now)
    if operator in ("=", "!="):
        parameters += [start, end]
        inside = f"({sql} >= ? and {sql} < ?)"
        return inside if operator == "=" else f"{inside} is not true"
    parameters.append(end if operator in (">", "<=") else start)
    return f"{sql} {'>=' if operator in ('>', '>=') else '<'} ?"


def folded(sql: str, found: Field) -> str:
    """Return the operand in the form its literals are compiled to: text in lower case, ids as they are."""
    return sql if found.column_type != "varchar" or found.is_id else f"lower({sql})"
