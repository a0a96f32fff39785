"""HubSpot's error replies: one JSON object with status, message, correlationId and mostly a category."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.http import ApiError, Reply, json_reply

GENERIC = "There was a problem with the request."
NO_CREDENTIALS = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
    "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)


def error_reply(status: int, message: str, category: str = "", **extra: Any) -> Reply:
    """Return an error reply; the correlation id is repeated in a header."""
    correlation = str(uuid.uuid4())
    body: dict[str, Any] = {"status": "error", "message": message, "correlationId": correlation}
    if category:
        body["category"] = category
    return json_reply(status, body | extra, {"x-hubspot-correlation-id": correlation})


class HubspotError(ApiError):
    """A refusal in HubSpot's form."""

    def __init__(self, status: int, message: str = GENERIC, category: str = "", **extra: Any) -> None:
        super().__init__(error_reply(status, message, category, **extra))


def not_found(message: str = "resource not found") -> HubspotError:
    """A record, property or path that does not exist."""
    return HubspotError(404, message, "OBJECT_NOT_FOUND")


def invalid(message: str, **extra: Any) -> HubspotError:
    """A request that does not make sense."""
    return HubspotError(400, message, "VALIDATION_ERROR", **extra)
