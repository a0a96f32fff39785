"""How wide a span of time a query asks for, judged by the stamps in its WHERE clause."""

from __future__ import annotations

import math
from datetime import datetime

from sandbox.clock import naive
from sandbox.soql import tree
from sandbox.soql.errors import SoqlError
from sandbox.soql.parser import parse

_STAMPS = frozenset({"systemmodstamp", "lastmodifieddate", "createddate"})
_Span = tuple[datetime, datetime]
_EVER: _Span = (datetime.min, datetime.max)
_NEVER: _Span = (datetime.max, datetime.min)


def window_hours(soql: str, now: datetime) -> float:
    """Return the hours that the stamps of a query span; `now` is aware UTC and ends what has no end.

    Without a lower bound it is infinite; a query by record ids spans nothing, nor does one that is malformed.
    """
    try:
        condition = parse(soql).where
    except SoqlError:
        return 0.0
    start, end = _span(condition) if condition else _EVER
    if start == datetime.min:
        return math.inf
    return max(0.0, (min(end, naive(now)) - start).total_seconds() / 3600) if end > start else 0.0


def _span(condition: tree.Condition) -> _Span:
    """Return the earliest and the latest stamp that a condition lets through."""
    if isinstance(condition, tree.Comparison):
        return _compared(condition)
    spans = [_span(part) for part in condition.conditions]
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    if condition.operator == "and":
        return max(starts), min(ends)
    return (min(starts), max(ends)) if condition.operator == "or" else _EVER


def _compared(comparison: tree.Comparison) -> _Span:
    name = str(comparison.operand).rpartition(".")[2].lower()
    if name == "id" and comparison.operator in ("=", "in"):
        return _NEVER
    literal = comparison.values[0] if comparison.values else None
    if name not in _STAMPS or literal is None or literal.kind != "datetime":
        return _EVER
    try:
        stamp = naive(datetime.fromisoformat(literal.text))
    except ValueError:
        return _NEVER
    after = comparison.operator in ("=", ">", ">=")
    before = comparison.operator in ("=", "<", "<=")
    return stamp if after else datetime.min, stamp if before else datetime.max
