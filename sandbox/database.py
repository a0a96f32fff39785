"""The in-memory DuckDB that holds all records; one lock, because a handler reads and then writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text_sql(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


class Database:
    """A thin layer over one connection: rows in, rows out, always with bound parameters."""

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._connection = connection or duckdb.connect(":memory:")

    def sibling(self) -> Database:
        """Return a second connection to the same data, for a background job."""
        return Database(self._connection.cursor())

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return self._connection.execute(sql, parameters).fetchone()

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    def picked(self, columns: str, source: str, alias: str, places: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return columns of the rows at these places (`rowid` of `alias`), in the order of the places.

        Choosing rows by few columns and reading the rest of only those is what keeps a page of a wide table
        independent of the table's size. Places mean something until the next change only.
        """
        if not places:
            return []
        rows = self.rows(
            f"select {alias}.rowid, {columns} from {source} "
            f"where {alias}.rowid between ? and ? and {alias}.rowid in (select unnest(?))",
            [min(places), max(places), list(places)],
        )
        found = {row[0]: row[1:] for row in rows}
        return [found[place] for place in places]

    def texts(self, sql: str, parameters: Sequence[Any] = (), size: int = 20_000) -> Iterator[pa.StringArray]:
        """Yield the one text column of a large result in pieces of about `size` rows."""
        reader = self._connection.sql(sql, params=list(parameters)).to_arrow_reader(size)
        for batch in reader:
            yield batch.column(0)

    def insert(self, table: str, values: dict[str, Any]) -> None:
        """Insert one row given as column name to value."""
        columns = ", ".join(quoted(name) for name in values)
        marks = ", ".join("?" for _ in values)
        self.run(f"insert into {table} ({columns}) values ({marks})", list(values.values()))

    def update(self, table: str, values: dict[str, Any], key: str, identifier: Any) -> None:
        """Update the row whose `key` column equals the identifier."""
        changes = ", ".join(f"{quoted(name)} = ?" for name in values)
        statement = f"update {table} set {changes} where {quoted(key)} = ?"
        self.run(statement, [*values.values(), identifier])

    def close(self) -> None:
        """Free the data."""
        self._connection.close()
