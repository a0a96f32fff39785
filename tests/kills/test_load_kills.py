"""A load that is killed at any moment and run again leaves the log that an undisturbed one leaves."""

import duckdb
import pytest

from tests.kills.ground import COPIED, NORMALIZED, STATED, TABLES, Ground
from tests.kills.orders import Kill

pytestmark = pytest.mark.xdist_group("kills")


def sweep_of_kills(
    ground: Ground, source: str, step: str, *, places: int, moments: int, seed: int
) -> tuple[int, list[str]]:
    """Kill a step in many places; returns how many loads were killed, and after which it went wrong."""
    before, wrong = len(ground.killed), []
    for number, kill in enumerate(ground.survey(source, step, seed, places=places, moments=moments)):
        try:
            ground.kill_and_run_again(source, step, kill, changes_between=number % 3 == 2)
        except AssertionError as failure:
            wrong.append(f"{kill}: {str(failure)[-900:]}")
    return len(ground.killed) - before, wrong


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "source", "kill"),
    [
        ("extract", "hubspot", Kill("pipelines.log:TableLog.changed", 2, "after")),
        ("normalize", "salesforce", Kill("dlt.normalize.normalize:Normalize.spool_files", 1, "after")),
        ("load", "hubspot", Kill(COPIED, 2, "before")),
        # dlt's folders half made; a package loaded and not yet moved away
        ("normalize", "salesforce", Kill("dlt.common.storages.file_storage:FileStorage.save", 1, "before")),
        ("load", "hubspot", Kill("os:rename", 7, "before")),
    ],
)
def test_a_load_that_was_killed_is_made_good_by_the_next(
    ground: Ground, step: str, source: str, kill: Kill
) -> None:
    ground.kill_and_run_again(source, step, kill, changes_between=step == "load")
    assert ground.killed[-1] == f"{source} {step}: {kill}"


@pytest.mark.long
def test_a_kill_between_the_two_halves_of_normalizing_leaves_a_source_that_can_be_loaded(
    ground: Ground,
) -> None:
    """Dlt moves the normalized package to its place, then deletes the extracted one."""
    ground.kill_and_run_again("salesforce", "normalize", Kill(NORMALIZED, 1, "after"), changes_between=False)


@pytest.mark.long
@pytest.mark.parametrize("source", TABLES)
@pytest.mark.parametrize("step", ["extract", "normalize", "load"])
def test_a_load_may_be_killed_anywhere(ground: Ground, step: str, source: str) -> None:
    count, wrong = sweep_of_kills(ground, source, step, places=14, moments=4, seed=2)
    print(f"{source} {step}: {count} kills, {len(wrong)} went wrong")  # noqa: T201
    assert wrong == []
    assert count >= 10


@pytest.mark.long
@pytest.mark.parametrize(
    "kill",
    [
        pytest.param(Kill(COPIED, 1, "after"), id="rows are committed, their job is not marked as done"),
        pytest.param(Kill(STATED, 1, "after"), id="the package is in the warehouse, and still in the folder"),
    ],
)
def test_a_kill_between_the_commit_and_the_bookkeeping_doubles_rows_and_loses_none(
    ground: Ground, kill: Kill
) -> None:
    source = "salesforce"
    before = doubled(ground, source)
    ground.kill_and_run_again(source, "load", kill, changes_between=True)
    assert ground.killed[-1] == f"{source} load: {kill}"
    assert (doubled(ground, source) > before) == (kill.place == COPIED)


def doubled(ground: Ground, source: str) -> int:
    """How many rows stand twice in the log that is killed, dlt's own state included."""
    with duckdb.connect(str(ground.warehouse("killed", source)), read_only=True) as con:
        tables = con.execute(
            "select table_name from duckdb_tables() where schema_name = ?", [f"raw_{source}"]
        ).fetchall()
        names = [f"raw_{source}.{table}" for (table,) in tables]
        every = [len(con.sql(f"from {name}").fetchall()) for name in names]
        once = [len(con.sql(f"select distinct * from {name}").fetchall()) for name in names]
    return sum(every) - sum(once)
