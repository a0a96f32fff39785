"""What the CRMs remember of changes: Salesforce's history objects, HubSpot's property histories."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import Sandbox
from sandbox.ids import to_18
from tests.sandbox.conftest import get, log_in, post, query

ADA = to_18("003TT0000000001")
OTHER_USER = to_18("005SBX000000077")
HS_ADA = "72000000001"
SF = {"system": "salesforce", "action": "update", "object": "Contact", "id": ADA}
HS = {"system": "hubspot", "object": "contacts"}
BATCH = "/crm/v3/objects/contacts/batch/read"
DESCRIBE = "/services/data/v62.0/sobjects/ContactHistory/describe"
FIELDS = "Id, ContactId, CreatedById, CreatedDate, Field, DataType, OldValue, NewValue"
HISTORY = f"SELECT {FIELDS} FROM ContactHistory"


def told(world: Sandbox, token: dict[str, str], more: str = "") -> list[dict[str, Any]]:
    """Ada's history, oldest first."""
    return query(world, token, f"{HISTORY} WHERE ContactId = '{ADA}'{more} ORDER BY CreatedDate, Id")


def refusal(world: Sandbox, token: dict[str, str], soql: str) -> str:
    reply = get(world, "/services/data/v62.0/queryAll", token, q=soql)
    assert reply.status_code == 400
    return str(reply.json()[0]["errorCode"])


def test_a_change_of_a_tracked_field_is_one_row(world: Sandbox, token: dict[str, str]) -> None:
    before = query(world, token, f"SELECT Phone FROM Contact WHERE Id = '{ADA}'")[0]["Phone"]
    world.change(
        SF | {"values": {"Phone": "+1 212 555 0101", "Title": "CFO", "LastModifiedById": OTHER_USER}}
    )
    world.change(SF | {"values": {"Phone": "+1 212 555 0101"}})
    (row,) = told(world, token)
    assert (row["Field"], row["DataType"]) == ("Phone", "PhoneNumber")
    assert (row["OldValue"], row["NewValue"]) == (before, "+1 212 555 0101")
    assert row["CreatedById"] == OTHER_USER
    stamp = query(world, token, f"SELECT SystemModstamp FROM Contact WHERE Id = '{ADA}'")[0]
    assert row["CreatedDate"] <= stamp["SystemModstamp"]


def test_a_lookup_writes_two_rows(world: Sandbox, token: dict[str, str]) -> None:
    owners = query(world, token, "SELECT Id, Name FROM User ORDER BY Id")
    old = query(world, token, f"SELECT OwnerId FROM Contact WHERE Id = '{ADA}'")[0]["OwnerId"]
    new = next(owner for owner in owners if owner["Id"] != old)
    world.change(SF | {"values": {"OwnerId": new["Id"]}})
    ids, names = told(world, token)
    assert {row["Field"] for row in (ids, names)} == {"Owner"}
    assert (ids["DataType"], ids["OldValue"], ids["NewValue"]) == ("EntityId", old, new["Id"])
    assert (names["DataType"], names["NewValue"]) == ("Text", new["Name"])


def test_values_have_the_type_of_their_field(world: Sandbox, token: dict[str, str]) -> None:
    world.switch(tracked_fields=["Contact.Score__c"])
    world.change(SF | {"values": {"Score__c": 77.5}})
    (row,) = told(world, token)
    assert (row["DataType"], row["NewValue"]) == ("Double", 77.5)


def test_who_makes_a_record_and_who_merges_one_is_told(world: Sandbox, token: dict[str, str]) -> None:
    made = world.change({**SF, "action": "create", "id": None, "values": {"LastName": "New"}})["id"]
    world.change({**SF, "action": "merge", "loser_ids": [made]})
    (created,) = query(world, token, f"SELECT Field, NewValue FROM ContactHistory WHERE ContactId = '{made}'")
    assert (created["Field"], created["NewValue"]) == ("created", None)
    assert [row["Field"] for row in told(world, token)] == ["contactMerged"]


def test_a_recalculated_value_leaves_no_row(world: Sandbox, token: dict[str, str]) -> None:
    world.change({**SF, "action": "recalculate", "values": {"Phone": "+1 212 555 0101"}})
    assert told(world, token) == []


def test_a_window_of_history_is_asked_by_its_making(world: Sandbox, token: dict[str, str]) -> None:
    for number in range(3):
        world.change(SF | {"values": {"Phone": f"+1 212 555 010{number}"}})
        world.clock(advance=60)
    first, second, _ = told(world, token)
    since = second["CreatedDate"].replace("+0000", "Z")
    assert len(told(world, token, f" AND CreatedDate >= {since} AND Field IN ('Phone')")) == 2
    assert told(world, token, " AND Field IN ('MailingCity')") == []
    assert first["CreatedDate"] < second["CreatedDate"]
    assert refusal(world, token, f"{HISTORY} WHERE NewValue = 'x'") == "INVALID_FIELD"


