"""What webhooks tell of: every change of a record leaves its events here, in the order of the changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world import World

MAX_EVENTS = 100_000
SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal"}
_SILENT = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "hs_object_id", "hs_all_contact_vids"})
"""Properties that nobody can subscribe to."""
_PRIMARY = frozenset({1, 2, 5, 6})


def note(world: World, object_type: str, kind: str, **more: Any) -> None:
    """Add one event, such as `contact.creation`; `occurredAt` is epoch milliseconds."""
    events = world.hubspot.events
    if len(events) < MAX_EVENTS:
        moment = int(world.clock.now().timestamp() * 1000)
        own = {"subscriptionType": f"{SINGULAR[object_type]}.{kind}", "occurredAt": moment}
        events.append(own | more)


def note_properties(
    world: World, object_type: str, identifier: int, properties: Mapping[str, Any], source: Mapping[str, str]
) -> None:
    """Add a `propertyChange` for each property."""
    for name, value in properties.items():
        if name not in _SILENT:
            told = {"propertyName": name, "propertyValue": value or ""}
            told |= {"changeSource": source.get("sourceType", "API"), "sourceId": source.get("sourceId", "")}
            note(world, object_type, "propertyChange", objectId=identifier, **told)


def note_association(world: World, link: Mapping[str, Any], type_ids: list[int], removed: bool) -> None:
    """Add an `associationChange` per end of a link; the primary one makes two, the link and its being so."""
    here, there = (link["from_type"], int(link["from_id"])), (link["to_type"], int(link["to_id"]))
    for near, far in ((here, there), (there, here)):
        kind = f"{SINGULAR[near[0]]}_TO_{SINGULAR[far[0]]}".upper()
        for is_primary in (False, True) if _PRIMARY & set(type_ids) else (False,):
            note(
                world, near[0], "associationChange", associationType=kind, fromObjectId=near[1],
                toObjectId=far[1], associationRemoved=removed, isPrimaryAssociation=is_primary,
            )  # fmt: skip
