"""Identity after a delta is what a full refresh makes of the same log: cell by cell, whatever happened."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import hypothesis
import hypothesis.strategies as st
import pytest

from tests.histories.history import chosen_seed, seeded, unhurried
from tests.identity.log import Log, groups, identify

pytestmark = pytest.mark.xdist_group("identity")

REPOSITORY = Path(__file__).parents[2]
SEED = 20261122
# What a build touched is gone when it ends, or says what it was: no state.
OF_A_BUILD = {
    "int_customers_changed",
    "int_customers_revalued",
    "int_customers_relinked",
    "int_customers_regathered",
}

CONTACTS, PERSONS, LEADS = ("c0", "c1", "c2"), ("h0", "h1", "h2"), ("l0", "l1")
NAMES = st.sampled_from(["", "Ann Smith", "Ann Smith", "Anna Smith", "Mary Jones", "Smith"])
EMAILS = st.sampled_from(["", "one@{}", "one@{}", "two@{}", "three@{}", "info@{}", "one.{}@gmail.com"])
IDS = st.sampled_from(["", "", "usr_1.{}", "usr_2.{}", "none"])
OTHERS = st.sampled_from(["", "", "", *CONTACTS, "c9"])
WORLDS = 40
KINDS = ["write"] * 8 + ["delete", "merge", "convert", "convert", "must_link", "cannot_link", "withdrawn"]


class Action(NamedTuple):
    """What happens to one record of one small world: a new version, or a steward's word on two records."""

    world: int
    kind: str
    record: str
    other: str
    name: str
    email: str
    user: str
    claim: str


ACTIONS = st.builds(
    Action,
    world=st.integers(0, WORLDS - 1),
    kind=st.sampled_from(KINDS),
    record=st.sampled_from([*CONTACTS, *PERSONS, *LEADS]),
    other=st.sampled_from([*CONTACTS, *PERSONS]),
    name=NAMES,
    email=EMAILS,
    user=IDS,
    claim=OTHERS,
)
LOADS = st.lists(ACTIONS, min_size=100, max_size=180)


@dataclass
class Ground:
    """A warehouse that is built load after load; `past` keeps the worlds of every history apart."""

    folder: Path
    log: Log = field(default_factory=Log)
    loads: int = 0
    past: int = 0
    compared: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def warehouse(self) -> Path:
        return self.folder / "canon.duckdb"

    def load(self, actions: list[Action]) -> None:
        self.loads += 1
        for action in {(action.world, action.record): action for action in actions}.values():
            self._take(action)
        self.log.write(self.warehouse)

    def _take(self, action: Action) -> None:
        world = f"{self.past + action.world}"
        record, other = f"{action.record}.{world}", f"{action.other}.{world}"
        if action.kind in ("must_link", "cannot_link", "withdrawn"):
            if record != other:
                self.log.decide(action.kind, key_of(record), key_of(other))
        else:
            version = self._version(action, record, other, world)
            self.log.add(object_of(record), record, seq=self.loads, **version)

    def _version(self, action: Action, record: str, other: str, world: str) -> dict[str, Any]:
        """A version with every field: a delete, and the version after it that takes it back, included."""
        first, _, last = action.name.rpartition(" ")
        domain = f"company{world}.example"
        merged, converted = action.kind == "merge" and record != other, action.kind == "convert"
        deleted = action.kind == "delete" or (merged and record[0] != "h")
        email = action.email.format(domain if "@{}" in action.email else world)
        shared = {"deleted": deleted, "email" if record[0] == "h" else "Email": email}
        if record[0] == "h":
            claim = f"{action.claim}.{world}" if action.claim else ""
            return shared | {
                "firstname": first,
                "lastname": last,
                "product_user_id": action.user.format(world),
                "salesforcecontactid": claim,
                "hs_merged_object_ids": other if merged and other[0] == "h" else "",
            }
        values = shared | {"FirstName": first, "LastName": last, "MasterRecordId": other if merged else ""}
        if record[0] == "l":
            return values | {"ConvertedContactId": other if converted else "", "Website": f"www.{domain}"}
        return values | {"Product_User_Id__c": action.user.format(world)}


def object_of(record: str) -> str:
    return {"c": "Contact", "h": "contacts", "l": "Lead"}[record[0]]


def key_of(record: str) -> str:
    return f"{'hubspot' if record[0] == 'h' else 'salesforce'}:{object_of(record)}:{record}"


def build(ground: Ground, *more: str) -> None:
    """A delta, counted: how many records it looked at and which verdicts it came to."""
    before = verdicts(ground.warehouse)
    identify(ground.warehouse, *more)
    after = verdicts(ground.warehouse)
    ground.seen.update(verdict for pair, verdict in after.items() if before.get(pair) != verdict)
    ground.seen["vanished"] += len(before.keys() - after.keys())


