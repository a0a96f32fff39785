"""Pages of a long read: equal stamps, crashes between pages, cursors that die, queries too long for a URL."""

import pytest

import pipelines.salesforce
from pipelines.errors import SourceUnavailable
from pipelines.extract import Request
from pipelines.http import Http
from pipelines.log import RawLog
from pipelines.salesforce.objects import OBJECTS
from pipelines.window import next_window
from tests.edge_cases.acting import calls, change, current, fired, some, twice, unlike, update, versions

pytestmark = pytest.mark.usefixtures("waits")


class Killed(BaseException):
    """Stands in for a kill."""


def fail(source, nth):
    """The nth query fails for good."""
    source.fault("server_error", path="/queryAll", nth=nth, count=5)
    return SourceUnavailable


def kill(monkeypatch, nth):
    """The process dies before its nth request."""
    real, made = Http.send, []

    def send(self, *arguments, **options):
        made.append(1)
        if len(made) == nth:
            raise Killed
        return real(self, *arguments, **options)

    monkeypatch.setattr(Http, "send", send)
    return Killed


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("end", ["failure", "kill"])
@pytest.mark.parametrize("mode", ["backfill", "delta"])
def test_edge_01_a_crash_among_rows_of_one_stamp(empty, warehouse, source, only, monkeypatch, mode, end):
    """70 rows share a stamp, a page has 20, the load dies after page 2 -> all of them, each once."""
    only("Contact")
    change(source, "fill", "Contact", count=70)
    copy, nth = (empty, 8) if mode == "backfill" else (warehouse, 6)
    with monkeypatch.context() as patch:
        stopped = fail(source, nth - 2) if end == "failure" else kill(patch, nth)
        with pytest.raises(stopped):
            copy.load("salesforce")
    source.clear_faults()
    before = copy.count("raw_salesforce.contact") if copy.path.exists() and end == "failure" else 0
    result = copy.load("salesforce")
    assert copy.ask(
        "select count(*) from raw_salesforce.contact where title is null or email like 'fill%'"
    ) == [(70,)]
    assert copy.ask("select count(distinct _stamp) from raw_salesforce.contact where email like 'fill%'") == [
        (1,)
    ]
    assert twice(copy, "Contact") == []
    assert unlike(source, copy, "Contact") == {}
    if mode == "backfill" and end == "failure":
        assert 0 < before < 300
        assert sum(extract.rows_read for extract in result.extracts) == 300 - before


@pytest.mark.slow
def test_edge_01_with_the_real_page_size(empty, source, only):
    """7,000 rows share a stamp, a page has 2,000, the load fails after page 2 -> the rest comes next time."""
    only("Contact")
    change(source, "fill", "Contact", count=7_000)
    source.fault("server_error", path="/queryAll", nth=4, count=5)
    with pytest.raises(SourceUnavailable):
        empty.load("salesforce")
    assert empty.count("raw_salesforce.contact") == 4_000
    assert empty.load("salesforce").rows_written == 3_230
    assert empty.ask("select count(distinct _record_id) from raw_salesforce.contact") == [(7_230,)]


@pytest.mark.parametrize("status", [400, 404])
def test_edge_07_cursors_that_expire_at_once(warehouse, source, only, monkeypatch, status):
    """The server answers less than a page and a cursor that is dead already.

    -> the read goes on without it.
    """
    only("Contact")
    source.switch(locator_seconds=0, locator_error_status=status)
    monkeypatch.setattr("pipelines.salesforce.soql.PAGE", 3_000)  # the server's own pages have 2,000
    change(source, "fill", "Contact", count=2_500)
    source.clear_log()
    assert warehouse.load("salesforce").rows_written == 2_500
    assert warehouse.ask("select count(distinct _record_id) from raw_salesforce.contact") == [(2_730,)]
    assert not [call for call in source.log() if "/query/" in call["path"] or call["status"] >= 400]
    assert len(calls(source, "/queryAll")) >= 3


def short_urls(monkeypatch):
    monkeypatch.setattr("pipelines.salesforce.rest.LONGEST_CONDITION", 300)
    monkeypatch.setattr("pipelines.salesforce.client.LONGEST_URL", 700)


