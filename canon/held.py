"""Between the loader and erased people: what it needs to know them again, and what it held back for them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from canon.erase import addresses_of, check_key
from canon.errors import UsageError
from canon.find import Record
from canon.journal import ensure_journals, utc_now
from canon.lock import run_lock
from canon.normalize import keyed_hash
from canon.settings import Settings
from canon.steward import Grounds
from canon.warehouse import connect, first, has_table, log_tables, require_warehouse

if TYPE_CHECKING:
    from pipelines.forgotten import Erasure

HELD, ELSEWHERE = "held", "elsewhere"

# Answers: the record may land, it never may, it stays although another system erased the person.
RELEASED, REFUSED, KEPT = "released", "refused", "kept"


def known_again(settings: Settings) -> "Erasure | None":
    """The key of the tombstones, and where addresses stand; None where nobody was ever erased.

    Raises:
        ConfigurationError: The key is not the one that they were made with.
    """
    from pipelines.forgotten import Erasure

    if not settings.warehouse.is_file():
        return None
    with connect(settings.warehouse, read_only=True) as con:
        is_any = has_table(con, "ops", "tombstones") and first(con, "select 1 from ops.tombstones limit 1")
        if not is_any:
            return None
        check_key(con, settings)
    return Erasure(settings.hash_key(), addresses_of(settings.root))


def take_in(settings: Settings) -> None:
    """Ask about each record that loads held back since the last time."""
    with connect(settings.warehouse) as con:
        ensure_journals(con)
        held = [schema for schema, table in log_tables(con) if table == "held"]
        con.begin()
        for schema in held:
            con.execute(TAKEN_IN.format(schema=schema), [HELD, schema.removeprefix("raw_"), utc_now()])
            con.execute(f"delete from {schema}.held")  # an answer may take the question away for good
        con.commit()


TAKEN_IN = """
insert into ops.erasure_questions by name
select distinct
    md5('held:' || $2 || ':' || object || ':' || _record_id) as question_id, $1 as kind, $2 as source, object,
    _record_id as source_record_id, cast($3 as timestamp) as asked_at
from {schema}.held
where md5('held:' || $2 || ':' || object || ':' || _record_id)
    not in (select question_id from ops.erasure_questions)
"""


@dataclass(frozen=True)
class ErasureAnswer:
    """What a steward said of a record about which an erasure had left a question."""

    record_key: str
    kind: str
    answer: str
    actor: str
    reason: str
    answered_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The answer."""
        return asdict(self)


def answer_question(
    settings: Settings, item_id: str, *, is_theirs: bool, grounds: Grounds
) -> list[ErasureAnswer]:
    """Say whether a record is that of the person who was erased; `item_id` is the queue's.

    Raises:
        UsageError: There is no such question any more, or the answer is to erase a person.
        LockHeld: A run is at work.
    """
    require_warehouse(settings.warehouse)
    with run_lock(settings.warehouse, "review"), connect(settings.warehouse) as con:
        ensure_journals(con)
        found = first(con, ASKED, [item_id])
        if found is None:
            raise UsageError(f"Question {item_id} has been answered already.")
        question_id, kind, *record = found
        told = _said(kind, Record(*record), is_theirs)
        given = ErasureAnswer(Record(*record).key, kind, told, grounds.actor, grounds.reason, utc_now())
        con.begin()
        con.execute(
            "update ops.erasure_questions set answer = ?, actor = ?, reason = ?, answered_at = ? "
            "where question_id = ?",
            [told, given.actor, given.reason, given.answered_at, question_id],
        )
        if told == REFUSED:
            _refuse(con, settings, question_id, given.record_key)
        con.commit()
    return [given]


# Written as the models write the ids of questions.
ASKED = """
select question_id, kind, source, object, source_record_id from ops.erasure_questions
where answer is null and md5('erasure:' || question_id) = ?
"""


def _said(kind: str, record: Record, is_theirs: bool) -> str:
    if kind == HELD:
        return REFUSED if is_theirs else RELEASED
    if is_theirs:
        raise UsageError(
            f"To erase the person here too: canon forget {record.source}:{record.source_record_id}. That "
            "cannot be undone, so it is no answer among others."
        )
    return KEPT


def _refuse(con: duckdb.DuckDBPyConnection, settings: Settings, question_id: str, record_key: str) -> None:
    """Keep a tombstone of a record that never may land, and nothing that says which one it is."""
    hashed = keyed_hash(record_key, settings.hash_key())
    con.execute("insert into ops.tombstones values (?, 'record', ?)", [question_id, hashed])
    con.execute("delete from ops.erasure_questions where question_id = ?", [question_id])
