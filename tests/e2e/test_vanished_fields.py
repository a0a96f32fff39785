"""A field that a source no longer shows: its last known value stays, a red check names it meanwhile."""

import pytest
import requests

from tests.e2e.conftest import CREDENTIALS

pytestmark = pytest.mark.xdist_group("world")

CHECK = "No mapped field has vanished at its source"
OPT_OUTS = "select customer_id, email_opted_out, email_opted_out_source from marts.customers order by all"

# Ottoline Marchetti: opted out in Salesforce, not in HubSpot.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"


def changes_of(world, sync_id):
    return world.published.rows(
        "select source, object, field, change, old_type, new_type from ops.schema_changes where sync_id = ?",
        sync_id,
    )


def red_of(checks):
    return [(each["check_name"], each["observed"]) for each in checks if each["status"] != "pass"]


@pytest.mark.long
def test_a_hidden_field_keeps_its_values_and_turns_a_check_red_until_it_returns(world, json_of):
    before = world.published.rows(OPT_OUTS)
    world.sandbox.switch(hidden_fields=["Contact.HasOptedOutOfEmail"])

    done = world.canon("sync", "--as-json")

    assert done.returncode == 3, done.stderr
    report = json_of(done.stdout)
    assert (report["status"], report["health"], report["rows_written"]) == ("succeeded", "red", 0)
    assert red_of(report["checks"]) == [(CHECK, "salesforce Contact: HasOptedOutOfEmail")]
    assert world.published.rows(OPT_OUTS) == before
    assert changes_of(world, report["sync_id"]) == [
        ("salesforce", "Contact", "HasOptedOutOfEmail", "vanished", "boolean", None)
    ]
    assert_the_dictionary_still_knows_it(world)
    assert "salesforce Contact: HasOptedOutOfEmail" in (world.root / "data/site/health.html").read_text()
    assert_a_changed_record_keeps_its_opt_out(world)
    assert_it_returns(world)


def assert_the_dictionary_still_knows_it(world):
    row = world.published.rows(
        "select type, is_present, canonical_field from ops.data_dictionary "
        "where object = 'Contact' and field = 'HasOptedOutOfEmail'"
    )
    assert row == [("boolean", False, "customer.email_opted_out")]


def assert_a_changed_record_keeps_its_opt_out(world):
    """The record is read again, without the field: still red, and nothing is forgotten."""
    world.edit("salesforce", "Contact", CONTACT, Title="Chief of Ropes")

    report = world.sync()

    assert (report.rows_written, report.exit_code) == (1, 3)
    customer = world.published.customer(CONTACT)
    assert (customer["job_title"], customer["email_opted_out"]) == ("Chief of Ropes", True)
    assert customer["email_opted_out_source"] == "salesforce"
    assert changes_of(world, report.sync_id) == []


def assert_it_returns(world):
    world.sandbox.switch(hidden_fields=[])

    report = world.sync()

    assert report.exit_code == 0
    assert changes_of(world, report.sync_id) == [
        ("salesforce", "Contact", "HasOptedOutOfEmail", "returned", "boolean", "boolean")
    ]
    assert world.published.customer(CONTACT)["email_opted_out"] is True


@pytest.mark.long
def test_a_hubspot_property_that_is_gone_keeps_its_values_too(world):
    said = "select lead_status, lead_score from staging.stg_hubspot__contacts where hubspot_contact_id = ?"
    owned = "select customer_id, lead_score, lead_score_source from marts.customers order by all"
    before, canonical = world.warehouse.rows(said, RECORD), world.warehouse.rows(owned)
    assert before[0][1] is not None
    gone = requests.delete(
        f"{world.sandbox.base_url}/crm/v3/properties/contacts/hubspotscore",
        headers={"Authorization": f"Bearer {CREDENTIALS.hubspot_token}"},
        timeout=60,
    )
    gone.raise_for_status()
    world.edit("hubspot", "contacts", RECORD, jobtitle="Chief of Ropes")

    report = world.sync()

    assert report.exit_code == 3
    assert ("hubspot", "contacts", "hubspotscore", "vanished", "number", None) in changes_of(
        world, report.sync_id
    )
    assert [each.observed for each in report.checks if each.is_red] == ["hubspot contacts: hubspotscore"]
    assert world.warehouse.rows(said, RECORD) == before
    assert world.published.rows(owned) == canonical
