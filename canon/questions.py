"""Answering a question of the steward's queue: what it asks, and which decisions a yes or a no comes to.

Questions about records are answered by decisions about pairs of them (canon.steward), questions about values
by decisions about cells (canon.values).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from canon import values
from canon.cells import Cell, find_cell
from canon.errors import NothingPublished, UsageError
from canon.find import find_record
from canon.held import ErasureAnswer, answer_question
from canon.published import open_published
from canon.settings import Settings
from canon.steward import CANNOT_LINK, MUST_LINK, Decided, grounds_of, ordered, write
from canon.warehouse import first

# Kinds that ask whether records are one person; `split` says that they no longer are.
IDENTITY = ("identity", "suggestion")
SPLIT = "split"

# Kind that asks which value is right.
CONFLICT = "conflict"

# Fewer characters of an id name a question by accident.
SHORTEST_PREFIX = 6

NEEDED = (("marts", "review_queue"), ("marts", "customer_sources"))

# What no line of the matrix decides, and so no steward.
PRIMARY_CONTACT = "deal.primary_customer_id"

# Kind that asks whether a record is that of somebody who was erased.
ERASURE = "erasure"

# How a question about no person names whom it is about.
OWNER = re.compile(r"(?:company|deal) (\S+): ")

RECORD_KEY = re.compile(r"[^:\s]+:[^:\s]+:\S+")


@dataclass(frozen=True)
class Item:
    """A row of the queue."""

    item_id: str
    kind: str
    customer_id: str | None
    field: str | None
    candidates: str


@dataclass(frozen=True)
class Question:
    """An open question about identity: may `record` be one with any of `others`? All are record keys."""

    item_id: str
    kind: str
    record: str
    others: tuple[str, ...]


Answers = list[Decided] | list[values.ValueDecision] | list[ErasureAnswer]


def accept(
    settings: Settings,
    item: str,
    as_record: str | None = None,
    actor: str | None = None,
    reason: str | None = None,
) -> Answers:
    """Say yes: the record is the candidate's person, or the erased one's; the split or the policy is right.

    Args:
        settings: Where the copy and the warehouse are.
        item: The question's id, or its first characters.
        as_record: Which candidate; needed where there are several.
        actor: Who decides; else the user of this process.
        reason: Why; else which kind of question was answered.

    Raises:
        UsageError: There is no such question, or which candidate is not clear.
        LockHeld: A run is at work.
    """
    with open_published(settings.published, NEEDED) as con:
        found = _item(con, item)
    if found.kind == CONFLICT:
        if as_record is not None:
            raise UsageError(_choose_value(found))
        grounds = grounds_of(actor, reason or "accepted: the policy's answer", found.item_id)
        return values.accept(settings, cell_of(settings, found), grounds)
    if found.kind == ERASURE:
        return _answer_erasure(settings, found, actor, reason, is_theirs=True)
    with open_published(settings.published, NEEDED) as con:
        question = _question(found)
        other = _chosen(con, question, as_record)
    kind = CANNOT_LINK if question.kind == SPLIT else MUST_LINK
    return _write(settings, kind, question, [other], actor, reason or f"accepted: {question.kind} question")


def reject(settings: Settings, item: str, actor: str | None = None, reason: str | None = None) -> Answers:
    """Say no: the record is none of the candidates' person nor the erased one's, or the split is undone.

    Raises:
        UsageError: There is no such question, or it is about a value.
        LockHeld: A run is at work.
    """
    found = find_item(settings, item)
    if found.kind == CONFLICT:
        raise UsageError(_choose_value(found))
    if found.kind == ERASURE:
        return _answer_erasure(settings, found, actor, reason, is_theirs=False)
    question = _question(found)
    kind, others = MUST_LINK if question.kind == SPLIT else CANNOT_LINK, question.others
    return _write(settings, kind, question, others, actor, reason or f"rejected: {question.kind} question")


def _answer_erasure(
    settings: Settings, item: Item, actor: str | None, reason: str | None, *, is_theirs: bool
) -> list[ErasureAnswer]:
    said = reason or f"{'accepted' if is_theirs else 'rejected'}: {item.kind} question"
    grounds = grounds_of(actor, said, item.item_id)
    return answer_question(settings, item.item_id, is_theirs=is_theirs, grounds=grounds)


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


def find_item(settings: Settings, item: str) -> Item:
    """The open question that an id, or its first characters, means.

    Raises:
        UsageError: There is none, or there are several.
    """
    with open_published(settings.published, NEEDED) as con:
        return _item(con, item)


def cell_of(settings: Settings, item: Item) -> Cell:
    """The cell that a question about a value is about.

    Raises:
        UsageError: It is about records, or about what no rule of the matrix decides.
    """
    if item.kind != CONFLICT or item.field is None:
        raise UsageError(f"Question {item.item_id} is about records, not about a value: accept or reject it.")
    if item.field == PRIMARY_CONTACT:
        raise UsageError(
            f"Question {item.item_id} is settled in a system: by the opportunity's primary contact role in "
            "Salesforce, or by the deal's contacts in HubSpot."
        )
    named = OWNER.match(item.candidates)
    wanted = named.group(1) if named else item.customer_id or ""
    return find_cell(settings.published, settings.root, wanted, item.field)


def _choose_value(item: Item) -> str:
    return (
        f"Question {item.item_id} is about the value of {item.field}. canon review accept {item.item_id} "
        f"lets what stands stand; for another value: canon review override {item.item_id} "
        "--value VALUE --reason WHY."
    )


def _question(item: Item) -> Question:
    """A question about identity, taken apart."""
    if item.kind not in (*IDENTITY, SPLIT):
        raise UsageError(f"Question {item.item_id} is of the kind {item.kind}, which nothing answers.")
    return Question(item.item_id, item.kind, *_parsed(item.item_id, item.candidates))


def _item(con: duckdb.DuckDBPyConnection, wanted: str) -> Item:
    item = wanted.strip().lower()
    found = con.execute(
        "select item_id, kind, customer_id, field, candidates from marts.review_queue "
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
    return Item(*found[0])


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
