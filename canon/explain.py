"""Why a customer, company or deal is as it is, read from the published copy: values, candidates, history."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from canon.cells import STEWARD
from canon.errors import CustomerUnknown, UsageError
from canon.find import PLURALS, Subject, find_subject, named_entity
from canon.flips import Standing, flips_if
from canon.published import open_published, require_tables
from canon.warehouse import first, rows

# What an explanation reads; a copy without one of these was published by an older Canon.
NEEDED = (("marts", "field_ownership"), ("ops", "sync_runs"))
NEEDED_OF = ("sources", "fields", "field_conflicts", "candidates", "changes")


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
    """What one record says about a field; `eliminated_by` is None for the winner."""

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
    """A customer, company or deal as it is, or as it was believed to be at `as_of` (UTC)."""

    entity: str
    entity_id: str
    as_of: datetime | None
    policy_version: str | None
    links: tuple[Link, ...]
    fields: tuple[FieldExplanation, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The public shape: the same names, nested as they are here; the id as its mart calls it."""
        shape = asdict(self)
        return {f"{shape.pop('entity')}_id": shape.pop("entity_id"), **shape}


def explain(
    published: Path, wanted: str, field_name: str | None = None, as_of: datetime | None = None
) -> Explanation:
    """Explain one customer, company or deal, or one field of it.

    Raises:
        CustomerUnknown: Nobody and nothing goes by `wanted`, or did at `as_of`.
        UsageError: There is no such field.
        NothingPublished: There is no published copy, or it lacks tables.
    """
    entity, text = named_entity(wanted)
    with open_published(published, [*NEEDED, *_needed(entity)]) as con:
        was = _snapshot(con, Subject(entity, text), as_of) if as_of else None
        subject = Subject(entity, text) if was else find_subject(con, wanted)
        if subject.entity != entity:
            require_tables(con, published, _needed(subject.entity))
        found = _explain_then(con, subject, as_of) if as_of else _explain_now(con, subject)
    return _only(found, field_name)


def _needed(entity: str) -> list[tuple[str, str]]:
    own = [("marts", f"{entity}_{kind}") for kind in NEEDED_OF]
    aliases = [("marts", "customer_aliases")] if entity == "customer" else []
    return [("marts", PLURALS[entity]), *own, *aliases, ("snapshots", f"{PLURALS[entity]}_snapshot")]


