"""Why a customer, company or deal is as it is, read from the published copy: values, candidates, history."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import duckdb

from canon.errors import UsageError
from canon.explain_field import candidates_of, clocks_of, field_of, history_of, matrix
from canon.explain_then import explain_then, was_then
from canon.explained import Explanation, Link
from canon.find import PLURALS, Record, Subject, find_subject, named_entity
from canon.links import ACCEPTED, links_among
from canon.published import open_published, require_tables
from canon.verdicts import Line, Lost, Place, judged
from canon.versions import versions
from canon.warehouse import first, has_table, rows

# What an explanation reads; a copy without one of these was published by an older Canon.
NEEDED = (("marts", "field_ownership"), ("ops", "sync_runs"))
NEEDED_OF = ("sources", "fields", "field_conflicts", "candidates", "changes")


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
        was = was_then(con, Subject(entity, text), as_of) if as_of else None
        subject = Subject(entity, text) if was else find_subject(con, wanted)
        if subject.entity != entity:
            require_tables(con, published, _needed(subject.entity))
        found = explain_then(con, subject, as_of) if as_of else _explain_now(con, subject)
        return _only(con, found, field_name)


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


def _only(con: duckdb.DuckDBPyConnection, found: Explanation, field_name: str | None) -> Explanation:
    """The one field that was asked for, with its timeline."""
    if field_name is None:
        return found
    chosen = tuple(each for each in found.fields if each.field == field_name)
    if not chosen:
        known = ", ".join(each.field for each in found.fields) or "none"
        raise UsageError(f"There is no field {field_name!r}. Fields of a {found.entity}: {known}.")
    told = versions(con, found.entity, found.links, chosen[0], found.as_of)
    return replace(found, fields=chosen, versions=told)


def _explain_now(con: duckdb.DuckDBPyConnection, subject: Subject) -> Explanation:
    mine = f"where {subject.entity}_id = ?"
    version = first(con, f"select policy_version from {subject.table} {mine}", [subject.entity_id])
    lines = matrix(con, subject.entity)
    history = history_of(con, subject, None)
    candidates = candidates_of(
        con, subject.entity, list(lines), f"{subject.entity}_id = ?", subject.entity_id
    )
    losers = _losers(con, subject)
    links = _links(con, subject)
    decided = {
        row["field"]: row
        for row in rows(con, f"select * from marts.{subject.entity}_fields {mine}", [subject.entity_id])
    }
    ordered = [name for name in lines if name in decided] + [name for name in decided if name not in lines]
    expiring = _expiring(con, subject.entity, links)
    now = _last_sync(con)
    fields = tuple(
        field_of(
            decided[name],
            lines.get(name, Line(decided[name]["rule"], (), {})),
            judged(decided[name], lines.get(name, Line("", (), {})), candidates.get(name, ()), losers),
            history.get(name, ()),
            clocks_of(candidates, lines, name),
            (now, expiring.get(name)),
        )
        for name in ordered
    )
    found = Explanation(*subject, None, version[0] if version else None, links, fields)
    return replace(found, ties=_ties(con, found))


def _links(con: duckdb.DuckDBPyConnection, subject: Subject) -> tuple[Link, ...]:
    found = con.execute(
        "select source, object, source_record_id, match_rule, is_deleted "
        f"from marts.{subject.entity}_sources where {subject.entity}_id = ? "
        "order by first_seen_at, source, object, source_record_id",
        [subject.entity_id],
    ).fetchall()
    return tuple(Link(*row) for row in found)


Ties = dict[tuple[str, str, str], tuple[str, ...]]


def _ties(con: duckdb.DuckDBPyConnection, found: Explanation) -> Ties:
    """Of each record of a person, the others that it was linked to: `email with hubspot 501`."""
    if found.entity != "customer" or len(found.links) < 2 or not has_table(con, "marts", "customer_links"):
        return {}
    records = [Record(each.source, each.object, each.source_record_id) for each in found.links]
    place = {record: at for at, record in enumerate(records)}
    said: dict[tuple[str, str, str], list[str]] = {}
    for link in links_among(con, records):
        if link.status == ACCEPTED and link.ends[0] != link.ends[1]:
            other, one = sorted(link.ends, key=lambda each: place[each])
            said.setdefault(one, []).append(f"{link.match_rule} with {other.source} {other.source_record_id}")
    return {record: tuple(dict.fromkeys(each)) for record, each in said.items()}


def _losers(con: duckdb.DuckDBPyConnection, subject: Subject) -> dict[Place, Lost]:
    """Why each disagreeing record lost, by field and record."""
    found = con.execute(
        "select field, source, object, source_record_id, status, source_value "
        f"from marts.{subject.entity}_field_conflicts where {subject.entity}_id = ?",
        [subject.entity_id],
    ).fetchall()
    return {(row[0], row[1], row[2], row[3]): Lost(row[4], row[5]) for row in found}


def _expiring(con: duckdb.DuckDBPyConnection, entity: str, links: Sequence[Link]) -> dict[str, datetime]:
    """When the decisions of stewards on the fields of these records expire, the last word on each."""
    if not has_table(con, "ops", "value_decisions"):
        return {}
    found = con.execute(
        "select field, max_by(expires_at, (decided_at, decision_id)) filter (expires_at is not null) "
        "from ops.value_decisions where entity = ? and kind = 'override' and list_contains(?, record_key) "
        "group by field having arg_max(expires_at is not null, (decided_at, decision_id))",
        [entity, [f"{each.source}:{each.object}:{each.source_record_id}" for each in links]],
    ).fetchall()
    return dict(found)


def _last_sync(con: duckdb.DuckDBPyConnection) -> datetime:
    """The start of the last sync that built, the only now of what was published."""
    found = first(con, "select max(started_at) from ops.sync_runs where policy_version is not null")
    return found[0] if found and found[0] else datetime.now(UTC).replace(tzinfo=None)
