"""What is not certain about the real servers: every doubt is a switch, and works both ways."""

from __future__ import annotations

import pytest
import requests

from sandbox.client import Sandbox
from sandbox.ids import to_18
from tests.sandbox.conftest import get, log_in, post, query, searched, start_anew

ADA = to_18("003TT0000000001")
GONE = to_18("003TT0000000005")
QUERY = "/services/data/v62.0/query"
CONTACTS = "/crm/v3/objects/contacts"
SEARCH = f"{CONTACTS}/search"
ONE = {"propertyName": "email", "operator": "HAS_PROPERTY"}
SF = {"system": "salesforce", "object": "Contact"}


@pytest.mark.parametrize(
    ("switch", "groups", "per_group", "status"),
    [
        ({}, 5, 3, 200),
        ({}, 6, 1, 400),
        ({}, 1, 7, 400),
        ({}, 4, 5, 400),
        ({"search_max_filters_per_group": 10, "search_max_filters": 25}, 1, 10, 200),
        ({"search_max_filters_per_group": 10, "search_max_filters": 25}, 5, 5, 200),
        ({"search_max_filters_per_group": 10, "search_max_filters": 25}, 5, 6, 400),
        ({"search_max_groups": 2}, 3, 1, 400),
    ],
)
def test_limits_of_search_filters(
    world: Sandbox, switch: dict[str, int], groups: int, per_group: int, status: int
) -> None:
    world.switch(**switch)
    body = {"filterGroups": [{"filters": [ONE] * per_group}] * groups}
    assert post(world, SEARCH, body).status_code == status


def test_the_words_about_paging_too_far(world: Sandbox) -> None:
    world.switch(search_window=100, search_window_message="too far")
    reply = post(world, SEARCH, {"limit": 100, "after": "1"})
    assert (reply.status_code, reply.json()["message"]) == (400, "too far")
    assert post(world, SEARCH, {"limit": 100}).status_code == 200


def test_a_filter_on_an_unknown_property(world: Sandbox) -> None:
    unknown = {"filterGroups": [{"filters": [{"propertyName": "nope", "operator": "EQ", "value": "1"}]}]}
    assert post(world, SEARCH, unknown).status_code == 400
    world.switch(search_unknown_property="empty")
    assert searched(world, **unknown)["total"] == 0


@pytest.mark.parametrize(("days", "refused"), [(15, True), (30, False)])
def test_how_far_back_deleted_records_are_told(world: Sandbox, days: int, refused: bool) -> None:
    start_anew(world)
    token = log_in(world)
    world.switch(deleted_horizon_days=days)
    reply = deleted(world, token, "2025-12-10T00:00:00+00:00")
    assert (reply.status_code == 400) == refused
    if not refused:
        assert reply.json()["earliestDateAvailable"].startswith("2025-12-02T02:0")


def deleted(world: Sandbox, token: dict[str, str], start: str, end: str = "") -> requests.Response:
    path = "/services/data/v62.0/sobjects/Contact/deleted"
    return get(world, path, token, start=start, end=end or "2026-01-01T01:00:00+00:00")


def test_what_is_no_window_for_deleted_records(world: Sandbox, token: dict[str, str]) -> None:
    start, soon = "2025-12-31T00:00:00+00:00", "2025-12-31T00:01:00+00:00"
    codes = [deleted(world, token, *window).status_code for window in ((start, start), (soon, start))]
    assert codes == [400, 400]
    assert deleted(world, token, start, soon).status_code == 200
    world.switch(replication_minimum_seconds=120)
    assert deleted(world, token, start, soon).json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"
    old = "2020-01-01T00:00:00+00:00"
    assert deleted(world, token, old).json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"
    world.switch(replication_refuses_old=False)
    assert deleted(world, token, old).json()["earliestDateAvailable"].startswith("2025-12-17")


@pytest.mark.parametrize(("life", "status"), [(172_800, 200), (900, 400)])
def test_how_long_a_locator_lives(world: Sandbox, token: dict[str, str], life: int, status: int) -> None:
    world.switch(locator_seconds=life)
    assert locator_after(world, token, 1000).status_code == status


@pytest.mark.parametrize("status", [400, 404])
def test_the_status_of_a_lost_locator(world: Sandbox, token: dict[str, str], status: int) -> None:
    world.switch(locator_seconds=1, locator_error_status=status)
    reply = locator_after(world, token, 2)
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (status, "INVALID_QUERY_LOCATOR")


