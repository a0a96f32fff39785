"""After `canon prune` all that is made of the log is what it was, and goes on like an unpruned twin."""

import random
import shutil
from pathlib import Path

import duckdb
import pytest

from canon.build import run_dbt
from canon.errors import UsageError
from canon.journal import utc_now
from canon.position import position_at
from canon.quiet import NO_TELEMETRY, environment
from canon.replay import forget_later
from canon.retention import Pruned, prune
from canon.settings import Settings
from canon.warehouse import columns_of, quoted, tables_in
from tests.histories.history import chosen_seed
from tests.states.test_states import Twins, differences
from tests.states.world import APART, START, Worlds

REPOSITORY = Path(__file__).parents[2]

# All that reads the log, and what tells of its changes. Everything behind it is a function of this.
READS = ("--select", "path:dbt_project/models/staging", "source_changes")
LOADS = 24
WILD = ("w1", "w4", "w8")
OF_A_READ = ("read_extracts", "changed_records", "build_reads", "build_position", "build_kept")

# Where twins may differ that are not pruned alike.
OF_A_PRUNED = ("read_extracts", "prunings")


def settings_of(warehouse: Path, days: int) -> Settings:
    """Settings of a project with the repository's policy, but for the days that it keeps versions."""
    root = warehouse.parent / "project"
    root.mkdir(exist_ok=True)
    text = (REPOSITORY / "dbt_project.yml").read_text(encoding="utf-8")
    assert "superseded_days: null" in text
    text = text.replace("superseded_days: null", f"superseded_days: {days}")
    (root / "dbt_project.yml").write_text(text, encoding="utf-8")
    return Settings.load(root, {"CANON_WAREHOUSE": str(warehouse)})


def prune_at(warehouse: Path, sync_seq: int, *, dry_run: bool = False) -> Pruned:
    """Prune so that the build of this sync is the earliest that stays."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        query = "select started_at from ops.sync_runs where sync_seq = ?"
        ((started,),) = con.execute(query, [sync_seq]).fetchall()
    days = (utc_now() - started).days
    return prune(settings_of(warehouse, days), dry_run=dry_run)


class Reading:
    """A warehouse of which the log is read, and no more."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.warehouse = folder / "canon.duckdb"

    def read(self, *more: str) -> dict[str, list[tuple[object, ...]]]:
        """Build staging and the log of changes, and say what is in them."""
        folder = self.warehouse.parent
        alone = {
            "CANON_WAREHOUSE": str(self.warehouse),
            "CANON_HASH_KEY": "00" * 32,
            "CANON_INTEGRATION_USERS": "hubspot:999,salesforce:999",
            "DBT_TARGET_PATH": str(folder.parent / "target"),
            "DBT_LOG_PATH": str(folder.parent / "logs"),
        }
        with environment({**NO_TELEMETRY, **alone}):
            run_dbt(Settings.load(), ["run", *READS, *more], {})
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            named = [("ops", "source_changes"), *(("staging", name) for name in tables_in(con, "staging"))]
            return {
                name: con.execute(f"{_every(con, schema, name)} order by all").fetchall()
                for schema, name in named
                if not name.endswith(OF_A_READ)
            }

    def copy(self, folder: Path) -> "Reading":
        """The same warehouse once more."""
        found = Reading(folder)
        shutil.copy(self.warehouse, found.warehouse)
        return found


