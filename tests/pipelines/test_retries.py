"""Failures that pass are waited out and counted; what does not pass says what to do."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import pipelines.hubspot
import pipelines.salesforce
from pipelines.errors import SourceUnavailable
from pipelines.extract import Reader, Request
from pipelines.http import Bearer, Budget, Dialect, Http, Usage
from pipelines.log import RawLog
from pipelines.objects import ObjectSpec
from pipelines.window import next_window


def rows_of(reader: Reader, spec: ObjectSpec) -> list[dict[str, Any]]:
    """Everything that a backfill of one object reads, without dlt and warehouse."""
    fields = tuple(field.name for field in reader.fields(spec) if field.is_loaded)
    window = next_window(None, reader.now(), reader.overlap, reader.lag)
    with RawLog(Path("none.duckdb"), "raw_crm") as log:
        request = Request(spec, fields, window, log.table(spec.table))
        return [row for page in reader.read(request).pages for row in page.rows.to_pylist()]


def leads() -> tuple[Reader, list[dict[str, Any]]]:
    reader = pipelines.salesforce.connect()
    spec = next(spec for spec in pipelines.salesforce.OBJECTS if spec.name == "Lead")
    return reader, rows_of(reader, spec)


def deals() -> tuple[Reader, list[dict[str, Any]]]:
    reader = pipelines.hubspot.connect()
    spec = next(spec for spec in pipelines.hubspot.OBJECTS if spec.name == "deals")
    return reader, rows_of(reader, spec)


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "0")


@pytest.mark.parametrize(
    ("kind", "path", "parameters", "expected"),
    [
        ("maintenance", "/queryAll", {"count": 4}, [1, 2, 4, 8]),
        ("server_error", "/describe", {}, [1]),
        ("reset", "/queryAll", {}, [1]),
        ("request_limit", "/queryAll", {"concurrent": True}, [1]),
        ("status", "/queryAll", {"status": 408}, [1]),
        ("maintenance", "/oauth2/token", {"retry_after": 7}, [7]),
        ("session_expired", "/data/", {}, []),
        ("session_expired", "/data/", {"nth": 3}, []),
    ],
)
def test_salesforce_failures_that_pass(source, waits, kind, path, parameters, expected):
    source.fault(kind, path=path, **parameters)
    reader, rows = leads()
    assert len(rows) == 70
    assert [round(max(wait - 0.25, 0)) if wait != 7 else 7 for wait in waits] == expected
    assert reader.usage.retries == len(expected)


@pytest.mark.parametrize(
    ("kind", "path", "parameters", "expected"),
    [
        ("rate_limit", "/deals", {"policy": "TEN_SECONDLY_ROLLING"}, [10]),
        ("rate_limit", "/deals", {"policy": "SECONDLY"}, [1]),
        ("rate_limit", "/deals", {"policy": "TEN_SECONDLY_ROLLING", "retry_after": 3}, [3]),
        ("locked", "/deals", {"retry_after": 2}, [2]),
        ("gateway", "/deals", {}, [1]),
        ("reset", "/deals", {"nth": 2}, [1]),
    ],
)
def test_hubspot_failures_that_pass(source, waits, kind, path, parameters, expected):
    source.fault(kind, path=path, **parameters)
    reader, rows = deals()
    assert len(rows) == 80
    assert [int(wait) for wait in waits] == expected
    assert reader.usage.retries == len(expected)


def test_every_attempt_counts_as_a_call(source, waits):
    source.fault("gateway", path="/deals", count=3)
    source.clear_log()
    reader, _ = deals()
    assert reader.usage.calls == len(source.log())
    assert reader.usage.used is not None


@pytest.mark.parametrize(
    "kind", ["bulk_short", "bulk_nul", "bulk_truncated_gzip", "bulk_not_ready", "bulk_no_locator"]
)
@pytest.mark.usefixtures("in_bulk")
def test_bulk_results_that_come_damaged_are_fetched_again(source, waits, kind):
    _, expected = leads()
    source.fault(kind, path="/results")
    assert leads()[1] == expected


@pytest.mark.parametrize("has_header", [True, False])
@pytest.mark.usefixtures("in_bulk")
def test_bulk_results_in_many_files(source, monkeypatch, waits, has_header):
    monkeypatch.setattr("pipelines.salesforce.client.BULK_CHUNK", 30)
    source.switch(bulk_header_every_chunk=has_header)
    assert len({row["_record_id"] for row in leads()[1]}) == 70


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("bulk_failed", "", "ended as Failed"),
        ("bulk_aborted", "", "ended as Aborted"),
        ("bulk_stuck", "", "ended as InProgress .no row in [6-9]"),
        ("bulk_short", "/results", "rows instead of 70"),
    ],
)
@pytest.mark.usefixtures("in_bulk")
def test_a_bulk_job_that_does_not_deliver(source, waits, monkeypatch, kind, path, words):
    monkeypatch.setattr("pipelines.salesforce.bulk.STUCK", 60.0)
    source.fault(kind, path=path, count=0)
    with pytest.raises(SourceUnavailable, match=words):
        leads()


def test_a_wait_of_hours_is_not_waited(source, waits):
    source.fault("maintenance", path="/describe", retry_after=7200)
    with pytest.raises(SourceUnavailable, match="asks to be left alone for 7200 seconds"):
        leads()
    source.fault("rate_limit", path="/deals", policy="SECONDLY", retry_after=3600)
    with pytest.raises(SourceUnavailable, match="HTTP 429 and asks to be left alone for 3600 seconds"):
        deals()
    assert waits == []


def test_a_refusal_names_the_call_and_the_sources_own_code(source, waits):
    source.fault("lock_row", path="/queryAll", count=0)
    with pytest.raises(
        SourceUnavailable, match=r"refused GET http://\S+/queryAll with HTTP 400 \(UNABLE_TO_LOCK_ROW\)"
    ):
        leads()


def test_a_load_that_fails_keeps_what_came_and_the_next_one_goes_on(empty, source, waits, monkeypatch):
    monkeypatch.setattr("pipelines.salesforce.soql.PAGE", 30)
    source.fault("maintenance", path="/queryAll", nth=15, count=5)
    with pytest.raises(SourceUnavailable):
        empty.load("salesforce")
    read = dict(empty.ask("select object, rows_read from raw_salesforce.extracts where window_to is null"))
    assert 0 < read["Contact"] < 230
    assert empty.count("raw_salesforce.contact") == read["Contact"]
    assert empty.count("raw_salesforce.account") > 0
    result = empty.load("salesforce")
    rest = {extract.object: extract.rows_read for extract in result.extracts}
    assert rest["Contact"] == 230 - read["Contact"]
    assert rest["Account"] == 0
    assert empty.count("raw_salesforce.contact") == 230


def test_two_threads_take_turns(source):
    """Pages are fetched ahead in one thread while the other asks for records by id."""
    http = Http("HubSpot", source.base_url, Dialect(), Budget("HubSpot", 1.0), Usage())
    http.auth = Bearer(source.environment["SOURCES__HUBSPOT__ACCESS_TOKEN"])
    running: list[str] = []
    most = 0

    def parse(response: requests.Response) -> None:
        nonlocal most
        running.append(response.url)
        most = max(most, len(running))
        time.sleep(0.02)
        running.pop()

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(http.send, "GET", "/crm/v3/owners", parse=parse) for _ in range(10)]
    assert [each.result() for each in sent] == [None] * 10
    assert (most, http.usage.calls) == (1, 10)