def parse_as_of(text: str, option: str = "--as-of") -> datetime:
    """A point in time as naive UTC; a date alone means its end.

    Raises:
        UsageError: The text is no ISO 8601 date or time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} {text!r}: expected an ISO 8601 date or time, for instance 2026-11-03T12:00."
        ) from error
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", text.strip()):
        return datetime.combine(moment.date(), time.max)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _only(found: Explanation, field_name: str | None) -> Explanation:
    if field_name is None:
        return found
    chosen = tuple(each for each in found.fields if each.field == field_name)
    if not chosen:
        known = ", ".join(each.field for each in found.fields) or "none"
        raise UsageError(f"There is no field {field_name!r}. Fields of a {found.entity}: {known}.")
    return replace(found, fields=chosen)


def _explain_now(con: duckdb.DuckDBPyConnection, subject: Subject) -> Explanation:
    mine = f"where {subject.entity}_id = ?"
    version = first(con, f"select policy_version from {subject.table} {mine}", [subject.entity_id])
    matrix = _matrix(con, subject.entity)
    history = _history(con, subject, None)
    candidates = _candidates(con, subject, list(matrix))
    losers = _losers(con, subject)
    decided = {
        row["field"]: row
        for row in rows(con, f"select * from marts.{subject.entity}_fields {mine}", [subject.entity_id])
    }
    ordered = [name for name in matrix if name in decided] + [name for name in decided if name not in matrix]
    fields = tuple(
        _field(decided[name], matrix.get(name, ()), candidates.get(name, []), losers, history.get(name, []))
        for name in ordered
    )
    return Explanation(*subject, None, version[0] if version else None, _links(con, subject, None), fields)


Ranks = tuple[tuple[str, ...], ...]


def _matrix(con: duckdb.DuckDBPyConnection, entity: str) -> dict[str, Ranks]:
    """The owned fields of an entity, in the order of the policy, each with the sources of its ranks."""
    found = con.execute(
        "select field, cast(sources as varchar) from marts.field_ownership where entity = ? order by rowid",
        [entity],
    ).fetchall()
    return {
        name: tuple(tuple(re.findall(r"[a-z][a-z0-9_]*", rank)) for rank in (sources or "").split(","))
        for name, sources in found
    }


def _links(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime | None) -> tuple[Link, ...]:
    found = con.execute(
        "select source, object, source_record_id, match_rule, is_deleted "
        f"from marts.{subject.entity}_sources where {subject.entity}_id = ? "
        "and (? is null or first_seen_at <= ?) order by first_seen_at, source, object, source_record_id",
        [subject.entity_id, as_of, as_of],
    ).fetchall()
    return tuple(Link(*row) for row in found)


Record = tuple[str, str, str]
Loser = tuple[str, str, str, str]


def _candidates(
    con: duckdb.DuckDBPyConnection, subject: Subject, fields: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """What each record says, per field; values as text, as the mart of fields holds them."""
    table = f"marts.{subject.entity}_candidates"
    known = {row[0] for row in con.execute(f"select column_name from (describe {table})").fetchall()}
    found: dict[str, list[dict[str, Any]]] = {}
    for name in (each for each in fields if each in known):
        found[name] = rows(
            con,
            f'select source, object, source_record_id, is_deleted, cast("{name}" as varchar) as value, '
            f'"{name}_changed_at" as changed_at, "{name}_clock" as clock '
            f"from {table} where {subject.entity}_id = ? order by source, object, source_record_id",
            [subject.entity_id],
        )
    return found


def _losers(con: duckdb.DuckDBPyConnection, subject: Subject) -> dict[Loser, str]:
    """Why each disagreeing record lost, by field and record."""
    found = con.execute(
        "select field, source, object, source_record_id, status "
        f"from marts.{subject.entity}_field_conflicts where {subject.entity}_id = ?",
        [subject.entity_id],
    ).fetchall()
    return {(row[0], row[1], row[2], row[3]): row[4] for row in found}


def _field(
    row: dict[str, Any],
    ranks: Ranks,
    candidates: Sequence[dict[str, Any]],
    losers: dict[Loser, str],
    history: Sequence[Change],
) -> FieldExplanation:
    judged = tuple(_judge(row, each, losers) for each in candidates)
    changed_at = row["changed_at"]
    standing = Standing(
        rule=row["rule"],
        sources=tuple(source for rank in ranks for source in rank),
        source=row["source"],
        value=row["value"],
        changed_at=f"{changed_at:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if changed_at else None,
        contested=any(each.value is not None and each.value != row["value"] for each in judged),
        peers=tuple(
            source for rank in ranks if row["source"] in rank for source in rank if source != row["source"]
        ),
    )
    return FieldExplanation(
        field=row["field"],
        value=row["value"],
        source=row["source"],
        object=row["object"],
        source_record_id=row["source_record_id"],
        rule=row["rule"],
        changed_at=changed_at,
        clock=row["clock"],
        candidates=tuple(sorted(judged, key=_winner_first)),
        history=tuple(history),
        flips_if=tuple(flips_if(standing)),
    )


def _winner_first(candidate: Candidate) -> tuple[bool, bool]:
    return candidate.eliminated_by is not None, candidate.value is None


def _judge(row: dict[str, Any], candidate: dict[str, Any], losers: dict[Loser, str]) -> Candidate:
    """A candidate with the reason why it did not win."""
    record = (candidate["source"], candidate["object"], candidate["source_record_id"])
    reason: str | None
    if record == (row["source"], row["object"], row["source_record_id"]) or _contributed(row, record):
        reason = None
    elif row["source"] == STEWARD and candidate["value"] is not None and not _agrees(row, candidate["value"]):
        reason = "overridden"
    elif (row["field"], *record) in losers:
        reason = losers[(row["field"], *record)]
    elif candidate["value"] is None:
        reason = "blank"
    elif _agrees(row, candidate["value"]):
        reason = "same_value"
    else:
        reason = "deleted" if candidate["is_deleted"] else "overruled"
    return Candidate(*record, candidate["value"], candidate["changed_at"], candidate["clock"], reason)


def _contributed(row: dict[str, Any], record: Record) -> bool:
    """Whether a set holds what this record says; copies of before sets say nothing of it."""
    return ":".join(record) in (row.get("contributors") or "").split(" ")


def _agrees(row: dict[str, Any], value: str) -> bool:
    if row["rule"] == "aggregation":
        return set(value.split(";")) <= set((row["value"] or "").split(";"))
    return bool(value == row["value"])


def _history(
    con: duckdb.DuckDBPyConnection, subject: Subject, until: datetime | None
) -> dict[str, list[Change]]:
    """Past changes per field, oldest first."""
    found = con.execute(
        "select field, changed_at, old_value, new_value, old_source, new_source, cause, sync_id "
        f"from marts.{subject.entity}_changes where {subject.entity}_id = ? "
        "and (? is null or changed_at <= ?) order by changed_at, sync_id, rowid",
        [subject.entity_id, until, until],
    ).fetchall()
    history: dict[str, list[Change]] = {}
    for name, *rest in found:
        history.setdefault(name, []).append(Change(*rest))
    return history


def _explain_then(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> Explanation:
    """What the snapshot had: what was decided then is on record, who else competed is not."""
    was = _snapshot(con, subject, as_of)
    if was is None:
        raise CustomerUnknown(_not_yet(con, subject, as_of))
    now = first(con, f"select max(policy_version) from {subject.table}")
    same_policy = now is not None and was["policy_version"] == now[0]
    owned = "select field, rule from marts.field_ownership where entity = ?"
    rules = dict(con.execute(owned, [subject.entity]).fetchall())
    history = _history(con, subject, as_of)
    fields = tuple(
        _field_then(name, was, rules[name] if same_policy else None, history.get(name, []))
        for name in _matrix(con, subject.entity)
        if name in was
    )
    return Explanation(*subject, as_of, was["policy_version"], _links(con, subject, as_of), fields)


def _field_then(
    name: str, was: dict[str, Any], rule: str | None, history: Sequence[Change]
) -> FieldExplanation:
    return FieldExplanation(
        field=name,
        value=was[name],
        source=was.get(f"{name}_source"),
        rule=rule,
        changed_at=history[-1].changed_at if history else None,
        history=tuple(history),
    )


def _snapshot(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> dict[str, Any] | None:
    """The row that was valid at a time, values as text; None where there was none."""
    found = rows(
        con,
        f"select cast(columns(*) as varchar) from snapshots.{PLURALS[subject.entity]}_snapshot "
        f"where {subject.entity}_id = ? and dbt_valid_from <= ? "
        "and (dbt_valid_to is null or dbt_valid_to > ?) order by dbt_valid_from desc limit 1",
        [subject.entity_id, as_of, as_of],
    )
    return found[0] if found else None


def _not_yet(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> str:
    begun = first(
        con,
        f"select min(dbt_valid_from) from snapshots.{PLURALS[subject.entity]}_snapshot "
        f"where {subject.entity}_id = ?",
        [subject.entity_id],
    )
    since = f"; the first snapshot is of {begun[0]:%Y-%m-%d %H:%M:%S} UTC" if begun and begun[0] else ""
    name = f"{subject.entity.capitalize()} {subject.entity_id}"
    return f"{name} was not known at {as_of:%Y-%m-%d %H:%M:%S} UTC{since}."
