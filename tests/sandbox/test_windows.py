"""How wide a query is, and timeouts of those that are too wide."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from sandbox.client import Sandbox
from sandbox.soql.window import window_hours
from tests.sandbox.conftest import get, post

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUERY = "/services/data/v62.0/query"
DAY = "SystemModstamp >= 2025-12-31T00:00:00Z AND SystemModstamp < 2025-12-31T06:00:00Z"


@pytest.mark.parametrize(
    ("where", "hours"),
    [
        (DAY, 6),
        ("SystemModstamp > 2025-12-31T18:00:00Z", 6),
        ("SystemModstamp = 2025-12-31T00:00:00Z", 0),
        ("SystemModstamp < 2025-12-31T00:00:00Z", math.inf),
        ("LastName = 'x'", math.inf),
        ("NOT SystemModstamp > 2025-12-31T00:00:00Z", math.inf),
        ("Id IN ('003TT0000000001')", 0),
        (f"{DAY} AND (SystemModstamp > 2025-12-31T05:00:00Z OR (SystemModstamp = 2025-12-31T05:00:00Z "
         "AND Id > '003TT0000000001'))", 1),
        ("Contact.CreatedDate >= 2025-12-31T00:00:00Z OR LastModifiedDate >= 2025-12-31T12:00:00Z", 24),
        ("LastName =", 0),
    ],
)  # fmt: skip
def test_the_width_of_a_query(where: str, hours: float) -> None:
    assert window_hours(f"SELECT Id FROM Contact WHERE {where}", NOW) == hours


def test_a_query_without_conditions_is_infinitely_wide() -> None:
    assert window_hours("SELECT Id FROM Contact", NOW) == math.inf


def test_only_queries_that_ask_for_too_long_a_time_run_out_of_time(
    world: Sandbox, token: dict[str, str]
) -> None:
    world.fault("query_timeout", path="/query", wider_than_hours=5)
    narrow = DAY.replace("T06", "T05")
    for _ in range(2):
        refused = get(world, QUERY, token, q=f"SELECT Id FROM Contact WHERE {DAY}")
        assert refused.json()[0]["errorCode"] == "QUERY_TIMEOUT"
        assert get(world, QUERY, token, q=f"SELECT Id FROM Contact WHERE {narrow}").status_code == 200
    assert get(world, QUERY, token, q="SELECT COUNT() FROM Contact").status_code == 400


def test_the_width_of_a_bulk_job_is_looked_at_too(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("bulk_failed", path="/jobs/query$", wider_than_hours=5, message="QUERY_TIMEOUT")
    base = "/services/data/v62.0/jobs/query"
    states = []
    for where in (DAY, DAY.replace("T06", "T05")):
        body = {"operation": "query", "query": f"SELECT Id FROM Contact WHERE {where}"}
        job = post(world, base, body, token).json()["id"]
        states.append(get(world, f"{base}/{job}", token).json()["state"])
    assert states == ["Failed", "JobComplete"]


def test_a_count_limits_the_rule(world: Sandbox, token: dict[str, str]) -> None:
    world.fault("query_timeout", path="/query", count=1, wider_than_hours=5)
    replies = [get(world, QUERY, token, q="SELECT Id FROM Contact").status_code for _ in range(2)]
    assert replies == [400, 200]
