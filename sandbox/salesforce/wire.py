"""How stored values are written: JSON for REST, text for Bulk CSV."""

from __future__ import annotations

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
    if switches.exponent_numbers and isinstance(value, float) and abs(value) >= EXPONENT_FROM:
        return orjson.Fragment(exponent_text(value).encode())
    return value


def exponent_text(value: float) -> str:
    """Write a large number the way Java does: `1.0E7`."""
    mantissa, _, exponent = f"{value:e}".partition("e")
    shortest = repr(float(f"{value:.15e}".split("e")[0]))
    return f"{shortest if float(shortest) == value / 10 ** int(exponent) else mantissa}E{int(exponent)}"


def bulk_sql(sql: str, field: Field, switches: Switches) -> str:
    """Return SQL that yields a value as Bulk CSV holds it: text, empty for null."""
    if field.type == "datetime":
        text = f"strftime({sql}, '%Y-%m-%dT%H:%M:%S.%g{switches.bulk_datetime}')"
    elif field.type in ("int", "long") and switches.bulk_integer_suffix:
        text = f"cast({sql} as varchar) || '{switches.bulk_integer_suffix.replace(chr(39), '')}'"
    else:
        text = f"cast({sql} as varchar)"
    return f"coalesce({text}, '')"
