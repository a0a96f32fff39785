"""The shape of an explanation: what `canon explain` says, as a page and in JSON."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Link:
    """A source record that belongs to it, and the rule that linked it."""

    source: str
    object: str
    source_record_id: str
    match_rule: str | None
    is_deleted: bool


@dataclass(frozen=True)
class Candidate:
    """What one record says about a field; `eliminated_by` is None for the winner.

    Else it is blank, invalid (the value is what the source said), not_owner, older, lower_rank, overridden,
    same_value, deleted or merged_away.
    """

    source: str
    object: str
    source_record_id: str
    value: str | None
    changed_at: datetime | None
    clock: str | None
    eliminated_by: str | None


@dataclass(frozen=True)
class Change:
    """One past change of a canonical value."""

    changed_at: datetime
    old_value: str | None
    new_value: str | None
    old_source: str | None
    new_source: str | None
    cause: str
    sync_id: str | None


@dataclass(frozen=True)
class Version:
    """What a record said from a load on, in the source's words; the first one has no `old_value`.

    `said_at` is when the source changed it, as far as `clock` tells; `seen_at` the start of the sync that
    read it, by the extract `extract_id` of this `mode` and `transport`. What is not on record is None.
    """

    source: str
    object: str
    source_record_id: str
    field: str
    old_value: str | None
    new_value: str | None
    said_at: datetime | None
    clock: str | None
    seen_at: datetime | None
    sync_id: str | None
    extract_id: str | None
    mode: str | None
    transport: str | None
    is_first: bool


@dataclass(frozen=True)
class FieldExplanation:
    """One canonical field: its value, who won by which rule, who lost why, and what would change it."""

    field: str
    value: str | None
    source: str | None
    object: str | None = None
    source_record_id: str | None = None
    rule: str | None = None
    changed_at: datetime | None = None
    clock: str | None = None
    candidates: tuple[Candidate, ...] = ()
    history: tuple[Change, ...] = ()
    flips_if: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """A customer, company or deal as it is, or as it was believed to be at `as_of` (UTC).

    `versions` is the timeline of its records in the one field that was asked for, oldest first; `ties` says
    of each record, by (source, object, id), which other ones it was linked to directly. The page shows both;
    the public JSON has neither.
    """

    entity: str
    entity_id: str
    as_of: datetime | None
    policy_version: str | None
    links: tuple[Link, ...]
    fields: tuple[FieldExplanation, ...] = field(default=())
    versions: tuple[Version, ...] = field(default=())
    ties: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The public shape: the same names, nested as they are here; the id as its mart calls it."""
        names = ("as_of", "policy_version")
        return {
            f"{self.entity}_id": self.entity_id,
            **{name: getattr(self, name) for name in names},
            "links": [asdict(each) for each in self.links],
            "fields": [asdict(each) for each in self.fields],
        }
