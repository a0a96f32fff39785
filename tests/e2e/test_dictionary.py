"""The data dictionary says of every field what its source says of it."""

import pytest
import requests

from tests.e2e.conftest import CREDENTIALS

pytestmark = pytest.mark.xdist_group("world")

ENTRIES = """
    select
        field, label, type, coalesce(picklist_values, ''), is_required, is_writable, is_calculated, is_present
    from ops.data_dictionary where source = ? and object = ?
"""


def get(world, path, token):
    answer = requests.get(
        f"{world.sandbox.base_url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    answer.raise_for_status()
    return answer.json()


@pytest.mark.parametrize("object_name", ["contacts", "companies", "deals"])
def test_a_property_of_hubspot_is_described_and_never_required(world, object_name):
    said = get(world, f"/crm/v3/properties/{object_name}", CREDENTIALS.hubspot_token)["results"]
    assert set(world.published.rows(ENTRIES, "hubspot", object_name)) == {
        (
            each["name"],
            each["label"],
            each["type"],
            ";".join(option["value"] for option in each["options"]),
            False,
            not each["modificationMetadata"]["readOnlyValue"],
            each["calculated"],
            True,
        )
        for each in said
    }


@pytest.mark.parametrize("object_name", ["Contact", "Lead", "Account", "Opportunity"])
def test_a_field_of_salesforce_is_described(world, object_name):
    login = {"grant_type": "client_credentials", "client_id": CREDENTIALS.client_id}
    login["client_secret"] = CREDENTIALS.client_secret
    token = requests.post(f"{world.sandbox.base_url}/services/oauth2/token", data=login, timeout=60).json()
    path = f"/services/data/v62.0/sobjects/{object_name}/describe"
    said = get(world, path, token["access_token"])["fields"]
    assert set(world.published.rows(ENTRIES, "salesforce", object_name)) == {
        (
            each["name"],
            each["label"],
            each["type"],
            ";".join(value["value"] for value in each["picklistValues"]),
            not each["nillable"] and each["createable"] and not each["defaultedOnCreate"],
            each["updateable"],
            each["calculated"],
            True,
        )
        for each in said
    }


def test_every_mapped_field_says_what_it_feeds_and_who_owns_that(world):
    feeds = """
        select field, canonical_field, owner from ops.data_dictionary
        where source = 'hubspot' and object = 'contacts' and field in ('phone', 'hubspotscore', 'num_notes')
        order by field
    """
    assert world.published.rows(feeds) == [
        ("hubspotscore", "customer.lead_score", "hubspot"),
        ("num_notes", None, None),
        ("phone", "customer.phone", "salesforce"),
    ]
