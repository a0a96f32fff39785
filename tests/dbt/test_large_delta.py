"""A delta about nearly everybody is not taken as one: how much of the log is new, by its journal of reads."""

from collections.abc import Iterator

import duckdb
import pytest
from jinja2 import Environment

from tests.dbt.manifest import REPOSITORY

SYSTEMS = ("salesforce", "hubspot", "product")
MACROS = REPOSITORY / "dbt_project" / "macros" / "delta" / "position.sql"


@pytest.fixture
def log() -> Iterator[duckdb.DuckDBPyConnection]:
    """A log of which only the journals of reads are there; the last build was in the second sync."""
    with duckdb.connect() as con:
        for system in SYSTEMS:
            con.execute(f"create schema raw_{system}")
            columns = "extract_id varchar, sync_seq bigint, rows_written bigint"
            con.execute(f"create table raw_{system}.extracts ({columns})")
        con.execute("create schema staging; create table staging.build_reads (row_count bigint)")
        con.execute("create table staging.build_position as select 'sync 2' as build_id")
        syncs = "select 'sync ' || seq as sync_id, seq as sync_seq from range(1, 4) as seqs (seq)"
        con.execute(f"create schema ops; create table ops.sync_runs as {syncs}")
        yield con


def reads_much(log: duckdb.DuckDBPyConnection) -> bool:
    """What the macro says of it, rendered with what it asks of dbt: dbt takes ten seconds itself."""
    asked = {
        "graph": {
            "sources": {each: {"name": "extracts", "schema": f"raw_{each}"} for each in SYSTEMS},
        },
        "var": lambda _, otherwise: otherwise,
        "has_rows": lambda relation: bool(log.execute(f"select 1 from {relation}").fetchall()),
        "return": lambda value: value,
    }
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # SQL, no page
    said = str(environment.from_string(MACROS.read_text()).make_module(asked).reads_much()).strip()
    return {"True": True, "False": False}[said]


def write(log: duckdb.DuckDBPyConnection, known: int, *reads: tuple[str, int, int]) -> None:
    """What the last build read in all; of each read its system, its sync, how many rows it wrote."""
    log.execute("insert into staging.build_reads values (?)", [known])
    for at, (system, *read) in enumerate(reads):
        log.execute(f"insert into raw_{system}.extracts values (?, ?, ?)", [f"extract {at}", *read])


@pytest.mark.parametrize(
    ("known", "reads", "much"),
    [
        pytest.param(400_000, [("hubspot", 3, 150_000)], True, id="a history read for the first time"),
        pytest.param(4_000_000, [("hubspot", 3, 150_000)], False, id="as many, to a log of many"),
        pytest.param(1_000, [("hubspot", 3, 99_000)], False, id="most of a small log: there is memory"),
        pytest.param(
            500_000, [("salesforce", 3, 60_000), ("product", 3, 60_000)], True, id="two systems, one delta"
        ),
        pytest.param(
            500_000,
            [("salesforce", 3, 60_000), ("salesforce", 4, 60_000)],
            True,
            id="two loads, one build",
        ),
        pytest.param(500_000, [("hubspot", 2, 150_000)], False, id="read by the last build, or pruned since"),
        pytest.param(0, [], False, id="no log"),
    ],
)
def test_much_is_many_rows_and_a_share_of_the_log(
    log: duckdb.DuckDBPyConnection, known: int, reads: list[tuple[str, int, int]], much: bool
) -> None:
    write(log, known, *reads)
    assert reads_much(log) is much


def test_a_line_of_the_journal_that_landed_twice_counts_once(log: duckdb.DuckDBPyConnection) -> None:
    write(log, 400_000, ("hubspot", 3, 60_000))
    log.execute("insert into raw_hubspot.extracts from raw_hubspot.extracts")
    assert not reads_much(log)
