"""How a HubSpot object is read: listed whole the first time, searched by window and read by id afterwards."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice

import pyarrow as pa

from pipelines.extract import Reading, Request
from pipelines.fields import Field
from pipelines.http import Usage
from pipelines.hubspot.client import LINK_BATCH, LIST_PAGE, HubspotClient, Record
from pipelines.hubspot.objects import FIXED_FIELDS, LINK_FIELDS
from pipelines.hubspot.rows import field_of, link_table, owner_table, stage_table, stubs_of, table_of
from pipelines.hubspot.search import window_records
from pipelines.hubspot.settings import SOURCE, HubspotSettings
from pipelines.objects import ObjectSpec
from pipelines.settings import duration


class HubspotReader:
    """Reads the objects of one account (a `pipelines.extract.Reader`)."""

    source = SOURCE

    def __init__(self, settings: HubspotSettings) -> None:
        self._client = HubspotClient(settings)
        self.overlap = duration(SOURCE, "overlap", settings.overlap)
        self.lag = duration(SOURCE, "lag", settings.lag)

    @property
    def usage(self) -> Usage:
        """What the calls cost."""
        return self._client.usage

    def now(self) -> datetime:
        """The account's clock, naive UTC."""
        return self._client.now()

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """The object's live properties; objects without properties have fixed fields."""
        if spec.kind == "records":
            return [field_of(definition) for definition in self._client.properties(spec.name)]
        names = LINK_FIELDS if spec.kind == "links" else FIXED_FIELDS[spec.name]
        return [Field(name) for name in names]

    def read(self, request: Request) -> Reading:
        """Read what the request asks for, by the object's kind."""
        if request.spec.kind == "links":
            return Reading("list", self._links(request))
        if request.spec.name == "owners":
            pages = chain(self._client.owners(archived=True), self._client.owners(archived=False))
            return Reading("list", map(owner_table, pages))
        if request.spec.name == "pipelines":
            return Reading("list", iter([stage_table(self._client.pipelines("deals"))]))
        if request.window.is_backfill:
            return Reading("list", self._backfill(request))
        return Reading("search", self._delta(request))

    def _backfill(self, request: Request) -> Iterator[pa.Table]:
        """Everything: archived records first; one that is archived meanwhile is found by the next run."""
        seen: set[str] = set()
        for records in self._whole_pages(request, archived=True):
            seen.update(record["id"] for record in records)
            yield self._table(request, records)
        for records in self._whole_pages(request, archived=False):
            yield self._table(request, [record for record in records if record["id"] not in seen])

    def _whole_pages(self, request: Request, *, archived: bool) -> Iterator[list[Record]]:
        """List pages with all properties, by way of the ids where the properties do not fit into a URL."""
        name = request.spec.name
        if self._client.fits_in_url(name, request.fields):
            yield from self._client.listed(name, request.fields, archived=archived)
            return
        for page in self._client.listed(name, [request.spec.cursor], archived=archived):
            ids = [record["id"] for record in page]
            if ids:
                yield self._client.batch_read(name, ids, request.fields, archived=archived)

    def _delta(self, request: Request) -> Iterator[pa.Table]:
        """Archived records, then the live ones of the window; only versions that the log does not hold."""
        archived = self._client.listed(request.spec.name, [request.spec.cursor], archived=True)
        gone = self._unseen(request, chain.from_iterable(archived))
        seen: set[str] = set()
        for records in self._by_id(request, gone, archived=True):
            seen.update(record["id"] for record in records)
            yield self._table(request, records)
        changed = [
            record_id for record_id in self._unseen(request, self._found(request)) if record_id not in seen
        ]
        missing = set(changed)
        for records in self._by_id(request, changed, archived=False):
            missing.difference_update(record["id"] for record in records)
            yield self._table(request, records)
        for records in self._by_id(request, sorted(missing, key=int), archived=True):
            yield self._table(request, records)

    def _found(self, request: Request) -> Iterator[Record]:
        window, cursor = request.window, request.spec.cursor
        search = partial(self._client.search, request.spec.name)
        yield from window_records(search, cursor, window.start or datetime(1970, 1, 1, 0, 0, 1), window.end)

    def _unseen(self, request: Request, records: Iterable[Record]) -> list[str]:
        """Ids of the records whose (id, stamp, archived) the log does not hold."""
        stubs = list(records)
        return request.unseen(stubs_of(stubs, request.spec.cursor)) if stubs else []

    def _by_id(self, request: Request, ids: Sequence[str], *, archived: bool) -> Iterator[list[Record]]:
        for chunk in _chunks(ids, LIST_PAGE):
            yield self._client.batch_read(request.spec.name, chunk, request.fields, archived=archived)

    def _links(self, request: Request) -> Iterator[pa.Table]:
        """Links of the records read in this run; a record that lost its last one gets an empty row."""
        links = request.spec.links
        if links is None:
            return
        for chunk in _chunks(list(dict.fromkeys(request.from_ids)), LINK_BATCH):
            found = self._client.associations(links.from_object, links.to_object, chunk)
            once = request.linked(pa.table({"_record_id": pa.array(chunk, pa.string())}))
            lost: dict[str, list[Record]] = {record_id: [] for record_id in once if record_id not in found}
            yield link_table({**found, **lost}, links.primary_type)

    def _table(self, request: Request, records: Sequence[Record]) -> pa.Table:
        return table_of(records, request.fields, request.spec.cursor)


def _chunks(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, size)):
        yield chunk
