"""The table of associations: every link is held twice, as it was stated and as its other end sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.database import Database
from sandbox.hubspot.schema import ASSOCIATION_TYPES, REVERSE_TYPES

_FILE = (
    "select from_type, from_id, to_type, to_id, kind.category as category, kind.typeId as type_id, "
    "kind.label as label from (select * replace (unnest(types) as types) from read_json(?, "
    "format = 'newline_delimited', columns = {from_type: 'varchar', from_id: 'bigint', to_type: 'varchar', "
    "to_id: 'bigint', types: 'struct(category varchar, typeId integer, label varchar)[]'})) _(from_type, "
    "from_id, to_type, to_id, kind)"
)
_ROW = (
    "select cast(? as varchar) as from_type, cast(? as bigint) as from_id, cast(? as varchar) as to_type, "
    "cast(? as bigint) as to_id, cast(? as varchar) as category, cast(? as integer) as type_id, "
    "cast(? as varchar) as label"
)
_ADD = """
    insert into hubspot.associations
    with stated as (
        select * replace (coalesce(category, 'HUBSPOT_DEFINED') as category) from ({source})
    ),
    defined as (
        select stated.*, kinds.own_label, kinds.reverse_id, kinds.reverse_label
        from stated left join hubspot.association_kinds kinds
            on stated.category = 'HUBSPOT_DEFINED' and kinds.type_id = stated.type_id
            and kinds.from_type = stated.from_type and kinds.to_type = stated.to_type
    ),
    both_ends as (
        select from_type, from_id, to_type, to_id, category, type_id, coalesce(own_label, label) as label
        from defined
        union all
        select to_type, to_id, from_type, from_id, category, coalesce(reverse_id, type_id),
            case when reverse_id is null then label else reverse_label end
        from defined
    )
    select distinct * from both_ends {unless_held}
    order by from_id
"""
_UNLESS_HELD = """
    anti join (select * from hubspot.associations where from_id in (?, ?)) held
        using (from_type, from_id, to_type, to_id, category, type_id)
"""


def create_links(database: Database) -> None:
    """Create the table, and beside it what the server knows of its own association types."""
    database.run(
        "create table hubspot.associations (from_type varchar, from_id bigint, to_type varchar, "
        "to_id bigint, category varchar, type_id integer, label varchar)"
    )
    database.run(
        "create table hubspot.association_kinds (from_type varchar, to_type varchar, type_id integer, "
        "own_label varchar, reverse_id integer, reverse_label varchar)"
    )
    for (start, end), types in ASSOCIATION_TYPES.items():
        for type_id, (label, _) in types.items():
            reverse = REVERSE_TYPES[type_id]
            row = [start, end, type_id, label, reverse, ASSOCIATION_TYPES[(end, start)][reverse][0]]
            database.run("insert into hubspot.association_kinds values (?, ?, ?, ?, ?, ?)", row)


def load_links(database: Database, path: Path) -> None:
    """Fill the table from a data file."""
    database.run(_ADD.format(source=_FILE, unless_held=""), [str(path)])


def add_links(database: Database, link: dict[str, Any], kinds: Sequence[dict[str, Any]]) -> None:
    """Add the types of one association; those that exist are left alone."""
    for kind in kinds:
        ends = (link["from_type"], int(link["from_id"]), link["to_type"], int(link["to_id"]))
        row = [*ends, kind.get("category"), int(kind["typeId"]), kind.get("label")]
        database.run(_ADD.format(source=_ROW, unless_held=_UNLESS_HELD), [*row, ends[1], ends[3]])
