"""Questions to the raw log while a source is being read. Read-only; writing is dlt's job alone."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from pipelines.fields import SYSTEM_TYPES

EMPTY = (
    "(select cast(null as varchar) as _record_id, cast(null as timestamp) as _stamp, "
    "cast(null as boolean) as _is_deleted, cast(null as varchar) as _content_hash, "
    "cast(null as bigint) as _sync_seq where false)"
)

KEYS = "_record_id, _stamp, _is_deleted, _content_hash"

CURRENT = """
    select {columns} from {table}
    where _record_id in (select _record_id from asked)
    qualify row_number() over (partition by _record_id order by _sync_seq desc, _stamp desc nulls last) = 1
"""

# A version is new when it says something else than the current one. One with an older stamp than the live
# current one is stale: it was overtaken while it was being read. A deleted record may come back with
# any stamp.
#
# Materialized, or all columns travel through the window function before they are hashed (8 times slower).
CHANGED = """
with hashed as materialized (
    select
        _position,
        _record_id,
        _stamp,
        _is_deleted,
        md5(cast(json_array({values}) as varchar) || {names}) as _content_hash
    from asked
),
incoming as (
    select * from hashed
    qualify row_number() over (partition by _record_id order by _stamp desc nulls last) = 1
),
current as ({current})
select incoming._position, incoming._content_hash
from incoming
left join current on current._record_id = incoming._record_id
where
    current._record_id is null
    or (
        (
            incoming._content_hash is distinct from current._content_hash
            or incoming._is_deleted is distinct from current._is_deleted
        )
        and (current._is_deleted or coalesce(incoming._stamp >= current._stamp, true))
    )
order by incoming._position
"""

UNSEEN = """
select asked._record_id
from asked
anti join {table} as held
    on held._record_id = asked._record_id
    and held._stamp = asked._stamp
    and held._is_deleted = asked._is_deleted
"""

VANISHED = """
with current as (
    select * from {table}
    where {scope}
    qualify row_number() over (partition by _record_id order by _sync_seq desc, _stamp desc nulls last) = 1
)
select * replace (
    true as _is_deleted, cast($extract_id as varchar) as _extract_id, cast($sync_seq as bigint) as _sync_seq
)
from current
anti join asked on asked._record_id = current._record_id
where not current._is_deleted
"""


class RawLog:
    """The tables of one raw schema. Keeps the warehouse file open (read-only) between enter and exit.

    Nothing else in this process may have the file open for writing meanwhile.
    """

    def __init__(self, warehouse: Path, schema: str) -> None:
        self._schema = schema
        self._connection = duckdb.connect()
        self._columns: dict[str, frozenset[str]] = {}
        if warehouse.exists():
            self._connection.execute(f"attach {_text(str(warehouse))} as log (read_only)")
            self._columns = self._read_columns()

    def __enter__(self) -> "RawLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def columns(self, table: str) -> frozenset[str]:
        """The column names of a raw table; empty if it does not exist yet."""
        return self._columns.get(table, frozenset())

    def changed(self, table: str, rows: pa.Table, fields: Sequence[str]) -> pa.Table:
        """Return the `rows` that are news, with `_content_hash` added; the log's own columns come first.

        Args:
            table: the raw table that the rows are meant for.
            rows: the log's own columns without the hash, and a text column per field. Of several versions of
                a record the newest counts.
            fields: API names of the fields; their lower-cased columns and the list itself make the hash.
        """
        ordered = sorted(fields)
        query = CHANGED.format(
            values=", ".join(_name(field.lower()) for field in ordered),
            names=_text(",".join(ordered)),
            current=CURRENT.format(columns=KEYS, table=self._relation(table)),
        )
        positions = pa.array(range(rows.num_rows), pa.int64())
        news = self._ask(query, rows.append_column("_position", positions))
        changed = rows.take(news.column("_position"))
        changed = changed.append_column("_content_hash", news.column("_content_hash"))
        return changed.select([*SYSTEM_TYPES, *(field.lower() for field in fields)])

    def unseen(self, table: str, stubs: pa.Table) -> list[str]:
        """Ids of the stubs (`_record_id`, `_stamp`, `_is_deleted`) of which the log holds no such version."""
        found = self._ask(UNSEEN.format(table=self._relation(table)), stubs)
        return list(dict.fromkeys(found.column("_record_id").to_pylist()))

    def vanished(
        self, table: str, ids: pa.Table, *, extract_id: str, sync_seq: int, scope: str | None = None
    ) -> pa.Table:
        """Tombstones (with all columns of the raw table) for current live rows that are not among `ids`.

        Args:
            table: a raw table whose source is read whole.
            ids: a table with the column `_record_id`: all that is there now.
            extract_id: goes into the tombstones.
            sync_seq: goes into the tombstones.
            scope: only rows with this value in the column `object` count.
        """
        if not self.columns(table):
            return pa.schema(SYSTEM_TYPES).empty_table()
        condition = "true" if scope is None else f"object = {_text(scope)}"
        query = VANISHED.format(table=self._relation(table), scope=condition)
        return self._ask(query, ids, {"extract_id": extract_id, "sync_seq": sync_seq})

    def linked(self, table: str, ids: pa.Table) -> list[str]:
        """Of the `ids` (column `_record_id`), those that have links in an association table now."""
        if not self.columns(table):
            return []
        current = CURRENT.format(columns="_record_id, to_ids", table=self._relation(table))
        query = f"select _record_id from ({current}) where to_ids <> ''"
        found: list[str] = self._ask(query, ids).column("_record_id").to_pylist()
        return found

    def _ask(self, query: str, asked: pa.Table, parameters: dict[str, str | int] | None = None) -> pa.Table:
        self._connection.register("asked", asked)
        try:
            return self._connection.sql(query, params=parameters or None).to_arrow_table()
        finally:
            self._connection.unregister("asked")

    def _relation(self, table: str) -> str:
        return f"log.{_name(self._schema)}.{_name(table)}" if self.columns(table) else EMPTY

    def _read_columns(self) -> dict[str, frozenset[str]]:
        found = self._connection.execute(
            "select table_name, list(column_name) from duckdb_columns() "
            "where database_name = 'log' and schema_name = ? group by table_name",
            [self._schema],
        ).fetchall()
        return {table: frozenset(columns) for table, columns in found}


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"
