"""What is deleted, restored, purged, forgotten, hidden or shared again, and what changes without a stamp."""

import pytest

from tests.edge_cases.acting import (
    calls,
    change,
    current,
    modes,
    some,
    table_of,
    twice,
    unlike,
    update,
    versions,
    written,
)

pytestmark = pytest.mark.usefixtures("waits")

PAIRS = [("Contact", "delete", "undelete"), ("contacts", "archive", "restore")]
DAY = 86_400


def states(warehouse, name, record_id):
    return [row["_is_deleted"] for row in versions(warehouse, name, record_id)]


def counts(warehouse, name, sync_seq):
    """missing, stale, surplus of a sweep."""
    schema = table_of(name).partition(".")[0]
    return warehouse.ask(
        f"select missing, stale, surplus from {schema}.counts where object = ? and _sync_seq = ?",
        name,
        sync_seq,
    )


@pytest.mark.parametrize(("name", "delete", "restore"), PAIRS)
def test_edge_19_deleted_restored_and_deleted_in_one_window(warehouse, source, only, name, delete, restore):
    """Deleted, brought back, deleted again, then one load -> deleted, its values kept, the history kept."""
    only(name)
    (record_id,) = some(warehouse, name)
    for verb in (delete, restore, delete):
        change(source, verb, name, record_id)
    warehouse.load()
    assert states(warehouse, name, record_id) == [False, True]
    assert current(warehouse, name, record_id)["lastname"] != ""
    assert unlike(source, warehouse, name) == {}


@pytest.mark.parametrize("bumps", [True, False])
@pytest.mark.parametrize(("name", "delete", "restore"), PAIRS)
def test_edge_19_deleted_restored_and_deleted_with_loads_between(
    warehouse, source, only, name, delete, restore, bumps
):
    """The same with a load after each, an undelete with and without a new stamp -> one version per state."""
    only(name)
    source.switch(undelete_bumps=bumps)
    (record_id,) = some(warehouse, name)
    for verb in (delete, restore, delete):
        change(source, verb, name, record_id)
        warehouse.load()
        assert unlike(source, warehouse, name) == {}
    assert states(warehouse, name, record_id) == [False, True, False, True]


@pytest.mark.parametrize("bumps", [True, False])
def test_edge_19_an_old_deletion_is_undone(warehouse, source, only, bumps):
    """Undeleted days later, without a new stamp where the server gives none -> live again after a sweep."""
    only("Contact")
    (record_id,) = some(warehouse, "Contact")
    change(source, "delete", "Contact", record_id)
    source.clock(advance=60)  # the list of deletions goes by whole minutes; now it has what the window has
    assert written(warehouse.load()) == {"Contact": 1}
    source.clock(advance=3 * DAY)
    assert written(warehouse.load()) == {}
    source.switch(undelete_bumps=bumps)
    change(source, "undelete", "Contact", record_id)
    assert written(warehouse.load()) == ({"Contact": 1} if bumps else {})
    assert written(warehouse.load(mode="sweep")) == ({} if bumps else {"Contact": 1})
    assert states(warehouse, "Contact", record_id) == [False, True, False]
    assert unlike(source, warehouse, "Contact") == {}


@pytest.mark.parametrize(("name", "verb"), [("Contact", "purge"), ("contacts", "gdpr_delete")])
def test_edge_20_records_that_vanish_without_a_trace(warehouse, source, only, name, verb):
    """Two live records and a deleted one are purged.

    -> a sweep asks for them, marks the live two, counts them.
    """
    only(name)
    gone = some(warehouse, name, 3)
    change(source, "delete", name, gone[2])
    warehouse.load()
    for record_id in gone:
        change(source, verb, name, record_id)
    source.clear_log()
    result = warehouse.load(mode="sweep")
    assert written(result) == {name: 2}
    assert modes(result) == {name: "sweep"}
    assert [states(warehouse, name, record_id) for record_id in gone] == [[False, True]] * 3
    assert counts(warehouse, name, 3) == [(0, 0, 2)]
    assert unlike(source, warehouse, name) == {}
    if name == "contacts":
        # Among the live ones, then the archived ones; again to tell whether they were erased for privacy.
        assert len(calls(source, "/batch/read")) == 4
        told = warehouse.ask("select _record_id from raw_hubspot.privacy_deletions order by 1")
        assert told == [(record_id,) for record_id in sorted(gone)]
    assert written(warehouse.load(mode="sweep")) == {}
    assert counts(warehouse, name, 4) == [(0, 0, 0)]