def locator_after(world: Sandbox, token: dict[str, str], seconds: float) -> requests.Response:
    small = token | {"Sforce-Query-Options": "batchSize=200"}
    following = get(world, QUERY, small, q="SELECT Id FROM Lead").json()["nextRecordsUrl"]
    world.clock(advance=seconds)
    return get(world, following, token)


@pytest.mark.parametrize("limit", [625_000, 650_000])
def test_the_daily_allowance(world: Sandbox, limit: int) -> None:
    world.switch(hubspot_daily_limit=limit)
    assert get(world, CONTACTS).headers["X-HubSpot-RateLimit-Daily"] == str(limit)


@pytest.mark.parametrize(("days", "found"), [(90, 1), (10, 0)])
def test_how_long_archived_records_are_listed(world: Sandbox, days: int, found: int) -> None:
    world.switch(archive_days=days)
    listed = get(world, CONTACTS, archived="true").json()["results"]
    assert [entry["id"] for entry in listed] == ["72000000007"]
    world.clock(advance=20 * 86_400)
    assert len(get(world, CONTACTS, archived="true").json()["results"]) == found


def test_stamps_may_carry_milliseconds(world: Sandbox, token: dict[str, str]) -> None:
    world.switch(stamp_milliseconds=True)
    world.clock(now="2026-01-01T02:00:00.123+00:00", frozen=True)
    world.change(SF | {"action": "update", "id": ADA, "values": {"Title": "T"}})
    (record,) = query(world, token, f"SELECT SystemModstamp FROM Contact WHERE Id = '{ADA}'")
    assert record["SystemModstamp"] == "2026-01-01T02:00:00.123+0000"


@pytest.mark.parametrize("bumps", [True, False])
def test_an_undelete_may_leave_the_stamp_alone(world: Sandbox, token: dict[str, str], bumps: bool) -> None:
    world.switch(undelete_bumps=bumps)
    soql = f"SELECT IsDeleted, SystemModstamp FROM Contact WHERE Id = '{GONE}'"
    (before,) = query(world, token, soql)
    world.change(SF | {"action": "undelete", "id": GONE})
    (after,) = query(world, token, soql)
    assert (before["IsDeleted"], after["IsDeleted"]) == (True, False)
    assert (after["SystemModstamp"] != before["SystemModstamp"]) == bumps


@pytest.mark.parametrize("bumps", [True, False])
def test_a_merge_may_leave_the_children_alone(world: Sandbox, token: dict[str, str], bumps: bool) -> None:
    world.switch(merge_bumps_children=bumps)
    deb = to_18("003TT0000000004")
    soql = "SELECT ContactId, SystemModstamp FROM OpportunityContactRole"
    (before,) = query(world, token, soql)
    world.change(SF | {"action": "merge", "id": ADA, "loser_ids": [deb]})
    (after,) = query(world, token, soql)
    assert after["ContactId"] == ADA
    assert (after["SystemModstamp"] != before["SystemModstamp"]) == bumps


@pytest.mark.parametrize("follows", [True, False])
def test_batch_read_may_follow_merges(world: Sandbox, follows: bool) -> None:
    world.switch(batch_read_follows_merges=follows)
    reply = post(world, f"{CONTACTS}/batch/read", {"inputs": [{"id": "71000000001"}]})
    assert [record["id"] for record in reply.json()["results"]] == ["72000000006"] * follows


def test_the_usage_of_the_app_may_be_told(world: Sandbox, token: dict[str, str]) -> None:
    world.switch(per_app_usage=True, salesforce_daily_limit=5000)
    usage = get(world, QUERY, token, q="SELECT COUNT() FROM Lead").headers["Sforce-Limit-Info"]
    assert usage.endswith("/5000(appName=canon)")


@pytest.mark.parametrize(("switch", "wait"), [(True, "10"), (False, None)])
def test_a_refusal_may_say_how_long_to_wait(world: Sandbox, switch: bool, wait: str | None) -> None:
    start_anew(world)
    world.switch(enforce_rate_limits=True, hubspot_burst_limit=1, retry_after=switch)
    world.clock(frozen=True)
    replies = [get(world, CONTACTS) for _ in range(2)]
    assert (replies[1].status_code, replies[1].headers.get("Retry-After")) == (429, wait)
