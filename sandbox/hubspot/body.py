"""The JSON body of a HubSpot request."""

from __future__ import annotations

from typing import Any

from sandbox.http import Call
from sandbox.hubspot.errors import invalid


def json_body(call: Call) -> dict[str, Any]:
    """Return the JSON object of the body; raises a 400."""
    try:
        body = call.json()
    except ValueError:
        raise invalid("Invalid input JSON: the body could not be parsed.") from None
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: the body must be an object.")
    return body
