"""What HubSpot refuses in properties that a client writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.hubspot.errors import HubspotError, invalid
from sandbox.hubspot.schema import Property, table

if TYPE_CHECKING:
    from sandbox.world import World

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
MAX_TEXT = 65_536


def validated(world: World, object_type: str, body: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the properties of a body as text or null; raises a 400 that lists what is wrong."""
    stated = body.get("properties")
    if not isinstance(stated, dict):
        raise invalid("Invalid input JSON: properties must be an object.")
    known = world.hubspot.properties[object_type]
    values = {str(name): _text(value) for name, value in stated.items()}
    found = [_problem(name, value, known.get(name)) for name, value in values.items()]
    problems = [problem for problem in found if problem]
    if problems:
        raise invalid(f"Property values were not valid: {orjson.dumps(problems).decode()}")
    return values


def require_unique(world: World, object_type: str, values: Mapping[str, Any], own: int | None) -> None:
    """Raise a 409 when another record has the same e-mail or unique value."""
    for name, value in values.items():
        known = world.hubspot.properties[object_type][name]
        is_unique = known.attributes["hasUniqueValue"] or (object_type == "contacts" and name == "email")
        if not is_unique or not value:
            continue
        sql = f'select _id from {table(object_type)} where lower("{name}") = ? and not _archived limit 1'
        holder = world.database.value(sql, [str(value).lower()])
        if holder is not None and holder != own:
            singular = {"contacts": "Contact", "companies": "Company", "deals": "Deal"}[object_type]
            raise HubspotError(409, f"{singular} already exists. Existing ID: {holder}", "CONFLICT")


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _problem(name: str, value: str | None, known: Property | None) -> dict[str, Any] | None:
    if known is None:
        return _entry(name, f'Property "{name}" does not exist', "PROPERTY_DOESNT_EXIST")
    if known.is_read_only:
        return _entry(name, f'"{name}" is a read only property; its value cannot be set.', "READ_ONLY_VALUE")
    if not value:
        return None
    if len(value) > MAX_TEXT:
        return _entry(name, f"the value is longer than {MAX_TEXT} characters", "INVALID_LENGTH")
    if name == "email" and not _EMAIL.fullmatch(value):
        return _entry(name, f"Email address {value} is invalid", "INVALID_EMAIL")
    return _typed_problem(name, value, known)


def _typed_problem(name: str, value: str, known: Property) -> dict[str, Any] | None:
    options = {str(option["value"]) for option in known.attributes["options"]}
    if known.type == "enumeration" and options and not {part for part in value.split(";") if part} <= options:
        return _entry(name, f"{value} was not one of the allowed options", "INVALID_OPTION")
    if known.type == "number" and not re.fullmatch(r"-?\d*\.?\d+([eE][+-]?\d+)?", value):
        return _entry(name, f"{value} was not a valid number", "INVALID_INTEGER")
    if known.is_moment and not _is_moment(value):
        return _entry(name, f"{value} was not a valid date", "INVALID_DATE")
    return None


def _is_moment(value: str) -> bool:
    if re.fullmatch(r"-?\d+", value):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _entry(name: str, message: str, code: str) -> dict[str, Any]:
    return {"isValid": False, "message": message, "error": code, "name": name}
