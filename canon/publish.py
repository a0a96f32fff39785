"""The last step: the read-only copy that analysts open, replaced in one move, never seen half written."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb

from canon.draft import Draft, drafted
from canon.errors import PublishFailed
from canon.kept import Kept, kept_tables, went_on_from
from canon.state import BuildState, is_current, read_state
from canon.warehouse import connect, drafting, explained, has_table, literal, quoted, replace_file

# What analysts get. The layers before the marts stay in the warehouse: they hold all versions of records.
SCHEMAS = ("marts", "snapshots", "ops")

# A file of this version opens in DuckDB 1.2 and everything later; 1.5 clients refuse the 2.0 format.
STORAGE_VERSION = "v1.2.0"

COPY = "published_copy"

# What stays in the warehouse all the same: nobody who reads the copy needs to know a secret again.
KEPT_BACK = ("ops", "credentials")

# Tables that begin with one of these are ordered by it. A million people have 25 million fields: without it,
# a look at one person's reads them all (measured: 0.9 s of 1.3 s). What every publish copies whole is not
# worth a sort each time.
CLUSTERED = ("customer_id", "company_id", "deal_id")


@dataclass(frozen=True)
class PublishReport:
    """What was published.

    `scope` is `all`; `delta` where the copy before was of the build before, and took the rows that changed;
    `ops` where the customers had not changed. It is `held` when nothing was published; `held` says why.
    """

    path: Path
    scope: str
    tables: int
    size_bytes: int
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """A table or view of the warehouse, with its comment and those of its columns."""

    schema: str
    name: str
    is_view: bool
    comment: str | None
    columns: tuple[tuple[str, str | None], ...]


def publish_copy(warehouse: Path, published: Path, draft: Draft | None = None) -> PublishReport:
    """Write the copy beside its final place and move it there; of what is there already only what changed.

    Args:
        warehouse: Where the marts are.
        published: The copy that analysts open.
        draft: One that may have been begun; otherwise it is made here.

    Raises:
        PublishFailed: It could not be written; readers still have the previous copy.
        WarehouseUnusable: There is no warehouse yet.
    """
    scope = _scope(warehouse, published)
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        with nullcontext(draft) if draft else drafted(published) as begun:
            begun.begin(with_copy=scope != "all")
            tables = _write(warehouse, begun.path, scope)
            replace_file(begun.path, published)
    except (OSError, duckdb.Error) as error:
        reason = str(error).strip().splitlines()[0]
        raise PublishFailed(f"{published} could not be replaced, it is as it was before: {reason}") from error
    return PublishReport(published, scope, tables, published.stat().st_size)


def _scope(warehouse: Path, published: Path) -> str:
    """What a copy lacks of the warehouse.

    Returns:
        `ops` where its customers are of the very build, `delta` of the build before, else `all`.
    """
    with connect(warehouse, read_only=True) as con:
        state = read_state(con)
        if state is None or not is_current(con):
            return "all"
        since = went_on_from(con, state.build_id)
    known = _published_state(published)
    if known is None or known.fingerprint != state.fingerprint:
        return "all"
    return {state.build_id: "ops", since: "delta"}.get(known.build_id, "all")


def _published_state(published: Path) -> BuildState | None:
    """Which build a copy is of; None where there is none, or no whole one."""
    if not published.is_file():
        return None
    try:
        with duckdb.connect(str(published), read_only=True) as con:
            return read_state(con) if has_table(con, "marts", "customers") else None
    except duckdb.Error:
        return None  # a damaged or foreign file is replaced whole


def _write(warehouse: Path, draft: Path, scope: str) -> int:
    """Bring the draft file to what the warehouse holds; views become tables. Returns how many there are."""
    # Views name their catalog, which dbt derives from the file's name: attach it under that very name.
    catalog = warehouse.stem
    with duckdb.connect(":memory:", config=drafting(draft)) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            con.execute(f"attach {literal(warehouse)} as {quoted(catalog)} (read_only)")
        except duckdb.Error as error:
            raise explained(warehouse, error) from error
        version = "" if draft.exists() else f" (storage_version '{STORAGE_VERSION}')"
        con.execute(f"attach {literal(draft)} as {COPY}{version}")
        con.execute(f"use {quoted(catalog)}")
        relations = _relations(con, catalog, ("ops",) if scope == "ops" else SCHEMAS)
        replaced = kept_tables(con)
        kept = replaced if scope == "delta" else {}
        con.begin()
        for schema in SCHEMAS:
            con.execute(f"create schema if not exists {COPY}.{quoted(schema)}")
        _drop_others(con, relations, kept)
        for relation in relations:
            place = (relation.schema, relation.name)
            _bring(con, catalog, relation, kept.get(place), sort=place in replaced)
        con.commit()
        con.execute(f"checkpoint {COPY}")
        con.execute(f"detach {COPY}")
    return len(relations)


def _drop_others(
    con: duckdb.DuckDBPyConnection, relations: Sequence[Relation], kept: Mapping[tuple[str, str], Kept]
) -> None:
    """Drop what the copy has of the schemas that are written, but for the tables whose rows stay."""
    written = {relation.schema for relation in relations}
    held = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ?", [COPY]
    ).fetchall()
    for schema, name in held:
        if schema in written and (schema, name) not in kept:
            con.execute(f"drop table {COPY}.{quoted(schema)}.{quoted(name)}")


def _bring(
    con: duckdb.DuckDBPyConnection, catalog: str, relation: Relation, kept: Kept | None, *, sort: bool
) -> None:
    """Copy one table or view, or replace the rows of it that the last build touched."""
    if kept is None:
        _copy(con, catalog, relation, sort=sort)
    else:
        place = f"{quoted(relation.schema)}.{quoted(relation.name)}"
        con.execute(f"delete from {COPY}.{place} as kept where {kept.touched}")
        rows = f"select kept.* from {quoted(catalog)}.{place} as kept where {kept.touched}"
        con.execute(f"insert into {COPY}.{place} by name {rows}")


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
        if (schema, name) != KEPT_BACK
    ]


def _copy(con: duckdb.DuckDBPyConnection, catalog: str, relation: Relation, *, sort: bool) -> None:
    """Copy one table or view with its comments."""
    place = f"{quoted(relation.schema)}.{quoted(relation.name)}"
    target = f"{COPY}.{place}"
    # What belongs together lies together: whoever asks about one customer reads a few blocks of each table.
    key = relation.columns[0][0]
    order = f" order by {quoted(key)}" if sort and key in CLUSTERED else ""
    con.execute(f"create table {target} as from {quoted(catalog)}.{place}{order}")
    if relation.comment:
        con.execute(f"comment on table {target} is {literal(relation.comment)}")
    for column, comment in relation.columns:
        if comment:
            con.execute(f"comment on column {target}.{quoted(column)} is {literal(comment)}")
