"""A record of a person before any CRM holds it, and what all methods are given of it.

Rows go to the two CRMs in turn: the first to Salesforce, the second to HubSpot, and so on. A record's `key`
is the one that Canon gives it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from evaluation.febrl import Row
from evaluation.groups import Pair
from sandbox.ids import to_18

SALESFORCE = "salesforce:Contact:"
HUBSPOT = "hubspot:contacts:"
FIRST_HUBSPOT_ID = 70_000_000_000
COMPARED = ("first", "last", "street", "city", "postcode", "email", "external_id", "domain")


@dataclass(frozen=True)
class Record:
    """A source record. `person` is the truth, and nothing that is measured ever sees it.

    `domain` is that of the company the record belongs to. `merged_into` and `stored_link` are keys of other
    records: what the CRMs state themselves.
    """

    key: str
    person: str
    first: str | None
    last: str | None
    street: str | None
    city: str | None
    state: str | None
    postcode: str | None
    external_id: str | None = None
    email: str | None = None
    domain: str | None = None
    merged_into: str | None = None
    stored_link: str | None = None

    @property
    def source_id(self) -> str:
        """The record's id in its system."""
        return self.key.rpartition(":")[2]


def keys_of(count: int) -> list[str]:
    """Keys of so many records, Salesforce and HubSpot in turn."""
    return [
        f"{HUBSPOT}{FIRST_HUBSPOT_ID + number}" if number % 2 else f"{SALESFORCE}{_salesforce_id(number)}"
        for number in range(count)
    ]


def _salesforce_id(number: int) -> str:
    return to_18(f"003Fb00000{number:05d}")


def record(key: str, row: Row, **more: str | None) -> Record:
    """A row of a set as the record of that key, with what a variant adds."""
    return Record(key, row.person, row.first, row.last, row.street, row.city, row.state, row.postcode, **more)


def stated_pairs(records: Iterable[Record]) -> list[Pair]:
    """What the CRMs state themselves: records merged away with their survivors, and stored ids."""
    return [(each.key, other) for each in records for other in (each.merged_into, each.stored_link) if other]


def as_table(records: Sequence[Record]) -> pa.Table:
    """What the other methods are given: one row per record, `record_key` and COMPARED, all text."""
    columns = {name: [getattr(each, name) for each in records] for name in COMPARED}
    schema = pa.schema([(name, pa.string()) for name in ("record_key", *COMPARED)])
    return pa.table({"record_key": [each.key for each in records], **columns}, schema=schema)
