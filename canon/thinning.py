"""Taking out of the log what nothing needs of superseded versions, table by table: see canon.marking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import duckdb

from canon.marking import mark, mark_superseded, new, old
from canon.warehouse import columns_of, first, has_table, literal, quoted
from pipelines import SOURCES
from pipelines.policy import POLICY, map_lines, read_policy

# Cells that are looked at together: beyond it, records are taken in turns, so that a large table needs no
# more room.
CELLS = 20_000_000

# What versions told that are gone: the changes of mapped fields, which `ops.source_changes` goes on telling.
CHANGES = "pruned_changes"
CHANGES_TABLE = """
create table if not exists {place} (
    object varchar, _record_id varchar, field varchar, old_value varchar, new_value varchar,
    _stamp timestamp, before_at timestamp, _extract_id varchar, _sync_seq bigint
)
"""


@dataclass(frozen=True)
class LogTable:
    """A table of versions. `fields`: its columns that the policy maps, and what the source calls them.

    `is_read_whole`: models read its newest versions alone, as they are: sets of associations, entries of a
    history.
    """

    schema: str
    name: str
    object: str
    is_read_whole: bool
    fields: Mapping[str, str]

    @property
    def place(self) -> str:
        """The table in SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def changes(self) -> str:
        """Where it stands what its versions told."""
        return f"{quoted(self.schema)}.{CHANGES}"


@dataclass(frozen=True)
class Thinned:
    """How many versions of a table go, and of how many only what is still read stays."""

    table: str
    removed: int
    thinned: int


def version_tables(con: duckdb.DuckDBPyConnection, root: Path) -> Iterator[LogTable]:
    """The tables of the log that hold versions of records, of every source that the warehouse has."""
    mapped = _mapped(root)
    for source in SOURCES:
        module = import_module(f"pipelines.{source}.objects")
        names = {spec.name: ("any",) for spec in module.OBJECTS}
        for spec in (*module.OBJECTS, *getattr(module, "histories", lambda _: ())(names)):
            if has_table(con, f"raw_{source}", spec.table):
                columns = columns_of(con, f"raw_{source}", spec.table)
                fields = mapped.get((source, spec.name), {})
                yield LogTable(
                    f"raw_{source}",
                    spec.table,
                    spec.name,
                    spec.kind in ("links", "history"),
                    {column: field for column, field in fields.items() if column in columns},
                )


def _mapped(root: Path) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for line in map_lines(read_policy(root / POLICY)):
        found.setdefault((line["source"], line["object"]), {})[line["name"].lower()] = line["name"]
    return found


def due(con: duckdb.DuckDBPyConnection, table: LogTable, before: int, horizon: int) -> int:
    """Of how many records `thin` would look at the versions."""
    found = first(con, f"select count(*) from ({_candidates(table, before, horizon)})")
    return int(found[0]) if found else 0


def thin(
    con: duckdb.DuckDBPyConnection, table: LogTable, before: int, horizon: int, *, dry_run: bool = False
) -> Thinned:
    """Take out what nothing needs of the versions that a sync and those before it brought.

    Args:
        con: The warehouse; in a transaction unless it is a dry run, which writes temporary tables only.
        table: Which table.
        before: The horizon of the last time: records that got nothing since are not looked at again.
        horizon: `_sync_seq` of the sync.
        dry_run: Count only.
    """
    con.execute(
        "create or replace temp table candidates as select _record_id, row_number() over () as place "
        f"from ({_candidates(table, before, horizon)})"
    )
    removed = thinned = 0
    for chosen in _turns(con, table):
        if table.is_read_whole:
            mark_superseded(con, table.place, chosen, horizon)
        else:
            columns = columns_of(con, table.schema, table.name)
            mark(con, table.place, chosen, horizon, [*columns], [*table.fields])
        gone, less = _counted(con, "select count(*) filter (not _stays), count(*) filter (_stays) from going")
        removed, thinned = removed + gone, thinned + less
        if not dry_run and gone + less:
            _take_out(con, table)
    return Thinned(f"{table.schema}.{table.name}", removed, thinned)


def _candidates(table: LogTable, before: int, horizon: int) -> str:
    """Records with more versions than stay in any case, and one that was not there the last time."""
    least = 1 if table.is_read_whole else 2  # the first one and the newest
    return (
        f"select _record_id from {table.place} where _sync_seq <= {horizon} "
        f"group by _record_id having count(*) > {least} and max(_sync_seq) > {before}"
    )


def _turns(con: duckdb.DuckDBPyConnection, table: LogTable) -> Iterator[str]:
    """The candidates, as relations of so many that their cells are no more than `CELLS`, or nearly."""
    rows = f"(select count(*) from {table.place} semi join candidates using (_record_id))"
    records, versions = _counted(con, f"select (select count(*) from candidates), {rows}")
    width = len(columns_of(con, table.schema, table.name))
    at_once = max(1, records * CELLS // max(1, versions * width))
    for start in range(0, records, at_once):
        yield f"(from candidates where place between {start + 1} and {start + at_once}) as chosen"


def _counted(con: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    found = first(con, query)
    assert found is not None, "an aggregate without grouping always returns a row"
    return found[0], found[1]


def _take_out(con: duckdb.DuckDBPyConnection, table: LogTable) -> None:
    if not table.is_read_whole:
        _keep_changes(con, table)
    con.execute(f"delete from {table.place} where rowid in (select _row from going)")
    if not table.is_read_whole:
        names = ", ".join(map(quoted, columns_of(con, table.schema, table.name)))
        staying = "(select _row from going where _stays)"
        con.execute(f"insert into {table.place} by name select {names} from marked where _row in {staying}")
    _keep_position(con, table)


def _keep_changes(con: duckdb.DuckDBPyConnection, table: LogTable) -> None:
    """Put on record what the records' versions told of mapped fields and of deletions, each change once."""
    con.execute(CHANGES_TABLE.format(place=table.changes))
    flips = ("_is_deleted", "cast(_was_deleted as varchar)", "cast(_is_deleted as varchar)")
    told = [flips, *((field, old(name), new(name)) for name, field in table.fields.items())]
    each = " union all ".join(
        f"select {literal(field)} as field, {before} as old_value, {after} as new_value, _record_id, _stamp, "
        f"_before_at as before_at, _extract_id, _sync_seq from marked where {before} <> {after}"
        for field, before, after in told
    )
    con.execute(
        f"insert into {table.changes} by name select {literal(table.object)} as object, told.* "
        f"from ({each}) as told semi join going using (_record_id) "
        f"anti join {table.changes} as known on known.object = {literal(table.object)} "
        "and told._record_id = known._record_id and told.field = known.field "
        "and told._extract_id = known._extract_id and told._stamp is not distinct from known._stamp"
    )


def _keep_position(con: duckdb.DuckDBPyConnection, table: LogTable) -> None:
    """What is gone the last build had taken in: the next one is to find the numbers of rows that it read."""
    if has_table(con, "staging", "build_reads"):
        con.execute(
            "update staging.build_reads as reads set row_count = reads.row_count - gone.number from ("
            "select coalesce(_extract_id, '') as extract_id, count(*) as number from going where not _stays "
            "group by all) as gone "
            f"where reads.source_table = {literal(f'{table.schema}.{table.name}')} "
            "and reads.extract_id = gone.extract_id"
        )
