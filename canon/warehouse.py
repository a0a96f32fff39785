"""Opening DuckDB files: short connections, and errors that say what to do."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from canon.errors import ConfigurationError, LockHeld, UsageError, WarehouseUnusable
from canon.settings import DEFAULTS


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to one DuckDB file, in UTC, closed at the end of the block.

    Raises:
        LockHeld: Another process has the file open for writing.
        WarehouseUnusable: The file is missing (when read-only), damaged or of a newer format.
    """
    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        con = duckdb.connect(str(path), read_only=read_only, config=memory())
    except duckdb.Error as error:
        raise explained(path, error) from error
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def drafting(draft: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Settings of a connection that writes a draft: what does not fit in memory is put aside beside it."""
    return {"autoinstall_known_extensions": "false", "temp_directory": f"{draft}.tmp", **memory()}


def memory() -> dict[str, str | bool | int | float | list[str]]:
    """What DuckDB may take, as settings of a connection; beyond it works on disk.

    Raises:
        ConfigurationError: `CANON_MEMORY` is no size.
    """
    size = os.environ.get("CANON_MEMORY") or DEFAULTS["CANON_MEMORY"]
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", size):
        raise ConfigurationError(f"CANON_MEMORY is {size!r}; it must be a size such as 1GB or 512MiB.")
    return {"memory_limit": size}


def require_warehouse(path: Path) -> None:
    """Refuse to go on where nothing was loaded yet.

    Raises:
        UsageError: There is no such file.
    """
    if not path.is_file():
        raise UsageError(f"There is no warehouse at {path} yet. Run canon sync first.")


def explained(path: Path, error: duckdb.Error) -> LockHeld | WarehouseUnusable:
    """The failure to open a file in words."""
    text = str(error)
    if "lock" in text.lower() and isinstance(error, duckdb.IOException):
        return LockHeld(
            f"Another program has {path} open. Close it, then run again. DuckDB says: {_first(text)}"
        )
    return WarehouseUnusable(f"{path} cannot be opened. DuckDB says: {_first(text)}")


def _first(text: str) -> str:
    return text.strip().splitlines()[0]


def has_table(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether the file that a connection was opened on has this table or view."""
    return name in relations_in(con, schema)


def relations_in(con: duckdb.DuckDBPyConnection, schema: str) -> set[str]:
    """The names of a schema's tables and views."""
    found = con.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_catalog() and table_schema = ?",
        [schema],
    ).fetchall()
    return {name for (name,) in found}


def tables_in(con: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """The names of a schema's tables, in order."""
    return [name for layer, name in all_tables(con) if layer == schema]


def log_tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Schema and name of every table that loads have written, dlt's own included."""
    return [(schema, name) for schema, name in all_tables(con) if schema.startswith("raw_")]


def all_tables(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Schema and name of every table of the file that a connection was opened on, in order."""
    return con.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_catalog() order by all"
    ).fetchall()


def columns_of(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    """Name to type of a table's columns, in their order; nothing where there is no such table."""
    found = con.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_catalog() "
        "and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    return dict(found)


def rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> list[dict[str, Any]]:
    """The result of a query, one dict per row by column name."""
    result = con.execute(sql, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def first(con: duckdb.DuckDBPyConnection, sql: str, parameters: object = None) -> tuple[Any, ...] | None:
    """The first row of a query, or None; reads to the end, for an unfinished result blocks the connection."""
    found = con.execute(sql, parameters).fetchall()
    return found[0] if found else None


def quoted(identifier: str) -> str:
    """A name in SQL, whatever letters it has."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text in SQL, where no parameter may stand."""
    return "'" + str(value).replace("'", "''") + "'"


def replace_file(draft: Path, place: Path) -> None:
    """Put a draft in its place so that it survives a power cut: data first, then the name."""
    to_disk(draft)
    draft.replace(place)
    to_disk(place.parent)


def to_disk(path: Path) -> None:
    """Wait until what was written to a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
