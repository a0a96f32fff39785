"""HubSpot's search: its limits, its disorder and its lag. Nothing may be lost, and no error may surface."""

from datetime import datetime, timedelta

import pytest

from tests.edge_cases.acting import calls, change, fired, now, some, twice, unlike, update, written

pytestmark = pytest.mark.usefixtures("waits")

SEARCH, READ = "/contacts/search", "/contacts/batch/read"
FILLED = "email like 'fill%'"


@pytest.fixture
def limit(source, only, monkeypatch):
    """Sets how many records a search gives at most, at the server and in what the loader knows of it."""
    only("contacts")

    def choose(most, page):
        source.switch(search_window=most)
        monkeypatch.setattr("pipelines.hubspot.search.LIMIT", most)
        monkeypatch.setattr("pipelines.hubspot.client.SEARCH_PAGE", page)

    return choose


def fill_one_millisecond(source, count):
    source.clock(frozen=True)
    change(source, "fill", "contacts", count=count)
    source.clock(frozen=False)


def assert_all_came(warehouse, source, count):
    assert warehouse.ask(f"select count(distinct _record_id) from raw_hubspot.contacts where {FILLED}") == [
        (count,)
    ]
    assert warehouse.count("raw_hubspot.contacts", FILLED) == count
    assert not [call for call in source.log() if call["status"] >= 300]


def assert_one_stamp(warehouse):
    assert warehouse.ask(f"select count(distinct _stamp) from raw_hubspot.contacts where {FILLED}") == [(1,)]


def test_edge_02_more_records_in_a_millisecond_than_a_search_gives(warehouse, source, limit):
    """500 contacts stamped in one millisecond, a search gives 200.

    -> all of them, in as few calls as pages.
    """
    limit(200, 50)
    fill_one_millisecond(source, 500)
    source.clear_log()
    warehouse.load("hubspot")
    assert_all_came(warehouse, source, 500)
    assert_one_stamp(warehouse)
    assert 10 < len(calls(source, SEARCH)) < 10 + 80  # the window of a day is halved to a millisecond first


@pytest.mark.slow
def test_edge_02_with_the_real_limits(warehouse, source, only):
    """25,000 contacts stamped in one millisecond, a search gives 10,000 -> all of them."""
    only("contacts")
    fill_one_millisecond(source, 25_000)
    source.clear_log()
    warehouse.load("hubspot")
    assert_all_came(warehouse, source, 25_000)
    assert_one_stamp(warehouse)
    assert 125 < len(calls(source, SEARCH)) < 125 + 80
    assert len(calls(source, READ)) == 250


def fill_three_hours(source, count):
    for part in (count // 3, count // 3, count - 2 * (count // 3)):
        change(source, "fill", "contacts", count=part)
        source.clock(advance=3_600)


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_edge_03_a_window_about_as_full_as_a_search_may_be(warehouse, source, limit, beyond):
    """A window with one less, exactly as many, one more than a search gives -> split where it must be."""
    limit(200, 50)
    fill_three_hours(source, 200 + beyond)
    source.clear_log()
    warehouse.load("hubspot")
    assert_all_came(warehouse, source, 200 + beyond)
    searches = len(calls(source, SEARCH))
    assert searches == 4 + 1 if beyond < 0 else searches > 5 + 1  # the one more asks for the total


@pytest.mark.slow
@pytest.mark.parametrize("count", [9_999, 10_000, 10_001])
def test_edge_03_with_the_real_limits(warehouse, source, only, count):
    """The same with the search's own limit of 10,000."""
    only("contacts")
    fill_three_hours(source, count)
    source.clear_log()
    warehouse.load("hubspot")
    assert_all_came(warehouse, source, count)
    searches = len(calls(source, SEARCH))
    assert searches == 50 + 1 if count < 10_000 else searches > 51 + 1


@pytest.fixture
def edited(warehouse, source, only, small_pages, monkeypatch):
    """Seventy contacts that were edited since the last load, each a second after the one before."""
    only("contacts")
    monkeypatch.setenv("SOURCES__HUBSPOT__OVERLAP", "PT0S")
    chosen = some(warehouse, "contacts", 70)
    for record_id in chosen:
        update(source, "contacts", record_id, jobtitle="Edited")
    source.clock(advance=5)
    return chosen


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("search_shuffle", {"count": 0, "seed": 3}),
        ("search_shuffle", {"count": 0, "seed": 3, "seconds": 3600}),
        ("search_post_window", {"rows": 5}),
    ],
    ids=["a page out of order", "all pages out of order", "rows moved beyond the window"],
)
def test_edge_04_pages_in_disorder(warehouse, source, edited, kind, rule):
    """Pages out of order, rows stamped beyond the window -> all rows; the watermark is the window's end."""
    source.fault(kind, path=SEARCH, **rule)
    warehouse.load("hubspot")
    assert fired(source)[0] > 0
    found = warehouse.ask("select _record_id from raw_hubspot.contacts where _sync_seq = 2")
    assert {record_id for (record_id,) in found} == set(edited)
    ends = warehouse.ask(
        "select window_to from raw_hubspot.extracts where object = 'contacts' and sync_seq = 2"
    )
    assert ends[0][0] <= datetime.fromisoformat(now(source))
    source.clear_faults()
    source.clock(advance=5)
    warehouse.load("hubspot")
    assert unlike(source, warehouse, "contacts") == {}
    assert twice(warehouse, "contacts") == []


