"""Somebody is erased: no byte of them is left in any file, and nobody else notices."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon.forget import find_person, forget
from canon.order import open_order
from canon.publish import publish_copy
from canon.questions import accept, reject
from canon.rewrite import rewrite
from canon.sync import sync
from tests.e2e.conftest import run_in
from tests.edge_cases.acting import change

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.long]

# Xiomara Delacroix-Huang, whom both systems know, under a name and a number that nobody else has.
CONTACT, HUBSPOT_CONTACT = "003Qy000000a23ZIAQ", "78818289679"
EMAIL, PHONE, LAST_NAME = "quorra.zellweg@velvetquarry-mail.com", "+13125550163", "Zellweg-Quarrington"
AS_TYPED = "(312) 555-0163"

# What nobody else's erasure may change: all that is published of people but for two versions of one customer.
TABLES = (
    "marts.customers",
    "marts.customer_fields",
    "marts.customer_field_conflicts",
    "marts.customer_candidates",
    "marts.customer_sources",
    "marts.customer_changes",
    "marts.customer_suppressions",
    "marts.marketable_customers",
    "snapshots.customers_snapshot",
)

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def _uncompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in which every text can be read: what a compression hides is not gone."""
    connect = duckdb.connect

    def open_file(*arguments: Any, **options: Any) -> duckdb.DuckDBPyConnection:
        con = connect(*arguments, **options)
        con.execute("set force_compression = 'uncompressed'")
        return con

    monkeypatch.setattr(duckdb, "connect", open_file)


@dataclass(frozen=True)
class Ground:
    """A world in which one person stands out, and what is published of everybody else."""

    world: Any
    customer_id: str
    others: Rows

    def holding(self, text: str) -> set[str]:
        """The files that hold a text, of the data folder with dlt's, the site and dbt's target."""
        paths = [path for name in ("data", "target") for path in (self.world.root / name).rglob("*")]
        found = {path for path in paths if path.is_file() and text.encode() in path.read_bytes()}
        return {path.relative_to(self.world.root).as_posix() for path in found}

    def same(self) -> dict[str, bool]:
        """Whether each table still says the same of all others."""
        now = rows_but(self.world.published.path, self.customer_id)
        return {name: now[name] == rows for name, rows in self.others.items()}


def rows_but(path: Path, customer_id: str) -> Rows:
    with duckdb.connect(str(path), read_only=True) as con:
        return {
            name: con.execute(f"from {name} where customer_id <> ? order by all", [customer_id]).fetchall()
            for name in TABLES
        }


@pytest.fixture
def ground(world: Any, _uncompressed: None) -> Ground:
    """The person's records changed, loaded and published, and their texts in other files besides."""
    world.edit("salesforce", "Contact", CONTACT, Email=EMAIL, Phone=AS_TYPED, LastName=LAST_NAME)
    named = {"email": EMAIL, "phone": AS_TYPED, "lastname": LAST_NAME}
    world.edit("hubspot", "contacts", HUBSPOT_CONTACT, **named)
    sync(world.settings(), full_refresh=True)
    rewrite(world.warehouse.path)
    (world.root / "data" / ".dlt_work" / "left").write_text(f"{EMAIL} {AS_TYPED} {LAST_NAME}")
    (world.root / "target" / "logs" / "dbt.log").write_text(f"could not convert {EMAIL}")
    world.published.path.unlink()
    publish_copy(world.warehouse.path, world.published.path)
    customer_id = world.published.customer(CONTACT)["customer_id"]
    return Ground(world, customer_id, rows_but(world.published.path, customer_id))


def test_nothing_is_left_of_somebody_who_was_erased_and_nobody_else_changes(ground: Ground) -> None:
    world = ground.world
    files = {"data/canon.duckdb", "data/published/canon.duckdb", "data/.dlt_work/left"}
    assert [ground.holding(text) for text in (EMAIL, LAST_NAME)] == [
        files | {"target/logs/dbt.log"},
        files,
    ]
    assert ground.holding(PHONE) == files - {"data/.dlt_work/left"}
    assert ground.holding(AS_TYPED) == files
    assert all(len(rows) > 10 for rows in ground.others.values())

    report = forget(world.settings(), find_person(world.settings(), EMAIL))

    assert (report.records, set(report.systems)) == (2, {"salesforce", "hubspot"})
    assert [ground.holding(text) for text in (EMAIL, LAST_NAME, PHONE, AS_TYPED)] == [set()] * 4
    assert ground.same() == dict.fromkeys(TABLES, True)
    assert open_order(world.warehouse.path) is None
    assert world.published.rows("select cause, source, records from ops.erasures") == [("forget", None, 2)]

    # The systems still have the person: what they say is dropped before it lands, changed or not.
    world.edit("hubspot", "contacts", HUBSPOT_CONTACT, jobtitle="Somebody else's now")
    for again in (world.sync, lambda: world.sync(mode="sweep"), lambda: world.sync(mode="backfill")):
        assert again().rows_written == 0
        assert [ground.holding(text) for text in (EMAIL, LAST_NAME, PHONE)] == [set()] * 3
    drift = "select sum(drift) from ops.record_counts"
    assert world.published.one(drift) == 0
    world.canon("sync", "--full-refresh")
    assert ground.same() == dict.fromkeys(TABLES, True)
    assert world.published.rows("from marts.customers where customer_id = ?", ground.customer_id) == []


