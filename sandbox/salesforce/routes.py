"""Which handler answers which Salesforce path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.http import Call, Handler, Reply
from sandbox.salesforce import auth, bulk, describe, limits, query, records, replication

if TYPE_CHECKING:
    from sandbox.world import World

_VERSION = "/services/data/{version}"

OPEN: dict[tuple[str, str], Handler] = {
    ("POST", "/services/oauth2/token"): auth.token,
    ("POST", "/services/oauth2/revoke"): auth.revoke,
    ("GET", "/services/data"): describe.versions,
}
"""Paths that need no session and count as no call."""

GUARDED: dict[tuple[str, str], Handler] = {
    ("GET", _VERSION): describe.resources,
    ("GET", f"{_VERSION}/query"): query.query,
    ("GET", f"{_VERSION}/queryAll"): query.query_all,
    ("GET", f"{_VERSION}/query/{{locator}}"): query.query_more,
    ("GET", f"{_VERSION}/queryAll/{{locator}}"): query.query_more,
    ("GET", f"{_VERSION}/limits"): limits.limits,
    ("GET", f"{_VERSION}/limits/recordCount"): limits.record_count,
    ("GET", f"{_VERSION}/sobjects"): describe.global_describe,
    ("GET", f"{_VERSION}/sobjects/{{object}}"): describe.metadata,
    ("POST", f"{_VERSION}/sobjects/{{object}}"): records.create,
    ("GET", f"{_VERSION}/sobjects/{{object}}/describe"): describe.describe,
    ("GET", f"{_VERSION}/sobjects/{{object}}/deleted"): replication.deleted,
    ("GET", f"{_VERSION}/sobjects/{{object}}/updated"): replication.updated,
    ("GET", f"{_VERSION}/sobjects/{{object}}/{{record_id}}"): records.read,
    ("PATCH", f"{_VERSION}/sobjects/{{object}}/{{record_id}}"): records.update,
    ("DELETE", f"{_VERSION}/sobjects/{{object}}/{{record_id}}"): records.delete,
    ("GET", f"{_VERSION}/sobjects/{{object}}/{{external_field}}/{{value}}"): records.read_by_external_id,
    ("PATCH", f"{_VERSION}/sobjects/{{object}}/{{external_field}}/{{value}}"): records.upsert,
    ("POST", f"{_VERSION}/jobs/query"): bulk.create,
    ("GET", f"{_VERSION}/jobs/query"): bulk.listing,
    ("GET", f"{_VERSION}/jobs/query/{{job_id}}"): bulk.read,
    ("PATCH", f"{_VERSION}/jobs/query/{{job_id}}"): bulk.change,
    ("DELETE", f"{_VERSION}/jobs/query/{{job_id}}"): bulk.delete,
    ("GET", f"{_VERSION}/jobs/query/{{job_id}}/results"): bulk.results,
}


def guarded(handler: Handler) -> Handler:
    """Return the handler behind a session check and the day's call allowance."""

    def checked(world: World, call: Call) -> Reply:
        auth.require_session(world, call)
        auth.require_budget(world)
        return handler(world, call)

    return checked


def reply_headers(world: World, number: int) -> Mapping[str, str]:
    """Return the headers every Salesforce reply carries."""
    return {
        "Sforce-Limit-Info": limits.usage_header(world),
        "X-SFDC-Request-Id": f"{number:032x}",
        "Cache-Control": "no-cache,must-revalidate,max-age=0,no-store,private",
    }