@pytest.mark.parametrize("nth", [3, 4])
def test_edge_32_a_row_that_changes_between_two_parts_of_its_fields(
    warehouse, source, only, monkeypatch, nth
):
    """Fields are read in several queries; a row is edited between two of them -> never a mixture of both."""
    only("Contact")
    short_urls(monkeypatch)
    (first, moving, last) = (
        row["_record_id"] for row in warehouse.rows("raw_salesforce.contact", "not _is_deleted")[:3]
    )
    for record_id in (first, moving, last):
        update(source, "Contact", record_id, FirstName="Before", Title="Before")
    edit = {"system": "salesforce", "action": "update", "object": "Contact", "id": moving}
    source.fault(
        "change",
        path="/queryAll",
        nth=nth,
        action=edit | {"values": {"FirstName": "After", "Title": "After"}},
    )
    warehouse.load("salesforce")
    assert fired(source) == [1]
    assert {row["firstname"] for row in (current(warehouse, "Contact", each) for each in (first, last))} == {
        "Before"
    }
    assert all(row["firstname"] == row["title"] for row in versions(warehouse, "Contact", moving)[1:])
    source.clock(advance=2)
    warehouse.load("salesforce")
    assert current(warehouse, "Contact", moving)["title"] == "After"
    assert unlike(source, warehouse, "Contact") == {}


def test_edge_32_a_row_asked_for_by_id_that_changes_between_two_parts(warehouse, source, monkeypatch):
    """The same for rows that are asked for by id, to see whether they are there -> asked for again."""
    short_urls(monkeypatch)
    ids = some(warehouse, "Contact", 3)
    reader, spec = pipelines.salesforce.connect(), next(each for each in OBJECTS if each.name == "Contact")
    fields = tuple(field.name for field in reader.fields(spec) if field.is_loaded)
    edit = {"system": "salesforce", "action": "update", "object": "Contact", "id": ids[1]}
    source.clock(advance=1)
    source.fault("change", path="/queryAll", nth=2, action=edit | {"values": {"Title": "After"}})
    with RawLog(warehouse.path, "raw_salesforce") as log:
        window = next_window(None, reader.now(), reader.overlap, reader.lag)
        request = Request(spec, fields, window, log.table("contact"))
        rows = [row for page in reader.fetch(request, ids) for row in page.rows.to_pylist()]
    assert fired(source) == [1]
    assert sorted(row["_record_id"] for row in rows) == ids
    assert {row["title"] for row in rows if row["_record_id"] == ids[1]} == {"After"}


def test_edge_32_a_field_list_longer_than_any_url(warehouse, source, only):
    """So many fields that a query of all is a 414 -> they come in parts, each row whole."""
    only("Contact")
    names = [f"Field_{'x' * 90}_{number}__c" for number in range(180)]
    for name in names:
        field = {"name": name, "type": "string", "label": "Wide", "length": 10}
        source.change(
            {"system": "salesforce", "action": "define_field", "object": "Contact", "values": field}
        )
    (record,) = warehouse.rows("raw_salesforce.contact", "not _is_deleted")[:1]
    update(source, "Contact", record["_record_id"], **{names[0]: "first", names[-1]: "last"})
    source.clear_log()
    assert warehouse.load("salesforce").rows_written == 1
    row = current(warehouse, "Contact", record["_record_id"])
    assert (row[names[0].lower()], row[names[-1].lower()]) == ("first", "last")
    assert row["lastname"] == record["lastname"]
    assert not calls(source, status=414)
    assert len(calls(source, "/queryAll")) >= 3


def test_edge_32_a_property_list_longer_than_any_url(warehouse, source, only):
    """The same at HubSpot, where a list names the properties in its URL -> read by id instead."""
    only("companies")
    names = [f"wide_{'x' * 90}_{number}" for number in range(180)]
    for name in names:
        definition = {"name": name, "type": "string", "label": "Wide"}
        source.change(
            {"system": "hubspot", "action": "define_property", "object": "companies", "values": definition}
        )
    (record,) = warehouse.rows("raw_hubspot.companies", "not _is_deleted")[:1]
    update(source, "companies", record["_record_id"], **{names[0]: "first", names[-1]: "last"})
    source.clear_log()
    assert warehouse.load("hubspot", mode="backfill").rows_written == warehouse.count(
        "raw_hubspot.companies", "_sync_seq = 1"
    )
    row = current(warehouse, "companies", record["_record_id"])
    assert (row[names[0]], row[names[-1]], row["name"]) == ("first", "last", record["name"])
    assert not calls(source, status=414)
    assert calls(source, "/companies/batch/read")
