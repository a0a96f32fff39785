"""Why a customer, company or deal was what it was at a time: the snapshot, and what its records said by then.

What was decided is on record; what lost is worked out from what the records say today and the changes that
came since, each in its source's words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import duckdb

from canon.cells import STEWARD
from canon.errors import CustomerUnknown
from canon.explain_field import Record, candidates_of, field_of, history_of, matrix
from canon.explained import Change, Explanation, FieldExplanation, Link
from canon.find import PLURALS, Subject
from canon.verdicts import Line, judged
from canon.warehouse import first, has_table, rows

# The flag of deletion, as the log of changes calls it.
DELETED = ("IsDeleted", "archived", "is_deleted")


def explain_then(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> Explanation:
    """What was believed at a time, naive UTC.

    Raises:
        CustomerUnknown: It was not known then.
    """
    was = was_then(con, subject, as_of)
    if was is None:
        raise CustomerUnknown(_not_yet(con, subject, as_of))
    lines = _lines(con, subject.entity, was["policy_version"])
    links = _links_then(con, subject, as_of)
    history = history_of(con, subject, as_of)
    names = [name for name in matrix(con, subject.entity) if name in was]
    said = _candidates_then(con, subject, links, as_of, names)
    fields = tuple(
        _field_then(name, was, lines.get(name), said.get(name, ()), history.get(name, ()), as_of)
        for name in names
    )
    return Explanation(*subject, as_of, was["policy_version"], links, fields)


def was_then(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> dict[str, Any] | None:
    """The row that was valid at a time, values as text; None where there was none."""
    found = rows(
        con,
        f"select cast(columns(*) as varchar) from snapshots.{PLURALS[subject.entity]}_snapshot "
        f"where {subject.entity}_id = ? and dbt_valid_from <= ? "
        "and (dbt_valid_to is null or dbt_valid_to > ?) order by dbt_valid_from desc limit 1",
        [subject.entity_id, as_of, as_of],
    )
    return found[0] if found else None


def _lines(con: duckdb.DuckDBPyConnection, entity: str, version: str | None) -> dict[str, Line]:
    """The matrix of that day: today's where it is the same policy, else the one that was kept."""
    now = first(con, f"select max(policy_version) from marts.{PLURALS[entity]}")
    if now and now[0] == version:
        return matrix(con, entity)
    if not has_table(con, "ops", "policy_versions"):
        return {}
    kept = first(con, "select policy from ops.policy_versions where policy_version = ?", [version])
    owned = json.loads(kept[0]).get("ownership", {}).get(entity, {}) if kept else {}
    return {name: _kept_line(line) for name, line in owned.items()}


def _kept_line(line: Mapping[str, Any]) -> Line:
    ranks = [each if isinstance(each, list) else [each] for each in line.get("sources") or []]
    return Line(line["rule"], tuple(map(tuple, ranks)), line)


def _links_then(con: duckdb.DuckDBPyConnection, subject: Subject, as_of: datetime) -> tuple[Link, ...]:
    """The records that it was made of then, by the rule that links them today."""
    members = subject.entity == "customer" and has_table(con, "snapshots", "customer_members_snapshot")
    chosen = (
        "source || ':' || object || ':' || source_record_id in (select record_key "
        "from snapshots.customer_members_snapshot where customer_id = $id and dbt_valid_from <= $at "
        "and (dbt_valid_to is null or dbt_valid_to > $at))"
        if members
        else f"{subject.entity}_id = $id and first_seen_at <= $at"
    )
    found = con.execute(
        "select source, object, source_record_id, match_rule, is_deleted "
        f"from marts.{subject.entity}_sources where {chosen} "
        "order by first_seen_at, source, object, source_record_id",
        {"id": subject.entity_id, "at": as_of},
    ).fetchall()
    was_deleted = _deleted_then(con, [row[:3] for row in found], as_of)
    return tuple(
        Link(source, name, record_id, rule, was_deleted.get((source, name, record_id), is_deleted))
        for source, name, record_id, rule, is_deleted in found
    )


