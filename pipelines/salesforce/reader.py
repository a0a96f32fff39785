"""How a Salesforce object is read: by window and keyset over REST, or as a bulk job where there is much."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import RequestRefused
from pipelines.extract import Mode, Page, Reading, Request
from pipelines.fields import Field
from pipelines.objects import ObjectSpec
from pipelines.reader import ClientReader
from pipelines.salesforce import soql
from pipelines.salesforce.bulk import BulkRead
from pipelines.salesforce.client import SalesforceClient
from pipelines.salesforce.rest import IDS_PER_QUERY, REST, TOO_LONG, RestRead, rest_position
from pipelines.salesforce.rows import field_of
from pipelines.salesforce.settings import SOURCE, SalesforceSettings
from pipelines.salesforce.soql import Span

# Deletions stay visible as soft-deleted rows for days; after a shorter gap nobody needs to be asked.
SHORT_GAP = timedelta(hours=1)
BIN_KEPT = timedelta(days=14)  # the recycle bin keeps deleted rows for 15
STUB = ("Id", "IsDeleted")


class SalesforceReader(ClientReader[SalesforceClient]):
    """Reads the objects of one org (a `pipelines.extract.Reader`)."""

    source = SOURCE

    def __init__(self, settings: SalesforceSettings) -> None:
        super().__init__(SalesforceClient(settings), settings)
        self._bulk_threshold = settings.bulk_threshold
        self._types: dict[str, dict[str, str]] = {}
        self._is_replicated: dict[str, bool] = {}

    def transport(self, spec: ObjectSpec, mode: Mode) -> str:
        """REST where no page came."""
        return REST

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """The object's fields as its describe lists them; none where the user may not see the object."""
        try:
            described = self._client.describe(spec.name)
        except RequestRefused as refusal:
            if refusal.status != 404:
                raise
            described = {"fields": []}
        self._types[spec.name] = {entry["name"]: entry["type"] for entry in described["fields"]}
        has_mark = "IsDeleted" in self._types[spec.name]  # users, for one, are never deleted
        self._is_replicated[spec.name] = has_mark and bool(described.get("replicateable"))
        return [field_of(entry) for entry in described["fields"]]

    def deleted(self, spec: ObjectSpec, since: datetime) -> Sequence[str] | None:
        """What getDeleted lists, if it reaches back that far; after a short pause soft-deleted rows tell."""
        if self.now() - since < SHORT_GAP or not self._is_replicated[spec.name]:
            return () if self.now() - since < BIN_KEPT else None
        try:
            answer = self._client.deleted(spec.name, since, self.now())
        except RequestRefused as refusal:
            if refusal.status != 400:
                raise
            return None  # the server does not answer for a time that long ago
        if soql.instant(answer["earliestDateAvailable"]) > since:
            return None
        return [record["id"] for record in answer["deletedRecords"]]

    def read(self, request: Request) -> Reading:
        """A backfill by its size; of a window first its overlap, then its new part.

        The job of a backfill starts at once, or is an earlier run's.
        """
        if not request.window.is_backfill and request.spec.kind == "history":
            return Reading(self._rest(request).pages(_span(request)))
        if not request.window.is_backfill:
            return Reading(chain(self._overlap(request), self._new(request)))
        span = replace(_span(request), start=None)
        bulk = BulkRead(self._client, request.spec, self._wanted(request), span)
        if request.position and bulk.go_on(request.position):
            return Reading(bulk.pages(), bulk.position)
        return self._by_size(request, replace(span, after=rest_position(request.position)))

    def stubs(self, request: Request) -> Iterator[pa.Table]:
        """Id, stamp, deletion mark and the compared fields of all records."""
        types = self._stub_types(request.spec, request.compared)
        yield RestRead(self._client, request.spec, types).none()
        for page in self._by_size(request, Span(), types).pages:
            yield page.rows

    def fetch(self, request: Request, ids: Sequence[str]) -> Iterator[Page]:
        """Records by id, or chosen from all, whichever takes fewer calls."""
        if len(ids) / IDS_PER_QUERY <= 1 + request.copy.live_count([]) / soql.PAGE:
            return self._rest(request).by_ids(ids)
        return self._chosen(self._by_size(request, Span()).pages, set(ids))

    def absorbed(self, rows: pa.Table) -> list[str]:
        """None: the losers of a merge come as deleted records of their own."""
        return []

    def _overlap(self, request: Request) -> Iterator[Page]:
        """Records of the overlap that surfaced after it had been read (long transactions commit late)."""
        spec, window = request.spec, request.window
        if window.overlap_is_empty:
            return
        types = self._stub_types(spec)
        span = Span(start=window.start, end=window.seam, open_end=True)
        for stubs in RestRead(self._client, spec, types).pages(span):
            ids = request.copy.unseen(stubs.rows.select(["_record_id", "_stamp", "_is_deleted"]))
            yield from self._rest(request).by_ids(ids)

    def _new(self, request: Request) -> Iterator[Page]:
        """What came since the last window: a page over REST; if that was not all, the rest by its size."""
        span = Span(start=request.window.seam, end=request.window.end)
        pages = self._rest(request).pages(span)
        for page in pages:
            yield page
            if page.rows.num_rows >= soql.PAGE:
                rest = Span(end=span.end, after=rest_position(page.position))
                pages = self._by_size(request, rest).pages
                break
        yield from pages

    def _by_size(self, request: Request, span: Span, types: dict[str, str] | None = None) -> Reading:
        """A span by a job or over REST, whichever its size calls for and the server allows."""
        spec, types = request.spec, types or self._wanted(request)
        if self._is_much(soql.count(spec.name, spec.cursor, span)):
            bulk = BulkRead(self._client, spec, types, span)
            if bulk.start():
                return Reading(bulk.pages(), bulk.position)
        return Reading(RestRead(self._client, spec, types).pages(span))

    def _is_much(self, query: str) -> bool:
        try:
            return self._client.count(query) > self._bulk_threshold
        except RequestRefused as refusal:
            if refusal.code != TOO_LONG:
                raise
            return True

    def _rest(self, request: Request) -> RestRead:
        return RestRead(self._client, request.spec, self._wanted(request))

    def _stub_types(self, spec: ObjectSpec, compared: Sequence[str] = ()) -> dict[str, str]:
        known = self._types[spec.name]
        names = dict.fromkeys((*STUB, spec.cursor, *compared))
        return {name: known[name] for name in names if name in known}

    def _wanted(self, request: Request) -> dict[str, str]:
        return {name: self._types[request.spec.name][name] for name in request.fields}

    def _chosen(self, pages: Iterator[Page], ids: set[str]) -> Iterator[Page]:
        chosen = pa.array(list(ids), pa.string())
        for page in pages:
            rows = page.rows.filter(pc.is_in(page.rows.column("_record_id"), chosen))
            yield Page(rows, page.transport)


def _span(request: Request) -> Span:
    """The whole window. Of a history it is read at once: the log knows its rows by their ids."""
    return Span(start=request.window.start, end=request.window.end, tracked=request.spec.tracked)
