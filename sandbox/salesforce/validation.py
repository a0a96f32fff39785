"""What Salesforce refuses in a record that a client writes, with the errors it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sandbox.ids import is_salesforce_id
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.schema import Field, SObject

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")


def validated(sobject: SObject, body: Any, creating: bool) -> dict[str, Any]:
    """Return the values to write by API name; raises a SalesforceError 400."""
    if not isinstance(body, dict):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "The request body is not a JSON object.")
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name != "attributes":
            field = _known(sobject, name)
            _check_writable(field, creating)
            _check_value(field, value)
            values[field.name] = value
    if creating:
        _check_required(sobject, values)
    return values


def _known(sobject: SObject, name: str) -> Field:
    field = sobject.by_name.get(name.lower())
    if field is None:
        raise SalesforceError(
            400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}"
        )
    return field


def _check_writable(field: Field, creating: bool) -> None:
    if not field.attributes["createable" if creating else "updateable"]:
        message = (
            f"Unable to create/update fields: {field.name}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set."
        )
        raise SalesforceError(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message, [field.name])


def _check_required(sobject: SObject, values: Mapping[str, Any]) -> None:
    missing = [
        field.name
        for field in sobject.stored
        if not field.attributes["nillable"]
        and field.attributes["createable"]
        and not field.attributes["defaultedOnCreate"]
        and field.name != "OwnerId"
        and not any(value["defaultValue"] for value in field.attributes["picklistValues"])
        and values.get(field.name) in (None, "")
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, missing)


def _check_value(field: Field, value: Any) -> None:
    if value is None or value == "":
        if not field.attributes["nillable"] and field.type != "boolean":
            message = f"Required fields are missing: [{field.name}]"
            raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, [field.name])
        return
    _check_length(field, value)
    if field.type == "email" and not _EMAIL.fullmatch(str(value)):
        message = f"{field.attributes['label']}: invalid email address: {value}"
        raise SalesforceError(400, "INVALID_EMAIL_ADDRESS", message, [field.name])
    if field.is_id and not is_salesforce_id(str(value)):
        message = f"{field.attributes['label']}: id value of incorrect type: {value}"
        raise SalesforceError(400, "MALFORMED_ID", message, [field.name])
    _check_picklist(field, value)
    _check_type(field, value)


def _check_length(field: Field, value: Any) -> None:
    maximum = int(field.attributes["length"])
    if maximum and isinstance(value, str) and len(value) > maximum and not field.is_id:
        message = f"{field.attributes['label']}: data value too large: {value} (max length={maximum})"
        raise SalesforceError(400, "STRING_TOO_LONG", message, [field.name])


def _check_picklist(field: Field, value: Any) -> None:
    known = {entry["value"] for entry in field.attributes["picklistValues"]}
    if field.attributes["restrictedPicklist"] and not set(str(value).split(";")) <= known:
        message = f"{field.attributes['label']}: bad value for restricted picklist field: {value}"
        raise SalesforceError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])


def _check_type(field: Field, value: Any) -> None:
    fits = True
    if field.is_number:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif field.type == "boolean":
        fits = isinstance(value, bool)
    elif field.type in ("date", "datetime"):
        fits = _is_moment(str(value), field.type)
    if not fits:
        message = f"Cannot deserialize instance of {field.type} from value {value!r} for field {field.name}"
        raise SalesforceError(400, "JSON_PARSER_ERROR", message)


def _is_moment(text: str, kind: str) -> bool:
    try:
        date.fromisoformat(text) if kind == "date" else datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