def test_edge_04_a_row_that_leaves_an_early_page_while_later_ones_are_read(warehouse, source, edited):
    """After the first page an early row is edited: all others move up by one -> none is skipped."""
    edit = {"system": "hubspot", "action": "update", "object": "contacts", "id": edited[0]}
    source.fault("change", path=SEARCH, nth=2, action=edit | {"values": {"jobtitle": "Again"}})
    warehouse.load("hubspot")
    assert fired(source) == [1]
    found = warehouse.ask("select _record_id from raw_hubspot.contacts where _sync_seq = 2")
    assert {record_id for (record_id,) in found} >= set(edited[1:])
    source.clock(advance=5)
    warehouse.load("hubspot")
    assert unlike(source, warehouse, "contacts") == {}


@pytest.mark.parametrize("lag", [90, 3_500])
def test_edge_05_a_record_that_the_index_shows_late(warehouse, source, only, lag):
    """Written at t, found from t + 90 s (or an hour) on, loads before and after.

    -> read once, never skipped.
    """
    only("contacts")
    (early, late) = some(warehouse, "contacts", 2)
    update(source, "contacts", early, jobtitle="Early")
    source.clock(advance=lag)
    update(source, "contacts", late, jobtitle="Late")
    source.switch(search_lag_seconds=lag)
    assert written(warehouse.load("hubspot")) == {"contacts": 1}
    source.clock(advance=lag + 10)
    assert written(warehouse.load("hubspot")) == {"contacts": 1}
    assert unlike(source, warehouse, "contacts") == {}
    assert written(warehouse.load("hubspot")) == {}


def test_edge_05_an_index_later_than_any_overlap_is_made_good_by_a_sweep(warehouse, source, only):
    """The index lags by more than the overlap -> a delta cannot know, the next sweep finds and counts it."""
    only("contacts")
    (late,) = some(warehouse, "contacts")
    update(source, "contacts", late, jobtitle="Late")
    new = change(source, "create", "contacts", values={"email": "late@fill.example"})
    source.switch(search_lag_seconds=6_000)
    for seconds in (5_000, 1_100):
        source.clock(advance=seconds)
        warehouse.load("hubspot")
    assert {late, new} <= unlike(source, warehouse, "contacts").keys()
    assert written(warehouse.load("hubspot", mode="sweep")) == {"contacts": 2}
    assert unlike(source, warehouse, "contacts") == {}
    counts = warehouse.ask(
        "select missing, stale, surplus, source_count - copy_count from raw_hubspot.counts"
    )
    assert counts == [(1, 1, 0, 1)]


@pytest.mark.parametrize("unknown", ["error", "empty"])
def test_edge_04_the_stamp_property_is_the_one_that_finds_contacts(warehouse, source, only, unknown):
    """Contacts' hs_lastmodifieddate is always empty: a filter on it finds nothing.

    -> both objects' edits come.
    """
    source.switch(search_unknown_property=unknown)
    only("contacts", "companies")
    for name in ("contacts", "companies"):
        update(source, name, some(warehouse, name)[0], city="Bern")
    assert written(warehouse.load("hubspot")) == {"contacts": 1, "companies": 1}


def test_edge_05_the_first_load_needs_no_index(empty, source, only):
    """A first load while the index is an hour behind -> complete: it does not search."""
    only("companies")
    source.switch(search_lag_seconds=float(timedelta(days=4_000).total_seconds()))
    empty.load("hubspot")
    assert unlike(source, empty, "companies") == {}
    assert not calls(source, "/search")