def test_an_object_without_tracked_fields_has_no_history(world: Sandbox, token: dict[str, str]) -> None:
    assert get(world, DESCRIBE, token).status_code == 200
    world.switch(tracked_fields=["Lead.Phone"])
    assert get(world, DESCRIBE, token).status_code == 404
    assert refusal(world, token, HISTORY) == "INVALID_TYPE"
    world.change(SF | {"values": {"Phone": "+1 212 555 0101"}})
    world.switch(tracked_fields=["Contact.Phone", "Contact.Title"])
    assert told(world, token) == []


def test_a_history_may_be_hidden_as_a_whole_or_by_field(world: Sandbox, token: dict[str, str]) -> None:
    world.change(SF | {"values": {"Phone": "+1 212 555 0101", "MailingCity": "Chur"}})
    world.switch(hidden_fields=["Contact.Phone"])
    assert [row["Field"] for row in told(world, token)] == ["MailingCity"]
    world.switch(hidden_objects=["ContactHistory"])
    assert get(world, DESCRIBE, token).status_code == 404


def test_old_rows_are_given_up(world: Sandbox, token: dict[str, str]) -> None:
    world.change(SF | {"values": {"Phone": "+1 212 555 0101"}})
    world.clock(advance=40 * 86_400)
    token = log_in(world)
    assert len(told(world, token)) == 1
    world.switch(history_days=30)
    assert told(world, token) == []


def test_a_long_text_is_told_without_its_values(world: Sandbox, token: dict[str, str]) -> None:
    long = {"name": "Notes__c", "type": "textarea", "length": 32_000}
    world.change({**SF, "action": "define_field", "values": long})
    world.switch(tracked_fields=["Contact.Notes__c"])
    world.change(SF | {"values": {"Notes__c": "x"}})
    assert [(row["OldValue"], row["NewValue"]) for row in told(world, token)] == [(None, None)]


def test_values_come_over_bulk_as_text(world: Sandbox, token: dict[str, str]) -> None:
    world.change(SF | {"values": {"Phone": 'say "hello"'}})
    job = {"operation": "queryAll", "query": f"{HISTORY} WHERE ContactId = '{ADA}'"}
    made = post(world, "/services/data/v62.0/jobs/query", job, token).json()["id"]
    path = f"/services/data/v62.0/jobs/query/{made}"
    while get(world, path, token).json()["state"] != "JobComplete":
        pass
    assert '"say ""hello"""' in get(world, f"{path}/results", token).text


# --- HubSpot ---


def entries(world: Sandbox, record_id: str, *names: str) -> dict[str, Any]:
    body = {"inputs": [{"id": record_id}], "properties": [], "propertiesWithHistory": list(names)}
    (record,) = post(world, BATCH, body).json()["results"]
    return dict(record["propertiesWithHistory"])


def test_an_entry_says_who_wrote_and_how(world: Sandbox) -> None:
    source = {"sourceType": "CRM_UI", "sourceId": "userId:51", "updatedByUserId": "51"}
    world.change({**HS, "action": "update", "id": HS_ADA, "values": {"phone": "1"}, "source": source})
    newest = entries(world, HS_ADA, "phone")["phone"][0]
    assert (newest["value"], {name: newest[name] for name in source}) == ("1", source)


def test_who_made_a_record_is_told_too(world: Sandbox) -> None:
    made = world.change(
        {**HS, "action": "create", "values": {"phone": "1"}, "source": {"sourceType": "IMPORT"}}
    )["id"]
    assert entries(world, made, "phone")["phone"][0]["sourceType"] == "IMPORT"


@pytest.mark.parametrize("path", [f"/crm/v3/objects/contacts/{HS_ADA}", "/crm/v3/objects/contacts"])
def test_histories_come_with_single_records_and_lists(world: Sandbox, path: str) -> None:
    world.change({**HS, "action": "update", "id": HS_ADA, "values": {"phone": "1"}})
    reply = get(world, path, propertiesWithHistory="phone").json()
    record = next(each for each in reply.get("results", [reply]) if each["id"] == HS_ADA)
    stamps = [entry["timestamp"] for entry in record["propertiesWithHistory"]["phone"]]
    assert stamps == sorted(stamps, reverse=True)
    assert (
        get(world, "/crm/v3/objects/contacts", propertiesWithHistory="phone", limit="51").status_code == 400
    )
