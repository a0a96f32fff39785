"""Sessions and tokens that end while somebody is at work."""

from __future__ import annotations

import pytest
import requests

from sandbox.client import Sandbox
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, HUBSPOT_TOKEN
from tests.sandbox.conftest import START, get, log_in, start_anew

QUERY = "/services/data/v62.0/query"
OWNERS = "/crm/v3/owners"


def refresh(world: Sandbox) -> dict[str, object]:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    url = f"{world.base_url}/oauth/v1/token"
    return dict(requests.post(url, data=form | {"refresh_token": HUBSPOT_TOKEN}, timeout=10).json())


def bearer(token: dict[str, object]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['access_token']}"}


@pytest.mark.parametrize(
    ("switch", "seconds"),
    [({"session_life_seconds": 60}, 61), ({"session_seconds": 60}, 61), ({"session_calls": 1}, 0)],
)
def test_a_session_that_is_over_takes_its_locators_along(
    world: Sandbox, switch: dict[str, int], seconds: int
) -> None:
    start_anew(world)
    world.switch(**switch)
    session = log_in(world)
    following = get(
        world, QUERY, session | {"Sforce-Query-Options": "batchSize=200"}, q="SELECT Id FROM Lead"
    ).json()["nextRecordsUrl"]
    world.clock(advance=seconds)
    refused = get(world, following, session)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert get(world, following, log_in(world)).status_code == 401
    assert get(world, QUERY, log_in(world), q="SELECT COUNT() FROM Lead").json()["totalSize"] == 450


def test_a_session_in_use_ends_at_its_age_alone(world: Sandbox) -> None:
    start_anew(world)
    world.switch(session_life_seconds=100, session_seconds=60)
    session = log_in(world)
    statuses = []
    for _ in range(3):
        world.clock(advance=40)
        statuses.append(get(world, QUERY, session, q="SELECT COUNT() FROM Lead").status_code)
    assert statuses == [200, 200, 401]


def test_sessions_can_end_after_a_number_of_calls_by_a_rule(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("session_expired", path="/query", nth=3)
    statuses = [get(world, QUERY, token, q="SELECT COUNT() FROM Lead").status_code for _ in range(4)]
    assert statuses == [200, 200, 401, 401]


def test_a_locator_can_be_lost_on_any_page(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("invalid_locator", path="/query/0r8", nth=2)
    small = token | {"Sforce-Query-Options": "batchSize=200"}
    second = get(world, QUERY, small, q="SELECT Id FROM Lead").json()["nextRecordsUrl"]
    third = get(world, second, token).json()["nextRecordsUrl"]
    assert get(world, third, token).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_an_access_token_ends_after_half_an_hour(world: Sandbox) -> None:
    token = refresh(world)
    assert token["expires_in"] == 1800
    world.clock(advance=1799)
    assert get(world, OWNERS, bearer(token)).status_code == 200
    world.clock(advance=5 * 60)
    reply = get(world, OWNERS, bearer(token))
    assert (reply.status_code, reply.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "expired 4 minute(s) ago" in reply.json()["message"]
    assert (
        get(world, OWNERS, {"Authorization": f"Bearer {refresh(world)['access_token']}"}).status_code == 200
    )


def test_the_life_of_an_access_token_is_a_switch(world: Sandbox) -> None:
    world.switch(token_seconds=60)
    token = refresh(world)
    assert token["expires_in"] == 60
    world.clock(advance=61)
    assert get(world, OWNERS, bearer(token)).status_code == 401


def test_private_apps_may_come_to_their_end(world: Sandbox) -> None:
    world.clock(now=START)
    world.switch(private_app_ends="2026-01-02T00:00:00")
    assert get(world, OWNERS).status_code == 200
    world.clock(now="2026-01-02T00:00:01+00:00")
    assert get(world, OWNERS).json()["category"] == "INVALID_AUTHENTICATION"
    assert (
        get(world, OWNERS, {"Authorization": f"Bearer {refresh(world)['access_token']}"}).status_code == 200
    )