def test_edge_20_a_record_that_a_page_left_out_is_not_deleted(warehouse, source, only, monkeypatch):
    """A record is archived while the list is read, and missed by both lists.

    -> asked for, not marked as gone.
    """
    only("contacts")
    (record_id,) = some(warehouse, "contacts")
    archive = {"system": "hubspot", "action": "archive", "object": "contacts", "id": record_id}
    # The archived ones are listed first: it is archived after that and before the live ones are listed.
    source.fault("change", path="/objects/contacts$", nth=2, action=archive)
    warehouse.load(mode="sweep")
    row = current(warehouse, "contacts", record_id)
    assert row["_is_deleted"]
    assert row["_stamp"] > versions(warehouse, "contacts", record_id)[0]["_stamp"]
    assert unlike(source, warehouse, "contacts") == {}


@pytest.mark.parametrize("days", [15, 30])
@pytest.mark.parametrize("refuses", [True, False], ids=["a 400 for an old start", "the gap told"])
def test_edge_21_a_pause_longer_than_deletions_are_remembered(warehouse, source, only, days, refuses):
    """No load for 20 days, deletions are remembered for 15 or 30 -> a sweep where they may be forgotten."""
    only("Contact")
    source.switch(deleted_horizon_days=days, replication_refuses_old=refuses)
    (gone, deleted) = some(warehouse, "Contact", 2)
    change(source, "delete", "Contact", deleted)
    if days == 15:
        change(source, "purge", "Contact", gone)
    source.clock(advance=20 * DAY)
    source.clear_log()
    assert modes(warehouse.load()) == {"Contact": "sweep" if days == 15 else "delta"}
    assert len(calls(source, "/deleted")) == 1
    assert unlike(source, warehouse, "Contact") == {}
    assert modes(warehouse.load()) == {"Contact": "delta"}


def test_edge_21_records_purged_during_a_pause_that_is_covered(warehouse, source, only):
    """Deleted and purged within a pause that getDeleted covers, which lists it -> deleted in the log."""
    only("Contact")
    (gone,) = some(warehouse, "Contact")
    change(source, "delete", "Contact", gone)
    change(source, "purge", "Contact", gone)
    source.clock(advance=2 * DAY)
    warehouse.load()
    assert states(warehouse, "Contact", gone) == [False, True]


def test_edge_21_a_short_pause_asks_for_no_deletions(warehouse, source, only):
    """Loads a quarter of an hour apart -> no call for deletions."""
    only("Contact")
    warehouse.load()
    source.clock(advance=900)
    source.clear_log()
    assert modes(warehouse.load()) == {"Contact": "delta"}
    assert not calls(source, "/deleted")


@pytest.mark.parametrize("days", [30, 90])
def test_edge_21_archived_records_that_are_not_listed_any_more(warehouse, source, only, days):
    """Archived and loaded; 40 days on it is listed still, or no more -> it stays deleted, and is no news."""
    only("contacts")
    source.switch(archive_days=days)
    (record_id,) = some(warehouse, "contacts")
    change(source, "archive", "contacts", record_id)
    assert written(warehouse.load()) == {"contacts": 1}
    source.clock(advance=40 * DAY)
    assert written(warehouse.load()) == {}
    assert written(warehouse.load(mode="sweep")) == {}
    assert states(warehouse, "contacts", record_id) == [False, True]


@pytest.mark.parametrize("days", [30, 90])
def test_edge_21_archived_during_a_pause_longer_than_they_are_listed(warehouse, source, only, days):
    """Archived, then no load for 40 days: it is listed still, or no more.

    -> deleted, by a sweep at the latest.
    """
    only("contacts")
    source.switch(archive_days=days)
    (record_id,) = some(warehouse, "contacts")
    change(source, "archive", "contacts", record_id)
    source.clock(advance=40 * DAY)
    assert written(warehouse.load()) == ({"contacts": 1} if days == 90 else {})
    assert written(warehouse.load(mode="sweep")) == ({} if days == 90 else {"contacts": 1})
    assert states(warehouse, "contacts", record_id) == [False, True]


