"""Values that invite mistakes: numbers, lists, ids, dates, clocks. The log holds the text that was sent."""

import time
from datetime import datetime, timedelta

import pytest
import requests

from tests.edge_cases.acting import change, current, now, some, unlike, update, versions, written

pytestmark = pytest.mark.usefixtures("waits")

LONG = "8.600000000000000477395900588817312382161617279052734375"  # 54 digits behind the point
HUBSPOT_VALUES = {
    "annualrevenue": LONG,
    "numberofemployees": "1743685150726",
    "notes_last_updated": "1743685150726",
    "hs_additional_domains": "b.example;a.example;b.example",
    "name": "  ",
    "city": "",
    "hs_createdate": "0",
    "industry": "NOT_AN_OPTION",
}


@pytest.mark.parametrize("mode", ["delta", "backfill"])
def test_edge_18_hubspot_values_stay_the_text_that_was_sent(warehouse, source, only, mode):
    """54 digits, `a;b;c` in a number, epoch milliseconds, blanks, a value outside the options -> as sent."""
    only("companies")
    (record_id,) = some(warehouse, "companies")
    update(source, "companies", record_id, **HUBSPOT_VALUES)
    assert written(warehouse.load("hubspot", mode=mode)) == {"companies": 1}
    row = current(warehouse, "companies", record_id)
    assert {name: row[name] for name in HUBSPOT_VALUES} == HUBSPOT_VALUES


def test_edge_18_a_number_that_is_a_list(warehouse, source, only):
    """A property of type number that holds `a;b;c` -> loaded as it is, no crash."""
    only("companies")
    (record_id,) = some(warehouse, "companies")
    update(source, "companies", record_id, num_associated_deals="1;2;x")
    warehouse.load("hubspot")
    assert current(warehouse, "companies", record_id)["num_associated_deals"] == "1;2;x"


@pytest.mark.parametrize("suffix", ["", ".0"])
def test_edge_18_an_int_that_bulk_writes_with_a_point(warehouse, source, only, monkeypatch, suffix):
    """An int by its description that Bulk writes as 30.0 -> 30, which is no news to what REST brought."""
    only("Account")
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "-1")
    source.switch(bulk_integer_suffix=suffix)
    result = warehouse.load("salesforce", mode="backfill")
    assert {extract.transport for extract in result.extracts} == {"bulk"}
    assert result.rows_written == 0


ALIKE = ("003SBX00000zabC", "003SBX00000zabc")  # differ in the case of one letter only


@pytest.mark.parametrize("mode", ["delta", "sweep", "backfill"])
def test_edge_25_ids_that_differ_by_case_only(warehouse, source, only, mode):
    """Two contacts whose 15-character ids are equal but for case -> two records, each with its own values."""
    only("Contact")
    for record_id in ALIKE:
        change(source, "create", "Contact", id=record_id, values={"LastName": record_id})
    assert written(warehouse.load("salesforce", mode=mode)) == {"Contact": 2}
    found = warehouse.ask(
        "select _record_id, lastname from raw_salesforce.contact where _sync_seq = 2 order by 2"
    )
    assert [name for _, name in found] == list(ALIKE)
    assert [len(record_id) for record_id, _ in found] == [18, 18]
    assert len({record_id for record_id, _ in found}) == 2
    (first, _), (second, _) = found
    update(source, "Contact", first, Title="Changed")
    assert written(warehouse.load("salesforce")) == {"Contact": 1}
    assert [len(versions(warehouse, "Contact", each)) for each in (first, second)] == [2, 1]


