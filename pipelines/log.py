"""Questions to the raw log while a source is being read. Read-only; writing is dlt's job alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines import queries
from pipelines.fields import SYSTEM_TYPES

# What DuckDB may keep in memory while a source is loaded; more goes to files beside the warehouse. A load
# then stays under a gigabyte, however many rows it has.
MEMORY = "384MB"

Parameters = dict[str, "str | int | bytes | datetime"]


class RawLog:
    """The tables of one raw schema. Keeps the warehouse file open (read-only) between enter and exit.

    Nothing else in this process may have the file open for writing meanwhile.
    """

    def __init__(self, warehouse: Path, schema: str) -> None:
        self._schema = schema
        self._connection = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": f"{warehouse}.tmp"}
        )
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

    def table(self, name: str) -> "TableLog":
        """What the log holds of one object."""
        return TableLog(self, name)

    def columns(self, table: str) -> frozenset[str]:
        """The column names of a raw table; empty if it does not exist yet."""
        return self._columns.get(table, frozenset())

    def has_table(self, schema: str, name: str) -> bool:
        """Whether the warehouse has this table, of whatever schema."""
        query = (
            "select 1 from duckdb_tables() "
            "where database_name = 'log' and schema_name = $schema and table_name = $name"
        )
        return bool(self.ask(query, None, {"schema": schema, "name": name}).num_rows)

    def relation(self, table: str) -> str:
        """The table in a query; one without rows where it does not exist yet."""
        return f"log.{_name(self._schema)}.{_name(table)}" if self.columns(table) else queries.EMPTY

    def calls_since(self, moment: datetime) -> int:
        """API calls of the reads that ended after `moment` (the source's clock, naive UTC)."""
        if "finished_at" not in self.columns("extracts"):
            return 0
        query = queries.CALLS.format(table=self.relation("extracts"))
        return int(self.ask(query, None, {"moment": moment}).column("calls")[0].as_py())

    def fields_read(self, object_name: str) -> frozenset[str] | None:
        """The fields of an object's last complete read; None if there was none."""
        if "window_to" not in self.columns("extracts"):
            return None
        query = queries.FIELDS_READ.format(table=self.relation("extracts"))
        found = self.ask(query, None, {"object": object_name}).column("fields").to_pylist()
        return frozenset(found[0].split(",")) if found else None

    def ask(self, query: str, asked: pa.Table | None, parameters: Parameters | None = None) -> pa.Table:
        """Answer a query about the rows of `asked`. May be called from several threads."""
        with self._connection.cursor() as cursor:
            if asked is not None:
                cursor.register("asked", asked)
            return cursor.sql(query, params=parameters or None).to_arrow_table()

    def _read_columns(self) -> dict[str, frozenset[str]]:
        found = self._connection.execute(
            "select table_name, list(column_name) from duckdb_columns() "
            "where database_name = 'log' and schema_name = ? group by table_name",
            [self._schema],
        ).fetchall()
        return {table: frozenset(columns) for table, columns in found}


@dataclass(frozen=True)
class TableLog:
    """What the log holds of one object; see `RawLog`."""

    log: RawLog
    name: str

    @property
    def _relation(self) -> str:
        return self.log.relation(self.name)

    def changed(self, rows: pa.Table, fields: Sequence[str], *, is_truth: bool = False) -> pa.Table:
        """Return the `rows` that are news, with `_content_hash` added; the log's own columns come first.

        Args:
            rows: the log's own columns without the hash, and a text column per field. Of several versions of
                a record the newest counts.
            fields: API names of the fields; their lower-cased columns and the list itself make the hash.
            is_truth: even a version with an older stamp than the log's live one counts.
        """
        if not rows.num_rows:
            rows = rows.append_column("_content_hash", pa.nulls(0, pa.string()))
        else:
            rows = self._hashed(rows, fields)
            rows = self._news(rows, is_truth)
        return rows.select([*SYSTEM_TYPES, *(field.lower() for field in fields)])

    def _hashed(self, rows: pa.Table, fields: Sequence[str]) -> pa.Table:
        ordered = sorted(fields)
        query = queries.HASHED.format(
            values=", ".join(_name(field.lower()) for field in ordered), names=_text(",".join(ordered))
        )
        return rows.append_column("_content_hash", self.log.ask(query, rows).column("_content_hash"))

    def _news(self, rows: pa.Table, is_truth: bool) -> pa.Table:
        """The first load of an object has nothing to compare with, and its ids come once each."""
        is_first = not self.log.columns(self.name)
        ids = rows.column("_record_id")
        if is_first and pc.count_distinct(ids).as_py() == len(ids):
            return rows
        keys = rows.select(["_record_id", "_stamp", "_is_deleted", "_content_hash"])
        keys = keys.append_column("_position", pa.array(range(rows.num_rows), pa.int64()))
        query = queries.CHANGED.format(
            current=queries.CURRENT.format(table=self._relation), is_truth=str(is_truth).lower()
        )
        news = self.log.ask(query, keys)
        return rows if news.num_rows == rows.num_rows else rows.take(news.column("_position"))

    def unseen(self, stubs: pa.Table) -> list[str]:
        """Ids of the stubs (`_record_id`, `_stamp`, `_is_deleted`) of which the log holds no such version."""
        return self._ids(queries.UNSEEN, stubs)

    def differing(self, stubs: pa.Table, settled: datetime) -> list[str]:
        """Ids of the stubs that are not the log's current version, or not stamped before `settled`.

        In the second of `settled`, the end of the last window, a record may have changed twice.

        Stubs may have columns of fields too, which are compared as well; one that the log does not have yet
        differs where it has a value.
        """
        columns = self.log.columns(self.name)
        fields = [name for name in stubs.column_names if name not in SYSTEM_TYPES]
        held = [_name(name) for name in fields if name in columns]
        new = [_name(name) for name in fields if name not in columns]
        query = queries.DIFFERING.format(
            table=self._relation,
            fields="".join(f", {name}" for name in held),
            known="".join(f", arg_max({name}, _sync_seq) as {name}" for name in held),
            unlike="".join(
                [queries.UNLIKE.format(name=name) for name in held]
                + [f" or asked.{name} <> ''" for name in new]
            ),
        )
        return self._found(query, stubs, {"settled": settled})

    def counts(self, stubs: pa.Table, settled: datetime) -> dict[str, int]:
        """What the source holds (`stubs`: all of it) against the log's live records.

        Returns `source_count`, `copy_count`, and of the records whose stamp is before `settled`, the end of
        the last complete window: `missing` (only at the source) and `stale` (another version).
        """
        query = queries.COUNTS.format(table=self._relation)
        found: dict[str, int] = self.log.ask(query, stubs, {"settled": settled}).to_pylist()[0]
        return found

    def gone(self, ids: pa.Table, *, scope: str | None = None) -> list[str]:
        """Ids of live records that are not among `ids` (column `_record_id`).

        `scope`: only rows with this value in the column `object` count.
        """
        if not self.log.columns(self.name):
            return []
        scoped = "true" if scope is None else f"object = {_text(scope)}"
        return self._ids(queries.GONE.replace("{scope}", scoped), ids)

    def tombstones(self, ids: Sequence[str], *, extract_id: str, sync_seq: int) -> pa.Table:
        """The current versions of live records (all columns of the raw table), marked as deleted.

        Args:
            ids: the records.
            extract_id: the read that found them gone.
            sync_seq: its sync.
        """
        if not ids:
            return pa.schema(SYSTEM_TYPES).empty_table()
        query = queries.TOMBSTONES.format(table=self._relation)
        return self.log.ask(query, id_table(ids), {"extract_id": extract_id, "sync_seq": sync_seq})

    def linked(self, ids: Sequence[str]) -> list[str]:
        """Of the `ids`, those that have links in this association table now."""
        return self._ids(queries.LINKED, id_table(ids)) if self.log.columns(self.name) else []

    def known(self, ids: Sequence[str]) -> set[str]:
        """Of the `ids`, those of which the log holds any version."""
        return set(self._ids(queries.KNOWN, id_table(ids)))

    def alive(self, ids: Sequence[str]) -> list[str]:
        """Of the `ids`, those whose current version is live."""
        return self._ids(queries.ALIVE, id_table(ids))

    def live_count(self, also: Sequence[str]) -> int:
        """How many live records the log holds, the ids `also` counted among them."""
        query = queries.LIVE_COUNT.format(table=self._relation)
        return int(self.log.ask(query, id_table(also)).column("live")[0].as_py())

    def deleted_since(self, moment: datetime) -> list[str]:
        """Records whose current version is deleted, stamped after `moment`."""
        query = queries.DELETED.format(table=self._relation)
        found: list[str] = self.log.ask(query, None, {"moment": moment}).column("_record_id").to_pylist()
        return found

    def live_since(self, sync_seq: int) -> list[str]:
        """Live records of which a version came with a later sync than `sync_seq` (0: all live ones)."""
        query = queries.LIVE_SINCE.format(table=self._relation)
        found: list[str] = self.log.ask(query, None, {"sync_seq": sync_seq}).column("_record_id").to_pylist()
        return found

    def _ids(self, query: str, asked: pa.Table) -> list[str]:
        return self._found(query.format(table=self._relation), asked)

    def _found(self, query: str, asked: pa.Table, parameters: Parameters | None = None) -> list[str]:
        answer = self.log.ask(query, asked, parameters)
        found: list[str] = answer.column("_record_id").to_pylist()
        return found


def id_table(ids: Sequence[str]) -> pa.Table:
    """Ids as a table with the column `_record_id`."""
    return pa.table({"_record_id": pa.array(ids, pa.string())})


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(literal: str) -> str:
    return "'" + literal.replace("'", "''") + "'"
