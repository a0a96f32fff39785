"""Changes whose stamps are not the time of the change, and many records of one stamp."""

from __future__ import annotations

import time

import pytest

from sandbox.client import Sandbox
from sandbox.ids import is_salesforce_id, to_18
from tests.sandbox.conftest import get, query, searched

ADA = to_18("003TT0000000001")
HS_ADA = "72000000001"
LIST = "/crm/v3/objects/contacts"
LATE, AHEAD = "2025-12-31T23:56:00+00:00", "2026-01-01T03:00:00+00:00"
SF_ADA = {"system": "salesforce", "object": "Contact", "id": ADA}
HS = {"system": "hubspot", "object": "contacts", "id": HS_ADA}
BETWEEN = {"propertyName": "lastmodifieddate", "operator": "BETWEEN"}


def sf_stamps(world: Sandbox, token: dict[str, str], identifier: str) -> dict[str, str]:
    fields = ("SystemModstamp", "LastModifiedDate", "CreatedDate", "Title")
    (record,) = query(world, token, f"SELECT {','.join(fields)} FROM Contact WHERE Id = '{identifier}'")
    return {name: record[name] for name in fields}


@pytest.mark.parametrize(("stamp", "expected"), [(LATE, "2025-12-31T23:56"), (AHEAD, "2026-01-01T03:00")])
def test_a_salesforce_change_can_be_stamped_late_or_ahead(
    world: Sandbox, token: dict[str, str], stamp: str, expected: str
) -> None:
    world.change(SF_ADA | {"action": "update", "stamp": stamp, "values": {"Title": "T"}})
    assert sf_stamps(world, token, ADA)["SystemModstamp"].startswith(expected)
    assert world.clock()["now"].startswith("2026-01-01T02:0")
    created = world.change(
        {"system": "salesforce", "action": "create", "object": "Contact", "stamp": stamp,
         "values": {"LastName": "New"}}
    )["id"]  # fmt: skip
    assert {value[:16] for name, value in sf_stamps(world, token, created).items() if name != "Title"} == {
        expected
    }
    world.change(SF_ADA | {"action": "delete", "stamp": stamp})
    assert sf_stamps(world, token, ADA)["SystemModstamp"].startswith(expected)


@pytest.mark.parametrize(("stamp", "expected"), [(LATE, "2025-12-31T23:56"), (AHEAD, "2026-01-01T03:00")])
def test_a_hubspot_change_can_be_stamped_late_or_ahead(world: Sandbox, stamp: str, expected: str) -> None:
    world.change(HS | {"action": "update", "stamp": stamp, "values": {"phone": "9"}})
    record = get(world, f"{LIST}/{HS_ADA}", propertiesWithHistory="phone").json()
    assert record["updatedAt"].startswith(expected)
    assert record["properties"]["lastmodifieddate"] == record["updatedAt"]
    assert record["propertiesWithHistory"]["phone"][0]["timestamp"].startswith(expected)


def test_an_import_can_set_the_visible_date_back(world: Sandbox, token: dict[str, str]) -> None:
    old = "2020-02-02T00:00:00.000+0000"
    world.change(SF_ADA | {"action": "update", "values": {"Title": "Imported", "LastModifiedDate": old}})
    stamps = sf_stamps(world, token, ADA)
    assert stamps["LastModifiedDate"] == old
    assert stamps["SystemModstamp"].startswith("2026-01-01T02:0")


def test_a_formula_changes_without_a_stamp(world: Sandbox, token: dict[str, str]) -> None:
    define = {"system": "salesforce", "action": "define_field", "object": "Contact"}
    world.change(define | {"values": {"name": "Title", "calculated": True, "calculatedFormula": "x"}})
    described = get(world, "/services/data/v62.0/sobjects/Contact/describe", token).json()["fields"]
    (field,) = [field for field in described if field["name"] == "Title"]
    assert (field["calculated"], field["createable"], field["updateable"]) == (True, False, False)
    before = sf_stamps(world, token, ADA)
    world.change(SF_ADA | {"action": "recalculate", "values": {"Title": "new"}})
    assert sf_stamps(world, token, ADA) == before | {"Title": "new"}


def test_a_hubspot_value_can_change_without_a_stamp(world: Sandbox) -> None:
    before = get(world, f"{LIST}/{HS_ADA}", properties="phone", propertiesWithHistory="phone").json()
    world.change(HS | {"action": "recalculate", "values": {"phone": "9"}})
    after = get(world, f"{LIST}/{HS_ADA}", properties="phone", propertiesWithHistory="phone").json()
    assert after["properties"].pop("phone") == "9"
    before["properties"].pop("phone")
    assert after == before


def test_many_salesforce_records_share_a_stamp(world: Sandbox, token: dict[str, str]) -> None:
    fill = {"system": "salesforce", "action": "fill", "object": "Contact", "count": 7000, "stamp": LATE}
    started = time.monotonic()
    filled = world.change(fill | {"values": {"Title": "Filled"}})
    assert time.monotonic() - started < 2
    assert is_salesforce_id(filled["id"])
    window = "SystemModstamp = 2025-12-31T23:56:00Z AND Title = 'Filled'"
    first = query(world, token, f"SELECT Id, Email FROM Contact WHERE {window} ORDER BY Id LIMIT 2000")
    assert (first[0]["Id"], first[0]["Email"]) == (filled["id"], "fill1@fill.example")
    reply = get(world, "/services/data/v62.0/query", token, q=f"SELECT COUNT() FROM Contact WHERE {window}")
    assert reply.json()["totalSize"] == 7000
    created = world.change(
        {"system": "salesforce", "action": "create", "object": "Contact", "values": {"LastName": "Next"}}
    )
    assert created["id"] > filled["last_id"]


@pytest.mark.parametrize("count", [9_999, 10_000, 10_001, 25_000])
def test_many_hubspot_records_share_a_stamp(world: Sandbox, count: int) -> None:
    fill = {"system": "hubspot", "action": "fill", "object": "contacts", "count": count, "stamp": LATE}
    started = time.monotonic()
    filled = world.change(fill | {"values": {"lifecyclestage": "lead"}})
    assert time.monotonic() - started < 2
    moment = "1767225360000"
    inside = [BETWEEN | {"value": moment, "highValue": moment}]
    found = searched(world, filterGroups=[{"filters": inside}], limit=1)
    assert (found["total"], found["results"][0]["id"]) == (count, filled["id"])
    record = get(world, f"{LIST}/{filled['last_id']}", properties="email,lifecyclestage").json()
    assert record["properties"]["lifecyclestage"] == "lead"
    assert record["properties"]["email"].endswith("@fill.example")


@pytest.mark.parametrize(
    ("system", "name"), [("hubspot", "companies"), ("hubspot", "deals"), ("salesforce", "Lead"),
                         ("salesforce", "Account")],
)  # fmt: skip
def test_any_object_can_be_filled(world: Sandbox, system: str, name: str) -> None:
    assert world.change({"system": system, "action": "fill", "object": name, "count": 3})["count"] == 3
