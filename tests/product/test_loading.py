"""What the product's users say arrives in the log once, in SQLite as in PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines import LoadResult
from pipelines.errors import SourceUnavailable
from pipelines.product.database import Database
from tests.pipelines.loading import Warehouse
from tests.product.conftest import SECRET, Product

VERSIONS = (
    "select _record_id, usage_score, internal_status, _is_deleted from raw_product.users "
    "order by _sync_seq, _record_id"
)
LATEST = (
    "select usage_score from raw_product.users where _record_id = ? "
    "qualify row_number() over (order by _sync_seq desc) = 1"
)


def load(warehouse: Warehouse, mode: str = "delta") -> LoadResult:
    return warehouse.load("product", mode=mode)


def test_the_first_load_takes_everybody_and_only_what_the_policy_names(loaded: Warehouse):
    assert loaded.ask(VERSIONS) == [("u1", "87.5", "active", False), ("u2", "", "trial", False)]
    (columns,) = loaded.ask(
        "select list(column_name order by column_name) from duckdb_columns() "
        "where schema_name = 'raw_product' and table_name = 'users' and column_name not like '#_%' escape '#'"
    )
    assert columns == (["deleted_at", "email", "id", "internal_status", "updated_at", "usage_score"],)
    assert SECRET.encode() not in loaded.path.read_bytes()
    (extract,) = loaded.rows("raw_product.extracts")
    assert (extract["mode"], extract["transport"], extract["rows_read"]) == ("backfill", "sql", 2)


def test_a_delta_takes_what_changed_and_nothing_twice(loaded: Warehouse, product: Product):
    assert load(loaded).rows_written == 0
    product.change("u1", usage_score=12)
    product.add("u3", at=datetime.now(UTC), usage_score=1.25)
    result = load(loaded)
    assert (result.extracts[0].mode, result.extracts[0].rows_read) == ("delta", 2)
    assert loaded.ask(VERSIONS)[2:] == [
        ("u1", number(product, 12), "active", False),
        ("u3", "1.25", "", False),
    ]
    # What the overlap shows again is in the log already.
    assert (load(loaded).rows_written, load(loaded).extracts[0].rows_read) == (0, 2)


def number(product: Product, value: int) -> str:
    """A whole number as the database writes one of its doubles."""
    return f"{value}.0" if product.kind == "sqlite" else str(value)


def test_a_commit_that_came_late_is_found_by_the_overlap(loaded: Warehouse, product: Product):
    load(loaded)
    product.change("u1", ago=timedelta(minutes=8), usage_score=3.5)
    load(loaded)
    assert loaded.ask(LATEST, "u1") == [("3.5",)]


def test_a_change_without_a_stamp_is_still_found(loaded: Warehouse, product: Product):
    product.change("u2", ago=None, usage_score=4.5)
    load(loaded)
    assert loaded.ask(LATEST, "u2") == [("4.5",)]
    assert load(loaded).rows_written == 0


def test_an_account_that_was_closed_is_deleted_by_a_delta(loaded: Warehouse, product: Product):
    # Its stamp stays where it was: some products only set the mark.
    product.run("update users set deleted_at = :now where id = 'u2'", now=product.ago(timedelta()))
    load(loaded)
    assert loaded.ask(VERSIONS)[2:] == [("u2", "", "trial", True)]


def test_a_row_that_is_gone_is_found_by_a_sweep(loaded: Warehouse, product: Product):
    product.run("delete from users where id = 'u2'")
    assert load(loaded).rows_written == 0
    load(loaded, "sweep")
    assert loaded.ask(VERSIONS)[2:] == [("u2", "", "trial", True)]
    (counts,) = loaded.rows("raw_product.counts")
    assert {name: counts[name] for name in ("source_count", "copy_count", "missing", "surplus", "stale")} == {
        "source_count": 1,
        "copy_count": 2,
        "missing": 0,
        "surplus": 1,
        "stale": 0,
    }
    load(loaded, "sweep")
    assert [row["surplus"] for row in loaded.rows("raw_product.counts")] == [1, 0]


def test_a_sweep_repairs_what_moved_behind_the_window(loaded: Warehouse, product: Product):
    product.change("u1", ago=timedelta(days=2), usage_score=9.5)
    assert load(loaded).rows_written == 0
    load(loaded, "sweep")
    assert loaded.ask(LATEST, "u1") == [("9.5",)]
    (counts,) = loaded.rows("raw_product.counts")
    assert (counts["stale"], counts["missing"]) == (1, 0)


def test_a_column_that_vanished_is_absent_and_not_empty(loaded: Warehouse, product: Product):
    product.run("alter table users drop column usage_score")
    product.change("u1", internal_status="churned")
    load(loaded)
    assert loaded.ask(VERSIONS)[2:] == [("u1", None, "churned", False)]
    gone = loaded.ask("select field, _is_deleted from raw_product.fields where _sync_seq = 2")
    assert gone == [("usage_score", True)]


def test_a_column_that_comes_back_is_read_for_everybody(loaded: Warehouse, product: Product):
    product.run("alter table users drop column usage_score")
    load(loaded)
    product.run("alter table users add column usage_score double precision")
    product.grant()
    product.run("update users set usage_score = 5.5")  # and no stamp moves
    assert load(loaded).extracts[0].mode == "sweep"
    assert [loaded.ask(LATEST, user) for user in ("u1", "u2")] == [[("5.5",)], [("5.5",)]]


def test_a_new_column_is_reported_and_not_read(loaded: Warehouse, product: Product):
    product.run("alter table users add column api_key varchar(40) default 'k-123'")
    product.grant()
    load(loaded)
    found = loaded.ask("select field, _is_deleted from raw_product.fields where _sync_seq = 2")
    assert found == [("api_key", False)]
    assert b"k-123" not in loaded.path.read_bytes()


def test_a_backfill_reads_everybody_and_writes_nothing_again(loaded: Warehouse):
    result = load(loaded, "backfill")
    assert (result.extracts[0].rows_read, result.rows_written) == (2, 0)


def test_a_long_backfill_goes_on_after_the_last_user(
    product: Product, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
):
    for name in ("pipelines.product.database.ROWS", "pipelines.reading.BATCH"):
        monkeypatch.setattr(name, 1)
    monkeypatch.setattr("pipelines.engine.LOAD_SECONDS", 0)
    for user_id in ("b", "a", "c"):
        product.add(user_id)
    load(warehouse)
    parts = warehouse.ask(
        "select rows_read, window_to is not null from raw_product.extracts order by extract_id"
    )
    assert len(parts) > 1
    assert sum(rows for rows, _ in parts) == 3
    assert [is_complete for _, is_complete in parts] == [False] * (len(parts) - 1) + [True]
    assert [record_id for record_id, *_ in warehouse.ask(VERSIONS)] == ["a", "b", "c"]


def test_an_empty_table_is_no_failure(product: Product, warehouse: Warehouse):
    for mode in ("delta", "delta", "sweep"):
        assert load(warehouse, mode).rows_written == 0
    product.add("u1", usage_score=1.5)
    load(warehouse, "sweep")
    assert warehouse.ask(LATEST, "u1") == [("1.5",)]


def test_ids_may_be_numbers(product: Product, warehouse: Warehouse):
    product.run("drop table users")
    product.run(
        f"create table users (id integer primary key, email varchar(90), updated_at {product.moment}, "
        "usage_score numeric(9, 3), is_staff boolean)"
    )
    if product.kind == "postgresql":
        product.run("grant select on users to canon")
    for user_id in (9, 10):
        product.run(
            "insert into users values (:id, null, :at, 0.125, true)", id=user_id, at=product.ago(None)
        )
    load(warehouse)
    product.run("delete from users where id = 9")
    product.run("update users set usage_score = 2.5, updated_at = :at", at=product.ago(timedelta(days=9)))
    load(warehouse, "sweep")
    said = "select _record_id, usage_score, _is_deleted from raw_product.users order by _sync_seq, 1"
    rows = [(record_id, float(score), gone) for record_id, score, gone in warehouse.ask(said)]
    assert rows == [("10", 0.125, False), ("9", 0.125, False), ("10", 2.5, False), ("9", 0.125, True)]


def test_canon_only_reads_whatever_its_user_may(product: Product):
    owner = Database(product.engine.url.render_as_string(hide_password=False))
    with pytest.raises(SourceUnavailable), owner.explained("write"), owner._engine.begin() as connection:
        connection.exec_driver_sql("update users set email = 'x'")
