"""The journal of syncs: opened first, closed always, never left running."""

from pathlib import Path

import pytest

from canon.errors import BudgetReached, BuildFailed, SourceUnavailable
from canon.journal import ensure_journals, journalled, mark_ended, open_run
from canon.warehouse import connect, rows


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "canon.duckdb"


def runs(path: Path) -> list[dict[str, object]]:
    with connect(path, read_only=True) as con:
        return rows(con, "select * from ops.sync_runs order by sync_seq")


def test_runs_are_counted_and_their_ids_sort_in_that_order(empty: Path):
    for _ in range(3):
        with journalled(empty, "delta"):
            pass
    found = runs(empty)
    assert [each["sync_seq"] for each in found] == [1, 2, 3]
    assert [each["sync_id"] for each in found] == sorted(str(each["sync_id"]) for each in found)
    assert {each["status"] for each in found} == {"succeeded"}
    assert all(each["finished_at"] and each["error"] is None for each in found)


def test_a_row_that_a_dead_process_left_running_is_marked_interrupted(empty: Path):
    with connect(empty) as con:
        open_run(con, "delta")
    with journalled(empty, "sweep"):
        pass
    first, second = runs(empty)
    assert (first["status"], first["error"]) == ("failed", "interrupted")
    assert (second["status"], second["mode"]) == ("succeeded", "sweep")


@pytest.mark.parametrize(
    ("problem", "status", "text"),
    [
        (SourceUnavailable("HubSpot answered 503"), "failed", "HubSpot answered 503"),
        (BudgetReached("60 % of the day's calls are spent"), "stopped", "60 % of the day's calls are spent"),
        (
            BuildFailed("could not cast 'ada@x.example'", ("customers",)),
            "failed",
            "the build failed in customers",
        ),
        (ValueError("ada@x.example"), "failed", "ValueError"),
        (KeyboardInterrupt(), "failed", "interrupted"),
    ],
)
def test_a_failure_closes_the_row_without_repeating_a_value(
    empty: Path, problem: BaseException, status: str, text: str
):
    with pytest.raises(type(problem)), journalled(empty, "delta"):
        raise problem
    (row,) = runs(empty)
    assert (row["status"], row["error"]) == (status, text)


def test_a_closed_row_can_still_turn_into_a_failure(empty: Path):
    with journalled(empty, "delta") as run:
        pass
    mark_ended(empty, run.sync_id, SourceUnavailable("the disk is full"))
    assert runs(empty)[0]["status"] == "failed"


def test_making_the_journals_twice_keeps_their_rows(empty: Path):
    with journalled(empty, "delta"):
        pass
    with connect(empty) as con:
        ensure_journals(con)
    assert len(runs(empty)) == 1


def test_a_run_that_built_nothing_names_no_policy(warehouse: Path):
    with journalled(warehouse, "delta"):
        pass
    assert runs(warehouse)[-1]["policy_version"] is None
