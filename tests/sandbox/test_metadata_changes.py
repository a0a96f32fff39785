"""Fields and properties that change between a look at the metadata and the reading of records."""

from __future__ import annotations

import pytest

from sandbox.client import Sandbox
from sandbox.ids import to_18
from tests.sandbox.conftest import get, log_in, post, query

ADA = to_18("003TT0000000001")
HS_ADA = "72000000001"
DESCRIBE = "/services/data/v62.0/sobjects/Contact/describe"
QUERY = "/services/data/v62.0/query"
SOQL = "SELECT Id, Title FROM Contact"
CONTACTS = "/crm/v3/objects/contacts"
PROPERTIES = "/crm/v3/properties/contacts"
SF = {"system": "salesforce", "object": "Contact"}
HS = {"system": "hubspot", "object": "contacts"}


def fields(world: Sandbox, token: dict[str, str]) -> dict[str, str]:
    return {field["name"]: field["type"] for field in get(world, DESCRIBE, token).json()["fields"]}


def properties(world: Sandbox) -> dict[str, dict[str, object]]:
    return {entry["name"]: entry for entry in get(world, PROPERTIES).json()["results"]}


def test_a_field_is_removed_between_describe_and_query(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("change", path="/query", action=SF | {"action": "delete_field", "name": "Title"})
    assert "Title" in fields(world, token)
    reply = get(world, QUERY, token, q=SOQL)
    assert reply.json()[0]["errorCode"] == "INVALID_FIELD"
    assert "No such column 'Title' on entity 'Contact'" in reply.json()[0]["message"]
    assert "Title" not in fields(world, token)
    world.change(SF | {"action": "define_field", "values": {"name": "Title", "type": "string"}})
    assert {record["Title"] for record in query(world, token, SOQL)} == {None}


def test_a_described_object_is_sent_again_when_a_field_is_gone(world: Sandbox) -> None:
    world.reset()
    token = log_in(world)
    since = {"If-Modified-Since": get(world, DESCRIBE, token).headers["Last-Modified"]}
    assert get(world, DESCRIBE, token | since).status_code == 304
    world.clock(advance=60)
    world.change(SF | {"action": "delete_field", "name": "Title"})
    assert get(world, DESCRIBE, token | since).status_code == 200


def test_a_field_is_added_between_describe_and_query(world: Sandbox, token: dict[str, str]) -> None:
    define = SF | {"action": "define_field", "values": {"name": "New__c", "type": "boolean"}}
    world.fault("change", path="/query", action=define)
    assert "New__c" not in fields(world, token)
    assert query(world, token, "SELECT Id, New__c FROM Contact LIMIT 1")[0]["New__c"] is False


def test_a_field_changes_its_type_between_describe_and_query(world: Sandbox, token: dict[str, str]) -> None:
    world.change(SF | {"action": "update", "id": ADA, "values": {"Title": "12"}})
    retype = SF | {"action": "define_field", "values": {"name": "Title", "type": "double"}}
    world.fault("change", path="/query", action=retype)
    assert fields(world, token)["Title"] == "string"
    values = {record["Id"]: record["Title"] for record in query(world, token, SOQL)}
    assert values.pop(ADA) == 12.0
    assert set(values.values()) == {None}
    described = {field["name"]: field for field in get(world, DESCRIBE, token).json()["fields"]}
    assert (described["Title"]["type"], described["Title"]["soapType"]) == ("double", "xsd:double")


def test_the_server_keeps_its_own_fields(world: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="that can be deleted"):
        world.change(SF | {"action": "delete_field", "name": "SystemModstamp"})


def test_a_picklist_value_may_be_none_of_its_options(world: Sandbox, token: dict[str, str]) -> None:
    world.change(SF | {"action": "update", "id": ADA, "values": {"LeadSource": "Telepathy"}})
    (record,) = query(world, token, f"SELECT LeadSource FROM Contact WHERE Id = '{ADA}'")
    assert record["LeadSource"] == "Telepathy"


def test_a_property_is_archived_between_list_and_read(world: Sandbox) -> None:
    world.fault("change", path=CONTACTS, action=HS | {"action": "archive_property", "name": "phone"})
    assert "phone" in properties(world)
    record = get(world, f"{CONTACTS}/{HS_ADA}", properties="phone,email").json()
    assert "phone" not in record["properties"]
    assert "phone" not in properties(world)
    archived = get(world, PROPERTIES, archived="true").json()["results"]
    assert [entry["name"] for entry in archived if entry["archived"]] == ["phone"]


def test_a_property_is_made_again_with_another_type(world: Sandbox) -> None:
    values = {"name": "phone", "type": "number"}
    world.fault("change", path=CONTACTS, action=HS | {"action": "recreate_property", "values": values})
    assert properties(world)["phone"]["type"] != "number"
    record = get(world, f"{CONTACTS}/{HS_ADA}", properties="phone").json()
    assert record["properties"]["phone"] is None
    assert (properties(world)["phone"]["type"], properties(world)["phone"]["fieldType"]) == (
        "number",
        "number",
    )


def test_a_property_is_described_differently_and_keeps_its_values(world: Sandbox) -> None:
    before = get(world, f"{CONTACTS}/{HS_ADA}", properties="phone").json()["properties"]["phone"]
    world.change(HS | {"action": "define_property", "values": {"name": "phone", "type": "number"}})
    assert properties(world)["phone"]["type"] == "number"
    assert get(world, f"{CONTACTS}/{HS_ADA}", properties="phone").json()["properties"]["phone"] == before


def test_a_property_appears(world: Sandbox) -> None:
    world.change(HS | {"action": "define_property", "values": {"name": "fresh", "type": "date"}})
    world.change(HS | {"action": "update", "id": HS_ADA, "values": {"fresh": "2024-02-29"}})
    record = get(world, f"{CONTACTS}/{HS_ADA}", properties="fresh").json()
    assert record["properties"]["fresh"] == "2024-02-29"


def test_an_enumeration_may_hold_none_of_its_options(world: Sandbox) -> None:
    world.change(HS | {"action": "update", "id": HS_ADA, "values": {"lifecyclestage": "alien"}})
    record = get(world, f"{CONTACTS}/{HS_ADA}", properties="lifecyclestage").json()
    assert record["properties"]["lifecyclestage"] == "alien"
    options = {option["value"] for option in properties(world)["lifecyclestage"]["options"]}  # type: ignore[attr-defined]
    assert "alien" not in options
    body = {"properties": {"lifecyclestage": "alien"}}
    assert post(world, CONTACTS, body).status_code == 400


def test_an_unknown_property_cannot_be_archived(world: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="have no property"):
        world.change(HS | {"action": "archive_property", "name": "nonsense"})
