"""Injected failures: rules that match calls by method and path, from the nth call on, count times.

Some kinds replace the whole reply, some damage its transport, some happen to the world just before the
call is answered (`change`, `switch`), and some are looked at by the handler that answers.

Two parameters narrow any rule: with `wider_than_hours` it matches only SOQL whose window of stamps is wider
(all such calls, unless it states a `count`), with `probability` and `seed` it fires for that
share of its calls.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_UNAUTHORIZED = 50
"""A 401 rule always ends: some clients log in again for as long as they get one."""

_UNAUTHORIZED = frozenset({"unauthorized", "session_expired", "expired_token"})

REPLACING = {
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
    "bulk_quota": "on job creation: 400 LIMIT_EXCEEDED, jobs per day; `storage` for the size of results",
    "bulk_unsupported": "on job creation: 400 INVALIDENTITY, the object is not supported",
    "bulk_failed": "on job creation or a look at it: the job is Failed with `message`",
    "bulk_aborted": "on job creation or a look at it: the job is Aborted",
    "bulk_stuck": "on job creation: the job stays InProgress; on a look at it: it seems to",
    "bulk_lost_rows": "on job creation: the chunks, each in itself whole, lack `rows` that were processed",
    "bulk_not_ready": "on results: 204",
    "bulk_purged": "on results: 404, the job is gone",
    "bulk_short": "on results: `rows` fewer than Sforce-NumberOfRecords says",
    "bulk_nul": "on results: a NUL byte in the CSV",
    "bulk_no_locator": "on results: no Sforce-Locator header",
    "bulk_truncated_gzip": "on results: the compressed body is cut in half",
    "bulk_split": "on results: sent in pieces of `bytes`, each a gzip member of its own",
    "search_lag": "on search: records written in the last `seconds` are missing",
    "search_shuffle": "on search: the page is out of order; `seed`; with `seconds` the whole result is, "
    "sorted by stamps that are wrong by up to so much",
    "search_post_window": "on search: the first `rows` of the page are updated after they were found",
}
KINDS = REPLACING | _TRANSPORT | _BEFORE | _HANDLED
"""Every kind of fault, with its parameters."""


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
        is_endless = "wider_than_hours" in rule.get("parameters", {})
        fault = cls(**({"count": 0} if is_endless else {}) | dict(rule))
        fault.count = (
            min(fault.count or MAX_UNAUTHORIZED, MAX_UNAUTHORIZED) if _is_401(fault) else fault.count
        )
        return fault

    def matches(self, method: str, path: str, window_hours: Callable[[], float] = float) -> bool:
        """Count a call this rule is about; tell whether it is one that fails.

        `window_hours` is asked only by rules that look at the width of a query.
        """
        if (self.method and self.method.upper() != method) or not re.search(self.path, path):
            return False
        widest = self.parameters.get("wider_than_hours")
        if widest is not None and window_hours() <= float(widest):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.count and self.fired >= self.count) or not self._is_drawn():
            return False
        self.fired += 1
        return True

    def _is_drawn(self) -> bool:
        """Throw the dice of a rule with a probability: the same seed throws the same for the nth call."""
        share = float(self.parameters.get("probability", 1))
        return share >= 1 or random.Random(f"{self.parameters.get('seed', 0)}/{self.seen}").random() < share

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