def _every(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> str:
    columns = ", ".join(quoted(each) for each in sorted(columns_of(con, schema, name)))
    return f"select {columns} from {schema}.{quoted(name)}"


def write(worlds: Worlds, warehouse: Path, loads: int) -> None:
    """Loads, each of a run that built. Rows may land twice; in some worlds stamps run back or are missing."""
    runs = []
    for _ in range(loads):
        begun = {table: len(rows) for table, rows in worlds.log.rows.items()}
        worlds.load(0.95)
        for table, rows in worlds.log.rows.items():
            news = rows[begun.get(table, 0) :]
            for row in news:
                if row["_record_id"].endswith(WILD):
                    stamp = row["_stamp"]
                    row["_stamp"] = worlds.dice.choice(
                        [stamp, stamp, stamp - 3 * APART, stamp - 6 * APART, None]
                    )
            rows += [row for row in news if worlds.dice.random() < 0.1]
        runs.append([f"sync-{worlds.seq}", worlds.seq, worlds.now, worlds.now])
    worlds.log.write(warehouse)
    with duckdb.connect(str(warehouse)) as con:
        query = "insert into ops.sync_runs values (?, ?, ?, ?, 'succeeded', 'delta', 'p', null)"
        con.executemany(query, runs)


def as_of(reading: Reading, folder: Path, sync_seq: int) -> Reading:
    """A copy in which nothing is later than a sync."""
    copy = reading.copy(folder)
    with duckdb.connect(str(copy.warehouse)) as con:
        forget_later(con, position_at(con, START + sync_seq * APART))
    return copy


@pytest.mark.long
@pytest.mark.xdist_group("states")
def test_what_is_read_of_a_pruned_log_is_what_was_read_of_the_whole(tmp_path: Path) -> None:
    dice = random.Random(f"{chosen_seed()} retention")
    whole = Reading(tmp_path / "whole")
    write(Worlds(dice, 30, {}), whole.warehouse, loads=LOADS)
    pruned = whole.copy(tmp_path / "pruned")
    prune_at(pruned.warehouse, dice.randint(8, 12))
    horizon = dice.randint(16, 22)
    planned = prune_at(pruned.warehouse, horizon, dry_run=True)
    done = prune_at(pruned.warehouse, horizon)
    assert (planned.removed, planned.thinned, planned.tables) == (done.removed, done.thinned, done.tables)
    assert min(done.removed, done.thinned) > 50
    assert not prune_at(pruned.warehouse, horizon).tables

    then = dice.choice([horizon, dice.randint(horizon, LOADS), LOADS])
    assert as_of(pruned, tmp_path / "a", then).read() == as_of(whole, tmp_path / "b", then).read()
    with pytest.raises(UsageError, match="cannot be built again"):
        as_of(pruned, tmp_path / "c", horizon - 1)


@pytest.mark.long
@pytest.mark.xdist_group("states")
def test_a_pruned_warehouse_goes_on_like_its_twin(tmp_path: Path) -> None:
    """By deltas on a pruned log, then anew on one: every table is the twin's, ids and journals included.

    A role stays with its opportunity, as in Salesforce: deltas look for no other.
    """
    seed = chosen_seed()
    dice = random.Random(f"{seed} retention by deltas")
    twins = Twins(
        tmp_path, Worlds(dice, 60, {"OpportunityContactRole": {"OpportunityId": ["Opportunity 0"]}})
    )
    deltas, anew = twins.warehouses
    for pruned in (deltas, anew, None):
        for _ in range(5 if pruned else 0):
            twins.worlds.load(0.95)  # built with the next one
        twins.sync(0.95 if pruned else 0.3)
        found = differences(deltas, anew)
        told = {name: what for name, what in found.items() if not name.endswith(OF_A_PRUNED)}
        assert not told, f"after load {twins.worlds.seq}, seed {seed}"
        if pruned:
            done = prune_at(pruned, twins.worlds.seq)
            assert min(done.removed, done.thinned) > 10
    with duckdb.connect(str(deltas), read_only=True) as con:
        # it went on from its position, and found nothing new in what was pruned
        assert con.execute("select is_whole, is_open from staging.build_position").fetchall() == [
            (False, False)
        ]
        changed = (
            "select count(distinct object || source_record_id) from staging.stg_hubspot__changed_records"
        )
        ((looked_at,),) = con.execute(changed).fetchall()
        records = "select count(distinct _record_id) from raw_hubspot.contacts"
        ((all_contacts,),) = con.execute(records).fetchall()
        assert 0 < looked_at < all_contacts