def test_a_new_record_with_an_erased_address_waits_for_a_steward(ground: Ground) -> None:
    world = ground.world
    forget(world.settings(), find_person(world.settings(), f"salesforce:{CONTACT}"))
    mates = [
        change(world.sandbox, "create", "contacts", values={"email": address, "firstname": name})
        for address, name in ((EMAIL.upper(), "Mate"), (f" {EMAIL}", "Ghost"))
    ]

    world.sync()

    seen = "select count(*) from raw_hubspot.contacts where _record_id = ?"
    assert [world.warehouse.one(seen, record_id) for record_id in mates] == [0, 0]
    assert ground.holding(EMAIL) | ground.holding(EMAIL.upper()) == set()
    queue = "select item_id, customer_id, candidates from marts.review_queue where kind = 'erasure'"
    asked = {said.split(":")[2]: item for item, _, said in world.published.rows(queue)}
    assert set(asked) == set(mates)

    reject(world.settings(), asked[mates[0]], "steward", "a colleague")
    accept(world.settings(), asked[mates[1]], None, "steward", "the same person")
    world.sync(mode="sweep")

    assert [world.warehouse.one(seen, record_id) for record_id in mates] == [1, 0]
    assert world.published.rows(queue) == []
    mate = world.published.customer(mates[0])
    assert mate["email"] == EMAIL
    mailed = "select count(*) from marts.marketable_customers where email = ?"
    assert world.published.one(mailed, EMAIL) == 0
    assert world.sync(mode="sweep").rows_written == 0


def test_a_privacy_deletion_erases_that_systems_record_and_asks_about_the_others(ground: Ground) -> None:
    world = ground.world
    merged = change(world.sandbox, "create", "contacts", values={"email": "loser@velvetquarry-mail.com"})
    world.sync()
    change(world.sandbox, "merge", "contacts", HUBSPOT_CONTACT_OF_OTHERS, loser_ids=[merged])
    change(world.sandbox, "gdpr_delete", "contacts", HUBSPOT_CONTACT)
    world.sync()
    before = rows_but(world.published.path, ground.customer_id)

    world.sync(mode="sweep")

    held = "select count(*) from raw_hubspot.contacts where _record_id = ?"
    assert world.warehouse.one(held, HUBSPOT_CONTACT) == 0
    assert world.warehouse.one(held, merged) > 0  # merged away, which is no privacy deletion
    history = "select count(*) from raw_hubspot.contacts_history where record_id = ?"
    assert world.warehouse.one(history, HUBSPOT_CONTACT) == 0
    left = world.published.customer(CONTACT)
    assert left["email"] == EMAIL
    sources = "select source from marts.customer_sources where customer_id = ?"
    assert world.published.rows(sources, left["customer_id"]) == [("salesforce",)]
    assert world.published.rows("select cause, source, records from ops.erasures") == [
        ("privacy_deletion", "hubspot", 1)
    ]
    queue = "select customer_id, candidates from marts.review_queue where kind = 'erasure'"
    said = f"salesforce:Contact:{CONTACT}: hubspot has erased this person; nobody has here"
    assert world.published.rows(queue) == [(left["customer_id"], said)]
    now = rows_but(world.published.path, left["customer_id"])
    before = {name: [row for row in rows if left["customer_id"] not in row] for name, rows in before.items()}
    assert {name: now[name] == rows for name, rows in before.items()} == dict.fromkeys(TABLES, True)

    forget(world.settings(), find_person(world.settings(), f"salesforce:{CONTACT}"))
    assert [ground.holding(text) for text in (EMAIL, LAST_NAME, PHONE)] == [set()] * 3
    assert world.published.rows(queue) == []


# Somebody whom the merge may land on.
HUBSPOT_CONTACT_OF_OTHERS = "77643474145"

# Runs the command, and is killed where it would call something.
KILLED = """
import importlib, os, signal
setattr(importlib.import_module("{module}"), "{name}", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from canon.cli import main
main()
"""
PLACES = (
    ("canon.forget", "erase"),
    ("canon.erase", "_erase_journals"),  # inside the transaction
    ("canon.sync", "write_state"),  # everything is built
    ("canon.rewrite", "replace_file"),  # the new file is written
    ("canon.publish", "replace_file"),
    ("canon.forget", "close_order"),
)


def test_an_erasure_that_is_killed_is_finished_by_the_next_run(ground: Ground, tmp_path: Path) -> None:
    world = ground.world
    for name in ("data", "target"):
        shutil.copytree(world.root / name, tmp_path / name)
    for module, name in PLACES:
        for folder in ("data", "target"):
            shutil.rmtree(world.root / folder)
            shutil.copytree(tmp_path / folder, world.root / folder)
        command = [sys.executable, "-c", KILLED.format(module=module, name=name), "forget", EMAIL, "--yes"]
        killed = run_in(world.root, command, world.sandbox.environment)
        assert (killed.returncode, open_order(world.warehouse.path) is None) == (-9, False), killed.stderr

        world.sync()

        left = [ground.holding(text) for text in (EMAIL, LAST_NAME, PHONE, AS_TYPED)]
        assert left == [set()] * 4, (module, name)
        assert open_order(world.warehouse.path) is None
        assert ground.same() == dict.fromkeys(TABLES, True), (module, name)
        assert world.published.one("select count(*) from ops.erasures") == 1
        drafts = {path.name for path in (world.root / "data").rglob(".*") if path.is_file()}
        assert drafts <= {".docs_made_of"}, (module, name)
