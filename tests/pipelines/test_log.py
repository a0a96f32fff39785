"""Which versions are news to the log. Against a real DuckDB file with a hand-written raw table."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.fields import SYSTEM_TYPES
from pipelines.log import RawLog

OLD, NOW, LATER = datetime(2026, 1, 1), datetime(2026, 1, 2), datetime(2026, 1, 3)
EXTRACT = "sync-9.crm.contacts"


def version(
    record_id: str, phone: str, *, stamp: datetime | None = NOW, deleted: bool = False, seq: int = 9
) -> dict[str, object]:
    return {
        "_record_id": record_id,
        "_stamp": stamp,
        "_is_deleted": deleted,
        "_extract_id": EXTRACT,
        "_sync_seq": seq,
        "phone": phone,
    }


def table(*rows: dict[str, object]) -> pa.Table:
    types = {name: kind for name, kind in SYSTEM_TYPES.items() if name != "_content_hash"}
    return pa.Table.from_pylist(list(rows), schema=pa.schema({**types, "phone": pa.string()}))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[RawLog]:
    """A log that holds: a1 twice (was '1', is '2'), d1 deleted, n1 without a stamp."""
    path = tmp_path / "canon.duckdb"
    held = [
        version("a1", "1", stamp=OLD, seq=1),
        version("a1", "2", seq=2),
        version("d1", "1", deleted=True, seq=2),
        version("n1", "1", stamp=None, seq=2),
    ]
    with RawLog(path, "raw_crm") as empty, duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw_crm")
        for row in held:
            connection.register("rows", empty.table("contacts").changed(table(row), ["phone"]))
            connection.execute("create table if not exists raw_crm.contacts as select * from rows limit 0")
            connection.execute("insert into raw_crm.contacts select * from rows")
    with RawLog(path, "raw_crm") as opened:
        yield opened


def news(log: RawLog, *rows: dict[str, object]) -> list[str]:
    return log.table("contacts").changed(table(*rows), ["phone"]).column("phone").to_pylist()


def test_without_a_warehouse_everything_is_news(tmp_path):
    with RawLog(tmp_path / "none.duckdb", "raw_crm") as log:
        assert news(log, version("a1", "2")) == ["2"]


@pytest.mark.parametrize(
    ("row", "is_news"),
    [
        (version("b1", "1"), True),
        (version("a1", "2"), False),
        (version("a1", "2", stamp=LATER), False),
        (version("a1", "3", stamp=LATER), True),
        (version("a1", "3"), True),
        (version("a1", "1", stamp=LATER), True),
        (version("a1", "1", stamp=OLD), False),
        (version("a1", "2", deleted=True), True),
        (version("d1", "1", deleted=True), False),
        (version("d1", "1", stamp=OLD), True),
        (version("n1", "2", stamp=None), True),
        (version("n1", "1", stamp=None), False),
    ],
    ids=[
        "unknown record",
        "same as current",
        "touched but unchanged",
        "changed",
        "changed within the same stamp",
        "back to an earlier value",
        "stale: overtaken by the current version",
        "deleted without a new stamp",
        "still deleted",
        "a deleted record is back, with an older stamp",
        "changed, has no stamps",
        "unchanged, has no stamps",
    ],
)
def test_news(log, row, is_news):
    assert bool(news(log, row)) == is_news


def test_of_two_versions_in_one_read_the_newest_counts(log):
    assert news(log, version("b1", "new", stamp=LATER), version("b1", "old", stamp=OLD)) == ["new"]


def test_another_field_list_is_another_version(log):
    rows = table(version("a1", "2")).append_column("fax", pa.array([""]))
    assert log.table("contacts").changed(rows, ["phone", "fax"]).num_rows == 1


def test_stubs_that_the_log_holds_in_any_version_are_not_asked_for(log):
    stubs = table(
        version("a1", "", stamp=OLD),
        version("a1", "", stamp=NOW),
        version("a1", "", stamp=LATER),
        version("d1", ""),
        version("d1", "", deleted=True),
        version("b1", ""),
    )
    assert sorted(log.table("contacts").unseen(stubs)) == ["a1", "b1", "d1"]


def test_what_a_whole_read_misses_becomes_a_tombstone(log):
    contacts = log.table("contacts")
    gone = contacts.gone(table(version("a1", "")))
    marked = contacts.tombstones([*gone, "d1", "unknown"], extract_id=EXTRACT, sync_seq=9).to_pylist()
    assert [(row["_record_id"], row["phone"], row["_is_deleted"], row["_sync_seq"]) for row in marked] == [
        ("n1", "1", True, 9)
    ]


def test_stubs_that_are_not_the_current_version_are_read_again(log):
    stubs = table(version("a1", "2"), version("n1", "1", stamp=None), version("d1", ""), version("b1", ""))
    assert sorted(log.table("contacts").differing(stubs.drop_columns("phone"), LATER)) == ["b1", "d1"]
    other = table(version("a1", "other"))  # a calculated field, which moves without the stamp
    assert log.table("contacts").differing(other, LATER) == ["a1"]


def test_counts_leave_out_what_is_too_new_to_be_missed(log):
    stubs = table(version("a1", "", stamp=LATER), version("d1", "", stamp=OLD), version("b1", "", stamp=NOW))
    assert log.table("contacts").counts(stubs, settled=NOW) == {
        "source_count": 3,
        "copy_count": 2,
        "missing": 1,
        "stale": 0,
    }
    assert log.table("contacts").counts(stubs, settled=datetime(2027, 1, 1))["stale"] == 1


def test_live_records(log):
    contacts = log.table("contacts")
    assert sorted(contacts.live_since(0)) == ["a1", "n1"]
    assert contacts.live_since(2) == []
    assert contacts.live_count(["a1", "b1"]) == 3
    assert contacts.alive(["a1", "d1", "b1"]) == ["a1"]
    assert contacts.deleted_since(OLD) == ["d1"]