def test_edge_21_a_pause_longer_than_archived_records_are_kept(warehouse, source, only):
    """No load for 100 days -> HubSpot's objects are compared as a whole."""
    only("contacts")
    (record_id,) = some(warehouse, "contacts")
    change(source, "archive", "contacts", record_id)
    source.clock(advance=100 * DAY)
    assert modes(warehouse.load()) == {"contacts": "sweep"}
    assert states(warehouse, "contacts", record_id) == [False, True]


def test_edge_21_archived_lists_are_read_only_when_something_moved(warehouse, source, only):
    """Nothing archived -> no list is read; one archived, one restored at once (equal totals) -> both come."""
    only("contacts")
    (record_id,) = some(warehouse, "contacts")
    source.clear_log()
    update(source, "contacts", record_id, city="Bern")
    warehouse.load()
    assert not calls(source, "/objects/contacts")
    archived = warehouse.ask("select _record_id from raw_hubspot.contacts where _is_deleted order by 1")[0][0]
    change(source, "archive", "contacts", record_id)
    change(source, "restore", "contacts", archived)
    warehouse.load()
    assert unlike(source, warehouse, "contacts") == {}


@pytest.mark.usefixtures("small_pages")
def test_edge_28_an_import_that_sets_its_dates_back(warehouse, source, only):
    """LastModifiedDate is years old, SystemModstamp is now -> read by the next delta."""
    only("Contact")
    (record_id,) = some(warehouse, "Contact")
    update(source, "Contact", record_id, Title="Imported", LastModifiedDate="2020-01-01T00:00:00.000+0000")
    assert written(warehouse.load()) == {"Contact": 1}
    row = current(warehouse, "Contact", record_id)
    assert (row["title"], row["lastmodifieddate"]) == ("Imported", "2020-01-01T00:00:00.000+0000")


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("bulk", [False, True], ids=["rest", "bulk"])
def test_edge_28_a_formula_that_changes_without_a_stamp(warehouse, source, only, monkeypatch, bulk):
    """A formula's result changes.

    -> no delta sees it, a sweep does, over either API, and asks for it alone.
    """
    only("Contact")
    if bulk:
        monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "100")
    (record_id,) = some(warehouse, "Contact")
    change(source, "recalculate", "Contact", record_id, values={"Full_Greeting__c": "Dear all"})
    assert written(warehouse.load()) == {}
    assert written(warehouse.load(mode="sweep")) == {"Contact": 1}
    assert current(warehouse, "Contact", record_id)["full_greeting__c"] == "Dear all"
    assert counts(warehouse, "Contact", 3) == [(0, 0, 0)]
    assert unlike(source, warehouse, "Contact") == {}


def test_edge_28_a_calculated_property_is_read_by_a_backfill(warehouse, source, only):
    """The same at HubSpot, where calculations move the stamp: one that did not -> a backfill reads it."""
    only("companies")
    (record_id,) = some(warehouse, "companies")
    change(source, "recalculate", "companies", record_id, values={"num_associated_contacts": "77"})
    assert written(warehouse.load(mode="backfill")) == {"companies": 1}
    assert current(warehouse, "companies", record_id)["num_associated_contacts"] == "77"


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("mode", ["sweep", "backfill"])
def test_edge_31_a_record_that_is_shared_again(warehouse, source, only, mode):
    """A record is hidden from the user, later shared again with its old stamp -> gone, then live again."""
    only("Contact")
    (record_id, other) = some(warehouse, "Contact", 2)
    source.switch(hidden_records=[record_id])
    assert written(warehouse.load()) == {}
    assert written(warehouse.load(mode="sweep")) == {"Contact": 1}
    assert states(warehouse, "Contact", record_id) == [False, True]
    source.switch(hidden_records=[])
    assert written(warehouse.load()) == {}
    assert written(warehouse.load(mode=mode)) == {"Contact": 1}
    assert states(warehouse, "Contact", record_id) == [False, True, False]
    if mode == "sweep":
        assert counts(warehouse, "Contact", 5) == [(1, 0, 0)]
    assert unlike(source, warehouse, "Contact") == {}
    assert twice(warehouse, "Contact") == []
    assert states(warehouse, "Contact", other) == [False]
