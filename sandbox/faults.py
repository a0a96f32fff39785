"""Injected failures: rules that match calls by method and path, from the nth call on, count times.

Some kinds replace the whole reply, some damage its transport, some happen to the world just before the
call is answered (`change`, `switch`), and some are looked at by the handler that answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.http import Reply
from sandbox.hubspot.errors import NO_CREDENTIALS
from sandbox.hubspot.errors import error_reply as hubspot_error
from sandbox.hubspot.limits import missing_scopes, rate_limited
from sandbox.salesforce.errors import error_reply as salesforce_error

MAX_UNAUTHORIZED = 50
"""A 401 rule always ends: some clients log in again for as long as they get one."""

_UNAUTHORIZED = frozenset({"unauthorized", "session_expired", "expired_token"})

_REPLACING = {
    "status": "`status` with an optional `body` (JSON, or text with `media_type`) and `headers`",
    "unauthorized": "401 of either server: INVALID_AUTH_HEADER or INVALID_AUTHENTICATION",
    "session_expired": "Salesforce 401 INVALID_SESSION_ID; all sessions end, their locators die",
    "request_limit": "Salesforce 403 REQUEST_LIMIT_EXCEEDED; `concurrent` for the other message",
    "query_timeout": "Salesforce 400 QUERY_TIMEOUT",
    "invalid_locator": "Salesforce 400 INVALID_QUERY_LOCATOR",
    "lock_row": "Salesforce 400 UNABLE_TO_LOCK_ROW",
    "server_error": "Salesforce 500 UNKNOWN_EXCEPTION",
    "maintenance": "503 (or `status`) with an HTML body; optional `retry_after`",
    "gateway": "502 (or `status`: 504, 521 ...) with an HTML body; optional `retry_after`",
    "rate_limit": "HubSpot 429; `policy` TEN_SECONDLY_ROLLING, SECONDLY or DAILY; optional `retry_after`",
    "expired_token": "HubSpot 401 EXPIRED_AUTHENTICATION",
    "missing_scopes": "HubSpot 403 MISSING_SCOPES; `scope`",
    "migrating": "HubSpot 477; `retry_after` seconds",
    "locked": "HubSpot 423; optional `retry_after`",
}
_TRANSPORT = {
    "reset": "the connection breaks `after_bytes` of the body, half of it by default",
    "latency": "the answer starts `seconds` late",
    "slow_body": "the body takes `seconds` to arrive",
    "clock_skew": "the Date header is wrong by `seconds`",
}
_BEFORE = {
    "change": "`action`, as in day_two.json, is applied before the call is answered",
    "switch": "the parameters are set as switches before the call is answered",
}
_HANDLED = {
    "bulk_failed": "on job creation: the job is Failed with `message`",
    "bulk_stuck": "on job creation: the job stays InProgress",
    "bulk_aborted": "on job creation: the job is Aborted",
    "bulk_not_ready": "on results: 204",
    "bulk_purged": "on results: 404, the job is gone",
    "bulk_short": "on results: `rows` fewer than Sforce-NumberOfRecords says",
    "bulk_nul": "on results: a NUL byte in the CSV",
    "bulk_no_locator": "on results: no Sforce-Locator header",
    "bulk_truncated_gzip": "on results: the compressed body is cut in half",
    "search_lag": "on search: records written in the last `seconds` are missing",
    "search_shuffle": "on search: the page is out of order; `seed`",
}
KINDS = _REPLACING | _TRANSPORT | _BEFORE | _HANDLED
"""Every kind of fault, with its parameters."""

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


@dataclass
class Fault:
    """One rule. `nth` counts matching calls from 1; `count` is how many of them fail, 0 is all."""

    kind: str
    method: str = ""
    path: str = ""
    nth: int = 1
    count: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    @classmethod
    def from_rule(cls, rule: Mapping[str, Any]) -> Fault:
        """Build a rule from its JSON; raises ValueError for an unknown kind or key."""
        known = {"kind", "method", "path", "nth", "count", "parameters"}
        if unknown := set(rule) - known:
            raise ValueError(
                f"A fault has no {', '.join(sorted(unknown))}; its keys are {', '.join(sorted(known))}."
            )
        if rule.get("kind") not in KINDS:
            raise ValueError(
                f"There is no fault kind {rule.get('kind')!r}; the kinds are {', '.join(sorted(KINDS))}."
            )
        re.compile(str(rule.get("path", "")))
        fault = cls(**dict(rule))
        fault.count = (
            min(fault.count or MAX_UNAUTHORIZED, MAX_UNAUTHORIZED) if _is_401(fault) else fault.count
        )
        return fault

    def matches(self, method: str, path: str) -> bool:
        """Count a call this rule is about; tell whether it is one that fails."""
        if (self.method and self.method.upper() != method) or not re.search(self.path, path):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.count and self.fired >= self.count):
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule with its counters."""
        return {
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "nth": self.nth,
            "count": self.count,
            "parameters": dict(self.parameters),
            "seen": self.seen,
            "fired": self.fired,
        }


def _is_401(fault: Fault) -> bool:
    return fault.kind in _UNAUTHORIZED or (fault.kind == "status" and fault.parameters.get("status") == 401)


def replacement(fault: Fault, path: str) -> Reply | None:
    """Return the reply of a fault that replaces the whole reply, else None."""
    parameters = fault.parameters
    if fault.kind not in _REPLACING:
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
