"""Changes at the source for the benchmark of a delta: people here and there are edited over HTTP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from sandbox.client import Sandbox

# Who is edited: as many of either CRM, spread over all by a hash that other rounds mix anew.
CHOSEN = """
with people as (
    select 'salesforce' as system, 'Contact' as object, salesforce_contact_id as id
    from staging.stg_salesforce__contacts where not is_deleted
    union all
    select 'hubspot', 'contacts', hubspot_contact_id from staging.stg_hubspot__contacts where not is_deleted
)
select system, object, id from people
qualify row_number() over (partition by system order by hash(id, $round), id) <= $changed / 2
"""

# What is edited, one after another: nothing that everybody shares.
PHONE, TITLE, NAME, EMAIL = range(4)
FIELDS = {
    "salesforce": ("Phone", "Title", "LastName", "Email"),
    "hubspot": ("phone", "jobtitle", "lastname", "email"),
}


def edit(sandbox: Sandbox, warehouse: Path, changed: int, turn: int) -> int:
    """Edit so many people; another `turn` edits others, to other values. Returns how many were edited."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        chosen = con.execute(CHOSEN, {"round": turn, "changed": changed}).fetchall()
    for number, (system, object_name, record_id) in enumerate(chosen):
        sandbox.change(
            {
                "system": system,
                "action": "update",
                "object": object_name,
                "id": record_id,
                "values": _edited(system, number, turn),
            }
        )
    return len(chosen)


def _edited(system: str, number: int, turn: int) -> Mapping[str, Any]:
    field = number // 2 % len(FIELDS[system])
    name = FIELDS[system][field]
    values = {
        PHONE: f"+49 30 {turn:02d}{number:06d}",
        TITLE: f"Head of Number {number} in turn {turn}",
        NAME: f"Newname-{'abcdefghij'[number % 10]}",
        EMAIL: f"edited.{turn}.{number}@edited-{number}.example",
    }
    return {name: values[field]}
