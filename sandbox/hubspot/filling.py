"""Many records at once: as many as a test needs to reach a limit, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.clock import hubspot_text, naive, to_milliseconds
from sandbox.database import quoted
from sandbox.hubspot.changes import Properties
from sandbox.hubspot.schema import modified_property, table

if TYPE_CHECKING:
    from sandbox.world import World

_NUMBERED = {
    "contacts": {
        "email": "'fill' || number || '@fill.example'",
        "firstname": "'Fill'",
        "lastname": "'No ' || number",
        "hs_all_contact_vids": "cast(number as varchar)",
    },
    "companies": {"name": "'Fill ' || number", "domain": "'fill' || number || '.example'"},
    "deals": {"dealname": "'Fill ' || number"},
}
"""Properties that differ between the records, where the account has them."""


def fill(world: World, object_type: str, count: int, properties: Properties) -> tuple[int, int]:
    """Create `count` records that share their stamps and `properties`; returns the first and the last id."""
    start = world.hubspot.next_id
    world.hubspot.next_id += count
    now = to_milliseconds(world.clock.now())
    stamps = {name: hubspot_text(now) for name in ("createdate", modified_property(object_type))}
    own = {"_created": naive(now), "_updated": naive(now), "_archived": False}
    shared = own | stamps | dict(properties)
    known = world.hubspot.properties[object_type]
    numbered = {"_id": "number", "hs_object_id": "cast(number as varchar)"} | {
        name: sql for name, sql in _NUMBERED[object_type].items() if name in known and name not in shared
    }
    columns = ", ".join(quoted(name) for name in [*shared, *numbered])
    selected = ", ".join([*("?" for _ in shared), *numbered.values()])
    world.database.run(
        f"insert into {table(object_type)} ({columns}) select {selected} from range(?, ?) _(number)",
        [*shared.values(), start, start + count],
    )
    return start, start + count - 1
