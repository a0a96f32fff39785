"""The replies of the faults that stand in for the real reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.faults import REPLACING, Fault
from sandbox.http import Reply
from sandbox.hubspot.errors import NO_CREDENTIALS
from sandbox.hubspot.errors import error_reply as hubspot_error
from sandbox.hubspot.limits import missing_scopes, rate_limited
from sandbox.salesforce.errors import error_reply as salesforce_error

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


def replacement(fault: Fault, path: str) -> Reply | None:
    """Return the reply of a fault that replaces the whole reply, else None."""
    parameters = fault.parameters
    if fault.kind not in REPLACING:
        return None
    if fault.kind == "status":
        return _stated(parameters)
    if fault.kind in ("maintenance", "gateway"):
        return _html(int(parameters.get("status", 503 if fault.kind == "maintenance" else 502)), parameters)
    return _salesforce(fault) or _hubspot(fault) or _unauthorized(path)


def _stated(parameters: Mapping[str, Any]) -> Reply:
    """`status` with an optional `body` (JSON or text), `media_type` and `headers`."""
    body = parameters.get("body", "")
    headers = {str(name): str(value) for name, value in dict(parameters.get("headers", {})).items()}
    if isinstance(body, str):
        media_type = str(parameters.get("media_type", "text/html;charset=UTF-8"))
        return Reply(int(parameters["status"]), body.encode(), media_type, headers)
    return Reply(int(parameters["status"]), orjson.dumps(body), headers=headers)


def _html(status: int, parameters: Mapping[str, Any]) -> Reply:
    title = str(parameters.get("title", "We are down for maintenance."))
    headers = {"Retry-After": str(parameters["retry_after"])} if "retry_after" in parameters else {}
    return Reply(status, _HTML.format(title=title).encode(), "text/html;charset=UTF-8", headers)


def _salesforce(fault: Fault) -> Reply | None:
    if fault.kind == "session_expired":
        return salesforce_error(401, "INVALID_SESSION_ID", "Session expired or invalid")
    if fault.kind == "request_limit":
        concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
        message = concurrent if fault.parameters.get("concurrent") else "TotalRequests Limit exceeded."
        return salesforce_error(403, "REQUEST_LIMIT_EXCEEDED", message)
    if fault.kind == "query_timeout":
        return salesforce_error(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
    if fault.kind == "invalid_locator":
        return salesforce_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    if fault.kind == "lock_row":
        message = "unable to obtain exclusive access to this record or 1 records: 001000000000000AAA"
        return salesforce_error(400, "UNABLE_TO_LOCK_ROW", message, [])
    if fault.kind == "server_error":
        return salesforce_error(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1234-5678")
    return None


def _hubspot(fault: Fault) -> Reply | None:
    retry_after = str(fault.parameters.get("retry_after", ""))
    waiting = {"Retry-After": retry_after} if retry_after else {}
    if fault.kind == "rate_limit":
        return rate_limited(str(fault.parameters.get("policy", "TEN_SECONDLY_ROLLING")), retry_after)
    if fault.kind == "expired_token":
        message = "The OAuth token used to make this call expired 5 minute(s) ago."
        return hubspot_error(401, message, "EXPIRED_AUTHENTICATION")
    if fault.kind == "missing_scopes":
        return missing_scopes(str(fault.parameters.get("scope", "crm.objects.contacts.read")))
    if fault.kind == "migrating":
        reply = hubspot_error(477, "This account is being migrated.", "MIGRATION_IN_PROGRESS")
        return Reply(477, reply.body, headers={**reply.headers, "Retry-After": retry_after or "60"})
    if fault.kind == "locked":
        reply = hubspot_error(423, "The resource is locked. Try again in a moment.", "LOCKED")
        return Reply(423, reply.body, headers={**reply.headers, **waiting})
    return None


def _unauthorized(path: str) -> Reply:
    if path.startswith("/services"):
        return salesforce_error(401, "INVALID_AUTH_HEADER", "INVALID_JWT_FORMAT")
    return hubspot_error(401, NO_CREDENTIALS, "INVALID_AUTHENTICATION")
