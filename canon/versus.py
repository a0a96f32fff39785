"""Why two records or customers are one customer, or why they are not: read from the published copy alone."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from canon.errors import UsageError
from canon.find import Record
from canon.links import ACCEPTED, Link, links_among, strongest_chain
from canon.published import open_published
from canon.shared import Shared, shared_values
from canon.sides import Side, side_of
from canon.warehouse import has_table, rows

NEEDED = (
    ("marts", "customers"),
    ("marts", "customer_sources"),
    ("marts", "customer_aliases"),
    ("marts", "customer_candidates"),
    ("marts", "customer_links"),
    ("marts", "review_queue"),
    ("snapshots", "customers_snapshot"),
)


@dataclass(frozen=True)
class Word:
    """The decision of a steward that holds for two records; keys are `system:object:id`."""

    kind: str
    left_key: str
    right_key: str
    actor: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class Question:
    """An open question of the queue about records of both sides."""

    item_id: str
    kind: str
    candidates: str


@dataclass(frozen=True)
class Versus:
    """Two sides and what is between them.

    One customer: `path` leads from a record of the one to a record of the other; it is empty where both mean
    the same records. Two: each side has all records of its customer, `links` are those that do not count,
    `shared` the values of both on which none counts. `deleted` are keys of records along the way.
    """

    is_one: bool
    one: Side
    other: Side
    path: tuple[Link, ...]
    links: tuple[Link, ...]
    shared: tuple[Shared, ...]
    decisions: tuple[Word, ...]
    questions: tuple[Question, ...]
    deleted: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The public shape: the same names, nested as they are here."""
        return asdict(self)


def explain_versus(published: Path, one: str, other: str) -> Versus:
    """Compare two customers, each named by what `canon explain` takes.

    Raises:
        CustomerUnknown: Nobody goes by one of the names, or several do.
        NothingPublished: There is no published copy, or it lacks tables.
    """
    with open_published(published, NEEDED) as con:
        (mine, all_of_mine), (theirs, all_of_theirs) = side_of(con, one), side_of(con, other)
        if mine.customer_id == theirs.customer_id:
            return _one(con, mine, theirs, all_of_mine)
        return _two(con, all_of_mine, all_of_theirs)


def refuse_more(field: str | None, as_of: str | None) -> None:
    """Raise UsageError where a comparison is asked for what it cannot tell."""
    if field is not None or as_of is not None:
        raise UsageError("--versus compares two customers as they are now: leave FIELD and --as-of out.")


def _one(con: duckdb.DuckDBPyConnection, one: Side, other: Side, everything: Side) -> Versus:
    starts, goals = _ends(one.ids, other.ids)
    links = links_among(con, everything.ids)
    path = strongest_chain(links, starts, goals)
    dropped = tuple(each for each in links if each.status != ACCEPTED and _joins(each, starts, goals))
    along = one.ids | other.ids | {end for link in path for end in link.ends}
    deleted = tuple(
        each.record.key for each in everything.records if each.is_deleted and each.record in along
    )
    words, questions = _words(con, along, along), _questions(con, one, other)
    return Versus(True, one, other, path, dropped, (), words, questions, deleted)


def _ends(one: set[Record], other: set[Record]) -> tuple[set[Record], set[Record]]:
    """Where a path may begin and end: of a customer and one of its records, the others and that record."""
    both = one & other
    return (one - both, other) if len(one) >= len(other) else (one, other - both)


def _two(con: duckdb.DuckDBPyConnection, one: Side, other: Side) -> Versus:
    links = tuple(each for each in links_among(con, one.ids | other.ids) if _joins(each, one.ids, other.ids))
    told = {(each.match_rule, each.match_key) for each in links}
    shared = tuple(
        each for each in shared_values(con, one, other) if (each.match_rule, each.match_key) not in told
    )
    words, questions = _words(con, one.ids, other.ids), _questions(con, one, other)
    deleted = tuple(each.record.key for each in (*one.records, *other.records) if each.is_deleted)
    return Versus(False, one, other, (), links, shared, words, questions, deleted)


def _joins(link: Link, one: Collection[Record], other: Collection[Record]) -> bool:
    left, right = link.ends
    return (left in one and right in other) or (left in other and right in one)


def _words(
    con: duckdb.DuckDBPyConnection, one: Collection[Record], other: Collection[Record]
) -> tuple[Word, ...]:
    """Decisions that hold about a record of the one and a record of the other, the newest first."""
    if not has_table(con, "ops", "identity_decisions"):
        return ()
    mine, theirs = ([each.key for each in side] for side in (one, other))
    return tuple(Word(**each) for each in rows(con, WORDS, {"mine": mine, "theirs": theirs}))


def _questions(con: duckdb.DuckDBPyConnection, one: Side, other: Side) -> tuple[Question, ...]:
    """Open questions that name a record of each side."""
    found = con.execute(QUESTIONS, {"customers": [one.customer_id, other.customer_id]}).fetchall()
    return tuple(Question(*each) for each in found if _names(each[2], one) and _names(each[2], other))


def _names(candidates: str, side: Side) -> bool:
    words = candidates.replace(": ", " ").split(" ")
    return any(each.key in words for each in side.ids)


QUESTIONS = """
select item_id, kind, candidates
from marts.review_queue
where kind in ('identity', 'suggestion', 'split') and customer_id in (select unnest($customers))
order by opened_at nulls last, item_id
"""

WORDS = """
with latest as (
    select *
    from ops.identity_decisions
    where
        (left_key in (select unnest($mine)) and right_key in (select unnest($theirs)))
        or (left_key in (select unnest($theirs)) and right_key in (select unnest($mine)))
    qualify row_number() over (
        partition by left_key, right_key order by decided_at desc, decision_id desc
    ) = 1
)
select kind, left_key, right_key, actor, reason, decided_at
from latest
where kind != 'withdrawn'
order by decided_at desc, left_key, right_key
"""
