"""One field of an explanation, now or then: its line of the matrix, its changes, what would flip it."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from canon.cells import STEWARD
from canon.explained import Candidate, Change, FieldExplanation
from canon.find import Subject
from canon.flips import Standing, flips_if
from canon.flips_by_time import Holder, flips_by_time
from canon.verdicts import OUT, Line
from canon.warehouse import rows

Record = tuple[str, str, str]
Cells = Mapping[str, Sequence[Mapping[str, Any]]]


def matrix(con: duckdb.DuckDBPyConnection, entity: str) -> dict[str, Line]:
    """The owned fields of an entity, in the order of the policy, each with its line."""
    found = rows(con, "select * from marts.field_ownership where entity = ? order by rowid", [entity])
    return {row["field"]: _line(row) for row in found}


def _line(row: Mapping[str, Any]) -> Line:
    ranks = (re.findall(r"[a-z][a-z0-9_]*", rank) for rank in (row["sources"] or "").split(","))
    return Line(row["rule"], tuple(map(tuple, ranks)), json.loads(row.get("parameters") or "{}"))


def history_of(
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


def candidates_of(
    con: duckdb.DuckDBPyConnection, entity: str, fields: Sequence[str], which: str, asked: object
) -> dict[str, list[dict[str, Any]]]:
    """Field -> what each record says of it; values as text, as the mart of fields holds them.

    Args:
        con: The published copy.
        entity: customer, company or deal.
        fields: Canonical fields; one that the copy does not have yet is left out.
        which: A condition with one parameter, `asked`.
        asked: Its value.
    """
    table = f"marts.{entity}_candidates"
    known = {row[0] for row in con.execute(f"select column_name from (describe {table})").fetchall()}
    named = [each for each in fields if each in known]
    columns = "".join(
        f', cast("{name}" as varchar) as "{name}", "{name}_changed_at", "{name}_clock"' for name in named
    )
    found = rows(
        con,
        f"select source, object, source_record_id, is_deleted{columns} "
        f"from {table} where {which} order by source, object, source_record_id",
        [asked],
    )
    return {name: [_cell(row, name) for row in found] for name in named}


def _cell(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    own = {"value": row[name], "changed_at": row[f"{name}_changed_at"], "clock": row[f"{name}_clock"]}
    return {key: row[key] for key in ("source", "object", "source_record_id", "is_deleted")} | own


Clocks = Mapping[Record, datetime | None]


def clocks_of(candidates: Cells, lines: Mapping[str, Line], name: str) -> Clocks:
    """The clock of each record's value in a field: of fields that move together, the newest."""
    group = lines[name].more.get("group") if name in lines else None
    names = [each for each in lines if group and lines[each].more.get("group") == group] or [name]
    found: dict[Record, datetime | None] = {}
    for each in (row for one in names for row in candidates.get(one, ())):
        record = (each["source"], each["object"], each["source_record_id"])
        known = [moment for moment in (found.get(record), each["changed_at"]) if moment]
        found[record] = max(known) if known else None
    return found


def field_of(
    row: Mapping[str, Any],
    line: Line,
    candidates: tuple[Candidate, ...],
    history: Sequence[Change],
    clocks: Clocks,
    time: tuple[datetime, datetime | None],
) -> FieldExplanation:
    """One field, explained.

    Args:
        row: The cell: field, value, source, object, source_record_id, rule, changed_at, clock.
        line: Its line of the matrix.
        candidates: Its candidates, judged.
        history: Its changes, oldest first.
        clocks: When what a record says changed, as the rule takes it.
        time: Now, and when the steward's decision that holds expires.
    """
    changed_at = row["changed_at"]
    contested = any(each.value is not None and each.value != row["value"] for each in candidates)
    standing = Standing(
        rule=row["rule"],
        sources=line.sources,
        source=row["source"],
        value=row["value"],
        changed_at=f"{changed_at:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if changed_at else None,
        contested=contested,
        peers=line.peers(row["source"]),
    )
    own = ("field", "value", "source", "object", "source_record_id", "rule", "clock")
    return FieldExplanation(
        **{key: row[key] for key in own},
        changed_at=changed_at,
        candidates=candidates,
        history=tuple(history),
        flips_if=(*flips_if(standing), *_by_time(row, line, candidates, clocks, *time)),
    )


def _by_time(
    row: Mapping[str, Any],
    line: Line,
    candidates: Sequence[Candidate],
    clocks: Clocks,
    now: datetime,
    expires_at: datetime | None,
) -> list[str]:
    """What time alone will change."""

    def holder(each: Candidate) -> Holder:
        clock = clocks.get((each.source, each.object, each.source_record_id), each.changed_at)
        return Holder(each.source, each.value, clock)

    if row["source"] == STEWARD:
        return flips_by_time({}, now, Holder(STEWARD, row["value"], None), (), expires_at)
    winners = [each for each in candidates if each.eliminated_by is None]
    if not winners or row["rule"] != line.rule:
        return []
    rivals = [each for each in candidates if each.eliminated_by and each.eliminated_by not in OUT]
    return flips_by_time(line.more, now, holder(winners[0]), [*map(holder, rivals)], None)
