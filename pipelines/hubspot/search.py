"""Searching a window of modification stamps completely, in spite of the search's limits.

A search gives 10,000 records at most, so a fuller window is halved until it fits; a single millisecond that
is still too full is walked by record id. Pages may come in any order and may shift while they are read, so a
window counts as complete only when every page named the same total and that many records were found.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.hubspot.client import Found

Record = dict[str, Any]
Search = Callable[[Mapping[str, Any]], Found]

LIMIT = 10_000  # records; offset + page beyond it is an error
TRIES = (
    3  # a window whose records are being edited meanwhile never comes out even; the next overlap completes it
)
MILLISECOND = timedelta(milliseconds=1)


def window_records(search: Search, cursor: str, start: datetime, end: datetime) -> Iterator[Record]:
    """All records with `start <= cursor <= end` (naive UTC), each once per position it was found at.

    Args:
        search: runs one search request body and returns a page.
        cursor: the property that holds the stamp.
        start: the window's lower end.
        end: the window's upper end.
    """
    if start > end:
        return
    between = {"propertyName": cursor, "operator": "BETWEEN", "value": _ms(start), "highValue": _ms(end)}
    body = {
        "filterGroups": [{"filters": [between]}],
        "sorts": [{"propertyName": cursor, "direction": "ASCENDING"}],
        "properties": [cursor],
    }
    first = search(body)
    if first.total < LIMIT:
        yield from _all_pages(search, body, first)
    elif end - start < MILLISECOND:
        yield from _by_id(search, cursor, start)
    else:
        middle = _floor(start + (end - start) / 2)
        yield from window_records(search, cursor, start, middle)
        yield from window_records(search, cursor, middle + MILLISECOND, end)


def _all_pages(search: Search, body: Mapping[str, Any], first: Found) -> Iterator[Record]:
    found: dict[str, Record] = {}
    for _ in range(TRIES):
        pages = [first]
        while (after := pages[-1].after) is not None and int(after) < LIMIT:
            pages.append(search({**body, "after": after}))
        together = {record["id"]: record for page in pages for record in page.records}
        found |= together
        if {page.total for page in pages} == {len(together)}:
            break
        first = search(body)
    yield from found.values()


def _by_id(search: Search, cursor: str, stamp: datetime) -> Iterator[Record]:
    last = "0"
    while True:
        filters = [
            {"propertyName": cursor, "operator": "EQ", "value": _ms(stamp)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": last},
        ]
        page = search(
            {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": [cursor],
            }
        )
        yield from page.records
        if not page.records:
            return
        last = max((record["id"] for record in page.records), key=int)


def _ms(stamp: datetime) -> str:
    """Epoch milliseconds of naive UTC."""
    return str(round(stamp.replace(tzinfo=UTC).timestamp() * 1000))


def _floor(stamp: datetime) -> datetime:
    return stamp.replace(microsecond=stamp.microsecond // 1000 * 1000)
