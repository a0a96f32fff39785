"""How a Salesforce object is read: by window and keyset over REST, or as a bulk job where there is much."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

import pyarrow as pa

from pipelines.errors import SourceUnavailable
from pipelines.extract import Reading, Request
from pipelines.fields import Field
from pipelines.http import Usage
from pipelines.objects import ObjectSpec
from pipelines.salesforce import soql
from pipelines.salesforce.client import SalesforceClient
from pipelines.salesforce.rows import field_of, table_of, table_of_csv
from pipelines.salesforce.settings import SOURCE, SalesforceSettings
from pipelines.settings import duration

IDS_PER_QUERY = 100  # 2,100 characters; a WHERE clause may have 4,000


class SalesforceReader:
    """Reads the objects of one org (a `pipelines.extract.Reader`)."""

    source = SOURCE

    def __init__(self, settings: SalesforceSettings) -> None:
        self._client = SalesforceClient(settings)
        self._bulk_threshold = settings.bulk_threshold
        self._types: dict[str, dict[str, str]] = {}
        self.overlap = duration(SOURCE, "overlap", settings.overlap)
        self.lag = duration(SOURCE, "lag", settings.lag)

    @property
    def usage(self) -> Usage:
        """What the calls cost."""
        return self._client.usage

    def now(self) -> datetime:
        """The org's clock, naive UTC."""
        return self._client.now()

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """The object's fields as its describe lists them."""
        described = self._client.describe(spec.name)
        self._types[spec.name] = {entry["name"]: entry["type"] for entry in described["fields"]}
        return [field_of(entry) for entry in described["fields"]]

    def read(self, request: Request) -> Reading:
        """Read the new part of the window in full, and of its overlap what the log does not hold.

        Transport is Bulk above the threshold of rows, and for field lists that are too long for a URL (a bulk
        job takes them in the body; several field chunks could show one record at different times).
        """
        spec, window = request.spec, request.window
        condition = soql.between(spec.cursor, window.seam, window.end)
        rows = self._client.count(soql.count(spec.name, condition))
        is_bulk = bool(rows) and (rows > self._bulk_threshold or not self._fits_in_url(request, condition))
        new: Iterator[pa.Table] = iter(())
        if rows:
            new = self._in_full(request, condition, is_bulk=is_bulk)
        return Reading("bulk" if is_bulk else "rest", chain(self._overlap(request), new))

    def _fits_in_url(self, request: Request, condition: str) -> bool:
        query = soql.page(request.spec.name, request.fields, request.spec.cursor, condition, None)
        return self._client.fits_in_url(query)

    def _overlap(self, request: Request) -> Iterator[pa.Table]:
        """Records of the overlap that surfaced after it had been read (long transactions commit late)."""
        spec, window = request.spec, request.window
        if window.overlap_is_empty or window.start is None or window.seam is None:
            return
        condition = soql.between(spec.cursor, window.start, window.seam, open_end=True)
        known = self._types[spec.name]
        stub_types = {name: known[name] for name in ("Id", "IsDeleted", spec.cursor) if name in known}
        for stubs in self._rest(spec, stub_types, condition):
            ids = request.unseen(stubs.select(["_record_id", "_stamp", "_is_deleted"]))
            for start in range(0, len(ids), IDS_PER_QUERY):
                chosen = f"{soql.one_of(ids[start : start + IDS_PER_QUERY])} AND {condition}"
                yield from self._in_full(request, chosen, is_bulk=not self._fits_in_url(request, chosen))

    def _in_full(self, request: Request, condition: str, *, is_bulk: bool) -> Iterator[pa.Table]:
        types = {name: self._types[request.spec.name][name] for name in request.fields}
        read = self._bulk if is_bulk else self._rest
        return read(request.spec, types, condition)

    def _rest(self, spec: ObjectSpec, types: Mapping[str, str], condition: str) -> Iterator[pa.Table]:
        """Pages by keyset; a page that came short of its limit is continued after its last row."""
        last, is_all = None, False
        while not is_all:
            query = soql.page(spec.name, list(types), spec.cursor, condition, last)
            records, is_done = self._client.query(query)
            is_all = not records or (is_done and len(records) < soql.PAGE)
            if records:
                last = _advanced(last, records[-1], spec)
                yield table_of(records, types, spec.cursor)

    def _bulk(self, spec: ObjectSpec, types: Mapping[str, str], condition: str) -> Iterator[pa.Table]:
        job = self._client.bulk(soql.select(spec.name, list(types), condition))
        yield from self._client.bulk_results(job, partial(table_of_csv, types=types, cursor=spec.cursor))


def _advanced(last: tuple[str, str] | None, record: dict[str, Any], spec: ObjectSpec) -> tuple[str, str]:
    """The keyset position after a page's last record; it must move, or the same page would come for ever."""
    position = (record[spec.cursor], record["Id"])
    if position == last:
        raise SourceUnavailable(
            f"Salesforce repeats the same page of {spec.name}. Run the same command again later."
        )
    return position
