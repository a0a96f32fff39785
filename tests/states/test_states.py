"""After every load tables are what a full refresh makes, and journals what a replay sync by sync writes.

Two warehouses get the same loads: one is built by deltas, the other made anew each time, which leaves its
journals (never made anew) as that replay. Hundreds of small worlds share each, and in most of them nothing
happens in a load: what a delta forgets to touch shows there.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from canon.build import AT_A_TIME, SYNC_ID_VARIABLE, run_dbt
from canon.journal import ensure_journals
from canon.quiet import NO_TELEMETRY, environment
from canon.settings import Settings
from canon.warehouse import all_tables, columns_of, quoted
from tests.histories.history import chosen_seed
from tests.identity import test_increments as identity
from tests.rules.matrices import OBJECTS, SAID, VARIANTS, fields, mixed, policy, written
from tests.rules.reference import Matrix
from tests.states.world import Worlds

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("states")]

# Together more than five hundred histories of so many loads.
WORLDS, LOADS = 260, 4
SHARE = 0.3  # of the worlds in which something happens in a load
LAYERS = ("staging", "intermediate", "marts", "snapshots", "ops")
VALUES = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", "--exclude", "measure_*")
# What a build that dies has not come to.
LATE = ("path:dbt_project/models/marts", "path:dbt_project/models/ops", "path:dbt_project/snapshots")
FEW = 8  # lines that are drawn of a matrix with every rule: each costs a second a build
SHOWN = 3  # rows of a table that differs
OF_A_FILE = {"schema_version"}  # when this file was brought up to date
# What a build holds of those about whom it decides, and how it knows about whom.
DECIDES = ("edited", "echoed", "dated", "ranked", "decided", "resolved", "completed", "affiliated", "stated")
KNOWS = ("restated", "suppressed", "moved", "reopened", "reemployed", "reconnected", "changed_records")
TOGETHER = ("--threads", str(AT_A_TIME))  # as `canon` runs a small delta
PLACES = ("build_position", "build_reads", "build_kept")


@dataclass
class Twins:
    """A warehouse built by deltas, one made anew, and the policy of both: dbt variables, or the project's."""

    folder: Path
    worlds: Worlds
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def warehouses(self) -> tuple[Path, Path]:
        """By deltas, and anew."""
        return self.folder / "deltas" / "canon.duckdb", self.folder / "anew" / "canon.duckdb"

    def sync(self, share: float, *, dies: bool = False) -> None:
        """Load something and build both; a build that dies has begun the layers before the marts."""
        self.worlds.load(share)
        for warehouse in self.warehouses:
            warehouse.parent.mkdir(exist_ok=True)
        self.worlds.log.write(*self.warehouses)
        for warehouse in self.warehouses:
            with self._run(warehouse, "failed" if dies else "succeeded") as sync_id:
                anew = warehouse.parent.name == "anew"
                late = ("--exclude", *LATE) if dies else ()
                self._build(warehouse, sync_id, *late, *(["--full-refresh"] if anew else TOGETHER))

    @contextmanager
    def _run(self, warehouse: Path, status: str) -> Iterator[str]:
        """The row of a sync, with the same times in both warehouses."""
        sync_id, now = f"sync-{self.worlds.seq}", self.worlds.now
        with duckdb.connect(str(warehouse)) as con:
            ensure_journals(con)
            con.execute(
                "insert into ops.sync_runs (sync_id, sync_seq, started_at, status, mode) "
                "values (?, ?, ?, 'running', 'delta')",
                [sync_id, self.worlds.seq, now],
            )
        yield sync_id
        with duckdb.connect(str(warehouse)) as con:
            con.execute(
                "update ops.sync_runs set status = ?, finished_at = started_at where sync_id = ?",
                [status, sync_id],
            )

    def _build(self, warehouse: Path, sync_id: str, *more: str) -> None:
        alone = {
            "CANON_WAREHOUSE": str(warehouse),
            "CANON_HASH_KEY": "00" * 32,
            "CANON_INTEGRATION_USERS": "hubspot:999,salesforce:999",
            "DBT_TARGET_PATH": str(warehouse.parent / "target"),
            "DBT_LOG_PATH": str(warehouse.parent / "logs"),
        }
        given = yaml.safe_dump(dict(self.variables), sort_keys=False, allow_unicode=True)
        with environment({**NO_TELEMETRY, **alone}):
            variables = ["--vars", given] if self.variables else []
            arguments = ["build", *VALUES, *more, *variables]
            run_dbt(Settings.load(), arguments, {SYNC_ID_VARIABLE: sync_id})


