"""The CRMs' own histories: of the fields that are asked for, once, and never a reason to fail."""

from typing import Any

import pytest

from pipelines import UNAVAILABLE, LoadResult
from pipelines.hubspot.client import HISTORY_BATCH
from tests.pipelines.loading import Warehouse

TRACKED = {
    "salesforce": {"Contact": ("Phone",), "Lead": ("Phone",)},
    "hubspot": {"contacts": ("phone",)},
}
CONTACTS, LEADS, PEOPLE = "ContactHistory", "LeadHistory", "contacts_history"
ROWS, ENTRIES = "raw_salesforce.contact_history", "raw_hubspot.contacts_history"


def written(result: LoadResult) -> dict[str, int]:
    return {each.object: each.rows_written for each in result.extracts if each.is_history}


def calls(result: LoadResult) -> dict[str, int]:
    return {each.object: each.api_calls for each in result.extracts if each.is_history}


def live(warehouse: Warehouse, table: str) -> list[str]:
    """Ids of live records, in order."""
    query = f"select _record_id from {table} group by 1 having not bool_or(_is_deleted) order by 1"
    return [record_id for (record_id,) in warehouse.ask(query)]


@pytest.fixture
def tracking(source: Any, warehouse: Warehouse) -> Warehouse:
    """The sample, loaded, and then once more with its histories."""
    warehouse.load(tracked=TRACKED)
    return warehouse


def test_no_history_is_read_unless_it_is_asked_for(loaded):
    assert loaded.ask("select distinct object from raw_hubspot.extracts where object ilike '%history'") == []
    assert (
        loaded.ask("select distinct object from raw_salesforce.extracts where object ilike '%history'") == []
    )


def test_the_first_time_every_live_record_is_asked(source, warehouse):
    result = warehouse.load(tracked=TRACKED)
    people = len(live(warehouse, "raw_hubspot.contacts"))
    assert calls(result)[PEOPLE] == -(-people // HISTORY_BATCH)
    entries = warehouse.rows(ENTRIES)
    assert {row["property"] for row in entries} == {"phone"}
    assert len({row["_record_id"] for row in entries}) == len(entries) == written(result)[PEOPLE] > people / 2
    assert all(row["_stamp"] and row["sourcetype"] for row in entries)
    assert result.rows_written == 0
    assert result.is_news


def test_what_changed_since_is_read_and_nothing_twice(source, tracking):
    person, contact = live(tracking, "raw_hubspot.contacts")[0], live(tracking, "raw_salesforce.contact")[0]
    change = {"system": "hubspot", "action": "update", "object": "contacts", "id": person}
    user = {"sourceType": "CRM_UI", "sourceId": "userId:51", "updatedByUserId": "51"}
    source.change(change | {"values": {"phone": "+1 212 555 0100"}, "source": user})
    change = {"system": "salesforce", "action": "update", "object": "Contact", "id": contact}
    source.change(change | {"values": {"Phone": "+1 212 555 0101", "MailingCity": "Bern"}})

    result = tracking.load(tracked=TRACKED)

    assert written(result) == {CONTACTS: 1, LEADS: 0, PEOPLE: 1}
    assert calls(result) == {CONTACTS: 2, LEADS: 2, PEOPLE: 1}
    (row,) = tracking.rows(ROWS, f"_sync_seq = {tracking.syncs}")
    assert (row["contactid"], row["field"], row["newvalue"]) == (contact, "Phone", "+1 212 555 0101")
    (entry,) = tracking.rows(ENTRIES, f"_sync_seq = {tracking.syncs}")
    assert (entry["record_id"], entry["value"]) == (person, "+1 212 555 0100")
    assert entry["updatedbyuserid"] == "51"
    again = tracking.load(tracked=TRACKED)
    assert (written(again), again.is_news) == ({CONTACTS: 0, LEADS: 0, PEOPLE: 0}, False)
    assert calls(again)[PEOPLE] == 0


def test_a_field_that_is_tracked_anew_is_read_of_everybody(source, tracking):
    contact = live(tracking, "raw_salesforce.contact")[0]
    change = {"system": "salesforce", "action": "update", "object": "Contact", "id": contact}
    source.change(change | {"values": {"MailingCity": "Bern"}})
    tracking.load(tracked=TRACKED)
    more = {
        "salesforce": {"Contact": ("Phone", "MailingCity", "OwnerId")},
        "hubspot": {"contacts": ("phone", "city")},
    }

    result = tracking.load(tracked=more)

    assert {row["newvalue"] for row in tracking.rows(ROWS, "field = 'MailingCity'")} == {"Bern"}
    assert tracking.count(ENTRIES, "property = 'city'") > 1
    assert written(tracking.load(tracked=more)) == {CONTACTS: 0, PEOPLE: 0}
    modes = {each.object: each.mode for each in result.extracts if each.is_history}
    assert modes[CONTACTS] == "backfill"


@pytest.mark.parametrize("switch", [{"tracked_fields": []}, {"hidden_objects": [CONTACTS, LEADS]}])
def test_an_org_without_history_is_told_of_and_no_failure(source, warehouse, switch):
    source.switch(**switch)
    result = warehouse.load("salesforce", tracked=TRACKED)
    assert {each.object: each.transport for each in result.extracts if each.is_history} == {
        CONTACTS: UNAVAILABLE,
        LEADS: UNAVAILABLE,
    }
    assert calls(result) == {CONTACTS: 1, LEADS: 1}
    ends = warehouse.ask(f"select window_to from raw_salesforce.extracts where object = '{CONTACTS}'")
    assert ends == [(None,)]


def test_a_history_that_comes_into_sight_is_read_from_its_beginning(source, warehouse):
    contact = live(warehouse, "raw_salesforce.contact")[0]
    change = {"system": "salesforce", "action": "update", "object": "Contact", "id": contact}
    source.change(change | {"values": {"Phone": "+1 212 555 0101"}})
    source.switch(hidden_objects=[CONTACTS, LEADS])
    warehouse.load("salesforce", tracked=TRACKED)
    source.clock(advance=86_400)
    source.switch(hidden_objects=[])
    warehouse.load("salesforce", tracked=TRACKED)
    assert [row["newvalue"] for row in warehouse.rows(ROWS, "field = 'Phone'")] == ["+1 212 555 0101"]


def test_a_history_may_come_by_bulk(source, warehouse, monkeypatch):
    contacts = live(warehouse, "raw_salesforce.contact")[:3]
    for contact in contacts:
        change = {"system": "salesforce", "action": "update", "object": "Contact", "id": contact}
        source.change(change | {"values": {"Phone": "+1 212 555 0101", "OwnerId": "005000000000001AAA"}})
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "2")
    result = warehouse.load("salesforce", tracked={"salesforce": {"Contact": ("Phone", "OwnerId")}})
    (history,) = [each for each in result.extracts if each.is_history]
    assert (history.transport, history.rows_written) == ("bulk", 9)
    assert {row["datatype"] for row in warehouse.rows(ROWS, "field = 'Owner'")} == {"EntityId", "Text"}
