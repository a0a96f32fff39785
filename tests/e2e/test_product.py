"""The product's own database is the third owner: its fields come from it alone, on people whom CRMs know.

What of this shows in the demo is tested there (test_demo_runs.py), without a sync of its own.
"""

import json
from pathlib import Path

import pytest

from sandbox.product import ProductDatabase

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("world")]

DATA = Path(__file__).parents[2] / "data" / "product"
USERS = {row["id"]: row for row in map(json.loads, (DATA / "users.jsonl").read_text().splitlines())}
OWNED = ("internal_status", "usage_score")
# Known to both CRMs by this id; HubSpot's address and Salesforce's differ.
IKAIKA, IKAIKA_USER = "003Qy00000DcAAJIA3", "usr_48213907"
OTTOLINE, OTTOLINE_USER = "77565320495", "usr_13209886"
# Salesforce knows the id, two people share the mailbox.
TOBIAS, TOBIAS_USER = "77806920994", "usr_32394157"
SIGNED_UP = "signe.lindholm.401@gmail.com"


@pytest.fixture
def product(world, tmp_path, monkeypatch):
    found = ProductDatabase.create(tmp_path / "product.db", DATA)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


def test_the_product_sets_its_own_fields_and_no_others(world, product):
    people = world.warehouse.one("select count(*) from marts.customers")

    report = world.sync("product")

    assert report.exit_code == 0, report.checks
    assert report.rows_written == len(USERS)
    assert_only_the_product_owns(world)
    assert_users_join_customers(world, people)
    assert_what_the_policy_does_not_name_stays_at_home(world)
    product.day_two()
    product.update(TOBIAS_USER, usage_score="n/a")  # SQLite keeps a text where a number should be
    assert_a_change_at_the_source_arrives(world, world.sync("product"))


def assert_only_the_product_owns(world):
    sources = "select distinct usage_score_source, usage_score is null from marts.customers order by all"
    assert world.warehouse.rows(sources) == [("product", False), (None, True)]
    owned = "select distinct field from marts.customer_fields where source = 'product' order by 1"
    assert world.warehouse.rows(owned) == [(field,) for field in OWNED]
    others = (
        "select distinct source from marts.customer_fields where field in ('usage_score', 'internal_status')"
    )
    assert set(world.warehouse.rows(others)) == {("product",), (None,)}
    live = [user for user in USERS.values() if not user["deleted_at"]]
    scores = (
        "select usage_score from marts.customers where usage_score is not null and not is_deleted order by 1"
    )
    expected = sorted(user["usage_score"] for user in live if user["usage_score"] is not None)
    assert [score for (score,) in world.warehouse.rows(scores)] == expected


def assert_users_join_customers(world, people):
    for record_id, user_id in ((IKAIKA, IKAIKA_USER), (OTTOLINE, OTTOLINE_USER), (TOBIAS, TOBIAS_USER)):
        customer = world.warehouse.customer(record_id)
        assert {field: customer[field] for field in OWNED} == {
            field: USERS[user_id][field] for field in OWNED
        }
    linked = dict(
        world.warehouse.rows(
            "select source_record_id, match_rule from marts.customer_sources where source = 'product'"
        )
    )
    assert linked.keys() == USERS.keys()
    assert linked[TOBIAS_USER] == "external_id"
    # Whoever signed up alone is a customer too; the product has no say in addresses.
    (alone,) = [user_id for user_id, user in USERS.items() if user["email"] == SIGNED_UP]
    assert linked[alone] == "only_record"
    customer = world.warehouse.customer(alone)
    assert (customer["email"], customer["internal_status_source"]) == (None, "product")
    own = sum(rule == "only_record" for rule in linked.values())
    assert world.warehouse.one("select count(*) from marts.customers") == people + own


def assert_a_change_at_the_source_arrives(world, report):
    changed = world.warehouse.rows(
        "select field, new_value, old_source, new_source, cause from marts.customer_changes "
        "where sync_id = ? order by all",
        report.sync_id,
    )
    assert changed == [
        ("internal_status", "active", "product", "product", "source"),
        ("internal_status", "at_risk", "product", "product", "source"),
        ("usage_score", "7.2", "product", "product", "source"),
        ("usage_score", None, "product", None, "source"),
    ]
    assert world.warehouse.customer(OTTOLINE)["usage_score"] == 7.2
    rejected = "select source_record_id, field, raw_value from ops.rejected_records where source = 'product'"
    assert world.warehouse.rows(rejected) == [(TOBIAS_USER, "usage_score", "n/a")]


def assert_what_the_policy_does_not_name_stays_at_home(world):
    assert b"no password: sign in by a link" not in world.warehouse.path.read_bytes()
    known = "select field, canonical_field from ops.data_dictionary where source = 'product' order by 1"
    assert world.warehouse.rows(known) == [
        ("created_at", None),
        ("deleted_at", None),
        ("email", "customer.email"),
        ("id", None),
        ("internal_status", "customer.internal_status"),
        ("password_hash", None),
        ("updated_at", None),
        ("usage_score", "customer.usage_score"),
    ]
