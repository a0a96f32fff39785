"""Values that records of two customers share and that link nobody, each with the reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from canon.find import Record
from canon.sides import Side

EMAIL = "email"

# Why a shared value links nobody where no link on it is on record: each name on it is a person of its own.
OTHER_NAMES = "the names contradict each other"

# Which objection to a shared value is told where its holders have several.
OBJECTIONS = ("blocked", "refused", "demoted")


@dataclass(frozen=True)
class Shared:
    """A value that a record of each customer holds; `match_key` is its hash where a link has it on record."""

    match_rule: str
    match_key: str | None
    record: str
    other_record: str
    status: str | None
    reason: str


@dataclass(frozen=True)
class Holder:
    """A record, a value of it that others share, and what its own link on that came to, if it has one."""

    record: Record
    tier: int
    match_rule: str
    match_key: str | None
    status: str | None = None
    reason: str | None = None

    @property
    def objection(self) -> int:
        """The place of its objection, the gravest first."""
        return OBJECTIONS.index(self.status) if self.status in OBJECTIONS else len(OBJECTIONS)


def shared_values(con: duckdb.DuckDBPyConnection, one: Side, other: Side) -> list[Shared]:
    """What two customers share: one row per value, the strongest first.

    A value on which every name is alone has no links; of such values the copy shows e-mail addresses only.
    """
    mine, theirs = _holders(con, one.ids), _holders(con, other.ids)
    by_value: dict[tuple[int, str, str], tuple[list[Holder], list[Holder]]] = {}
    for number, held in enumerate((mine, theirs)):
        for each in held:
            by_value.setdefault((each.tier, each.match_rule, each.match_key or ""), ([], []))[number].append(
                each
            )
    found = [_shared(*sides) for _, sides in sorted(by_value.items()) if all(sides)]
    if EMAIL in {each.match_rule for each in found}:
        return found
    return [*_address(con, one, other, [*mine, *theirs]), *found]


def _shared(mine: Sequence[Holder], theirs: Sequence[Holder]) -> Shared:
    one, other = (min(side, key=lambda each: each.objection) for side in (mine, theirs))
    worst = min(one, other, key=lambda each: each.objection)
    objects = worst.status in OBJECTIONS
    status, reason = (worst.status, worst.reason) if objects else (None, None)
    return Shared(
        one.match_rule, one.match_key, one.record.key, other.record.key, status, reason or OTHER_NAMES
    )


def _address(con: duckdb.DuckDBPyConnection, one: Side, other: Side, held: Sequence[Holder]) -> list[Shared]:
    """The first pair of records with one e-mail address, and what the links on it say of either."""
    mine, theirs = _addresses(con, one), _addresses(con, other)
    same = sorted((mine[address], theirs[address]) for address in mine.keys() & theirs.keys())
    return [_shared(*(_holders_at(record, held) for record in pair)) for pair in same[:1]]


def _addresses(con: duckdb.DuckDBPyConnection, side: Side) -> dict[str, Record]:
    """The e-mail addresses of a customer's records, each with the first of them that has it."""
    found = con.execute(
        "select lower(email), min((source, object, source_record_id)) from marts.customer_candidates "
        "where customer_id = ? and email is not null group by lower(email)",
        [side.customer_id],
    ).fetchall()
    return {email: Record(*record) for email, record in found}


def _holders_at(record: Record, held: Sequence[Holder]) -> list[Holder]:
    own = [each for each in held if each.record == record and each.match_rule == EMAIL]
    return own or [Holder(record, 0, EMAIL, None)]


def _holders(con: duckdb.DuckDBPyConnection, records: Collection[Record]) -> list[Holder]:
    """The values that these records hold together with anybody."""
    found = con.execute(HOLDERS, {"ids": [each.source_record_id for each in records]}).fetchall()
    held = (Holder(Record(*each[:3]), *each[3:]) for each in found)
    return [each for each in held if each.record in records]


# A value that many share links each record to the first of them: their verdicts are not that one's.
HOLDERS = """
select source, object, source_record_id, tier, match_rule, match_key, status, reason
from marts.customer_links
where match_key is not null and source_record_id in (select unnest($ids))
union
select other_source, other_object, other_source_record_id, tier, match_rule, match_key, null, null
from marts.customer_links
where match_key is not null and other_source_record_id in (select unnest($ids))
order by all
"""
