"""The timeline of a field: every version of it that a load brought, down to the extract that read it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from canon.explained import Candidate, FieldExplanation, Link, Version
from canon.warehouse import has_table

# Tables that tell it; a copy of an earlier release may lack one, and then has no timeline.
TELLING = ("source_changes", "sync_extracts", "data_dictionary", "sync_runs")

# The queries go by ids first: one column of millions of changes.
CHANGES = """
with changes as (
    select * from ops.source_changes
    where
        source_record_id in (select unnest($ids))
        and source || ':' || object || ':' || source_record_id in (select unnest($keys))
),
named as (
    select source, object, field from ops.data_dictionary where canonical_field = $field
)
select
    changes.source, changes.object, changes.source_record_id, changes.field,
    changes.old_value, changes.new_value, changes.source_changed_at, changes.clock,
    runs.started_at, changes.sync_id, changes.extract_id, extracts.mode, extracts.transport, false
from changes
join named using (source, object, field)
left join ops.sync_runs as runs on changes.sync_id = runs.sync_id
left join ops.sync_extracts as extracts on changes.extract_id = extracts.extract_id
where $until is null or runs.started_at <= $until
order by runs.sync_seq, changes.source_changed_at, changes.source, changes.object, changes.source_record_id
"""

# The load that brought each record first, and the field's name there.
FIRSTS = """
with crosswalk as (
    select source, object, source_record_id, first_seen_at
    from marts.{entity}_sources
    where
        source_record_id in (select unnest($ids))
        and source || ':' || object || ':' || source_record_id in (select unnest($keys))
)
select
    crosswalk.source, crosswalk.object, crosswalk.source_record_id, any_value(named.field),
    crosswalk.first_seen_at, any_value(runs.sync_id), min(extracts.extract_id),
    min_by(extracts.mode, extracts.extract_id), min_by(extracts.transport, extracts.extract_id), true
from crosswalk
join ops.data_dictionary as named
    on crosswalk.source = named.source and crosswalk.object = named.object and named.canonical_field = $field
left join ops.sync_runs as runs on crosswalk.first_seen_at = runs.started_at
left join ops.sync_extracts as extracts
    on runs.sync_id = extracts.sync_id
    and crosswalk.source = extracts.source and crosswalk.object = extracts.object
group by crosswalk.source, crosswalk.object, crosswalk.source_record_id, crosswalk.first_seen_at
"""


def versions(
    con: duckdb.DuckDBPyConnection,
    entity: str,
    links: Sequence[Link],
    field: FieldExplanation,
    until: datetime | None = None,
) -> tuple[Version, ...]:
    """What each record said in one field, load after load, oldest first.

    Args:
        con: The published copy.
        entity: customer, company or deal.
        links: Its records.
        field: The field, whose candidates say what never changed.
        until: No later than this, naive UTC.
    """
    records = [(each.source, each.object, each.source_record_id) for each in links]
    if not records or not all(has_table(con, "ops", name) for name in TELLING):
        return ()
    asked = {
        "ids": [record_id for _, _, record_id in records],
        "keys": [":".join(each) for each in records],
        "field": f"{entity}.{field.field}",
    }
    changes = [Version(*row) for row in con.execute(CHANGES, {**asked, "until": until}).fetchall()]
    found = con.execute(FIRSTS.format(entity=entity), asked).fetchall()
    firsts = [_first(row, changes, field.candidates) for row in found]
    known = [each for each in firsts if until is None or each.seen_at is None or each.seen_at <= until]
    return tuple(sorted([*known, *changes], key=_age))


def _first(row: tuple[Any, ...], changes: Sequence[Version], candidates: Sequence[Candidate]) -> Version:
    """The first version: it said what the first change took away, or what the record says today."""
    source, object_, record_id, name, *read = row
    first = Version(source, object_, record_id, name, None, None, None, None, *read)
    record = _record(first)
    later = next((each for each in changes if _record(each) == record), None)
    if later:
        return replace(first, new_value=later.old_value)
    today = next((each for each in candidates if _record(each) == record), None)
    if today is None:
        return first
    return replace(first, new_value=today.value, said_at=today.changed_at, clock=today.clock)


def _record(each: Version | Candidate) -> tuple[str, str, str]:
    return each.source, each.object, each.source_record_id


def _age(each: Version) -> tuple[datetime, bool, datetime]:
    return each.seen_at or datetime.min, not each.is_first, each.said_at or datetime.min
