"""An org's own field becomes canonical by two lines of policy, without a line of SQL."""

import json
from collections import Counter

import pytest

from canon.steps import build_only

pytestmark = pytest.mark.xdist_group("world")

FIELD, SOURCE_FIELD = "favourite_colour", "Favourite_Colour__c"
WHY = "People tell it to the rep they like"

# Each line goes below the one that ends the Contact's map, and the customers' matrix.
MAP_AFTER = "          LastActivityDate:   {to: last_activity_at, type: timestamp}\n"
MAP_LINE = f"          {SOURCE_FIELD}: {{to: {FIELD}, type: string}}\n"
MATRIX_AFTER = "    company:\n      name:                {rule"
MATRIX_LINE = (
    f"      {FIELD}: {{rule: source_priority, sources: [salesforce], blank: fall_through, "
    f'steward: sales_ops, why: "{WHY}"}}\n'
)


def add_the_lines(world):
    path = world.root / "dbt_project.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(MAP_AFTER, MAP_AFTER + MAP_LINE, 1)
    assert text.count(MATRIX_AFTER) == 1
    text = text.replace(MATRIX_AFTER, MATRIX_LINE + MATRIX_AFTER)
    path.write_text(text, encoding="utf-8")


def test_two_lines_make_a_field_canonical(world):
    before = world.warehouse.content("marts", "snapshots")
    stated = dict(
        world.warehouse.rows(
            "select customer_id, any_value(favourite_colour__c) from raw_salesforce.contact "
            "join marts.customer_sources as mine on source_record_id = _record_id "
            "join marts.customers using (customer_id) "
            "where favourite_colour__c <> '' and mine.is_deleted = customers.is_deleted "
            "group by customer_id having count(*) = 1"
        )
    )
    assert len(stated) > 100
    add_the_lines(world)

    report = build_only(world.settings(), full_refresh=False)

    assert report.ran
    colours = dict(
        world.warehouse.rows(f"select customer_id, {FIELD} from marts.customers where {FIELD} is not null")
    )
    assert colours == stated
    assert_it_has_a_source(world, colours)
    assert_only_the_policy_changed(world, before, colours)
    assert_it_is_documented(world)


def assert_it_has_a_source(world, colours):
    sources = f"select distinct {FIELD}_source, {FIELD} is null from marts.customers order by 1"
    assert world.warehouse.rows(sources) == [("salesforce", False), (None, True)]
    rows = world.warehouse.rows(
        "select customer_id, value, source, object, rule from marts.customer_fields where field = ?", FIELD
    )
    assert len(rows) == world.warehouse.one("select count(*) from marts.customers")
    assert {row for row in rows if row[1]} == {
        (customer_id, colour, "salesforce", "Contact", "source_priority")
        for customer_id, colour in colours.items()
    }


def assert_only_the_policy_changed(world, before, colours):
    known = Counter(before["marts.customer_changes"])
    new = Counter(world.warehouse.content("marts")["marts.customer_changes"]) - known
    assert {(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in new} == {
        (customer_id, FIELD, None, colour, None, "salesforce", "policy")
        for customer_id, colour in colours.items()
    }
    versions = world.warehouse.rows(
        "select customer_id, count(*) from snapshots.customers_snapshot group by customer_id"
    )
    assert {customer_id for customer_id, count in versions if count == 2} == colours.keys()
    assert {count for _, count in versions} == {1, 2}
    policies = world.warehouse.rows("select policy_version from ops.sync_runs order by sync_seq")
    assert len(set(policies)) == 2
    for table in ("companies_snapshot", "deals_snapshot"):
        versions = len(before[f"snapshots.{table}"])
        assert world.warehouse.one(f"select count(*) from snapshots.{table}") == versions


def assert_it_is_documented(world):
    manifest = json.loads((world.root / "target/manifest.json").read_text(encoding="utf-8"))
    model = manifest["nodes"]["model.canon.customers"]
    column = model["columns"][FIELD]
    assert model["config"]["contract"]["enforced"]
    assert column["data_type"] == "string"
    assert WHY in column["description"]
    assert column["config"]["meta"]["ownership"]["sources"] == ["salesforce"]
    assert "salesforce" not in model["columns"]["customer_id"]["description"]

    owned = (
        "select entity, rule, sources, steward, why from marts.field_ownership where field = ?",
        FIELD,
    )
    assert world.warehouse.rows(*owned) == [("customer", "source_priority", "salesforce", "sales_ops", WHY)]
    entry = (
        "select source, object, canonical_field, owner from ops.data_dictionary where field = ?",
        SOURCE_FIELD,
    )
    assert world.warehouse.rows(*entry) == [("salesforce", "Contact", f"customer.{FIELD}", "salesforce")]
    comment = (
        "select comment from duckdb_columns() where schema_name = 'marts' and table_name = 'customers' "
        "and column_name = ?",
        FIELD,
    )
    assert WHY in world.warehouse.one(*comment)
