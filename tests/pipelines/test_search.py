"""HubSpot's search, read completely: against a search function with the real one's habits, limit 1,000."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.hubspot.client import SEARCH_PAGE, Found
from pipelines.hubspot.search import window_records

START = datetime(2026, 1, 1)
CURSOR = "lastmodifieddate"
LIMIT = 1_000


@pytest.fixture(autouse=True)
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.hubspot.search.LIMIT", LIMIT)


class Index:
    """Records as (id, epoch milliseconds), searched as HubSpot does."""

    def __init__(self, stamps: Mapping[int, datetime], *, shuffled: bool = False) -> None:
        self.records = {key: _ms(stamp) for key, stamp in stamps.items()}
        self.shuffled = shuffled
        self.calls = 0

    def __call__(self, body: Mapping[str, Any]) -> Found:
        self.calls += 1
        found = [key for key, stamp in self.records.items() if self._matches(key, stamp, body)]
        if body["sorts"][0]["propertyName"] == "hs_object_id":
            found.sort()
        elif self.shuffled:
            random.Random(7).shuffle(found)
        offset = int(body.get("after", 0))
        assert offset + SEARCH_PAGE <= LIMIT, "the real search answers 400 here"
        page = found[offset : offset + SEARCH_PAGE]
        more = offset + SEARCH_PAGE < len(found)
        return Found(
            len(found), [{"id": str(key)} for key in page], str(offset + SEARCH_PAGE) if more else None
        )

    def _matches(self, key: int, stamp: int, body: Mapping[str, Any]) -> bool:
        return all(self._meets(key, stamp, rule) for rule in body["filterGroups"][0]["filters"])

    @staticmethod
    def _meets(key: int, stamp: int, rule: Mapping[str, Any]) -> bool:
        value = key if rule["propertyName"] == "hs_object_id" else stamp
        if rule["operator"] == "BETWEEN":
            return int(rule["value"]) <= value <= int(rule["highValue"])
        return value == int(rule["value"]) if rule["operator"] == "EQ" else value > int(rule["value"])


def _ms(stamp: datetime) -> int:
    return round(stamp.replace(tzinfo=UTC).timestamp() * 1000)


def ids(index: Index, end: datetime) -> list[int]:
    return sorted(int(record["id"]) for record in window_records(index, CURSOR, START, end))


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 1_001, 2_500])
@pytest.mark.parametrize("shuffled", [False, True])
def test_every_record_of_a_window_is_found_once(count, shuffled):
    stamps = {key: START + timedelta(milliseconds=key) for key in range(count)}
    assert ids(Index(stamps, shuffled=shuffled), START + timedelta(days=1)) == list(range(count))


def test_more_records_in_one_millisecond_than_a_search_gives():
    stamps = {key: START + timedelta(seconds=5) for key in range(1, 2_501)}
    stamps |= {3_000: START, 3_001: START + timedelta(days=1)}
    index = Index(stamps)
    assert ids(index, START + timedelta(days=1)) == [*range(1, 2_501), 3_000, 3_001]
    assert index.calls < 100


def test_both_ends_of_a_window_count():
    stamps = {
        1: START - timedelta(milliseconds=1),
        2: START,
        3: START + timedelta(hours=1),
        4: START + timedelta(hours=1, milliseconds=1),
    }
    assert ids(Index(stamps), START + timedelta(hours=1)) == [2, 3]


def test_an_empty_span_asks_nothing():
    index = Index({1: START})
    assert ids(index, START - timedelta(seconds=1)) == []
    assert index.calls == 0


def test_a_page_that_shifts_while_it_is_read_is_read_again():
    index = Index({key: START + timedelta(seconds=key) for key in range(500)})
    calls = index.__call__

    def shifting(body: Mapping[str, Any]) -> Found:
        if index.calls == 1:  # an early record is edited after the first page: the rest moves up by one
            index.records[0] = _ms(START + timedelta(days=9))
        return calls(body)

    found = {
        int(record["id"]) for record in window_records(shifting, CURSOR, START, START + timedelta(days=1))
    }
    assert found >= set(range(1, 500))
