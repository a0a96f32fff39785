"""Bulk jobs that fail, hang, lose rows or vanish; result files in every damaged form; both APIs alike."""

import pytest

from pipelines.errors import BudgetReached, SourceUnavailable
from tests.edge_cases.acting import (
    calls,
    change,
    current,
    fired,
    some,
    twice,
    unfinished,
    unlike,
    update,
    versions,
)

pytestmark = pytest.mark.usefixtures("waits", "in_bulk")

JOBS, RESULTS = "/jobs/query", "/results"


@pytest.fixture(autouse=True)
def _quickly_stuck(monkeypatch):
    monkeypatch.setattr("pipelines.salesforce.bulk.STUCK", 60.0)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("kind", "path", "rule", "jobs"),
    [
        ("bulk_failed", "/jobs/query$", {}, 2),
        ("bulk_aborted", "/jobs/query$", {}, 2),
        ("bulk_stuck", "/jobs/query$", {}, 2),
        ("bulk_purged", RESULTS, {"nth": 3}, 2),
        ("bulk_lost_rows", "/jobs/query$", {"rows": 2}, 2),
        ("bulk_short", RESULTS, {"nth": 3, "count": 5}, 2),
        ("bulk_short", RESULTS, {"nth": 3}, 1),
        ("bulk_failed", "/jobs/query$", {"count": 2}, 3),
    ],
    ids=["failed", "aborted", "stuck", "purged", "lost rows", "always short", "short once", "failed twice"],
)
def test_edge_13_a_job_that_does_not_deliver_is_made_again(empty, source, only, kind, path, rule, jobs):
    """A job fails, is aborted, hangs, is purged, or its files lack rows.

    -> another one, and every row once.
    """
    only("Lead")
    source.fault(kind, path=path, **rule)
    source.clear_log()
    empty.load("salesforce")
    assert fired(source) == [rule.get("count", 1)]
    assert len(calls(source, JOBS, "POST")) == jobs
    assert bool(calls(source, method="PATCH")) == (kind == "bulk_stuck")
    assert unlike(source, empty, "Lead") == {}


@pytest.mark.usefixtures("small_pages")
def test_edge_13_a_job_made_again_brings_no_version_twice(empty, source, only):
    """A job is purged after two of its files were read -> the next one's rows are no news where they came."""
    only("Lead")
    source.fault("bulk_purged", path=RESULTS, nth=3)
    assert empty.load("salesforce").rows_written == 70
    assert twice(empty, "Lead") == []


@pytest.mark.parametrize("kind", ["bulk_failed", "bulk_lost_rows"])
def test_edge_13_jobs_that_never_deliver(warehouse, source, only, kind):
    """Every job fails, or every job's files lack a row.

    -> an error, no window counts as read, the next load does.
    """
    only("Contact")
    source.fault(kind, path="/jobs/query$", count=0)
    with pytest.raises(SourceUnavailable, match=r"ended as Failed|processed 230 rows"):
        warehouse.load("salesforce", mode="backfill")
    assert set(unfinished(warehouse, "Contact")) == {2}
    change(source, "fill", "Contact", count=3)
    source.clear_faults()
    assert warehouse.load("salesforce").rows_written == 3


@pytest.mark.parametrize(
    ("kind", "rule"),
    [("bulk_quota", {}), ("bulk_quota", {"storage": True}), ("bulk_unsupported", {})],
)
def test_edge_13_where_no_job_can_be_made_rest_does_it(empty, source, only, kind, rule):
    """The day's jobs or their storage are used up, or Bulk cannot do the object -> read over REST."""
    only("Lead")
    source.fault(kind, path="/jobs/query$", count=0, **rule)
    (extract,) = empty.load("salesforce").extracts
    assert (extract.transport, extract.rows_written) == ("rest", 70)
    assert fired(source) == [1]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("status", [204, 400])
def test_edge_13_results_that_are_not_there_yet(empty, source, only, status):
    """A finished job's results are not there yet, told by either status -> waited for or made again."""
    only("Lead")
    source.switch(bulk_not_ready_status=status)
    source.fault("bulk_not_ready", path=RESULTS, nth=2)
    empty.load("salesforce")
    assert fired(source) == [1]
    assert unlike(source, empty, "Lead") == {}


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("days", "rule", "jobs"), [(1, {}, 0), (1, {"count": 1}, 1), (8, {}, 1)], ids=["kept", "purged", "8 days"]
)
def test_edge_13_a_backfill_goes_on_with_the_job_of_an_earlier_load(empty, source, only, days, rule, jobs):
    """A load stops between result files.

    -> the next reads on in the same job while that is kept, else anew.
    """
    only("Contact")
    source.fault("request_limit", path=RESULTS, nth=5, count=0)
    with pytest.raises(BudgetReached):
        empty.load("salesforce")
    assert empty.count("raw_salesforce.contact") == 80
    source.clear_faults()
    source.clock(advance=days * 86_400)
    if rule:
        source.fault("bulk_purged", path=RESULTS, **rule)
    source.clear_log()
    assert empty.load("salesforce").rows_written == 150
    assert len(calls(source, JOBS, "POST")) == jobs
    assert len(calls(source, RESULTS, status=200)) == (8 if jobs == 0 else 12)
    assert unlike(source, empty, "Contact") == {}
    assert twice(empty, "Contact") == []


