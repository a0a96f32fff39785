"""A warehouse that an earlier release wrote opens, is brought up to date, and keeps its ids and its history.

`warehouses/` has one for each such release, made by `make.py`; none of them is ever made again.
"""

import gzip
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon.errors import WarehouseUnusable
from canon.journal import ensure_journals
from canon.migrations import CURRENT, MIGRATIONS, schema_version
from canon.settings import Settings
from canon.steps import build_only, publish_only
from canon.warehouse import connect
from tests.e2e.conftest import _is_setting, copy_project
from tests.upgrades.make import HASH_KEY

WAREHOUSES = sorted((Path(__file__).parent / "warehouses").glob("*.duckdb.gz"))
SNAPSHOT = "snapshots.customers_snapshot"
KEPT = {
    "records": "select source, source_record_id, customer_id from marts.customer_sources order by all",
    "ids": "select customer_id, first_seen_at, is_deleted from marts.customers order by all",
    "aliases": "select old_customer_id, customer_id from marts.customer_aliases order by all",
    "versions": f"select customer_id, dbt_valid_from, dbt_valid_to from {SNAPSHOT} order by all",
    "changes": "from marts.customer_changes order by all",
    "words": "from ops.identity_decisions order by all",
}


def unpack(packed: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(packed, "rb") as source, place.open("wb") as target:
        shutil.copyfileobj(source, target)
    return place


def kept(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(str(path), read_only=True) as con:
        return {name: con.execute(query).fetchall() for name, query in KEPT.items()}


def test_there_is_a_warehouse_of_an_earlier_release() -> None:
    assert WAREHOUSES


@pytest.mark.parametrize("packed", WAREHOUSES, ids=lambda path: path.name.partition(".")[0])
def test_every_earlier_warehouse_is_brought_up_to_date_once(packed: Path, tmp_path: Path) -> None:
    path = unpack(packed, tmp_path / "canon.duckdb")
    before = kept(path)
    with connect(path) as con:
        ensure_journals(con)
        ensure_journals(con)
        steps = con.execute("select version from ops.schema_version order by 1").fetchall()
    assert steps == [(step.version,) for step in MIGRATIONS]
    assert kept(path) == before


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.version for step in MIGRATIONS] == list(range(1, CURRENT + 1))


def test_a_journal_of_before_the_first_step_gets_its_columns(tmp_path: Path) -> None:
    with connect(tmp_path / "canon.duckdb") as con:
        con.execute("create schema ops")
        con.execute(
            "create table ops.build_state (build_id varchar not null, fingerprint varchar not null, "
            "seen_seq bigint not null, built_at timestamp not null)"
        )
        con.execute("insert into ops.build_state values ('s1', 'f', 1, now()::timestamp)")
        ensure_journals(con)
        assert con.execute("select build_id, decisions, suggestions from ops.build_state").fetchall() == [
            ("s1", None, None)
        ]
        assert schema_version(con) == CURRENT


def test_a_warehouse_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    with connect(tmp_path / "canon.duckdb") as con:
        ensure_journals(con)
        con.execute(
            "insert into ops.schema_version values (?, 'of tomorrow', now()::timestamp)", [CURRENT + 1]
        )
        with pytest.raises(WarehouseUnusable, match="newer Canon"):
            ensure_journals(con)


@pytest.mark.long
@pytest.mark.parametrize("packed", WAREHOUSES, ids=lambda path: path.name.partition(".")[0])
def test_an_earlier_warehouse_builds_on_and_keeps_its_ids(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_project(tmp_path / "project")
    path = unpack(packed, root / "data" / "canon.duckdb")
    before = kept(path)
    assert all(before.values())
    for name in filter(_is_setting, [*os.environ]):
        monkeypatch.delenv(name)
    monkeypatch.setenv("CANON_HASH_KEY", HASH_KEY)
    monkeypatch.chdir(root)
    for full_refresh in (False, True):
        build_only(Settings.load(root), full_refresh=full_refresh)
        assert kept(path) == before, f"full refresh: {full_refresh}"
    publish_only(Settings.load(root))
    assert kept(root / "data" / "published" / "canon.duckdb") == before