# What the first change after a time took away is what was said at that time.
SINCE = """
select changes.source, changes.object, changes.source_record_id, changes.field,
    arg_min(changes.old_value, runs.sync_seq) filter (runs.started_at > $at),
    bool_or(runs.started_at > $at),
    arg_max(changes.source_changed_at, runs.sync_seq) filter (runs.started_at <= $at),
    arg_max(changes.clock, runs.sync_seq) filter (runs.started_at <= $at)
from ops.source_changes as changes
join ops.sync_runs as runs on changes.sync_id = runs.sync_id
where changes.source_record_id in (select unnest($ids))
group by changes.source, changes.object, changes.source_record_id, changes.field
"""


def _since(con: duckdb.DuckDBPyConnection, ids: Sequence[str], at: datetime) -> list[tuple[Any, ...]]:
    if not ids or not has_table(con, "ops", "source_changes"):
        return []
    return con.execute(SINCE, {"ids": list(ids), "at": at}).fetchall()


def _deleted_then(
    con: duckdb.DuckDBPyConnection, records: Sequence[tuple[Any, ...]], as_of: datetime
) -> dict[tuple[Any, ...], bool]:
    return {
        tuple(row[:3]): row[4] == "true"
        for row in _since(con, [each[2] for each in records], as_of)
        if row[3] in DELETED and row[5]
    }


def _candidates_then(
    con: duckdb.DuckDBPyConnection,
    subject: Subject,
    links: Sequence[Link],
    as_of: datetime,
    fields: Sequence[str],
) -> dict[str, list[dict[str, Any]]]:
    """Field -> what each record said of it then, since when, and how that is known."""
    ids = [each.source_record_id for each in links]
    deleted = {_record(asdict(each)): each.is_deleted for each in links}
    which = "list_contains(?, source_record_id)"
    found = candidates_of(con, subject.entity, fields, which, ids)
    names = _canonical(con, subject.entity)
    changed = {
        ((row[0], row[1], row[2]), names.get((row[0], row[1], row[3]))): (row[4], row[6], row[7])
        for row in _since(con, ids, as_of)
        if row[5]
    }
    then: dict[str, list[dict[str, Any]]] = {}
    for name, said in found.items():
        for each in (each for each in said if _record(each) in deleted):
            keys = ("value", "changed_at", "clock")
            was = changed.get((_record(each), name), tuple(each[key] for key in keys))
            row = {**each, **dict(zip(keys, was, strict=True)), "is_deleted": deleted[_record(each)]}
            then.setdefault(name, []).append(row)
    return then


def _record(row: Mapping[str, Any]) -> Record:
    return row["source"], row["object"], row["source_record_id"]


def _canonical(con: duckdb.DuckDBPyConnection, entity: str) -> dict[Record, str]:
    """Which canonical field each source field feeds."""
    if not has_table(con, "ops", "data_dictionary"):
        return {}
    found = con.execute(
        "select source, object, field, canonical_field from ops.data_dictionary "
        "where starts_with(canonical_field, ?)",
        [f"{entity}."],
    ).fetchall()
    return {(row[0], row[1], row[2]): row[3].partition(".")[2] for row in found}


def _field_then(
    name: str,
    was: Mapping[str, Any],
    line: Line | None,
    candidates: Sequence[dict[str, Any]],
    history: Sequence[Change],
    as_of: datetime,
) -> FieldExplanation:
    """The cell as it was, with whoever competed for it then."""
    source = was.get(f"{name}_source")
    rule = "override" if source == STEWARD else line.rule if line else None
    row = {"field": name, "value": was[name], "source": source, "rule": rule}
    winner = _winner(row, candidates)
    for key in ("object", "source_record_id", "changed_at", "clock"):
        row[key] = winner[key] if winner else None
    if winner:
        winner["value"] = row["value"]  # in canonical form, not in the source's words
    found = judged(row, line or Line("", (), {}), candidates, {})
    clocks = {(each.source, each.object, each.source_record_id): each.changed_at for each in found}
    explained = field_of(row, line or Line("", (), {}), found, history, clocks, (as_of, None))
    return explained if line else replace(explained, flips_if=())


def _winner(row: Mapping[str, Any], candidates: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The record of the system whose value it was: of several the one that says so, then the newest."""
    own = [each for each in candidates if each["source"] == row["source"]]

    def strength(each: Mapping[str, Any]) -> tuple[bool, datetime]:
        return each["value"] == row["value"], each["changed_at"] or datetime.min

    return max(own, key=strength, default=None)


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
