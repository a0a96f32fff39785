"""What can be told of the next build before dbt has begun: whether little is new to it."""

from collections.abc import Iterator

import duckdb
import pytest

from canon.kept import FEW, will_follow_little

MARK = "what it is made of"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose last build ended whole, and knows all of the log."""
    with duckdb.connect(":memory:") as con:
        for schema in ("staging", "ops", "raw_crm"):
            con.execute(f"create schema {schema}")
        con.execute("create table staging.build_position as select false as is_open, 's7' as build_id")
        con.execute("create table ops.build_state as select ? as fingerprint, 's7' as build_id", [MARK])
        for name, count in {"fields": 7, "people": 20, "histories": 0, "counts": 2}.items():
            con.execute(f"create table raw_crm.{name} as select range as _extract_id from range({count})")
        con.execute("create table raw_crm.extracts as from range(1)")
        con.execute(
            "create table staging.build_reads (source_table varchar, extract_id varchar, row_count bigint)"
        )
        con.execute("insert into staging.build_reads values ('raw_crm.fields', '', 7)")
        con.execute(
            "insert into staging.build_reads values ('raw_crm.people', '1', 15), ('raw_crm.people', '2', 5)"
        )
        yield con


def test_it_follows_what_is_new_where_that_is_little(con: duckdb.DuckDBPyConnection):
    con.execute("insert into raw_crm.people from range(3)")
    for name in ("extracts", "counts"):  # they grow with every sync, and no build takes them in
        con.execute(f"insert into raw_crm.{name} from range({FEW})")
    assert will_follow_little(con, MARK)


@pytest.mark.parametrize(
    "happened",
    [
        "update staging.build_position set is_open = true",
        "update ops.build_state set fingerprint = 'another policy'",
        "update staging.build_position set build_id = 's8'",  # dbt alone, or what was written after it failed
        "insert into raw_crm.fields from range(1)",
        f"insert into raw_crm.histories from range({FEW})",
        f"insert into raw_crm.people from range({FEW})",
        "drop table staging.build_position",
        "drop table ops.build_state",
    ],
)
def test_it_may_be_about_much(con: duckdb.DuckDBPyConnection, happened: str):
    con.execute(happened)
    assert not will_follow_little(con, MARK)
