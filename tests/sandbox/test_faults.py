"""Every kind of injected failure, seen from outside."""

from __future__ import annotations

import time

import pytest
import requests
from hubspot.crm.contacts import PublicObjectSearchRequest
from hubspot.crm.contacts.exceptions import ApiException

from sandbox.client import Sandbox
from sandbox.faults import KINDS, MAX_UNAUTHORIZED, Fault
from sandbox.ids import to_18
from tests.sandbox.conftest import BEARER, get, hubspot, log_in, post, start_anew

LIST = "/crm/v3/objects/contacts"
QUERY = "/services/data/v62.0/query"


def bulk_job(world: Sandbox, token: dict[str, str]) -> str:
    base = f"{world.base_url}/services/data/v62.0/jobs/query"
    body = {"operation": "query", "query": "SELECT Id FROM Lead LIMIT 10"}
    return f"{base}/{requests.post(base, json=body, headers=token, timeout=10).json()['id']}"


@pytest.mark.parametrize(
    ("kind", "parameters", "status", "field", "value"),
    [
        ("rate_limit", {}, 429, "policyName", "TEN_SECONDLY_ROLLING"),
        ("rate_limit", {"policy": "SECONDLY"}, 429, "message", "You have reached your secondly limit."),
        ("rate_limit", {"policy": "DAILY"}, 429, "message", "You have reached your daily limit."),
        ("expired_token", {}, 401, "category", "EXPIRED_AUTHENTICATION"),
        ("unauthorized", {}, 401, "category", "INVALID_AUTHENTICATION"),
        ("migrating", {}, 477, "category", "MIGRATION_IN_PROGRESS"),
        ("locked", {}, 423, "category", "LOCKED"),
        ("missing_scopes", {}, 403, "category", "MISSING_SCOPES"),
        ("status", {"status": 500, "body": {"status": "error"}}, 500, "status", "error"),
    ],
)
def test_hubspot_refusals(
    world: Sandbox, kind: str, parameters: dict[str, object], status: int, field: str, value: str
) -> None:
    world.fault(kind, path=LIST, **parameters)
    reply = get(world, LIST)
    assert (reply.status_code, reply.json()[field]) == (status, value)
    assert get(world, LIST).status_code == 200


@pytest.mark.parametrize(
    ("kind", "parameters", "status", "code"),
    [
        ("session_expired", {}, 401, "INVALID_SESSION_ID"),
        ("unauthorized", {}, 401, "INVALID_AUTH_HEADER"),
        ("request_limit", {}, 403, "REQUEST_LIMIT_EXCEEDED"),
        ("request_limit", {"concurrent": True}, 403, "REQUEST_LIMIT_EXCEEDED"),
        ("query_timeout", {}, 400, "QUERY_TIMEOUT"),
        ("invalid_locator", {}, 400, "INVALID_QUERY_LOCATOR"),
        ("lock_row", {}, 400, "UNABLE_TO_LOCK_ROW"),
        ("server_error", {}, 500, "UNKNOWN_EXCEPTION"),
    ],
)
def test_salesforce_refusals(
    world: Sandbox, token: dict[str, str], kind: str, parameters: dict[str, object], status: int, code: str
) -> None:
    world.fault(kind, path="/query", **parameters)
    reply = get(world, QUERY, token, q="SELECT COUNT() FROM Account")
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (status, code)


@pytest.mark.parametrize(("kind", "status"), [("maintenance", 503), ("gateway", 521), ("gateway", 504)])
def test_html_pages(world: Sandbox, kind: str, status: int) -> None:
    world.fault(kind, path=LIST, status=status)
    reply = get(world, LIST)
    assert reply.status_code == status
    assert reply.text.startswith("<html>")


def test_retry_after_is_sent_when_asked_for(world: Sandbox) -> None:
    world.fault("rate_limit", path=LIST, retry_after=3)
    assert get(world, LIST).headers["Retry-After"] == "3"
    world.fault("migrating", path=LIST, retry_after=86400)
    assert get(world, LIST).headers["Retry-After"] == "86400"


