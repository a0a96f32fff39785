"""Many records at once: as many as a test needs to reach a limit, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.database import quoted
from sandbox.ids import new_salesforce_id
from sandbox.salesforce.changes import Values, defaults, stored_value
from sandbox.salesforce.schema import SObject

if TYPE_CHECKING:
    from sandbox.world import World

_NUMBERED = {
    "FirstName": "'Fill'",
    "LastName": "'No ' || number",
    "Name": "'Fill No ' || number",
    "Company": "'Fill ' || number",
    "Email": "'fill' || number || '@fill.example'",
}
"""Text fields that differ between the records, where the object has them."""


def fill(world: World, sobject: SObject, count: int, values: Values) -> tuple[str, str]:
    """Create `count` records that share their stamps and `values`; returns the first and the last id."""
    prefix = sobject.key_prefix
    start = world.salesforce.numbers.get(prefix, 0) + 1
    world.salesforce.numbers[prefix] = start + count - 1
    ids = [new_salesforce_id(prefix, number) for number in range(start, start + count)]
    shared = {
        field.name: stored_value(field, value)
        for name, value in {**defaults(world, sobject), **values}.items()
        if (field := sobject.by_name.get(name.lower())) and not field.is_compound
    }
    numbered = {name: sql for name, sql in _NUMBERED.items() if sobject.has(name) and name not in shared}
    columns = ", ".join(quoted(name) for name in ["Id", *shared, *numbered])
    selected = ", ".join(["id", *("?" for _ in shared), *numbered.values()])
    world.database.run(
        f"insert into {sobject.table} ({columns}) select {selected} "
        "from (select unnest(?::varchar[]) as id, unnest(range(?, ?)) as number)",
        [*shared.values(), ids, start, start + count],
    )
    return ids[0], ids[-1]
