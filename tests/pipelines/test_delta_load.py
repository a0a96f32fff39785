"""What changed at the source since the last load arrives once, and nothing else does."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pipelines import LoadResult
from tests.pipelines.loading import Warehouse, point_at

PRIMARY = [{"category": "HUBSPOT_DEFINED", "typeId": 279}, {"category": "HUBSPOT_DEFINED", "typeId": 1}]


class Story:
    """Records that a day's changes happen to, and the warehouse before and after."""

    def __init__(self, server: Any, warehouse: Warehouse) -> None:
        self.server, self.warehouse = server, warehouse
        contacts = warehouse.ask(
            "select _record_id, to_ids from raw_hubspot.contacts_companies "
            "where _record_id in (select _record_id from raw_hubspot.contacts where not _is_deleted) "
            "order by _record_id"
        )
        alone = warehouse.ask(
            "select _record_id from raw_hubspot.contacts where not _is_deleted "
            "and _record_id not in (select _record_id from raw_hubspot.contacts_companies) order by 1"
        )
        ids = [record_id for record_id, _ in contacts]
        self.phoned, self.archived, self.unlinked, self.kept, self.loser = ids[:5]
        self.company = contacts[2][1].split(";")[0]
        self.linked = alone[0][0]
        live = warehouse.ask("select _record_id from raw_salesforce.contact where not _is_deleted order by 1")
        self.called, self.deleted, self.touched = (record_id for (record_id,) in live[:3])
        (self.undeleted,) = warehouse.ask(
            "select _record_id from raw_salesforce.contact where _is_deleted order by 1"
        )[0]
        self.result: LoadResult
        self.survivor = ""

    def happen(self) -> None:
        self.change("hubspot", "update", "contacts", self.phoned, values={"phone": "+1 212 555 0100"})
        self.change("hubspot", "archive", "contacts", self.archived)
        self.change(
            "hubspot", "dissociate", "contacts", self.unlinked, to_type="companies", to_id=self.company
        )
        self.change("hubspot", "update", "contacts", self.unlinked, values={"city": "Bern"})
        self.change(
            "hubspot",
            "associate",
            "contacts",
            self.linked,
            to_type="companies",
            to_id=self.company,
            types=PRIMARY,
        )
        self.change("hubspot", "update", "contacts", self.linked, values={"city": "Basel"})
        self.survivor = self.change("hubspot", "merge", "contacts", self.kept, loser_ids=[self.loser])["id"]
        self.change("salesforce", "update", "Contact", self.called, values={"Phone": "+1 212 555 0101"})
        self.change("salesforce", "delete", "Contact", self.deleted)
        self.change("salesforce", "undelete", "Contact", self.undeleted)
        self.change("salesforce", "update", "Contact", self.touched, values={})

    def change(self, system: str, action: str, name: str, record_id: str, **more: Any) -> dict[str, Any]:
        return self.server.change(
            {"system": system, "action": action, "object": name, "id": record_id, **more}
        )

    def news(self, table: str) -> dict[str, dict[str, Any]]:
        return {row["_record_id"]: row for row in self.warehouse.rows(table, "_sync_seq = 2")}


