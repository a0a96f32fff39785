"""Salesforce's error replies: always a JSON array of objects with `message` and `errorCode`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.http import ApiError, Reply, json_reply


def error_reply(status: int, code: str, message: str, fields: Sequence[str] | None = None) -> Reply:
    """Return an error reply; `fields` only belongs to refused changes."""
    entry: dict[str, Any] = {"message": message, "errorCode": code}
    if fields is not None:
        entry["fields"] = list(fields)
    return json_reply(status, [entry])


class SalesforceError(ApiError):
    """A refusal in Salesforce's form."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(error_reply(status, code, message, fields))
        self.code = code
        self.message = message
        self.fields = list(fields or ())


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    """A path or a record that does not exist."""
    return SalesforceError(404, "NOT_FOUND", message)


def invalid_session() -> SalesforceError:
    """A token that is unknown or whose session has ended."""
    return SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")