def differences(deltas: Path, anew: Path) -> dict[str, str]:
    """Table -> how many rows only one of the two has, with some of them; empty where all are equal."""
    found: dict[str, str] = {}
    with duckdb.connect(str(deltas)) as con:
        con.execute(f"attach '{anew}' as anew (read_only)")
        tables = [each for each in all_tables(con) if each[0] in LAYERS and not _is_of_a_build(each[1])]
        assert len(tables) > 100
        for schema, name in tables:
            columns = ", ".join(quoted(each) for each in sorted(columns_of(con, schema, name)))
            place = f"{schema}.{quoted(name)}"
            one, other = f"select {columns} from {place}", f"select {columns} from anew.{place}"
            only = [con.execute(f"{a} except all {b}").fetchall() for a, b in ((one, other), (other, one))]
            if any(only):
                heads = " | ".join(str(some[:SHOWN]) for some in only)
                found[f"{schema}.{name}"] = (
                    f"only by deltas {len(only[0])}, only anew {len(only[1])}: {heads}"
                )
        con.execute("detach anew")
    return found


def _is_of_a_build(name: str) -> bool:
    """Whether a table tells of a build or a file, and not of the log."""
    known = identity.OF_A_BUILD | OF_A_FILE | set(PLACES)
    return name in known or (name != "int_customers_stated" and name.endswith((*DECIDES, *KNOWS)))


def assert_equal(twins: Twins, when: str) -> None:
    """Says which tables differ, the first one built first: the rest may only follow from it."""
    found = differences(*twins.warehouses)
    said = "\n".join(f"  {name}: {what}" for name, what in sorted(found.items(), key=_layer))
    if found:
        pytest.fail(f"after {when}, {len(found)} tables differ:\n{said}", pytrace=False)


def _layer(item: tuple[str, str]) -> tuple[int, str]:
    return LAYERS.index(item[0].partition(".")[0]), item[0]


def assert_the_journal_tells_the_table(warehouse: Path, entity: str, plural: str, also: list[str]) -> None:
    """The first state of everybody and every row of the journal after it give the table of today, exactly."""
    key = f"{entity}_id"
    with duckdb.connect(str(warehouse), read_only=True) as con:
        owned = [
            name
            for name in columns_of(con, "marts", plural)
            if f"{name}_source" in columns_of(con, "marts", plural)
        ]
        names = [*owned, *also, "is_deleted"]
        texts = ", ".join(f'cast("{name}" as varchar) as "{name}"' for name in names)
        firsts = con.execute(
            f"select {key}, {texts} from snapshots.{plural}_snapshot "
            f"qualify row_number() over (partition by {key} order by dbt_valid_from) = 1"
        ).fetchall()
        state = {row[0]: dict(zip(names, row[1:], strict=True)) for row in firsts}
        steps = con.execute(
            f"select {key}, field, old_value, new_value, cause from marts.{entity}_changes "
            "order by changed_at, cause not in ('policy', 'loader'), rowid"
        ).fetchall()
        today = {
            row[0]: dict(zip(names, row[1:], strict=True))
            for row in con.execute(f"select {key}, {texts} from marts.{plural}").fetchall()
        }
    living = set(state)
    for who, name, old, new, cause in steps:
        if name == key:
            (living.add if new else living.discard)(who)
            continue
        assert state[who][name] == old, f"{entity} {who}, {name}: {cause} from {old}, was {state[who][name]}"
        state[who][name] = new
    assert {who: state[who] for who in living} == today