@pytest.fixture(scope="module")
def story(renewable: Any, loaded: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A day of changes at both sources, loaded once. Read-only for tests."""
    renewable.renew()
    told = Story(renewable, loaded.copy(tmp_path_factory.mktemp("story")))
    told.happen()
    with pytest.MonkeyPatch.context() as patch:
        point_at(renewable.server, patch)
        told.result = told.warehouse.load()
        yield told


def test_only_what_changed_is_written(story):
    written = {
        extract.object: extract.rows_written for extract in story.result.extracts if extract.rows_written
    }
    assert written == {"Contact": 4, "contacts": 7, "contacts_companies": 3}
    assert story.news("raw_salesforce.contact").keys() == {
        story.called,
        story.deleted,
        story.undeleted,
        story.touched,
    }
    assert story.news("raw_hubspot.contacts").keys() == {
        story.phoned,
        story.archived,
        story.unlinked,
        story.linked,
        story.survivor,
        story.kept,
        story.loser,
    }


def test_a_changed_phone_is_one_new_version_beside_the_old_one(story):
    for table, record_id, phone in (
        ("raw_hubspot.contacts", story.phoned, "+1 212 555 0100"),
        ("raw_salesforce.contact", story.called, "+1 212 555 0101"),
    ):
        before, after = sorted(
            story.warehouse.rows(table, f"_record_id = '{record_id}'"), key=lambda row: row["_sync_seq"]
        )
        assert after["phone"] == phone != before["phone"]
        assert after["_stamp"] > before["_stamp"]
        assert after["_content_hash"] != before["_content_hash"]


def test_a_deleted_record_arrives_with_its_values(story):
    row = story.news("raw_salesforce.contact")[story.deleted]
    assert (row["_is_deleted"], row["isdeleted"]) == (True, "true")
    assert row["lastname"] != ""


def test_an_undeleted_record_arrives_alive(story):
    assert not story.news("raw_salesforce.contact")[story.undeleted]["_is_deleted"]


def test_an_archived_record_arrives_with_its_values(story):
    row = story.news("raw_hubspot.contacts")[story.archived]
    assert row["_is_deleted"]
    assert row["email"] != ""


def test_a_merge_arrives_as_the_survivor(story):
    merged = story.news("raw_hubspot.contacts")[story.survivor]["hs_merged_object_ids"].split(";")
    assert {story.kept, story.loser} <= {*merged, story.survivor}
    ghosts = [story.news("raw_hubspot.contacts")[record_id] for record_id in (story.kept, story.loser)]
    assert [ghost["_is_deleted"] for ghost in ghosts] == [True, True]
    assert all(ghost["email"] for ghost in ghosts)


def test_the_set_of_associations_is_a_version_too(story):
    news = story.news("raw_hubspot.contacts_companies")
    assert (news[story.linked]["to_ids"], news[story.linked]["primary_to_id"]) == (
        story.company,
        story.company,
    )
    assert news[story.linked]["association_types"] == "1,279"
    assert story.company not in news[story.unlinked]["to_ids"].split(";")
    assert story.phoned not in news


def test_the_journal_says_how_it_was_read(story):
    rows = {row["object"]: row for row in story.warehouse.rows("raw_hubspot.extracts", "sync_seq = 2")}
    before = {row["object"]: row for row in story.warehouse.rows("raw_hubspot.extracts", "sync_seq = 1")}
    assert rows["contacts"]["transport"] == "search"
    assert rows["contacts"]["mode"] == "delta"
    assert rows["contacts"]["window_from"] == before["contacts"]["window_to"] - timedelta(hours=1, minutes=10)
    assert rows["contacts"]["rows_read"] == 5
    assert rows["contacts"]["api_limit"] > 0


def test_after_that_nothing_is_new(story, tmp_path):
    again = story.warehouse.copy(tmp_path)
    assert again.load().rows_written == 0


def change(server: Any, record_id: str, **values: str) -> None:
    server.change(
        {"system": "salesforce", "action": "update", "object": "Contact", "id": record_id, "values": values}
    )


def a_contact(warehouse: Warehouse) -> str:
    query = "select min(_record_id) from raw_salesforce.contact where not _is_deleted"
    return str(warehouse.ask(query)[0][0])


def test_a_change_in_the_very_second_of_the_watermark_is_not_lost(warehouse, source):
    record_id = a_contact(warehouse)
    source.clock(frozen=True)
    change(source, record_id, Title="First")
    assert warehouse.load("salesforce").rows_written == 1
    change(source, record_id, Title="Second")  # the same stamp: the watermark's
    assert warehouse.load("salesforce").rows_written == 1
    titles = warehouse.ask(
        "select title from raw_salesforce.contact where _record_id = ? and _sync_seq > 1 order by _sync_seq",
        record_id,
    )
    assert titles == [("First",), ("Second",)]


def test_a_change_that_surfaces_late_is_read_from_the_overlap(warehouse, source):
    warehouse.load()
    source.clock(advance=-300)  # committed now, stamped before the watermark
    change(source, a_contact(warehouse), Title="Late")
    contact = warehouse.ask("select min(_record_id) from raw_hubspot.contacts where not _is_deleted")[0][0]
    source.change(
        {
            "system": "hubspot",
            "action": "update",
            "object": "contacts",
            "id": contact,
            "values": {"jobtitle": "Late"},
        }
    )
    source.clock(advance=301)
    result = warehouse.load()
    assert {extract.object: extract.rows_read for extract in result.extracts if extract.rows_written} == {
        "Contact": 1,
        "contacts": 1,
    }


def test_a_record_that_the_search_index_shows_late_is_found_by_the_next_run(warehouse, source):
    contact = warehouse.ask("select min(_record_id) from raw_hubspot.contacts where not _is_deleted")[0][0]
    source.switch(search_lag_seconds=600)
    source.change(
        {
            "system": "hubspot",
            "action": "update",
            "object": "contacts",
            "id": contact,
            "values": {"jobtitle": "New"},
        }
    )
    assert warehouse.load("hubspot").rows_written == 0
    source.clock(advance=900)
    assert warehouse.load("hubspot").rows_written == 1


def test_small_pages_lose_nothing(warehouse, source, monkeypatch):
    monkeypatch.setattr("pipelines.salesforce.soql.PAGE", 30)
    monkeypatch.setattr("pipelines.hubspot.client.LIST_PAGE", 60)
    monkeypatch.setattr("pipelines.hubspot.reader.LINK_BATCH", 110)
    result = warehouse.load(mode="backfill")
    assert result.rows_written == 0
    contact = next(extract for extract in result.extracts if extract.object == "Contact")
    assert contact.rows_read == warehouse.count("raw_salesforce.contact")
    assert contact.api_calls > contact.rows_read / 30


def test_a_new_field_gets_a_column_and_a_hidden_one_is_absent_not_empty(warehouse, source):
    source.change(
        {
            "system": "salesforce",
            "action": "define_field",
            "object": "Contact",
            "values": {"name": "Foo_c", "type": "string", "label": "Foo", "length": 10},
        }
    )
    source.switch(hidden_fields=["Contact.HasOptedOutOfEmail"])
    record_id = a_contact(warehouse)
    change(source, record_id, Title="Touched")
    assert warehouse.load("salesforce").rows_written == 1
    row = warehouse.rows("raw_salesforce.contact", "_sync_seq = 2")[0]
    assert (row["_record_id"], row["foo_c"], row["hasoptedoutofemail"]) == (record_id, "", None)
    news = {
        row["field"]: row["_is_deleted"] for row in warehouse.rows("raw_salesforce.fields", "_sync_seq = 2")
    }
    assert news == {"Foo_c": False, "HasOptedOutOfEmail": True}
    assert "HasOptedOutOfEmail" not in warehouse.ask(
        "select fields from raw_salesforce.extracts where object = 'Contact' and sync_seq = 2"
    )[0][0].split(",")


def test_a_field_that_comes_back_brings_what_changed_while_it_was_hidden(warehouse, source):
    changed, untouched = (
        record_id
        for (record_id,) in warehouse.ask(
            "select _record_id from raw_salesforce.contact where not _is_deleted and title <> '' limit 2"
        )
    )
    source.switch(hidden_fields=["Contact.Title"])
    warehouse.load("salesforce")
    source.change(
        {
            "system": "salesforce",
            "action": "recalculate",  # no stamp tells of it
            "object": "Contact",
            "id": changed,
            "values": {"Title": "Behind the curtain"},
        }
    )
    source.clock(advance=900)
    source.switch(hidden_fields=[])
    result = warehouse.load("salesforce")
    assert {extract.object: extract.rows_written for extract in result.extracts if extract.rows_written} == {
        "Contact": 1
    }
    title = "select arg_max(title, _sync_seq) from raw_salesforce.contact where _record_id = ?"
    assert warehouse.ask(title, changed) == [("Behind the curtain",)]
    assert warehouse.ask(title, untouched) != [("",)]


def test_a_new_field_brings_its_values_of_records_that_did_not_change(warehouse, source):
    record_id = a_contact(warehouse)
    field = {"name": "Shoe_Size__c", "type": "string", "label": "Shoe size", "length": 10}
    source.change({"system": "salesforce", "action": "define_field", "object": "Contact", "values": field})
    source.change(
        {
            "system": "salesforce",
            "action": "recalculate",
            "object": "Contact",
            "id": record_id,
            "values": {"Shoe_Size__c": "43"},
        }
    )
    assert warehouse.load("salesforce").rows_written == 1
    assert warehouse.rows("raw_salesforce.contact", "_sync_seq = 2")[0]["shoe_size__c"] == "43"
    assert warehouse.load("salesforce").rows_written == 0
