"""How stored values are written: JSON for REST, text for Bulk CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from sandbox.salesforce.schema import Field
from sandbox.switches import Switches

EXPONENT_FROM = 1e7


def rest_sql(sql: str, field: Field) -> str:
    """Return SQL that yields a value as REST JSON holds it."""
    if field.type == "datetime":
        return f"strftime({sql}, '%Y-%m-%dT%H:%M:%S.%g+0000')"
    return f"cast({sql} as varchar)" if field.type == "date" else sql


def rest_value(value: Any, field: Field, switches: Switches) -> Any:
    """Return the JSON value; large numbers in exponent form when the switch says so."""
    if field.type == "anyType" and value is not None:
        return orjson.loads(value)
    if switches.exponent_numbers and isinstance(value, float) and abs(value) >= EXPONENT_FROM:
        return orjson.Fragment(exponent_text(value).encode())
    return value


def exponent_text(value: float) -> str:
    """Write a large number the way Java does: `1.0E7`."""
    mantissa, _, exponent = f"{value:e}".partition("e")
    shortest = repr(float(f"{value:.15e}".split("e")[0]))
    return f"{shortest if float(shortest) == value / 10 ** int(exponent) else mantissa}E{int(exponent)}"


def csv_line_sql(columns: Sequence[tuple[str, Field]], switches: Switches) -> str:
    """Return SQL that yields one line of Bulk CSV from (SQL, field) pairs: all quoted, null is empty."""
    values = ", '\",\"', ".join(_csv_sql(sql, field, switches) for sql, field in columns)
    return f"concat('\"', {values}, '\"\n')"


def _csv_sql(sql: str, field: Field, switches: Switches) -> str:
    """Return SQL of one value; `concat` takes it as text, and null as nothing."""
    if field.type == "datetime":
        return f"strftime({sql}, '%Y-%m-%dT%H:%M:%S.%g{switches.bulk_datetime}')"
    if field.type in ("int", "long") and switches.bulk_integer_suffix:
        return f"cast({sql} as varchar) || '{switches.bulk_integer_suffix.replace(chr(39), '')}'"
    if field.type == "anyType":
        return f"replace({sql} ->> '$', '\"', '\"\"')"
    if field.column_type == "varchar" and not field.is_id:
        return f"replace({sql}, '\"', '\"\"')"
    return sql
