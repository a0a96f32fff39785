"""The size of the warehouse: by layer, since when it grows, and what compacting gives back."""

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from canon import cli, storage
from canon.doctor_data import data_findings
from canon.findings import OK, WARNING, Finding
from canon.journal import utc_now
from canon.lock import run_lock
from canon.settings import Settings
from canon.storage import FILE, Storage, compact, growth, measure, note
from canon.warehouse import connect

MB = 2**20

# A million numbers that do not compress: some 8 MB.
MANY = "create or replace table raw_salesforce.many as select hash(range) as number from range(1000000)"


def findings(settings: Settings) -> dict[str, Finding]:
    return {each.name: each for each in data_findings(settings) if each.area == "storage"}


def fill(warehouse: Path) -> None:
    with connect(warehouse) as con:
        con.execute(MANY)


def test_each_layer_is_measured_and_the_file_as_a_whole(settings: Settings, warehouse: Path) -> None:
    with connect(warehouse, read_only=True) as con:
        before = measure(con, by_layer=True)
    fill(warehouse)
    with connect(warehouse, read_only=True) as con:
        after = measure(con, by_layer=True)
        assert measure(con, by_layer=False).layers == {}
    assert 7 * MB < after.layers["raw_salesforce"] - before.layers["raw_salesforce"] < 12 * MB
    assert {name: size for name, size in after.layers.items() if name != "raw_salesforce"} == {
        name: size for name, size in before.layers.items() if name != "raw_salesforce"
    }
    assert sum(after.layers.values()) >= after.used - MB
    assert abs(after.used + after.free - warehouse.stat().st_size) < MB


def test_growth_is_told_since_the_oldest_sync_of_a_month(settings: Settings, warehouse: Path) -> None:
    with connect(warehouse, read_only=True) as con:
        assert growth(con) is None
    assert "growth" not in findings(settings)
    note(warehouse, "s1", by_layer=True)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("update ops.storage set measured_at = ?", [utc_now() - timedelta(days=4)])
        con.execute(
            "insert into ops.storage values ('s0', 'file', 0, 0, ?)", [utc_now() - timedelta(days=40)]
        )
        layers = con.execute("select layer, used_bytes > 0 from ops.storage where sync_id = 's1'").fetchall()
    assert {(FILE, True), ("marts", True), ("ops", True)} <= set(layers)
    fill(warehouse)
    said = findings(settings)["growth"].said
    since = utc_now() - timedelta(days=4)
    assert said == f"+8 MB since {since:%Y-%m-%d}, +2 MB a day"


def test_doctor_says_when_to_compact(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(warehouse)
    with connect(warehouse) as con:
        con.execute("create table raw_salesforce.later as select hash(-range) as number from range(100000)")
    with connect(warehouse) as con:  # what is free at the file's end DuckDB gives back by itself
        con.execute("drop table raw_salesforce.many")
    found = findings(settings)
    assert found["file"].status == OK  # eight free megabytes are not worth it
    assert "raw_salesforce 2 MB" in found["layers"].said
    monkeypatch.setattr(storage, "LEAST_WORTH", MB)
    monkeypatch.setattr(storage, "MOST_FREE_SHARE", 0.3)  # each small table takes a block of its own
    found = findings(settings)
    assert found["file"].status == WARNING
    assert "canon compact" in found["file"].advice
    done = compact(settings)
    assert done.size_before - done.size_after > 6 * MB
    assert findings(settings)["file"].status == OK
    with connect(warehouse, read_only=True) as con:
        assert con.execute("select count(*) from marts.customers").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("used", "free", "worth"), [(100, 300, True), (300, 290, False), (10, 200, False), (400, 500, True)]
)
def test_free_space_that_a_build_needs_is_left_alone(used: int, free: int, worth: bool) -> None:
    assert Storage(used * MB, free * MB, {}).is_worth_compacting is worth


def test_compact_answers_in_json_and_waits_for_nobody(settings: Settings, warehouse: Path) -> None:
    answer = CliRunner().invoke(cli.app, ["compact", "--as-json"])
    told = json.loads(answer.stdout)
    assert (told["status"], told["path"]) == ("succeeded", str(warehouse))
    assert told["size_after"] == warehouse.stat().st_size
    before = warehouse.read_bytes()
    with run_lock(warehouse, "sync"):
        refused = json.loads(CliRunner().invoke(cli.app, ["compact", "--as-json"]).stdout)
    assert (refused["error"], refused["exit_code"]) == ("LockHeld", 4)
    assert warehouse.read_bytes() == before
