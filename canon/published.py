"""Opening the published copy: what every command that only asks reads."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from canon.errors import NothingPublished
from canon.warehouse import connect, has_table


@contextmanager
def open_published(path: Path, needed: Sequence[tuple[str, str]] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published copy, read-only; `needed` are tables (schema, name) that an older Canon did not publish.

    Raises:
        NothingPublished: There is no published copy, or it lacks one of the tables.
    """
    if not path.is_file():
        raise NothingPublished(f"There is no published copy at {path} yet. Run canon sync first.")
    with connect(path, read_only=True) as con:
        require_tables(con, path, needed)
        yield con


def require_tables(con: duckdb.DuckDBPyConnection, path: Path, needed: Sequence[tuple[str, str]]) -> None:
    """Refuse to read a copy that lacks a table (schema, name).

    Raises:
        NothingPublished: It does.
    """
    missing = [f"{schema}.{name}" for schema, name in needed if not has_table(con, schema, name)]
    if missing:
        raise NothingPublished(f"{path} lacks {', '.join(missing)}. Run canon sync, then ask again.")
