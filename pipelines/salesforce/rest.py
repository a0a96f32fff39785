"""Reading Salesforce rows over REST: by keyset, in spans as narrow as the server wants, however wide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipelines.errors import RequestRefused, SourceUnavailable
from pipelines.extract import Page
from pipelines.objects import ObjectSpec
from pipelines.salesforce import soql
from pipelines.salesforce.client import SalesforceClient
from pipelines.salesforce.rows import table_of
from pipelines.salesforce.soql import Position, Span

IDS_PER_QUERY = 100  # 2,100 characters; a WHERE clause may have 4,000
LONGEST_CONDITION = 3000  # characters kept free for the WHERE clause where fields are cut into chunks
TOO_LONG = "QUERY_TIMEOUT"
NARROWEST = 1.0  # seconds; a span of one second is not halved any more
FIRST = datetime(1999, 1, 1)  # no row of any org is older
REST = "rest"


class RestRead:
    """Reads one object's rows with the fields of `types` (names with their describe types)."""

    def __init__(self, client: SalesforceClient, spec: ObjectSpec, types: Mapping[str, str]) -> None:
        self._client, self._spec, self._types = client, spec, types
        self._chunks = self._cut(list(types))

    def pages(self, span: Span) -> Iterator[Page]:
        """The rows of a span in the order of (stamp, id)."""
        end, upper = span.end, span.end
        while True:
            try:
                records, is_full = self._page(replace(span, end=upper))
            except RequestRefused as refusal:
                upper = self._halved(span, upper, refusal)
                span = replace(span, start=span.start or FIRST)
                continue
            if records:
                span = replace(span, after=self._advanced(span.after, records[-1]))
                whole = self._completed(records, span)
                yield self._as_page(whole, span)
                if span.ids and len(whole) < len(records):
                    yield from self.by_ids(_without(records, whole))
            if not is_full and upper == end:
                return
            if not is_full and upper:
                span, upper = replace(span, start=upper), end

    def by_ids(self, ids: Sequence[str]) -> Iterator[Page]:
        """The rows with these ids."""
        for start in range(0, len(ids), IDS_PER_QUERY):
            yield from self.pages(Span(ids=ids[start : start + IDS_PER_QUERY]))

    def none(self) -> pa.Table:
        """The columns, without rows."""
        return table_of([], self._types, self._spec.cursor)

    def _as_page(self, whole: Sequence[dict[str, Any]], span: Span) -> Page:
        position = f"{REST} {' '.join(span.after)}" if span.after and not span.ids else ""
        return Page(table_of(whole, self._types, self._spec.cursor), REST, position)

    def _page(self, span: Span, chunk: int = 0) -> tuple[list[dict[str, Any]], bool]:
        """The first rows of a span, with the fields of one chunk, and whether there may be more."""
        spec = self._spec
        records, is_done = self._client.query(soql.page(spec.name, self._chunks[chunk], spec.cursor, span))
        return records, bool(records) and not (is_done and len(records) < soql.PAGE)

    def _completed(self, records: Sequence[dict[str, Any]], span: Span) -> Sequence[dict[str, Any]]:
        """Add the fields of the other chunks, without rows that changed between them.

        Those come with the next window, or are asked for again where they were asked for by id.
        """
        if len(self._chunks) == 1:
            return records
        first = replace(span, after=None, until=self._position(records[-1]))
        first = replace(first, start=soql.instant(records[0][self._spec.cursor]))
        for chunk in range(1, len(self._chunks)):
            more = {record["Id"]: record for record in self._rows(first, chunk)}
            records = [
                {**more[record["Id"]], **record}
                for record in records
                if record["Id"] in more and more[record["Id"]][self._spec.cursor] == record[self._spec.cursor]
            ]
        return records

    def _rows(self, span: Span, chunk: int) -> Iterator[dict[str, Any]]:
        is_full = True
        while is_full:
            records, is_full = self._page(span, chunk)
            yield from records
            if records:
                span = replace(span, after=self._advanced(span.after, records[-1]))

    def _cut(self, names: list[str]) -> list[list[str]]:
        """The fields in as few lists as fit into a URL, each with id, stamp and deletion mark."""
        whole = soql.page(self._spec.name, names, self._spec.cursor, Span())
        keys = [name for name in names if name in ("Id", "IsDeleted", self._spec.cursor)]
        others = [name for name in names if name not in keys]
        if len(others) <= 1 or self._client.fits_in_url(whole, LONGEST_CONDITION):
            return [names]
        half = len(others) // 2
        return [*self._cut(keys + others[:half]), *self._cut(keys + others[half:])]

    def _halved(self, span: Span, upper: datetime | None, refusal: RequestRefused) -> datetime:
        """A nearer end for a span that takes the server too long."""
        after = soql.instant(span.after[0]) if span.after else FIRST
        start, upper = max(after, span.start or FIRST), upper or self._client.now()
        if refusal.code != TOO_LONG or span.ids or (upper - start).total_seconds() <= NARROWEST:
            raise refusal
        return (start + (upper - start) / 2).replace(microsecond=0)

    def _position(self, record: dict[str, Any]) -> Position:
        return record[self._spec.cursor], record["Id"]

    def _advanced(self, last: Position | None, record: dict[str, Any]) -> Position:
        """The position after a page; it must move, or the same page would come for ever."""
        position = self._position(record)
        if position == last:
            raise SourceUnavailable(
                f"Salesforce repeats the same page of {self._spec.name}. Run the same command again later."
            )
        return position


def _without(records: Sequence[dict[str, Any]], whole: Sequence[dict[str, Any]]) -> list[str]:
    """Ids of the records that are not among the `whole` ones."""
    there = {record["Id"] for record in whole}
    return [record["Id"] for record in records if record["Id"] not in there]


def rest_position(position: str) -> Position | None:
    """The keyset position in a `Page.position` of this module; None for any other text."""
    parts = position.split(" ")
    return (parts[1], parts[2]) if parts[0] == REST and len(parts) == 3 else None
