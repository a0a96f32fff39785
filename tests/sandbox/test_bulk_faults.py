"""Bulk jobs that are refused, stuck, lost or spoiled on the way."""

from __future__ import annotations

import gzip
import zlib

import pytest
import requests

from sandbox.client import Sandbox
from sandbox.ids import to_18
from tests.sandbox.conftest import get, post

BASE = "/services/data/v62.0/jobs/query"
ADA = to_18("003TT0000000001")
LEADS = "SELECT Id, Email FROM Lead"


def create(world: Sandbox, token: dict[str, str], soql: str = LEADS) -> requests.Response:
    return post(world, BASE, {"operation": "query", "query": soql}, token)


def job(world: Sandbox, token: dict[str, str], soql: str = LEADS) -> str:
    return f"{BASE}/{create(world, token, soql).json()['id']}"


def state(world: Sandbox, token: dict[str, str], path: str) -> str:
    return str(get(world, path, token).json()["state"])


@pytest.mark.parametrize(
    ("kind", "parameters", "code", "message"),
    [
        ("bulk_quota", {}, "LIMIT_EXCEEDED", "Max bulk v2 query jobs (10000) per 24 hrs has been reached"),
        ("bulk_quota", {"storage": True}, "LIMIT_EXCEEDED",
         "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded"),
        ("bulk_unsupported", {}, "INVALIDENTITY", "Entity 'Lead' is not supported by the Bulk API."),
    ],
)  # fmt: skip
def test_a_job_can_be_refused(
    world: Sandbox, token: dict[str, str], kind: str, parameters: dict[str, object], code: str, message: str
) -> None:
    world.fault(kind, path="/jobs/query$", **parameters)
    reply = create(world, token)
    assert reply.status_code == 400
    assert reply.json() == [{"errorCode": code, "message": message}]
    assert create(world, token).status_code == 200


def test_a_job_can_seem_stuck_for_some_looks(world: Sandbox, token: dict[str, str]) -> None:
    path = job(world, token)
    world.fault("bulk_stuck", path="/jobs/query/", nth=2, count=2)
    replies = [get(world, path, token).json() for _ in range(4)]
    assert [reply["state"] for reply in replies] == ["JobComplete", "InProgress", "InProgress", "JobComplete"]
    assert [reply["numberRecordsProcessed"] for reply in replies] == [450, 0, 0, 450]


@pytest.mark.parametrize(
    ("kind", "end", "error"), [("bulk_failed", "Failed", "went wrong"), ("bulk_aborted", "Aborted", None)]
)
def test_a_job_can_end_badly_while_it_is_watched(
    world: Sandbox, token: dict[str, str], kind: str, end: str, error: str | None
) -> None:
    path = job(world, token)
    world.fault(kind, path="/jobs/query/", nth=2, message="went wrong")
    assert [state(world, token, path) for _ in range(3)] == ["JobComplete", end, end]
    assert get(world, path, token).json().get("errorMessage") == error
    assert get(world, f"{path}/results", token).status_code == 204


def test_results_can_be_late_on_a_later_chunk(world: Sandbox, token: dict[str, str]) -> None:
    path = job(world, token)
    world.fault("bulk_not_ready", path="/results", nth=2)
    first = get(world, f"{path}/results", token, maxRecords="200")
    locator = first.headers["Sforce-Locator"]
    second = [get(world, f"{path}/results", token, maxRecords="200", locator=locator) for _ in range(2)]
    assert [reply.status_code for reply in (first, *second)] == [200, 204, 200]


def test_a_job_can_be_gone_before_its_last_chunk(world: Sandbox, token: dict[str, str]) -> None:
    path = job(world, token)
    world.fault("bulk_purged", path="/results", nth=2)
    locator = get(world, f"{path}/results", token, maxRecords="200").headers["Sforce-Locator"]
    assert get(world, f"{path}/results", token, maxRecords="200", locator=locator).status_code == 404
    assert get(world, path, token).status_code == 404


def test_results_can_be_short_in_total_though_each_chunk_is_whole(
    world: Sandbox, token: dict[str, str]
) -> None:
    world.fault("bulk_lost_rows", path="/jobs/query$", rows=60)
    path = job(world, token)
    assert get(world, path, token).json()["numberRecordsProcessed"] == 450
    locator, sizes = "", []
    while locator != "null":
        query = {"maxRecords": "200"} | ({"locator": locator} if locator else {})
        reply = get(world, f"{path}/results", token, **query)
        locator = reply.headers["Sforce-Locator"]
        sizes.append(int(reply.headers["Sforce-NumberOfRecords"]))
        assert reply.text.count("\n") == 1 + sizes[-1]
    assert sizes == [200, 190]


def test_characters_are_split_between_pieces(world: Sandbox, token: dict[str, str]) -> None:
    soql = f"SELECT Description FROM Contact WHERE Id = '{ADA}'"
    path = job(world, token, soql)
    plain = token | {"Accept-Encoding": "identity"}
    whole = get(world, f"{path}/results", plain).content
    assert "👋".encode() in whole
    world.fault("bulk_split", path="/results", count=2, bytes=3)
    url = f"{world.base_url}{path}/results"
    with requests.get(url, headers=plain, stream=True, timeout=10) as reply:
        pieces = list(reply.raw.stream(3, decode_content=False))
    assert b"".join(pieces) == whole
    assert any(not is_text(piece) for piece in pieces)
    with requests.get(url, headers=token | {"Accept-Encoding": "gzip"}, stream=True, timeout=10) as reply:
        packed = reply.raw.read(decode_content=False)
    assert members(packed) == -(-len(whole) // 3)
    assert gzip.decompress(packed) == whole


def is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def members(packed: bytes) -> int:
    count = 0
    while packed:
        inflate = zlib.decompressobj(wbits=31)
        inflate.decompress(packed)
        packed, count = inflate.unused_data, count + 1
    return count


def test_a_connection_breaks_inside_a_chunk(world: Sandbox, token: dict[str, str]) -> None:
    path = job(world, token)
    world.fault("reset", path="/results", after_bytes=100)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        get(world, f"{path}/results", token)
    assert get(world, f"{path}/results", token).text.count("\n") == 451


@pytest.mark.parametrize(("switch", "text"), [(True, '"Id"\n'), (False, "")])
def test_a_job_without_rows_is_a_header_or_nothing(
    world: Sandbox, token: dict[str, str], switch: bool, text: str
) -> None:
    world.switch(bulk_header_without_rows=switch)
    path = job(world, token, "SELECT Id FROM Lead WHERE LastName = 'none'")
    reply = get(world, f"{path}/results", token)
    assert (reply.text, reply.headers["Sforce-NumberOfRecords"]) == (text, "0")


def test_results_of_an_unfinished_job_may_be_an_error(world: Sandbox, token: dict[str, str]) -> None:
    world.switch(bulk_not_ready_status=400)
    world.fault("bulk_stuck", path="/jobs/query$")
    reply = get(world, f"{job(world, token)}/results", token)
    assert (reply.status_code, reply.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


def test_a_job_without_an_order_keeps_that_of_the_table(world: Sandbox, token: dict[str, str]) -> None:
    for soql in (LEADS, f"{LEADS} ORDER BY Email DESC"):
        path = job(world, token, soql)
        texts = [get(world, f"{path}/results", token).text for _ in range(2)]
        assert texts[0] == texts[1]
    rows = texts[0].splitlines()[1:]
    emails = [row.split(",")[1] for row in rows]
    assert emails == sorted(emails, reverse=True)
