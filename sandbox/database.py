"""The in-memory DuckDB that holds all records; one lock, because a handler reads and then writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


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

    def batches(self, sql: str, parameters: Sequence[Any] = (), size: int = 20_000) -> Iterator[list[Any]]:
        """Yield the rows of a large result in lists of at most `size`."""
        result = self._connection.execute(sql, parameters)
        while rows := result.fetchmany(size):
            yield rows

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
