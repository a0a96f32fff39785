"""Literals of SOQL conditions as values to bind; a literal must fit the type of its field."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sandbox.clock import naive
from sandbox.ids import is_salesforce_id, to_18
from sandbox.salesforce.schema import Field
from sandbox.soql import tree
from sandbox.soql.errors import SoqlError, malformed, pointed

_FITTING = {
    "boolean": ("boolean", "boolean", "should not"),
    "datetime": ("datetime", "dateTime", "should not"),
    "date": ("date", "date", "should not"),
    "int": ("number", "int", "should not"),
    "long": ("number", "long", "should not"),
    "double": ("number", "double", "should not"),
    "currency": ("number", "currency", "should not"),
    "percent": ("number", "percent", "should not"),
}
"""Field type to (kind of literal, the type's name in the error, whether quotes belong around it)."""


def compiled_value(text: str, field: Field, literal: tree.Literal) -> Any:
    """Return the value to bind; raises INVALID_FIELD when the literal does not fit the field."""
    kind, name, quotes = _FITTING.get(field.type, ("string", "string", "should"))
    if literal.kind != kind:
        message = (
            f"value of filter criterion for field '{field.name}' must be of type {name} "
            f"and {quotes} be enclosed in quotes"
        )
        raise SoqlError("INVALID_FIELD", pointed(text, literal.row, literal.column, message))
    if kind == "boolean":
        return literal.text == "true"
    if kind == "number":
        return float(literal.text)
    if kind in ("date", "datetime"):
        return _moment(text, literal)
    return _identifier(field, literal.text) if field.is_id else literal.text.lower()


def _identifier(field: Field, value: str) -> str:
    if value and not is_salesforce_id(value):
        raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {value}")
    return to_18(value)


def _moment(text: str, literal: tree.Literal) -> date | datetime:
    try:
        if literal.kind == "date":
            return date.fromisoformat(literal.text)
        return naive(datetime.fromisoformat(literal.text))
    except ValueError:
        message = f"Invalid {literal.kind}: {literal.text}"
        raise malformed(text, literal.row, literal.column, message) from None


def relative_range(text: str, field: Field, literal: tree.Literal, now: datetime) -> tuple[Any, Any]:
    """Return [start, end) of a relative date such as TODAY or LAST_N_DAYS:7, in UTC."""
    if field.type not in ("date", "datetime"):
        raise malformed(text, literal.row, literal.column, f"unexpected token: '{literal.text}'")
    span = _days(literal, now.astimezone(UTC).date())
    if span is None:
        raise malformed(text, literal.row, literal.column, f"unexpected token: '{literal.text}'")
    if field.type == "date":
        return span
    return datetime.combine(span[0], time()), datetime.combine(span[1], time())


def _days(literal: tree.Literal, today: date) -> tuple[date, date] | None:
    day = timedelta(days=1)
    if literal.text == "LAST_N_DAYS":
        return today - literal.amount * day, today + day
    if literal.text == "NEXT_N_DAYS":
        return today + day, today + (literal.amount + 1) * day
    offsets = {"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}
    if literal.text in offsets:
        start = today + offsets[literal.text] * day
        return start, start + day
    return _period(literal.text, today)


def _period(name: str, today: date) -> tuple[date, date] | None:
    which, _, unit = name.partition("_")
    steps = {"LAST": -1, "THIS": 0, "NEXT": 1}
    if which not in steps or unit not in ("WEEK", "MONTH", "YEAR"):
        return None
    step = steps[which]
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + step * timedelta(days=7)
        return sunday, sunday + timedelta(days=7)
    if unit == "YEAR":
        return date(today.year + step, 1, 1), date(today.year + step + 1, 1, 1)
    months = today.year * 12 + today.month - 1 + step
    return _first_of(months), _first_of(months + 1)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)
