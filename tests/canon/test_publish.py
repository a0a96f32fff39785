"""The published copy: complete, replaced in one move, readable at any time."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from canon.errors import PublishFailed, WarehouseUnusable
from canon.publish import publish_copy
from canon.settings import Settings
from canon.state import write_state
from canon.warehouse import connect

# Opens the copy over and over until told to stop; fails on anything but a whole one.
READER = """
import sys, duckdb
from pathlib import Path
path, stop = sys.argv[1:]
print("ready", flush=True)
seen = 0
while not Path(stop).exists():
    with duckdb.connect(path, read_only=True) as con:
        customers = con.execute("select count(*) from marts.customers").fetchall()[0][0]
        results = con.execute("select count(*) from ops.health_checks").fetchall()[0][0]
        assert customers == 3, customers
        assert results >= 0
    seen += 1
print(seen)
"""


def tables(path: Path) -> set[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return set(con.execute("select table_schema, table_name from information_schema.tables").fetchall())


def test_the_copy_holds_marts_snapshots_and_ops_and_nothing_else(published: Path):
    found = tables(published)
    assert {schema for schema, _ in found} == {"marts", "snapshots", "ops"}
    assert {("marts", "customers"), ("snapshots", "customers_snapshot"), ("ops", "sync_runs")} <= found


def test_views_become_tables_and_comments_come_along(published: Path):
    with duckdb.connect(str(published), read_only=True) as con:
        assert con.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]
        assert con.execute("select count(*) from ops.measure_freshness").fetchall() == [(2,)]
        told = con.execute("select comment from duckdb_tables() where table_name = 'customers'").fetchall()
        column = con.execute(
            "select comment from duckdb_columns() where table_name = 'customers' and column_name = 'email'"
        ).fetchall()
    assert told == [("The people. Grain: one row per person",)]
    assert column == [("It's the address that sales confirmed",)]


def test_older_clients_can_open_it(published: Path):
    with duckdb.connect(str(published), read_only=True) as con:
        tags = con.execute("select tags from duckdb_databases() where database_name = 'canon'").fetchall()[0][
            0
        ]
    assert tags["storage_version"].startswith("v1.2.0")


def test_nothing_lies_beside_the_copy(published: Path):
    assert [each.name for each in published.parent.iterdir()] == [published.name]


def test_after_a_sync_without_changes_only_the_journals_are_refreshed(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        write_state(con, "s2", "same", 2)
    assert publish_copy(warehouse, settings.published).scope == "all"
    with connect(warehouse) as con:
        con.execute(
            "insert into ops.health_checks values ('s2', 'x', 'pass', '', '', 'critical', now()::timestamp)"
        )
    assert publish_copy(warehouse, settings.published).scope == "ops"
    with duckdb.connect(str(settings.published), read_only=True) as con:
        assert con.execute("select count(*) from ops.health_checks").fetchall() == [(1,)]
        assert con.execute("select count(*) from marts.customers").fetchall() == [(3,)]


def test_after_another_build_everything_is_copied(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        write_state(con, "s2", "same", 2)
    publish_copy(warehouse, settings.published)
    with connect(warehouse) as con:
        write_state(con, "s3", "same", 3)
    assert publish_copy(warehouse, settings.published).scope == "all"


def test_a_damaged_copy_is_replaced(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        write_state(con, "s2", "same", 2)
    settings.published.parent.mkdir(parents=True)
    settings.published.write_bytes(b"not a database")
    assert publish_copy(warehouse, settings.published).scope == "all"
    assert ("marts", "customers") in tables(settings.published)


def test_a_failure_leaves_the_previous_copy_and_no_draft(
    settings: Settings, published: Path, warehouse: Path
):
    before = published.read_bytes()
    with connect(warehouse) as con:
        con.execute("create view ops.broken as select cast(email as integer) as y from marts.customers")
    with pytest.raises(PublishFailed, match="it is as it was before"):
        publish_copy(warehouse, settings.published)
    assert published.read_bytes() == before
    assert [each.name for each in published.parent.iterdir()] == [published.name]


def test_without_a_warehouse_the_message_says_so(settings: Settings):
    with pytest.raises(WarehouseUnusable, match="cannot be opened"):
        publish_copy(settings.warehouse, settings.published)


def test_readers_never_see_half_a_copy(settings: Settings, published: Path, warehouse: Path, tmp_path: Path):
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    for number in range(6):
        with connect(warehouse) as con:
            write_state(con, f"s{number // 2}", "same", 2)
        publish_copy(warehouse, settings.published)
    stop.touch()
    seen, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    assert int(seen) > 0
