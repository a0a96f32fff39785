"""dlt around the readers: interrupted loads are finished, dbt's tables taken over, nothing is left behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest

from pipelines.fields import SYSTEM_TYPES
from tests.pipelines.loading import Warehouse


def interrupt(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load Salesforce, stopped after everything was read and before anything reached the warehouse."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dlt.Pipeline, "normalize", stopped)
        with pytest.raises(KeyboardInterrupt):
            warehouse.load("salesforce")


def change(source: Any, warehouse: Warehouse, title: str) -> None:
    record_id = warehouse.ask("select min(_record_id) from raw_salesforce.contact where not _is_deleted")[0][
        0
    ]
    source.change(
        {
            "system": "salesforce",
            "action": "update",
            "object": "Contact",
            "id": record_id,
            "values": {"Title": title},
        }
    )


def test_an_interrupted_load_is_finished_by_the_next(warehouse, source, monkeypatch):
    change(source, warehouse, "Before")
    interrupt(warehouse, monkeypatch)
    assert warehouse.count("raw_salesforce.contact", "title = 'Before'") == 0
    source.clock(advance=5)
    change(source, warehouse, "After")
    warehouse.load("salesforce")
    assert warehouse.ask(
        "select title, _sync_seq from raw_salesforce.contact where _sync_seq > 1 order by 2"
    ) == [
        ("Before", 2),
        ("After", 3),
    ]
    assert warehouse.ask("select distinct sync_seq from raw_salesforce.extracts order by 1") == [
        (1,),
        (2,),
        (3,),
    ]


def test_a_working_folder_that_outlived_its_warehouse_is_forgotten(empty, loaded, monkeypatch):
    interrupt(empty, monkeypatch)
    assert not empty.path.exists() or empty.ask("select count(*) from duckdb_tables()") == [(0,)]
    empty.load("salesforce")
    assert empty.count("raw_salesforce.contact") == loaded.count("raw_salesforce.contact")
    assert empty.count("raw_salesforce.contact", "_sync_seq <> 2") == 0


def test_tables_that_dbt_made_are_taken_over(empty, loaded):
    types = {"_record_id": "varchar", "_stamp": "timestamp", "_is_deleted": "boolean", "_sync_seq": "bigint"}
    columns = ", ".join(f"{name} {types.get(name, 'varchar')}" for name in SYSTEM_TYPES)
    empty.path.parent.mkdir()
    with duckdb.connect(str(empty.path)) as connection:
        connection.execute("create schema raw_salesforce")
        connection.execute(f"create table raw_salesforce.contact ({columns}, email varchar, gone__c varchar)")
        connection.execute("create table raw_salesforce.extracts (extract_id varchar, sync_seq bigint)")
    empty.load("salesforce")
    row = "select email, phone, _content_hash from raw_salesforce.contact"
    assert sorted(empty.ask(row)) == sorted(loaded.ask(row))
    assert empty.count("raw_salesforce.contact", "gone__c is not null") == 0
    assert empty.count("raw_salesforce.extracts", "fields is not null") == 6
    assert empty.load("salesforce").rows_written == 0


def test_dlt_does_not_report_to_its_makers(tmp_path, monkeypatch):
    """Whatever the folder: the setting must be there before dlt is imported."""
    monkeypatch.delenv("RUNTIME__DLTHUB_TELEMETRY")
    asked = (
        "import pipelines.engine; from dlt.common.runtime.run_context import active; "
        "print(active().runtime_config.dlthub_telemetry)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "False"
    assert list(tmp_path.iterdir()) == []


def test_an_object_without_records_gets_its_table(empty, source):
    source.clock(now="2020-01-01T00:00:00")  # the window ends before anything was written
    empty.load("salesforce")
    assert empty.count("raw_salesforce.contact") == 0
    columns = empty.ask("select column_name from duckdb_columns() where table_name = 'contact'")
    assert {("email",), ("_record_id",), ("systemmodstamp",)} <= set(columns)


def test_a_load_reports_its_progress_and_writes_only_beside_the_warehouse(
    empty, source, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    reports = []
    empty.load("salesforce", progress=reports.append)
    assert {(report.object, report.rows_written) for report in reports if report.is_done} >= {("User", 9)}
    assert list(home.iterdir()) == []
    left = [path for path in empty.path.parent.rglob("*") if path.is_file() and path != empty.path]
    assert not [path for path in left if path.suffix not in {".json", ".version", ""}]
