"""Which handler answers which HubSpot path. Date-versioned paths are rewritten to these first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.http import ApiError, Call, Handler, Reply
from sandbox.hubspot import (
    association_changes,
    associations,
    auth,
    batch,
    limits,
    objects,
    records,
    schema_api,
    search,
)

if TYPE_CHECKING:
    from sandbox.world import World

_OBJECTS = "/crm/v3/objects/{object_type}"
_V4 = "/crm/v4/associations/{object_type}/{to_type}"
_LINKS = "/crm/v4/objects/{object_type}/{record_id}/associations"

OPEN: dict[tuple[str, str], Handler] = {
    ("POST", "/oauth/v1/token"): auth.token,
    ("POST", "/oauth/v3/token"): auth.token,
}
"""Paths that need no token."""

GUARDED: dict[tuple[str, str], Handler] = {
    ("GET", _OBJECTS): objects.list_objects,
    ("POST", _OBJECTS): records.create,
    ("POST", f"{_OBJECTS}/search"): search.search,
    ("POST", f"{_OBJECTS}/merge"): records.merge,
    ("POST", f"{_OBJECTS}/gdpr-delete"): records.gdpr_delete,
    ("POST", f"{_OBJECTS}/batch/read"): objects.batch_read,
    ("POST", f"{_OBJECTS}/batch/create"): batch.create,
    ("POST", f"{_OBJECTS}/batch/update"): batch.update,
    ("POST", f"{_OBJECTS}/batch/archive"): batch.archive,
    ("GET", f"{_OBJECTS}/{{record_id}}"): objects.read_object,
    ("PATCH", f"{_OBJECTS}/{{record_id}}"): records.update,
    ("DELETE", f"{_OBJECTS}/{{record_id}}"): records.archive,
    ("GET", "/crm/v3/properties/{object_type}"): schema_api.list_properties,
    ("POST", "/crm/v3/properties/{object_type}"): schema_api.create_property,
    ("GET", "/crm/v3/properties/{object_type}/{name}"): schema_api.read_property,
    ("DELETE", "/crm/v3/properties/{object_type}/{name}"): schema_api.archive_property,
    ("GET", "/crm/v3/owners"): schema_api.list_owners,
    ("GET", "/crm/v3/owners/{owner_id}"): schema_api.read_owner,
    ("GET", "/crm/v3/pipelines/{object_type}"): schema_api.list_pipelines,
    ("GET", "/crm/v3/pipelines/{object_type}/{pipeline_id}"): schema_api.read_pipeline,
    ("GET", f"{_LINKS}/{{to_type}}"): associations.list_associations,
    ("PUT", f"{_LINKS}/default/{{to_type}}/{{to_id}}"): association_changes.put_default,
    ("PUT", f"{_LINKS}/{{to_type}}/{{to_id}}"): association_changes.put_labels,
    ("DELETE", f"{_LINKS}/{{to_type}}/{{to_id}}"): association_changes.delete,
    ("POST", f"{_V4}/batch/read"): associations.batch_read,
    ("GET", f"{_V4}/labels"): associations.labels,
}

_DATE = r"20\d\d-\d\d"
_REWRITES = (
    (
        re.compile(rf"^/crm/objects/{_DATE}/([^/]+)/([^/]+)/associations(?=/)"),
        r"/crm/v4/objects/\1/\2/associations",
    ),
    (re.compile(rf"^/crm/(objects|properties|owners|pipelines)/{_DATE}(?=/|$)"), r"/crm/v3/\1"),
    (re.compile(rf"^/crm/associations/{_DATE}(?=/|$)"), "/crm/v4/associations"),
)


def rewritten(path: str) -> str:
    """Return the v3 or v4 path of a date-versioned one."""
    for pattern, target in _REWRITES:
        path = pattern.sub(target, path, count=1)
    return path


def guarded(handler: Handler) -> Handler:
    """Return the handler behind the token check and the rate limits, with the limit headers on its reply."""

    def checked(world: World, call: Call) -> Reply:
        limits.require_token(world, call)
        is_search = call.path.endswith("/search")
        if refused := limits.count_call(world, is_search):
            return refused
        try:
            reply = handler(world, call)
        except ApiError as error:
            reply = error.reply
        extra = {} if is_search else limits.headers(world)
        return Reply(reply.status, reply.body, reply.media_type, {**reply.headers, **extra})

    return checked
