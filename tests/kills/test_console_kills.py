"""A build or a publish that is killed at any moment and run again leaves what an undisturbed one leaves."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.client import Sandbox
from sandbox.server import running
from tests.e2e.conftest import copy_project
from tests.histories.world import small_world
from tests.kills.ground import UNPACED, change_hubspot, change_salesforce
from tests.kills.orders import Kill, Runner, runner, spread

pytestmark = pytest.mark.xdist_group("kills")

QUERY = "dbt.adapters.sql.connections:SQLConnectionManager.add_query"
MOVE = "canon.publish:replace_file"
JOURNALS = ("ops.rejected_records", "ops.source_changes", "ops.schema_changes", "ops.data_dictionary")
# When a run was and which one it was; two runs are never the same there.
OF_THE_RUN = (
    "sync_id",
    "extract_id",
    "last_sync_seq",
    "dbt_scd_id",
    "dbt_updated_at",
    "dbt_valid_from",
    "dbt_valid_to",
    "first_seen_at",
    "retired_at",
    "opened_at",
    "noticed_at",
    "updated_at",
)
# The build's moment in the other tables; here it is the source's.
CHANGED_AT_SOURCE = "marts.customer_fields"

Tables = dict[str, list[tuple[Any, ...]]]


def tables(path: Path) -> Tables:
    """What analysts read, without the columns `OF_THE_RUN`, in a fixed order."""
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index) "
            "from duckdb_columns() where database_name = current_catalog() and "
            "(schema_name in ('marts', 'snapshots') or list_contains(?, schema_name || '.' || table_name)) "
            "group by all order by 1",
            [list(JOURNALS)],
        ).fetchall()
        return {name: con.sql(_query(name, columns)).fetchall() for name, columns in found}


def _query(name: str, columns: list[str]) -> str:
    left_out = {*OF_THE_RUN, *(() if name == CHANGED_AT_SOURCE else ("changed_at",))}
    kept = [f'"{column}"' for column in columns if column not in left_out]
    current = ["dbt_valid_to is null as is_current"] if "dbt_valid_to" in columns else []
    return f"select {', '.join([*kept, *current])} from {name} order by all"


@dataclass
class Consoles:
    """A sandbox, the runner, and two projects that start alike: one is killed, the other is not."""

    server: Sandbox
    runner: Runner
    folder: Path
    now: datetime
    changes: int = 0
    killed: list[str] = field(default_factory=list)

    def root(self, which: str) -> Path:
        return self.folder / which / "project"

    def warehouse(self, which: str) -> Path:
        return self.root(which) / "data" / "canon.duckdb"

    def published(self, which: str) -> Path:
        return self.root(which) / "data" / "published" / "canon.duckdb"

    def run(self, which: str, what: str) -> None:
        """A step of `canon`, undisturbed."""
        self.runner.complete(canon=what, root=str(self.root(which)), set=UNPACED)

    def kill(self, which: str, what: str, kill: Kill) -> None:
        """A step of `canon`, killed."""
        order = {"canon": what, "root": str(self.root(which)), "step": what}
        self.killed += [str(kill)] if self.runner.kill(kill, **order) else []

    def survey(self, what: str, seed: int, *, places: int, moments: int) -> list[Kill]:
        """Where a step can be killed."""
        outcome = self.runner.complete(canon=what, root=str(self.root("killed")), step=what)
        return spread(outcome.counted, outcome.seconds, places=places, moments=moments, seed=seed)

    def change(self) -> None:
        """News at both sources, loaded; both projects have the same log then."""
        self.changes += 1
        self.now += timedelta(seconds=90)
        self.server.clock(now=self.now.isoformat())
        change_salesforce(self.server, self.changes)
        change_hubspot(self.server, self.changes)
        self.run("killed", "load")
        shutil.copyfile(self.warehouse("killed"), self.warehouse("undisturbed"))

    def kill_a_build(self, kill: Kill) -> None:
        """Load news, kill the build, build again, and compare with the project that nobody disturbed."""
        self.change()
        self.kill("killed", "build", kill)
        for which in ("killed", "undisturbed"):
            self.run(which, "build")
        assert unlike(tables(self.warehouse("killed")), tables(self.warehouse("undisturbed"))) == {}, str(
            kill
        )

    def kill_a_publish(self, kill: Kill, old: Path) -> None:
        """Kill a publish over the copy `old`: readers see that or the new one; the next run ends it."""
        shutil.copyfile(old, self.published("killed"))
        self.kill("killed", "publish", kill)
        before, new, seen = tables(old), tables(self.warehouse("killed")), tables(self.published("killed"))
        assert seen in (before, new), str(kill)
        self.run("killed", "publish")
        assert unlike(tables(self.published("killed")), new) == {}, str(kill)
        left = {path.name for path in self.published("killed").parent.iterdir()}
        assert left == {"canon.duckdb"}, str(kill)


def unlike(one: Tables, other: Tables) -> dict[str, Any]:
    """The tables that differ, with their rows that only one has."""
    return {
        name: (
            [row for row in one.get(name, []) if row not in other.get(name, [])][:3],
            [row for row in other.get(name, []) if row not in one.get(name, [])][:3],
        )
        for name in one.keys() | other.keys()
        if one.get(name) != other.get(name)
    }


@pytest.fixture(scope="module")
def consoles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consoles]:
    folder = tmp_path_factory.mktemp("consoles")
    own = {"CANON_HASH_KEY": "0" * 64}
    with (
        running(small_world(folder / "world")) as server,
        runner(folder, {**server.environment, **own}) as forking,
    ):
        now = datetime.fromisoformat(server.clock()["now"]).replace(tzinfo=None, microsecond=0)
        server.clock(now=now.isoformat(), frozen=True)
        made = Consoles(server, forking, folder, now)
        copy_project(made.root("killed"))
        made.run("killed", "sync")
        shutil.copytree(folder / "killed", folder / "undisturbed")
        yield made


def kept_copy(consoles: Consoles, folder: Path) -> Path:
    """What is published now, put aside."""
    shutil.copyfile(consoles.published("killed"), folder / "old.duckdb")
    return folder / "old.duckdb"


@pytest.mark.long
def test_a_build_and_a_publish_that_were_killed_are_made_good_by_the_next(
    consoles: Consoles, tmp_path: Path
) -> None:
    old = kept_copy(consoles, tmp_path)
    consoles.kill_a_build(Kill(QUERY, 200, "after"))
    consoles.kill_a_publish(Kill(MOVE, 1, "before"), old)
    assert consoles.killed[-2:] == [str(Kill(QUERY, 200, "after")), str(Kill(MOVE, 1, "before"))]


@pytest.mark.long
def test_a_build_may_be_killed_anywhere(consoles: Consoles) -> None:
    before = len(consoles.killed)
    consoles.change()
    for kill in consoles.survey("build", seed=3, places=9, moments=5):
        consoles.kill_a_build(kill)
    print(f"build: {len(consoles.killed) - before} kills")  # noqa: T201
    assert len(consoles.killed) - before >= 10


@pytest.mark.long
def test_a_publish_may_be_killed_anywhere(consoles: Consoles, tmp_path: Path) -> None:
    consoles.run("killed", "publish")
    old, before = kept_copy(consoles, tmp_path), len(consoles.killed)
    consoles.change()
    consoles.run("killed", "build")
    for kill in consoles.survey("publish", seed=4, places=16, moments=4):
        consoles.kill_a_publish(kill, old)
    print(f"publish: {len(consoles.killed) - before} kills")  # noqa: T201
    assert len(consoles.killed) - before >= 10