def test_the_nth_call_fails_count_times(world: Sandbox) -> None:
    world.fault("locked", path=LIST, method="GET", nth=2, count=2)
    assert [get(world, LIST).status_code for _ in range(4)] == [200, 423, 423, 200]


def test_the_connection_to_salesforce_breaks_or_crawls_too(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("reset", path="/query", after_bytes=20)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(world, QUERY, token, q="SELECT Id FROM Account")
    world.fault("slow_body", path="/query", seconds=0.2)
    started = time.monotonic()
    assert get(world, QUERY, token, q="SELECT Id FROM Account").json()["totalSize"] == 3
    assert time.monotonic() - started >= 0.15
    world.fault("gateway", path="/query", status=504)
    assert get(world, QUERY, token, q="SELECT Id FROM Account").status_code == 504


def test_a_connection_breaks_inside_the_body(world: Sandbox) -> None:
    world.fault("reset", path=LIST)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(world, LIST)
    assert get(world, LIST).status_code == 200


def test_latency_and_a_slow_body(world: Sandbox) -> None:
    world.fault("latency", path=LIST, seconds=0.2)
    world.fault("slow_body", path=LIST, seconds=0.2)
    started = time.monotonic()
    assert len(get(world, LIST).json()["results"]) == 6
    assert time.monotonic() - started >= 0.35


def test_the_date_header_can_be_wrong(world: Sandbox) -> None:
    world.clock(now="2026-05-01T00:00:00+00:00", frozen=True)
    world.fault("clock_skew", path=LIST, seconds=600)
    assert get(world, LIST).headers["Date"] == "Fri, 01 May 2026 00:10:00 GMT"
    assert get(world, LIST).headers["Date"] == "Fri, 01 May 2026 00:00:00 GMT"


def test_a_session_that_ends_takes_its_locators_along(world: Sandbox, token: dict[str, str]) -> None:
    headers = token | {"Sforce-Query-Options": "batchSize=200"}
    following = get(world, QUERY, headers, q="SELECT Id FROM Lead").json()["nextRecordsUrl"]
    world.fault("session_expired", path="/query")
    assert get(world, following, token).status_code == 401
    reply = get(world, following, log_in(world))
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_a_short_chunk_has_fewer_rows_than_it_says(world: Sandbox, token: dict[str, str]) -> None:
    job = bulk_job(world, token)
    world.fault("bulk_short", path="/results", rows=2)
    short = requests.get(f"{job}/results", headers=token, timeout=10)
    assert (short.headers["Sforce-NumberOfRecords"], short.text.count("\n")) == ("10", 9)
    assert requests.get(f"{job}/results", headers=token, timeout=10).text.count("\n") == 11


def test_bulk_bytes_can_be_spoiled(world: Sandbox, token: dict[str, str]) -> None:
    job = bulk_job(world, token)
    world.fault("bulk_nul", path="/results")
    world.fault("bulk_no_locator", path="/results")
    spoiled = requests.get(f"{job}/results", headers=token, timeout=10)
    assert "\x00" in spoiled.text
    assert "Sforce-Locator" not in spoiled.headers
    world.fault("bulk_truncated_gzip", path="/results")
    with requests.get(f"{job}/results", headers=token, timeout=10, stream=True) as reply:
        whole = requests.get(f"{job}/results", headers=token, timeout=10).content
        assert len(reply.raw.read(decode_content=False)) < len(whole)


@pytest.mark.parametrize(
    ("kind", "state"), [("bulk_stuck", "InProgress"), ("bulk_aborted", "Aborted"), ("bulk_failed", "Failed")]
)
def test_bulk_jobs_can_end_badly(world: Sandbox, token: dict[str, str], kind: str, state: str) -> None:
    world.fault(kind, path="/jobs/query$")
    job = bulk_job(world, token)
    assert requests.get(job, headers=token, timeout=10).json()["state"] == state
    assert requests.get(f"{job}/results", headers=token, timeout=10).status_code == 204


def test_results_can_be_late_or_purged(world: Sandbox, token: dict[str, str]) -> None:
    job = bulk_job(world, token)
    world.fault("bulk_not_ready", path="/results")
    world.fault("bulk_purged", path="/results", nth=2)
    assert [requests.get(f"{job}/results", headers=token, timeout=10).status_code for _ in range(2)] == [
        204,
        404,
    ]


def test_search_lags_behind_a_write(world: Sandbox) -> None:
    ada = "72000000001"
    world.change(
        {"system": "hubspot", "action": "update", "object": "contacts", "id": ada, "values": {"phone": "9"}}
    )
    api = hubspot(world).crm.contacts.search_api
    world.fault("search_lag", path="/search", seconds=30)
    assert ada not in [record.id for record in api.do_search(PublicObjectSearchRequest()).results]
    world.switch(search_lag_seconds=30)
    world.clock(advance=31)
    assert ada in [record.id for record in api.do_search(PublicObjectSearchRequest()).results]


def test_search_results_can_come_shuffled(world: Sandbox) -> None:
    api = hubspot(world).crm.contacts.search_api
    plain = [record.id for record in api.do_search(PublicObjectSearchRequest()).results]
    world.fault("search_shuffle", path="/search", seed=1)
    shuffled = [record.id for record in api.do_search(PublicObjectSearchRequest()).results]
    assert shuffled != plain
    assert sorted(shuffled) == sorted(plain)


def test_a_change_can_be_scripted_between_two_pages(world: Sandbox) -> None:
    action = {"system": "hubspot", "action": "archive", "object": "contacts", "id": "72000000004"}
    world.fault("change", path=LIST, nth=2, action=action)
    first = get(world, LIST, limit="3").json()
    second = get(world, LIST, limit="3", after=first["paging"]["next"]["after"]).json()
    assert [record["id"] for record in second["results"]] == ["72000000005", "72000000006"]


def test_a_merge_and_a_deletion_can_be_scripted_at_a_call(world: Sandbox, token: dict[str, str]) -> None:
    ada, deb, gone = (to_18(f"003TT000000000{number}") for number in (1, 4, 5))
    contact = {"system": "salesforce", "object": "Contact"}
    actions = (
        {"action": "merge", "id": ada, "loser_ids": [deb]},
        {"action": "undelete", "id": gone},
        {"action": "delete", "id": gone},
    )
    for nth, action in enumerate(actions, start=2):
        world.fault("change", path="/query", nth=nth, action=contact | action)
    counts = [get(world, QUERY, token, q="SELECT COUNT() FROM Contact").json()["totalSize"] for _ in range(4)]
    assert counts == [4, 3, 4, 3]


def test_a_row_can_be_locked(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("lock_row", method="PATCH", path="/sobjects/Contact/", nth=2)
    paths = [f"/services/data/v62.0/sobjects/Contact/003TT000000000{number}" for number in (1, 2, 3)]
    replies = [
        requests.patch(f"{world.base_url}{path}", json={"Title": "T"}, headers=token, timeout=10)
        for path in paths
    ]
    assert [reply.status_code for reply in replies] == [204, 400, 204]
    assert replies[1].json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"


def test_a_hard_delete_leaves_no_trace(world: Sandbox, token: dict[str, str]) -> None:
    bo = to_18("003TT0000000002")
    world.change({"system": "salesforce", "action": "purge", "object": "Contact", "id": bo})
    reply = get(world, "/services/data/v62.0/queryAll", token, q=f"SELECT Id FROM Contact WHERE Id = '{bo}'")
    assert reply.json()["totalSize"] == 0
    gone = "72000000001"
    world.change({"system": "hubspot", "action": "gdpr_delete", "object": "contacts", "id": gone})
    for archived in ("true", "false"):
        listed = get(world, LIST, limit="100", archived=archived).json()["results"]
        assert gone not in [record["id"] for record in listed]
        assert get(world, f"{LIST}/{gone}", archived=archived).status_code == 404
    assert gone not in [record["id"] for record in post(world, f"{LIST}/search", {}).json()["results"]]


@pytest.mark.parametrize("bumps", [True, False])
def test_an_association_may_change_without_a_stamp(world: Sandbox, bumps: bool) -> None:
    world.switch(association_bumps=bumps)
    link = {"system": "hubspot", "object": "contacts", "id": "72000000004", "to_type": "companies"}
    before = get(world, f"{LIST}/72000000004").json()["updatedAt"]
    kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 279}]
    world.change(link | {"action": "associate", "to_id": "25000000003", "types": kinds})
    record = get(world, f"{LIST}/72000000004", associations="companies").json()
    assert record["associations"]["companies"]["results"][0]["id"] == "25000000003"
    assert (record["updatedAt"] != before) == bumps


