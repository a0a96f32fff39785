"""What stewards decide about who is who: rows of `ops.identity_decisions`, which the next build applies.

Records are looked up in the published copy; decisions are written to the warehouse, under the run lock. The
journal is append-only: the last decision on a pair counts.
"""

import getpass
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from canon.errors import UsageError
from canon.find import find_record
from canon.journal import ensure_journals, later_than
from canon.lock import run_lock
from canon.published import open_published
from canon.settings import Settings
from canon.warehouse import connect, first, require_warehouse

MUST_LINK, CANNOT_LINK, WITHDRAWN = "must_link", "cannot_link", "withdrawn"

# Two record keys, in the order of the alphabet.
Pair = tuple[str, str]

NEEDED = (("marts", "customer_sources"),)

COLUMNS = "decision_id, entity, kind, left_key, right_key, item_id, actor, reason, decided_at"


@dataclass(frozen=True)
class Decision:
    """A row of `ops.identity_decisions`; `decided_at` is naive UTC."""

    decision_id: str
    entity: str
    kind: str
    left_key: str
    right_key: str
    item_id: str | None
    actor: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class Decided:
    """A decision that was written, and the one on the same pair that held until then."""

    decision: Decision
    replaces: Decision | None

    def as_json(self) -> dict[str, Any]:
        """The decision's columns, and `replaces` with those of the other one."""
        return {**asdict(self.decision), "replaces": asdict(self.replaces) if self.replaces else None}


@dataclass(frozen=True)
class Grounds:
    """Who decides, why, and which question of the queue it answers."""

    actor: str
    reason: str
    item_id: str | None = None


def decide(settings: Settings, kind: str, one: str, other: str, grounds: Grounds) -> list[Decided]:
    """Write a decision about two source records of people, each `system:[object:]record_id`.

    Raises:
        UsageError: A record is unknown or ambiguous, both are the same, or nothing is there to withdraw.
        LockHeld: A run is at work.
    """
    pair = find_pair(settings.published, one, other)
    return write(settings, kind, [pair], grounds)


def grounds_of(actor: str | None, reason: str, item_id: str | None = None) -> Grounds:
    """Who decides and why, checked; without an actor it is the user of this process.

    Raises:
        UsageError: One of them is blank, or the user has no name.
    """
    if not reason.strip():
        raise UsageError("--reason is blank: say why, for whoever asks next.")
    return Grounds(_actor(actor), reason.strip(), item_id)


def _actor(given: str | None) -> str:
    try:
        actor = getpass.getuser() if given is None else given.strip()
    except (KeyError, OSError):
        actor = ""
    if not actor:
        raise UsageError("Nobody is named as the one who decides: give --actor NAME.")
    return actor


def find_pair(published: Path, one: str, other: str) -> Pair:
    """The keys of two different records of people.

    Raises:
        UsageError: One is unknown or ambiguous, or both are the same.
    """
    with open_published(published, NEEDED) as con:
        keys = find_record(con, one).key, find_record(con, other).key
    if keys[0] == keys[1]:
        raise UsageError(f"Both are the record {keys[0]}. A decision is about two records.")
    return ordered(*keys)


def ordered(one: str, other: str) -> Pair:
    """The two keys in the order that the journal keeps."""
    return (one, other) if one < other else (other, one)


def write(settings: Settings, kind: str, pairs: Sequence[Pair], grounds: Grounds) -> list[Decided]:
    """Append a decision on each pair, all or none.

    Raises:
        UsageError: There is no warehouse, or no decision to withdraw.
        LockHeld: A run is at work.
    """
    path = settings.warehouse
    require_warehouse(path)
    with run_lock(path, "review"), connect(path) as con:
        ensure_journals(con)
        con.begin()
        decided = [_append(con, kind, pair, grounds) for pair in pairs]
        con.commit()
    return decided


def _append(con: duckdb.DuckDBPyConnection, kind: str, pair: Pair, grounds: Grounds) -> Decided:
    standing = _standing(con, pair)
    if kind == WITHDRAWN and standing is None:
        raise UsageError(f"No decision about {pair[0]} and {pair[1]} holds: there is nothing to withdraw.")
    decision = Decision(
        decision_id=uuid4().hex,
        entity="customer",
        kind=kind,
        left_key=pair[0],
        right_key=pair[1],
        item_id=grounds.item_id,
        actor=grounds.actor,
        reason=grounds.reason,
        decided_at=later_than(con, "ops.identity_decisions", "decided_at"),
    )
    marks = ", ".join("?" for _ in asdict(decision))
    con.execute(
        f"insert into ops.identity_decisions ({COLUMNS}) values ({marks})", [*asdict(decision).values()]
    )
    return Decided(decision, standing)


def _standing(con: duckdb.DuckDBPyConnection, pair: Pair) -> Decision | None:
    """The last decision on the pair, unless that took one back."""
    found = first(
        con,
        f"select {COLUMNS} from ops.identity_decisions where left_key = ? and right_key = ? "
        "order by decided_at desc, decision_id desc limit 1",
        [*pair],
    )
    return Decision(*found) if found and found[2] != WITHDRAWN else None