@pytest.fixture(params=["Pacific/Chatham", "America/New_York", "UTC"])
def zone(request, monkeypatch):
    """The machine's time zone, which nothing may depend on."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_edge_27_dates_and_times_in_any_time_zone(warehouse, source, only, zone, monkeypatch):
    """Leap day, midnight, the hours of a clock change, a machine far from UTC -> the texts and UTC stamps."""
    only("Contact", "companies")
    (contact,), (company,) = some(warehouse, "Contact"), some(warehouse, "companies")
    moments = {"EmailBouncedDate": "2024-03-10T02:30:00.000+0000", "Birthdate": "1980-02-29"}
    update(source, "Contact", contact, **moments)
    update(source, "companies", company, notes_last_updated="2024-11-03T01:30:00.000Z")
    moment = now(source)
    warehouse.load()
    row = current(warehouse, "Contact", contact)
    assert (row["emailbounceddate"], row["birthdate"]) == tuple(moments.values())
    assert abs(row["_stamp"] - datetime.fromisoformat(moment)) < timedelta(seconds=60)
    assert row["systemmodstamp"] == f"{row['_stamp'].isoformat()}.000+0000"
    assert current(warehouse, "companies", company)["notes_last_updated"] == "2024-11-03T01:30:00.000Z"
    assert unlike(source, warehouse, "Contact", "companies") == {}


def test_edge_27_stamps_of_the_future(warehouse, source, only):
    """Records stamped ten minutes ahead -> read when their time has come; no watermark lies ahead of now."""
    only("Contact", "companies")
    ahead = source.clock(advance=600)["now"]
    source.clock(advance=-600)
    contact = change(source, "create", "Contact", values={"LastName": "Ahead"}, stamp=ahead)
    company = change(source, "create", "companies", values={"name": "Ahead"}, stamp=ahead)
    warehouse.load()
    both = ("raw_salesforce.extracts", "raw_hubspot.extracts")
    ends = [end for table in both for end in warehouse.ask(f"select window_to from {table}")]
    assert all(end <= datetime.fromisoformat(now(source)) for (end,) in ends)
    update(source, "Contact", some(warehouse, "Contact")[0], Title="Meanwhile")
    assert written(warehouse.load())["Contact"] == 1
    source.clock(advance=700)
    warehouse.load()
    assert unlike(source, warehouse, "Contact", "companies") == {}
    assert [len(versions(warehouse, *each)) for each in (("Contact", contact), ("companies", company))] == [
        1,
        1,
    ]


def test_edge_27_a_date_header_that_is_ahead(warehouse, source, only):
    """One load sees a clock ten minutes ahead -> what changes in these ten minutes is not lost."""
    only("Contact", "companies")
    source.fault("clock_skew", count=0, seconds=600)
    warehouse.load()
    source.clear_faults()
    source.clock(advance=300)
    update(source, "Contact", some(warehouse, "Contact")[0], Title="Meanwhile")
    update(source, "companies", some(warehouse, "companies")[0], city="Bern")
    assert written(warehouse.load()) == {"Contact": 1, "companies": 1}
    assert unlike(source, warehouse, "Contact", "companies") == {}


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("milliseconds", [False, True])
def test_edge_27_stamps_within_a_second(warehouse, source, only, monkeypatch, milliseconds):
    """Stamps of whole seconds or of milliseconds, edits around a load's end -> each seen, none twice."""
    only("Contact")
    monkeypatch.setattr("pipelines.salesforce.soql.PAGE", 2)
    source.switch(stamp_milliseconds=milliseconds)
    second = datetime.fromisoformat(now(source)).replace(microsecond=0) + timedelta(seconds=10)
    chosen = some(warehouse, "Contact", 6)
    source.clock(now=second.isoformat(), frozen=True)
    for place, record_id in enumerate(chosen):
        source.clock(now=(second + timedelta(milliseconds=150 * place)).isoformat())
        action = {"system": "salesforce", "action": "update", "object": "Contact", "id": record_id}
        source.change(action | {"values": {"Title": "Within"}})
        if place in (1, 4):
            warehouse.load("salesforce")
    source.clock(advance=1)
    warehouse.load("salesforce")
    source.clock(frozen=False)
    assert unlike(source, warehouse, "Contact") == {}
    assert [len(versions(warehouse, "Contact", record_id)) for record_id in chosen] == [2] * 6


def test_edge_34_names_that_another_spelling_would_make_one(warehouse, source, only):
    """Foo__c and Foo_c at one object -> two columns, each with its own value."""
    only("Contact")
    for name in ("Foo__c", "Foo_c", "Foo___c"):
        field = {"name": name, "type": "string", "label": name, "length": 20}
        change(source, "define_field", "Contact", values=field)
    (record_id,) = some(warehouse, "Contact")
    update(source, "Contact", record_id, Foo__c="two", Foo_c="one", Foo___c="three")
    warehouse.load("salesforce")
    row = current(warehouse, "Contact", record_id)
    assert (row["foo_c"], row["foo__c"], row["foo___c"]) == ("one", "two", "three")


@pytest.mark.parametrize("more", [
    {"archived": "False"},
    {"archived": "false", "properties": ["name", "city"]},
    {"archived": "false", "properties": "city,name"},
])  # fmt: skip
@pytest.mark.parametrize("end", ["", "/"])
def test_edge_35_clients_that_spell_a_call_in_their_own_way(source, more, end):
    """`False` for false, lists repeated or joined, a last slash -> the sandbox answers all of them alike."""
    headers = {"Authorization": f"Bearer {source.environment['SOURCES__HUBSPOT__ACCESS_TOKEN']}"}
    url = f"{source.base_url}/crm/v3/objects/companies{end}"
    answer = requests.get(url, params={"limit": "100", **more}, headers=headers, timeout=60).json()
    usual = {"limit": "100", "archived": "false", "properties": "name,city"}
    expected = requests.get(url.rstrip("/"), params=usual, headers=headers, timeout=60).json()
    assert [each["id"] for each in answer["results"]] == [each["id"] for each in expected["results"]]
    if "properties" in more:
        assert answer["results"] == expected["results"]


def test_edge_37_a_list_whose_order_changes(warehouse, source, only):
    """A non-ASCII multi-picklist comes in another order.

    -> a version of its own, the texts as they were sent.
    """
    only("Contact", "contacts")
    (contact,), (person,) = some(warehouse, "Contact"), some(warehouse, "contacts")
    for words in ("Žlutá;Grün;日本", "日本;Žlutá;Grün"):
        update(source, "Contact", contact, Interests__c=words)
        update(source, "contacts", person, interests=words)
        assert written(warehouse.load())["Contact"] == 1
        assert current(warehouse, "Contact", contact)["interests__c"] == words
        assert current(warehouse, "contacts", person)["interests"] == words


def test_edge_37_options_keep_their_spelling(warehouse, source, only):
    """A picklist with non-ASCII values -> the metadata log lists them as they are."""
    only("Contact")
    values = [{"value": value, "active": True} for value in ("Žlutá", "日本")]
    field = {"name": "Colours__c", "type": "multipicklist", "label": "Colours", "picklistValues": values}
    change(source, "define_field", "Contact", values=field)
    warehouse.load("salesforce")
    rows = warehouse.rows("raw_salesforce.fields", "field = 'Colours__c'")
    assert [row["picklist_values"] for row in rows] == ["Žlutá;日本"]
