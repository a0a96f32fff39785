"""Answering a question of the steward's queue: what it asks, and which decisions a yes or a no comes to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from canon.errors import NothingPublished, UsageError
from canon.find import find_record
from canon.published import open_published
from canon.settings import Settings
from canon.steward import CANNOT_LINK, MUST_LINK, Decided, grounds_of, ordered, write
from canon.warehouse import first

# Kinds that ask whether records are one person; `split` says that they no longer are.
IDENTITY = ("identity", "suggestion")
SPLIT = "split"

# Fewer characters of an id name a question by accident.
SHORTEST_PREFIX = 6

NEEDED = (("marts", "review_queue"), ("marts", "customer_sources"))

RECORD_KEY = re.compile(r"[^:\s]+:[^:\s]+:\S+")


@dataclass(frozen=True)
class Question:
    """An open question about identity: may `record` be one with any of `others`? All are record keys."""

    item_id: str
    kind: str
    record: str
    others: tuple[str, ...]


def accept(
    settings: Settings,
    item: str,
    as_record: str | None = None,
    actor: str | None = None,
    reason: str | None = None,
) -> list[Decided]:
    """Say yes: the record is the candidate's person, or the split is right.

    Args:
        settings: Where the copy and the warehouse are.
        item: The question's id, or its first characters.
        as_record: Which candidate; needed where there are several.
        actor: Who decides; else the user of this process.
        reason: Why; else which kind of question was answered.

    Raises:
        UsageError: There is no such question, it is about a value, or which candidate is not clear.
        LockHeld: A run is at work.
    """
    with open_published(settings.published, NEEDED) as con:
        question = _question(con, item)
        other = _chosen(con, question, as_record)
    kind = CANNOT_LINK if question.kind == SPLIT else MUST_LINK
    return _write(settings, kind, question, [other], actor, reason or f"accepted: {question.kind} question")


def reject(
    settings: Settings, item: str, actor: str | None = None, reason: str | None = None
) -> list[Decided]:
    """Say no: the record is none of the candidates' person, or the split is undone.

    Raises:
        UsageError: There is no such question, or it is about a value.
        LockHeld: A run is at work.
    """
    with open_published(settings.published, NEEDED) as con:
        question = _question(con, item)
    kind, others = MUST_LINK if question.kind == SPLIT else CANNOT_LINK, question.others
    return _write(settings, kind, question, others, actor, reason or f"rejected: {question.kind} question")


def _write(
    settings: Settings,
    kind: str,
    question: Question,
    others: Sequence[str],
    actor: str | None,
    reason: str,
) -> list[Decided]:
    pairs = [ordered(question.record, other) for other in others]
    return write(settings, kind, pairs, grounds_of(actor, reason, question.item_id))


def _question(con: duckdb.DuckDBPyConnection, item: str) -> Question:
    """The open question about identity that an id, or its first characters, means."""
    item_id, kind, field, candidates = _item(con, item.strip().lower())
    if kind not in (*IDENTITY, SPLIT):
        about = f"the value of {field}" if field else "a value"
        raise UsageError(
            f"Question {item_id} is about {about}, and only the policy decides values yet: it stands. "
            "To change who is right, change the field's line in the matrix (docs/policy.md), or correct the "
            "value in a system that it trusts."
        )
    return Question(item_id, kind, *_parsed(item_id, candidates))


def _item(con: duckdb.DuckDBPyConnection, item: str) -> tuple[str, str, str | None, str]:
    found = con.execute(
        "select item_id, kind, field, candidates from marts.review_queue "
        "where item_id = $item or (length($item) >= $shortest and starts_with(item_id, $item)) "
        "order by item_id = $item desc, item_id",
        {"item": item, "shortest": SHORTEST_PREFIX},
    ).fetchall()
    if not found:
        few = f" Give at least {SHORTEST_PREFIX} characters of its id." if len(item) < SHORTEST_PREFIX else ""
        raise UsageError(f"There is no open question {item!r}.{few} canon review list shows what is open.")
    if len(found) > 1 and found[0][0] != item:
        ids = ", ".join(each[0] for each in found)
        raise UsageError(f"{len(found)} questions begin with {item!r}: {ids}. Give more of the id.")
    item_id, kind, field, candidates = found[0]
    return item_id, kind, field, candidates


def _parsed(item_id: str, candidates: str) -> tuple[str, tuple[str, ...]]:
    """The record and its candidates out of `record = candidate or candidate: reason`."""
    record, _, rest = candidates.partition(" = ")
    others = tuple(rest.partition(": ")[0].split(" or "))
    if not all(RECORD_KEY.fullmatch(key) for key in (record, *others)):
        raise NothingPublished(
            f"Question {item_id} was published by an older Canon and does not name its records. "
            "Run canon sync, then canon review list."
        )
    return record, others


def _chosen(con: duckdb.DuckDBPyConnection, question: Question, as_record: str | None) -> str:
    """The candidate that a yes is about; it must be there, for a link to nothing says nothing."""
    names = ", ".join(question.others)
    if as_record is None and len(question.others) > 1:
        raise UsageError(
            f"{question.record} may be one with {names}. Say with which: --as RECORD. "
            "canon review reject says: with none of them."
        )
    other = find_record(con, as_record).key if as_record else question.others[0]
    if other not in question.others:
        raise UsageError(
            f"Question {question.item_id} does not ask about {other}, but about {names}. "
            f"For another pair: canon review link {question.record} {other}."
        )
    if question.kind != SPLIT and not _is_known(con, other):
        raise UsageError(
            f"{other} is in no system's copy here, so nothing can be linked with it. "
            "canon review reject takes the question off the list."
        )
    return other


def _is_known(con: duckdb.DuckDBPyConnection, key: str) -> bool:
    found = first(
        con,
        "select 1 from marts.customer_sources "
        "where source = ? and object = ? and source_record_id = ? limit 1",
        key.split(":", 2),
    )
    return found is not None
