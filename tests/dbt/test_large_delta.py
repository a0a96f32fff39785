"""A load of very much is not taken as a delta: how much of the log is new, beside the number of people."""

from collections.abc import Iterator

import duckdb
import pytest
from jinja2 import Environment

from tests.dbt.manifest import REPOSITORY

SYSTEMS = ("salesforce", "hubspot", "product")
MACROS = REPOSITORY / "dbt_project" / "macros" / "delta" / "position.sql"


@pytest.fixture
def log() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three logs of one table each, what the last build had read of them, and the people it knew."""
    with duckdb.connect() as con:
        reads = "(source_table varchar, extract_id varchar, row_count bigint)"
        con.execute("create schema staging; create schema marts")
        for system in SYSTEMS:
            con.execute(f"create schema raw_{system}; create table raw_{system}.people (_extract_id varchar)")
        con.execute(f"create table staging.build_reads {reads}")
        con.execute("create table marts.customer_sources (record_key varchar)")
        yield con


def reads_much(log: duckdb.DuckDBPyConnection) -> bool:
    """What the macro says of it, rendered with what it asks of dbt: dbt takes ten seconds itself."""
    fields = {each: {"name": "fields", "schema": f"raw_{each}", "source_name": each} for each in SYSTEMS}
    asked = {
        "graph": {"sources": fields},
        "log_tables": lambda _: [{"name": "people"}],
        "var": lambda _, otherwise: otherwise,
        "has_rows": lambda relation: bool(log.execute(f"select 1 from {relation}").fetchall()),
        "return": lambda value: value,
    }
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # SQL, no page
    said = str(environment.from_string(MACROS.read_text()).make_module(asked).reads_much()).strip()
    return {"True": True, "False": False}[said]


@pytest.mark.parametrize(
    ("people", "known", "found", "much"),
    [
        pytest.param(400_000, {}, {"history": 150_000}, True, id="a history read for the first time"),
        pytest.param(4_000_000, {}, {"history": 150_000}, False, id="as many, of a tenth of the people"),
        pytest.param(1_000, {}, {"history": 99_000}, False, id="most of a small log: there is memory"),
        pytest.param(500_000, {}, {"one": 60_000, "other": 60_000}, True, id="two reads, one build"),
        pytest.param(400_000, {"one": 150_000}, {"one": 150_000}, False, id="nothing new"),
        pytest.param(400_000, {"one": 150_000}, {"one": 300_000}, True, id="more of a read that was known"),
        pytest.param(400_000, {"one": 150_000}, {"more": 60_000}, False, id="pruned since, and little new"),
        pytest.param(0, {}, {}, False, id="no log"),
    ],
)
def test_much_is_many_rows_for_so_many_people(
    log: duckdb.DuckDBPyConnection, people: int, known: dict[str, int], found: dict[str, int], much: bool
) -> None:
    log.execute("insert into marts.customer_sources select i::varchar from range(?) as t (i)", [people])
    for extract, rows in known.items():
        log.execute("insert into staging.build_reads values ('raw_hubspot.people', ?, ?)", [extract, rows])
    for extract, rows in found.items():
        log.execute("insert into raw_hubspot.people select ? from range(?)", [extract, rows])
    assert reads_much(log) is much
