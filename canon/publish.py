"""The last step: the read-only copy that analysts open, replaced in one move, never seen half written."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from canon.errors import PublishFailed
from canon.state import is_current, read_state
from canon.warehouse import connect, explained, has_table, literal, quoted, replace_file

# What analysts get. The layers before the marts stay in the warehouse: they hold all versions of records.
SCHEMAS = ("marts", "snapshots", "ops")

# A file of this version opens in DuckDB 1.2 and everything later; 1.5 clients refuse the 2.0 format.
STORAGE_VERSION = "v1.2.0"

COPY = "published_copy"


@dataclass(frozen=True)
class PublishReport:
    """What was published. `scope` is `all`, or `ops` when the customers had not changed."""

    path: Path
    scope: str
    tables: int
    size_bytes: int


@dataclass(frozen=True)
class Relation:
    """A table or view of the warehouse, with its comment and those of its columns."""

    schema: str
    name: str
    is_view: bool
    comment: str | None
    columns: tuple[tuple[str, str | None], ...]


def publish_copy(warehouse: Path, published: Path) -> PublishReport:
    """Write the copy beside its final place and move it there; refresh only `ops` when nothing else changed.

    Raises:
        PublishFailed: It could not be written; readers still have the previous copy.
        WarehouseUnusable: There is no warehouse yet.
    """
    partial = _same_build(warehouse, published)
    schemas = ("ops",) if partial else SCHEMAS
    draft = published.with_name(f".{published.name}.tmp")
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        with _cleaned_up(draft):
            if partial:
                shutil.copyfile(published, draft)
            tables = _write(warehouse, draft, schemas)
            replace_file(draft, published)
    except (OSError, duckdb.Error) as error:
        reason = str(error).strip().splitlines()[0]
        raise PublishFailed(f"{published} could not be replaced, it is as it was before: {reason}") from error
    return PublishReport(published, "ops" if partial else "all", tables, published.stat().st_size)


def _same_build(warehouse: Path, published: Path) -> bool:
    """Whether the published customers come from the build that the warehouse holds: only `ops` is newer."""
    with connect(warehouse, read_only=True) as con:
        state = read_state(con)
        if state is None or not is_current(con):
            return False
    if not published.is_file():
        return False
    try:
        with duckdb.connect(str(published), read_only=True) as con:
            known = read_state(con) if has_table(con, "marts", "customers") else None
    except duckdb.Error:
        return False  # a damaged or foreign file is replaced whole
    return known is not None and (known.build_id, known.fingerprint) == (state.build_id, state.fingerprint)


@contextmanager
def _cleaned_up(draft: Path) -> Iterator[None]:
    """Start without the draft of a publish that was killed, and leave none behind, whatever happens."""
    _remove(draft)
    try:
        yield
    finally:
        _remove(draft)


def _remove(draft: Path) -> None:
    for path in (draft, draft.with_name(f"{draft.name}.wal")):
        path.unlink(missing_ok=True)


def _write(warehouse: Path, draft: Path, schemas: Sequence[str]) -> int:
    """Copy the schemas into the draft file; views become tables. Returns how many."""
    # Views name their catalog, which dbt derives from the file's name: attach it under that very name.
    catalog = warehouse.stem
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            con.execute(f"attach {literal(warehouse)} as {quoted(catalog)} (read_only)")
        except duckdb.Error as error:
            raise explained(warehouse, error) from error
        version = "" if draft.exists() else f" (storage_version '{STORAGE_VERSION}')"
        con.execute(f"attach {literal(draft)} as {COPY}{version}")
        con.execute(f"use {quoted(catalog)}")
        relations = _relations(con, catalog, schemas)
        con.begin()
        for schema in schemas:
            con.execute(f"drop schema if exists {COPY}.{quoted(schema)} cascade")
            con.execute(f"create schema {COPY}.{quoted(schema)}")
        for relation in relations:
            _copy(con, catalog, relation)
        con.commit()
        con.execute(f"checkpoint {COPY}")
        con.execute(f"detach {COPY}")
    return len(relations)


def _relations(con: duckdb.DuckDBPyConnection, catalog: str, schemas: Sequence[str]) -> list[Relation]:
    marks = ", ".join("?" for _ in schemas)
    found = con.execute(
        f"""
        with relations as (
            select schema_name, table_name as name, false as is_view, comment
            from duckdb_tables() where database_name = ? and schema_name in ({marks})
            union all
            select schema_name, view_name, true, comment
            from duckdb_views() where database_name = ? and schema_name in ({marks}) and not internal
        )
        select
            relations.schema_name, relations.name, relations.is_view, relations.comment,
            list((columns.column_name, columns.comment) order by columns.column_index)
        from relations
        join duckdb_columns() as columns
            on columns.database_name = ? and columns.schema_name = relations.schema_name
            and columns.table_name = relations.name
        group by relations.schema_name, relations.name, relations.is_view, relations.comment
        order by relations.schema_name, relations.name
        """,
        [catalog, *schemas, catalog, *schemas, catalog],
    ).fetchall()
    return [
        Relation(schema, name, view, comment, tuple(columns))
        for schema, name, view, comment, columns in found
    ]


def _copy(con: duckdb.DuckDBPyConnection, catalog: str, relation: Relation) -> None:
    """Copy one table or view with its comments."""
    place = f"{quoted(relation.schema)}.{quoted(relation.name)}"
    target = f"{COPY}.{place}"
    con.execute(f"create table {target} as from {quoted(catalog)}.{place}")
    if relation.comment:
        con.execute(f"comment on table {target} is {literal(relation.comment)}")
    for column, comment in relation.columns:
        if comment:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(comment)}")