def verdicts(warehouse: Path) -> dict[tuple[str, str, str], str]:
    """Status of every link by its two ends and its rule; nothing before the first build."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        if not con.execute(
            "select 1 from duckdb_tables() where table_name = 'int_customers_linked'"
        ).fetchone():
            return {}
        found = con.execute(
            "select left_key, right_key, match_rule, status from intermediate.int_customers_linked"
        ).fetchall()
    return {(one, other, rule): f"{rule} {status}" for one, other, rule, status in found}


def assert_equals_a_full_refresh(ground: Ground, *more: str) -> None:
    """Builds the same log anew beside it and compares every table of identity, both ways."""
    anew = ground.folder / "anew" / "canon.duckdb"
    anew.parent.mkdir(exist_ok=True)
    shutil.copyfile(ground.warehouse, anew)
    identify(anew, "--full-refresh", *more)
    with duckdb.connect(str(ground.warehouse)) as con:
        con.execute(f"attach '{anew}' as anew (read_only)")
        tables = [name for (name,) in con.execute(TABLES).fetchall() if name not in OF_A_BUILD]
        assert {"int_customers_identified", "int_customers_linked", "int_customers_judged"} <= {*tables}
        for name in tables:
            ours, theirs = f"intermediate.{name}", f"anew.intermediate.{name}"
            for one, other in ((ours, theirs), (theirs, ours)):
                left = con.execute(f"from {one} except all from {other} limit 5").fetchall()
                assert not left, f"{name}: only in {one}: {left}"
        con.execute("detach anew")
    ground.compared += 1


TABLES = """
select table_name from duckdb_tables()
where database_name = current_catalog() and schema_name = 'intermediate'
    and table_name like 'int@_customers@_%' escape '@'
order by table_name
"""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(tmp_path_factory.mktemp("increments"))


def play(ground: Ground, examples: int, loads: int, seed: int) -> None:
    """Histories of some loads each, one after another into one warehouse, compared after every load."""

    @seeded(seed)
    @unhurried(examples)
    @hypothesis.given(st.lists(LOADS, min_size=loads, max_size=loads))
    def history(drawn: list[list[Action]]) -> None:
        ground.past += WORLDS
        for actions in drawn:
            ground.load(actions)
            build(ground)
            assert_equals_a_full_refresh(ground)

    history()


# What a history must have come to for the comparison to say anything.
OCCURRED = {
    *("email accepted", "email refused", "email blocked", "external_id accepted", "external_id blocked"),
    *("external_id demoted", "name_and_domain accepted", "name_and_domain demoted", "crm_link accepted"),
    *("crm_link refused", "crm_merge accepted", "lead_conversion accepted", "must_link accepted", "vanished"),
}


@pytest.mark.long
def test_after_each_load_identity_is_what_a_full_refresh_makes(ground: Ground) -> None:
    play(ground, examples=3, loads=2, seed=SEED)
    assert ground.compared >= 6
    assert {kind for kind in OCCURRED if not ground.seen[kind]} == set()


@pytest.mark.long
def test_a_changed_policy_and_changed_blocked_values_reach_every_record(
    ground: Ground, tmp_path: Path
) -> None:
    """The first build has the project's own policy, the next ones an edited copy of it."""
    if not ground.loads:
        play(ground, examples=1, loads=1, seed=SEED)
    elsewhere = ("--project-dir", str(edited_project(tmp_path)))
    before = groups(ground.warehouse)
    build(ground, *elsewhere)
    assert groups(ground.warehouse) != before
    assert_equals_a_full_refresh(ground, *elsewhere)
    build(ground)
    assert groups(ground.warehouse) == before


def edited_project(folder: Path) -> Path:
    """The project, where role mailboxes count and one company's mail domain is everybody's."""
    for name in ("dbt_project", "dbt_project.yml"):
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copyfile
        copy(REPOSITORY / name, folder / name)
    project = folder / "dbt_project.yml"
    text = project.read_text(encoding="utf-8")
    assert "role_mailboxes: block" in text
    project.write_text(text.replace("role_mailboxes: block", "role_mailboxes: match"), encoding="utf-8")
    with (folder / "dbt_project/seeds/blocked_values.csv").open("a", encoding="utf-8") as seed:
        seed.writelines(
            f"address,one@company{world}.example,a test blocks it\n" for world in range(WORLDS, 60)
        )
    return folder


@pytest.mark.slow
def test_a_value_that_everybody_leaves_at_once_links_nobody(ground: Ground) -> None:
    """Nobody has the old address any more: no record is there to say that something changed about it."""
    if not ground.loads:
        play(ground, examples=1, loads=1, seed=SEED)
    pair = ("h8", "h9")
    for addresses in (["both@left.example"] * 2, ["one@left.example", "other@left.example"]):
        ground.loads += 1
        for record, email in zip(pair, addresses, strict=True):
            ground.log.add("contacts", record, seq=ground.loads, firstname="Ann", email=email)
        ground.log.write(ground.warehouse)
        build(ground)
    assert_equals_a_full_refresh(ground)
    assert frozenset(map(key_of, pair)) not in groups(ground.warehouse)


@pytest.mark.slow
def test_after_a_build_that_did_not_end_nothing_is_relied_on(ground: Ground) -> None:
    """It took a load in half; then a record is what it was, so that nothing seems to have changed."""
    if not ground.loads:
        play(ground, examples=1, loads=1, seed=SEED)
    record = {"firstname": "Ann", "lastname": "Smith", "email": f"one@company{ground.past}.example"}
    ground.loads += 1
    ground.log.add("contacts", "h7", seq=ground.loads, **record)
    ground.log.write(ground.warehouse)
    build(ground)
    before = groups(ground.warehouse)
    for email in ("elsewhere@other.example", record["email"]):
        ground.loads += 1
        ground.log.add("contacts", "h7", seq=ground.loads, **(record | {"email": email}))
        ground.log.write(ground.warehouse)
        if email != record["email"]:
            identify(ground.warehouse, "--exclude", "int_customers_linked+", "int_customers_traced")
    build(ground)
    assert groups(ground.warehouse) == before
    assert_equals_a_full_refresh(ground)


@pytest.mark.long
def test_after_any_history_identity_is_what_a_full_refresh_makes(ground: Ground) -> None:
    play(ground, examples=20, loads=3, seed=chosen_seed())
    assert ground.compared >= 60
