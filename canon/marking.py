"""Which versions of the log nothing needs any more, and which cells of those that stay, as temporary tables.

What models read of a field is its last known value, the stamp of its last change, and whether there was one
before that; of a record, when it was first seen, its newest version, and when it was deleted or came back. So
of each field the last change and the one before it stay, and the rows that hold nothing of this go. A cell
that goes becomes null, which is what a read that did not have the field leaves.
"""

from collections.abc import Sequence

import duckdb

from canon.warehouse import quoted

# Columns that begin so are the log's own, or a loader's; all others are cells of the record.
OWN = "_"

# The newest version of a record has the age 1, and so has each row of it that was written twice.
AGE = (
    "rank() over (partition by _record_id order by _sync_seq desc, _stamp desc nulls last, "
    "_extract_id desc nulls last) as _age"
)

# Of a table of which models read the newest versions alone, as they are.
SUPERSEDED = f"""
create or replace temp table going as
select _row, _record_id, _extract_id, false as _stays
from (
    select log.rowid as _row, _record_id, _extract_id, {AGE}
    from {{place}} as log
    semi join {{chosen}} using (_record_id)
    where _sync_seq <= {{horizon}}
)
where _age > 1
"""

# `history` is the order in which staging reads versions. Where stamps do not rise with it, or two rows have
# one place and say different things, a clock may hang on any version: such a record is left as it is.
MARKED = f"""
create or replace temp table marked as
with versions as (
    select
        log.*, log.rowid as _row, {AGE},
        row_number() over history as _place,
        lag(_stamp) over history as _before_at,
        lag(_is_deleted) over history as _was_deleted,
        lag(_sync_seq) over history = _sync_seq
            and lag(_stamp) over history is not distinct from _stamp
            and lag(_extract_id) over history is not distinct from _extract_id
            and (
                lag(_content_hash) over history is distinct from _content_hash
                or lag(_is_deleted) over history is distinct from _is_deleted
            ) as _is_unclear
        {{was}}
    from {{place}} as log
    semi join {{chosen}} using (_record_id)
    where _sync_seq <= {{horizon}}
    window history as (
        partition by _record_id order by _sync_seq, _stamp nulls last, _extract_id nulls last, log.rowid
    )
),
clear as (
    select _record_id from versions
    group by _record_id
    having count(_stamp) in (0, count(*))
        and bool_and(coalesce(_stamp >= _before_at, true)) and not bool_or(coalesce(_is_unclear, false))
),
aged as (
    select versions.*{{ages}}
    from versions
    semi join clear using (_record_id)
    window since as (partition by _record_id order by _place desc)
)
select
    {{own}}, _row, _before_at, _was_deleted{{cells}}{{told}},
    _place = 1 or _age = 1 or _is_deleted is distinct from _was_deleted{{stays}} as _stays,
    false{{loses}} as _loses
from aged
"""

GOING = (
    "create or replace temp table going as "
    "select _row, _record_id, _extract_id, _stays from marked where not _stays or _loses"
)


def mark_superseded(con: duckdb.DuckDBPyConnection, place: str, chosen: str, horizon: int) -> None:
    """`going`: the versions that are not the newest one, of a table of which no other is read.

    Args:
        con: The warehouse.
        place: The table of the log.
        chosen: A relation of the records to look at (`_record_id`).
        horizon: The last `_sync_seq` to look at.
    """
    con.execute(SUPERSEDED.format(place=place, chosen=chosen, horizon=horizon))


def mark(
    con: duckdb.DuckDBPyConnection,
    place: str,
    chosen: str,
    horizon: int,
    columns: Sequence[str],
    mapped: Sequence[str],
) -> None:
    """`marked`: versions as they will be; `going`: those of them that will be others (`_stays`), or none.

    Args:
        con: The warehouse.
        place: The table of the log.
        chosen: A relation of the records to look at (`_record_id`).
        horizon: The last `_sync_seq` to look at.
        columns: Those of the table.
        mapped: Those of which `marked` also says what changed, in columns named by `old` and `new`.
    """
    cells = [name for name in columns if not name.startswith(OWN)]
    parts = {
        "was": [f", lag({quoted(name)} ignore nulls) over history as {was(name)}" for name in cells],
        "ages": [f", count(*) filter ({_changed(name)}) over since as {age(name)}" for name in cells],
        "cells": [
            f", case when _age = 1 or {_kept(name)} then {quoted(name)} end as {quoted(name)}"
            for name in cells
        ],
        "told": [
            f", case when {_changed(name)} then {was(name)} end as {old(name)}, {quoted(name)} as {new(name)}"
            for name in mapped
        ],
        "stays": [f" or {_kept(name)}" for name in cells],
        "loses": [f" or (_age > 1 and {quoted(name)} is not null and not {_kept(name)})" for name in cells],
    }
    own = ", ".join(quoted(name) for name in columns if name.startswith(OWN))
    texts = {name: "".join(each) for name, each in parts.items()}
    con.execute(MARKED.format(place=place, chosen=chosen, horizon=horizon, own=own, **texts))
    con.execute(GOING)


def _changed(name: str) -> str:
    return f"({quoted(name)} is distinct from {was(name)} and {quoted(name)} is not null)"


def _kept(name: str) -> str:
    return f"({_changed(name)} and {age(name)} <= 2)"


# What is worked out beside a cell has a blank in its name, which no field of a source has.
def was(name: str) -> str:
    """The last value that was known before."""
    return quoted(f"was {name}")


def age(name: str) -> str:
    """How many changes there are from this version on."""
    return quoted(f"age {name}")


def old(name: str) -> str:
    """What a change replaced; null where there is none, and where the value is the first one."""
    return quoted(f"old {name}")


def new(name: str) -> str:
    """What it was replaced by."""
    return quoted(f"new {name}")