@pytest.mark.usefixtures("small_pages")
def test_edge_13_a_backfill_that_pauses_after_every_file(empty, source, only, monkeypatch):
    """Each page is taken into the warehouse at once -> a load per file, one job, every row once."""
    only("Contact")
    monkeypatch.setattr("pipelines.engine.LOAD_SECONDS", 0.0)
    monkeypatch.setattr("pipelines.salesforce.client.BULK_CHUNK", 80)
    source.clear_log()
    result = empty.load("salesforce")
    assert [extract.rows_read for extract in result.extracts] == [80, 80, 70, 0]
    assert len(calls(source, JOBS, "POST")) == 1
    assert unlike(source, empty, "Contact") == {}
    assert (
        len({extract_id for (extract_id,) in empty.ask("select extract_id from raw_salesforce.extracts")})
        == 4
    )


TEXTS = {
    "quotes": 'She said "hi", \'bye\',\r\n"then,\n\nleft"',
    "long": "ünïcödé 👩‍🚀 " * 2_000 + "end",
    "blank": " \t ",
    "formula": "=1+1,2",
    "header": '"Id","Name"\n"003","x"',
}


def write_texts(source, warehouse):
    """Put each text into a record of its own; returns the ids by kind."""
    chosen = dict(zip(TEXTS, some(warehouse, "Contact", len(TEXTS)), strict=True))
    for kind, record_id in chosen.items():
        update(source, "Contact", record_id, Description=TEXTS[kind])
    return chosen


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("header", [True, False], ids=["header in every file", "header in the first"])
def test_edge_14_texts_that_csv_makes_hard(warehouse, source, only, header):
    """Quotes, CRLF, 32 KB, emoji cut between two pieces, many files -> the bytes that were stored."""
    only("Contact")
    chosen = write_texts(source, warehouse)
    source.switch(bulk_header_every_chunk=header)
    source.fault("bulk_split", path=RESULTS, count=0, bytes=997)
    source.clear_log()
    assert warehouse.load("salesforce", mode="backfill").rows_written == len(TEXTS)
    assert len(calls(source, RESULTS)) == 12
    for kind, record_id in chosen.items():
        assert current(warehouse, "Contact", record_id)["description"] == TEXTS[kind]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", ["bulk_nul", "bulk_truncated_gzip", "bulk_no_locator"])
def test_edge_14_files_that_come_damaged(warehouse, source, only, kind):
    """A NUL byte, half a gzip, no locator -> the same rows as before, none lost."""
    only("Contact")
    rule = {} if kind == "bulk_no_locator" else {"nth": 3}
    source.fault(kind, path=RESULTS, **rule)
    result = warehouse.load("salesforce", mode="backfill")
    assert (result.rows_written, result.extracts[-1].transport) == (0, "bulk")
    assert sum(extract.rows_read for extract in result.extracts) >= 230
    assert fired(source) == [1]


def test_edge_14_a_nul_inside_a_value(warehouse, source, only, monkeypatch):
    """A value holds a NUL -> without it, and the same whichever API brought it."""
    only("Contact")
    (record_id,) = some(warehouse, "Contact")
    update(source, "Contact", record_id, Description="nul\0inside")
    assert warehouse.load("salesforce", mode="backfill").rows_written == 1
    assert current(warehouse, "Contact", record_id)["description"] == "nulinside"
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "10000")
    assert warehouse.load("salesforce", mode="backfill").rows_written == 0


@pytest.mark.parametrize("header", [True, False], ids=["a header row", "nothing"])
def test_edge_14_a_job_without_rows(empty, source, only, header):
    """A job finds no row and its result is a header, or nothing -> an empty table with its columns."""
    only("Contact")
    source.switch(bulk_header_without_rows=header)
    source.clock(now="2020-01-01T00:00:00")  # the window ends before anything was written
    source.clear_log()
    (extract,) = empty.load("salesforce").extracts
    assert (extract.transport, extract.rows_read) == ("bulk", 0)
    assert len(calls(source, RESULTS)) == 1
    columns = {
        name for (name,) in empty.ask("select column_name from duckdb_columns() where table_name = 'contact'")
    }
    assert {"email", "_record_id"} <= columns


SPELLINGS = (
    {"bulk_datetime": "Z"},
    {"bulk_datetime": "+0000"},
    {"bulk_integer_suffix": ".0"},
    {"exponent_numbers": True},
    {"stamp_milliseconds": True},
)


@pytest.mark.parametrize("switches", SPELLINGS, ids=lambda switches: "=".join(map(str, *switches.items())))
def test_edge_15_one_row_whichever_api_brings_it(warehouse, source, only, monkeypatch, switches):
    """Stamps, nulls, whole, large and decimal numbers spelled differently.

    -> REST and Bulk give one version.
    """
    only("Account")
    source.switch(**switches)
    (record_id, other) = some(warehouse, "Account", 2)
    update(
        source, "Account", record_id, AnnualRevenue=123456789.5, NumberOfEmployees=30, Website=None, Phone=""
    )
    update(source, "Account", other, AnnualRevenue=10_000_000, NumberOfEmployees=0)
    source.clear_log()
    assert warehouse.load("salesforce", mode="backfill").rows_written >= 2
    assert len(calls(source, JOBS, "POST")) == 1
    by_bulk = current(warehouse, "Account", record_id)
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "10000")
    (extract,) = warehouse.load("salesforce", mode="backfill").extracts
    assert (extract.transport, extract.rows_written) == ("rest", 0)
    assert len(versions(warehouse, "Account", record_id)) == 2
    assert (by_bulk["numberofemployees"], by_bulk["website"], by_bulk["phone"]) == ("30", "", "")
    assert by_bulk["systemmodstamp"].endswith("+0000")
    assert "E" not in by_bulk["annualrevenue"]