def test_a_field_can_be_hidden_between_describe_and_query(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("switch", path="/query", hidden_fields=["Contact.Email"])
    reply = get(world, QUERY, token, q="SELECT Email FROM Contact")
    assert reply.json()[0]["errorCode"] == "INVALID_FIELD"


def test_rate_limits_are_enforced_over_sliding_windows(world: Sandbox) -> None:
    start_anew(world)
    world.switch(enforce_rate_limits=True, hubspot_burst_limit=3, hubspot_search_limit=1, retry_after=True)
    world.clock(frozen=True)
    assert get(world, LIST).headers["X-HubSpot-RateLimit-Remaining"] == "2"
    assert post(world, f"{LIST}/search", {}).status_code == 200
    assert post(world, f"{LIST}/search", {}).json()["policyName"] == "SECONDLY"
    assert get(world, LIST).status_code == 200
    refused = get(world, LIST)
    assert (refused.json()["policyName"], refused.headers["Retry-After"]) == ("TEN_SECONDLY_ROLLING", "10")
    world.clock(advance=10.5)
    assert get(world, LIST).status_code == 200


def test_the_daily_limit_is_enforced(world: Sandbox) -> None:
    start_anew(world)
    world.switch(enforce_rate_limits=True, hubspot_daily_limit=1)
    assert get(world, LIST).status_code == 200
    assert get(world, LIST).json()["policyName"] == "DAILY"


def test_too_long_an_address_is_a_414(served: Sandbox) -> None:
    assert get(served, LIST, properties="x" * 16_400).status_code == 414


@pytest.mark.parametrize(
    "path", ["/crm/v3/owners?limit=x", "/crm/v4/objects/contacts/72000000001/associations/companies?limit=x"]
)
def test_a_parameter_that_is_no_number_is_a_400(served: Sandbox, path: str) -> None:
    assert get(served, path).status_code == 400


@pytest.mark.parametrize(
    "path", [f"{LIST}/search", f"{LIST}/batch/read", "/crm/v4/associations/contacts/companies/batch/read"]
)
def test_a_body_that_is_no_json_is_a_400(served: Sandbox, path: str) -> None:
    reply = requests.post(f"{served.base_url}{path}", data="{", headers=BEARER, timeout=10)
    assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_client_sees_the_rate_limit_as_its_exception(world: Sandbox) -> None:
    world.fault("rate_limit", path=LIST)
    with pytest.raises(ApiException) as caught:
        hubspot(world).crm.contacts.basic_api.get_page()
    assert caught.value.status == 429


@pytest.mark.parametrize(
    "rule", [{"kind": "session_expired"}, {"kind": "status", "parameters": {"status": 401}}]
)
def test_a_401_always_ends(rule: dict[str, object]) -> None:
    fault = Fault.from_rule({**rule, "count": 0})
    assert sum(fault.matches("GET", "/x") for _ in range(500)) == MAX_UNAUTHORIZED


@pytest.mark.parametrize("rule", [{"kind": "nonsense"}, {"kind": "status", "when": 3}])
def test_a_rule_that_is_not_understood_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault.from_rule(rule)
    assert "status" in KINDS
