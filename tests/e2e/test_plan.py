"""`canon plan`: what it says is what a build with that policy then does, and it changes nothing."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from canon.plan import plan
from tests.e2e.conftest import World

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.slow]

HUBSPOT_FIRST = {"rule": "source_priority", "sources": ["hubspot", "salesforce"], "steward": "x", "why": "y"}


def policy(world: World, **lines: Any) -> Path:
    """A file with these lines of the customers' matrix, and nothing else."""
    path = world.root / "changed.yml"
    path.write_text(yaml.safe_dump({"ownership": {"customer": lines}}), encoding="utf-8")
    return path


def values(world: World) -> dict[str, str | None]:
    with duckdb.connect(str(world.warehouse.path), read_only=True) as con:
        return dict(con.execute("select customer_id, phone from marts.customers").fetchall())


@pytest.mark.long
def test_what_it_says_is_what_a_build_then_does(world: World, json_of: Callable[[str], dict[str, Any]]):
    before, bytes_before = values(world), hashlib.sha256(world.warehouse.path.read_bytes()).hexdigest()
    matrix = policy(world, phone=HUBSPOT_FIRST)

    done = world.canon("plan", "--matrix", matrix.name, "--as-json")
    assert done.returncode == 0, done.stderr
    said = json_of(done.stdout)
    assert hashlib.sha256(world.warehouse.path.read_bytes()).hexdigest() == bytes_before
    assert not list(world.warehouse.path.parent.glob("canon-copy-*"))

    project = world.root / "dbt_project.yml"
    text = yaml.safe_load(project.read_text(encoding="utf-8"))
    text["vars"]["ownership"]["customer"]["phone"] = HUBSPOT_FIRST
    project.write_text(yaml.safe_dump(text, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert world.canon("build").returncode == 0
    after = values(world)
    moved = {key for key in before if before[key] != after[key]}

    (field,) = said["fields"]
    assert (field["entity"], field["field"], field["cells"]) == ("customer", "phone", len(moved))
    assert said["cells"] == len(moved) > len(field["examples"]) == 10
    for example in field["examples"]:
        key = example["id"]
        assert (example["old_value"], example["new_value"]) == (before[key], after[key])
        assert (example["old_source"], example["new_source"]) == ("salesforce", "hubspot")


@pytest.mark.long
def test_consent_and_review_are_counted_and_a_limit_ends_with_3(world: World):
    owner = {"rule": "owner_only", "sources": ["salesforce"], "steward": "x", "why": "y"}
    path = policy(world, email=owner, account_owner={**HUBSPOT_FIRST, "needs_review": False})
    with duckdb.connect(str(world.warehouse.path), read_only=True) as con:
        ((asked,),) = con.execute(
            "select count(*) from marts.review_queue where field = 'account_owner'"
        ).fetchall()

    said = plan(world.settings(), path, limit=0)
    assert {(each.entity, each.field) for each in said.fields} >= {("customer", "email")}
    assert said.marketable_lost > 0
    assert said.reviews_closed == asked > 0
    assert said.reviews_opened == 0
    assert said.exit_code == 3
    done = world.canon("plan", "--matrix", path.name, "--limit", "0")
    assert done.returncode == 3
    assert "above the limit of 0 cells" in done.stdout


@pytest.mark.long
def test_the_projects_own_policy_changes_nothing(world: World):
    said = plan(world.settings(), world.root / "dbt_project.yml", limit=0)
    assert (said.fields, said.cells, said.exit_code) == ((), 0, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ownership: {customer: {phone: {rule: newest, sources: [hubspot]}}}", "recency"),
        ("ownership: {people: {phone: {}}}", "entities are customer, company, deal"),
        ("owner: {}", "has the key 'owner', which no policy has"),
        ("[", "is no YAML"),
        ("", "says nothing"),
    ],
)
def test_what_is_no_policy_is_told_with_exit_code_2(world: World, text: str, says: str):
    path = world.root / "changed.yml"
    path.write_text(text, encoding="utf-8")
    done = world.canon("plan", "--matrix", path.name, "--as-json")
    assert done.returncode == 2, done.stderr
    assert says in json.loads(done.stdout)["message"]


def test_a_warehouse_of_another_policy_is_not_compared(world: World):
    project = world.root / "dbt_project.yml"
    project.write_text(project.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = world.canon("plan", "--matrix", policy(world, phone=HUBSPOT_FIRST).name)
    assert done.returncode == 2
    assert "Run canon build, then ask again" in done.stderr