MADE_OF = {
    "customer": ("customers", ["company_id"]),
    "company": ("companies", []),
    "deal": ("deals", ["company_id", "primary_customer_id"]),
}
# What a history must have come to for the comparison to say anything.
OCCURRED = {
    *("merge", "convert", "delete", "undelete", "write Account", "write User", "write pipelines"),
    *("must_link", "cannot_link", "withdrawn", "write contacts_companies"),
    *("override of a customer, expires", "override of a company, expires", "override of a deal, expires"),
}


def some_lines(matrix: Matrix, dice: random.Random) -> Matrix:
    """A few lines of a matrix, and those that they refer to or move together with."""
    chosen = {*dice.sample([*matrix], k=FEW)}
    while True:
        named = {each for name in chosen for each in _named_by(matrix, name)} | chosen
        if named == chosen:
            return {name: line for name, line in matrix.items() if name in chosen}
        chosen = named


def _named_by(matrix: Matrix, name: str) -> set[str]:
    line = matrix[name]
    group = {each for each in matrix if line.get("group") and matrix[each].get("group") == line["group"]}
    return group | {line[key] for key in ("follows", "fallback") if key in line} | {*line.get("when", {})}


def more_fields(kinds: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Object -> what its records say of the fields of a matrix with every rule."""
    return {
        name: {pattern.format(each): SAID[kind] for each, kind in kinds.items()}
        for (_, name), pattern in OBJECTS.items()
    }


@pytest.mark.parametrize("matrix", ["the project's own", "rules of all kinds"])
def test_after_any_history_deltas_leave_what_a_full_refresh_makes(tmp_path: Path, matrix: str) -> None:
    seed = chosen_seed()
    dice = random.Random(f"{seed} {matrix}")
    every = {name: kind for name, (kind, _) in fields().items()}
    lines = some_lines(written(VARIANTS["as written"]), dice) if "all kinds" in matrix else {}
    kinds = {name: every[name] for name in lines}
    twins = Twins(tmp_path, Worlds(dice, WORLDS, more_fields(kinds)))
    variants = [VARIANTS["as written"], VARIANTS["young"]]
    for load in range(1, LOADS + 1):
        if kinds and load in (1, LOADS - 1):  # another policy in the midst of the history
            drawn = mixed(variants.pop(), dice)
            twins.variables = policy({name: drawn[name] for name in lines}, kinds)
        if load == 3:
            twins.sync(SHARE, dies=True)
        twins.sync(SHARE)
        assert_equal(twins, f"load {load} of seed {seed}, {matrix}")
    for entity, (plural, also) in MADE_OF.items():
        assert_the_journal_tells_the_table(twins.warehouses[0], entity, plural, also)
    assert not {kind for kind in OCCURRED if not twins.worlds.happened[kind]}


def test_a_load_of_very_much_is_made_anew(tmp_path: Path) -> None:
    """The build takes no delta then, says so, and leaves what deltas leave."""
    seed = chosen_seed()
    twins = Twins(tmp_path, Worlds(random.Random(f"{seed} much"), 30, {}))
    for rows, why in (
        (100_000, "there is no complete build to go on from"),
        (100_000, None),
        (1, "very much was loaded"),
        (100_000, None),
    ):
        twins.variables = {"large_delta": {"rows": rows, "share": 0}}
        twins.sync(SHARE)
        with duckdb.connect(str(twins.warehouses[0]), read_only=True) as con:
            position = con.execute("select is_open, why_anew from staging.build_position").fetchall()
        assert position == [(False, why)], f"{rows} rows, seed {seed}"
    assert_equal(twins, f"seed {seed}")
