"""Values that are none, and values that look wrong: reported until mended; the build goes on."""

import pytest
import requests

from tests.e2e.conftest import CREDENTIALS

pytestmark = pytest.mark.xdist_group("world")

# Ottoline Marchetti in both systems, and the score that HubSpot gives her.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"
UNLISTED = "not among the values that the source lists now, unknown or retired; it is used"

REJECTS = """
    select source, object, source_record_id, field, reason, raw_value, is_resolved from ops.rejected_records
    where sync_id = ? order by all
"""
RETYPED = """
    select source, object, field, change, old_type, new_type from ops.schema_changes where sync_id = ?
    order by all
"""


def write(world, system, object_name, record_id, **values):
    """Write what the API would refuse, as an older client or an import could."""
    action = {"system": system, "action": "update", "object": object_name, "id": record_id}
    world.sandbox.change({**action, "values": values})


def recreate_as_text(world, name):
    """Archive a property of HubSpot's contacts and make one of the same name that takes text."""
    place = f"{world.sandbox.base_url}/crm/v3/properties/contacts"
    headers = {"Authorization": f"Bearer {CREDENTIALS.hubspot_token}"}
    text = {"name": name, "label": name, "type": "string", "fieldType": "text"}
    requests.delete(f"{place}/{name}", headers=headers, timeout=60).raise_for_status()
    requests.post(place, json=text, headers=headers, timeout=60).raise_for_status()


@pytest.mark.long
def test_a_field_of_another_type_is_noticed_and_what_does_not_parse_is_quarantined(world):
    account = world.warehouse.one(
        "select min(salesforce_account_id) from staging.stg_salesforce__accounts "
        "where not is_deleted and employee_count is not null"
    )
    number = {"name": "NumberOfEmployees", "type": "string", "length": 80}
    world.sandbox.change(
        {"system": "salesforce", "action": "define_field", "object": "Account", "values": number}
    )
    write(world, "salesforce", "Account", account, NumberOfEmployees="about forty")
    recreate_as_text(world, "hubspotscore")
    write(world, "hubspot", "contacts", RECORD, hubspotscore="high")

    report = world.sync()

    # Another type of a field that the policy reads is critical; what could be read is published all the same.
    assert (report.exit_code, report.published.held) == (3, ())
    red = [each.check_name for each in report.checks if each.is_red]
    assert red == ["No mapped field is of another type than before"]
    assert world.published.rows(RETYPED, report.sync_id) == [
        ("hubspot", "contacts", "hubspotscore", "retyped", "number", "string"),
        ("salesforce", "Account", "NumberOfEmployees", "retyped", "int", "string"),
    ]
    assert world.published.rows(REJECTS, report.sync_id) == [
        ("hubspot", "contacts", RECORD, "lead_score", "no valid double", "high", False),
        ("salesforce", "Account", account, "employee_count", "no valid bigint", "about forty", False),
    ]
    assert world.published.customer(CONTACT)["lead_score"] is None
    assert_a_good_value_resolves(world, report.sync_id)


def assert_a_good_value_resolves(world, brought_by):
    write(world, "hubspot", "contacts", RECORD, hubspotscore="12")

    world.sync()

    assert world.published.customer(CONTACT)["lead_score"] == 12
    resolved = {row[3]: row[6] for row in world.published.rows(REJECTS, brought_by)}
    assert resolved == {"lead_score": True, "employee_count": False}


@pytest.mark.long
def test_a_choice_that_is_not_listed_is_reported_and_used(world):
    write(world, "salesforce", "Contact", CONTACT, LeadSource="Carrier Pigeon")

    report = world.sync()

    assert report.exit_code == 0
    assert world.published.customer(CONTACT)["lead_source"] == "Carrier Pigeon"
    assert world.published.rows(REJECTS, report.sync_id) == [
        ("salesforce", "Contact", CONTACT, "lead_source", UNLISTED, "Carrier Pigeon", False)
    ]


@pytest.mark.long
def test_a_choice_that_was_retired_is_still_data(world):
    held = world.warehouse.one(
        "select count(*) from staging.stg_salesforce__contacts where lead_source = 'Web' and not is_deleted"
    )
    canonical = "select customer_id, lead_source from marts.customers order by all"
    before = world.published.rows(canonical)
    listed = world.warehouse.one(
        "select picklist_values from ops.data_dictionary where object = 'Contact' and field = 'LeadSource'"
    )
    kept = {"name": "LeadSource", "picklistValues": [each for each in listed.split(";") if each != "Web"]}
    world.sandbox.change(
        {"system": "salesforce", "action": "define_field", "object": "Contact", "values": kept}
    )

    report = world.sync()

    assert (report.rows_written, report.exit_code, held > 0) == (0, 0, True)
    open_rejects = "select count(*), min(raw_value) from ops.rejected_records where reason = ?"
    assert world.published.rows(open_rejects, UNLISTED) == [(held, "Web")]
    assert world.published.rows(canonical) == before
