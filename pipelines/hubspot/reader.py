"""How a HubSpot object is read: listed whole the first time, searched by window and read by id afterwards."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice

import pyarrow as pa

from pipelines.errors import CanonError, FieldsChanged
from pipelines.extract import Mode, Page, Reading, Request
from pipelines.fields import Field
from pipelines.hubspot.client import HISTORY_BATCH, LINK_BATCH, LIST_PAGE, HubspotClient, Record
from pipelines.hubspot.objects import FIXED_FIELDS, HISTORY_FIELDS, LINK_FIELDS
from pipelines.hubspot.rows import (
    absorbed_ids,
    field_of,
    history_table,
    link_table,
    owner_table,
    stage_table,
    stubs_of,
    table_of,
)
from pipelines.hubspot.search import window_records
from pipelines.hubspot.settings import SOURCE, HubspotSettings
from pipelines.objects import ObjectSpec
from pipelines.reader import ClientReader
from pipelines.settings import resolve

LIST, SEARCH = "list", "search"
ARCHIVED, LIVE, DONE = "archived", "live", "done"  # the two lists of a backfill, in their order, and its end
ROWS = 2000  # records that become one table; columns of 100 rows would cost more than their rows
PEOPLE = "contacts"  # the only object of which HubSpot erases records for privacy
ARCHIVE_KEPT = timedelta(days=89)  # archived records are listed for 90 days
EARLIEST = datetime(1970, 1, 1, 0, 0, 1)  # HubSpot answers a filter on the epoch itself with HTTP 500


class HubspotReader(ClientReader[HubspotClient]):
    """Reads the objects of one account (a `pipelines.extract.Reader`)."""

    source = SOURCE

    def __init__(self, settings: HubspotSettings) -> None:
        client = HubspotClient(settings, lambda: resolve(HubspotSettings(), SOURCE).access_token)
        super().__init__(client, settings)
        self._omitted: set[tuple[str, str]] = set()

    def transport(self, spec: ObjectSpec, mode: Mode) -> str:
        """Search for windows, lists for the rest."""
        return SEARCH if spec.kind == "records" and mode == "delta" else LIST

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """The object's live properties; objects without properties have fixed fields."""
        if spec.kind == "records":
            return [field_of(definition) for definition in self._client.properties(spec.name)]
        names = {"links": LINK_FIELDS, "history": HISTORY_FIELDS}.get(spec.kind) or FIXED_FIELDS[spec.name]
        return [Field(name) for name in names]

    def deleted(self, spec: ObjectSpec, since: datetime) -> Sequence[str] | None:
        """Nothing beside what the archive tells, which keeps its records for a while."""
        return () if self.now() - since < ARCHIVE_KEPT else None

    def read(self, request: Request) -> Reading:
        """Read what the request asks for, by the object's kind."""
        return Reading(self._pages(request))

    def _pages(self, request: Request) -> Iterator[Page]:
        if request.spec.kind == "links":
            return self._links(request)
        if request.spec.kind == "history":
            return self._histories(request)
        if request.spec.name == "owners":
            owners = chain(self._client.owners(archived=True), self._client.owners(archived=False))
            return (Page(owner_table(page), LIST) for page in owners)
        if request.spec.name == "pipelines":
            return iter([Page(stage_table(self._client.pipelines("deals")), LIST)])
        return self._backfill(request) if request.window.is_backfill else self._delta(request)

    def stubs(self, request: Request) -> Iterator[pa.Table]:
        """Id, stamp, mark and the compared fields of all records, archived ones first."""
        cursor, fields = request.spec.cursor, request.compared
        yield table_of([], fields, cursor)
        for archived in (True, False):
            pages = self._whole_pages(request, [cursor, *fields], archived=archived)
            for records, _ in self._grouped(pages):
                yield table_of(records, fields, cursor)

    def fetch(self, request: Request, ids: Sequence[str]) -> Iterator[Page]:
        """Records by id, archived or not. An id that was merged away is answered with another record."""
        missing = dict.fromkeys(ids)
        for archived in (False, True):
            wanted = list(missing)
            for chunk in _chunks(wanted, ROWS):
                answers = self._by_id(request, chunk, archived=archived)
                records = [record for record in answers if record["id"] in missing]
                for record in records:
                    del missing[record["id"]]
                if records:
                    yield self._page(request, records, SEARCH)

    def erased(self, request: Request, gone: Sequence[str], stubs: pa.Table) -> Sequence[str]:
        """Contacts that left no trace while an archived one would still be listed: deleted for privacy.

        An archived record is listed and answered for 90 days, one that was merged away is answered with its
        survivor. So only a privacy deletion makes a record unknown that was there less than 90 days ago.
        """
        if request.spec.name != PEOPLE:
            return ()
        recent, looked = self.now() - ARCHIVE_KEPT, request.window.seam
        there = set(stubs.column("_record_id").to_pylist())
        deleted = [each for each in request.copy.deleted_since(recent) if each not in there]
        ids = dict.fromkeys([*(gone if looked and looked > recent else ()), *deleted])
        return [each for each in self._unlisted(list(ids)) if not self._client.answers(PEOPLE, each)]

    def _unlisted(self, ids: Sequence[str]) -> list[str]:
        """Of the ids, those that a batch read finds neither live nor archived."""
        missing = list(ids)
        for archived in (False, True):
            chunks = list(_chunks(missing, LIST_PAGE))
            missing = [each for chunk in chunks for each in self._client.missing(PEOPLE, chunk, archived)]
        return missing

    def absorbed(self, rows: pa.Table) -> list[str]:
        """The losers of these records' merges: they vanish from every list."""
        return absorbed_ids(rows)

    def _backfill(self, request: Request) -> Iterator[Page]:
        """Everything: archived records first; one that is archived meanwhile is found by the next run."""
        first, _, after = (request.position or f"{ARCHIVED}:").partition(":")
        if first == ARCHIVED:
            yield from self._listed(request, ARCHIVED, after, f"{LIVE}:")
            after = ""
        if first != DONE:
            yield from self._listed(request, LIVE, after, f"{DONE}:")

    def _listed(self, request: Request, which: str, after: str, following: str) -> Iterator[Page]:
        """One of the two lists from `after` on; `following` is the position behind its end."""
        pages = self._whole_pages(request, request.fields, archived=which == ARCHIVED, after=after)
        for records, after in self._grouped(pages):
            yield self._page(request, records, LIST, f"{which}:{after}" if after else following)

    def _whole_pages(
        self, request: Request, fields: Sequence[str], *, archived: bool, after: str = ""
    ) -> Iterator[tuple[list[Record], str]]:
        """List pages with these properties, by way of the ids where the properties do not fit into a URL."""
        name, fits = request.spec.name, self._client.fits_in_url(request.spec.name, fields)
        names = fields if fits else [request.spec.cursor]
        for page, following in self._client.listed(name, names, archived=archived, after=after):
            if page and not fits:
                ids = [record["id"] for record in page]
                page = self._client.batch_read(name, ids, fields, archived=archived)
            yield page, following

    def _grouped(self, pages: Iterator[tuple[list[Record], str]]) -> Iterator[tuple[list[Record], str]]:
        """Pages joined to about `ROWS` records; what came before a failure is given first."""
        waiting: list[Record] = []
        after = ""
        try:
            for records, after in pages:
                waiting += records
                if len(waiting) >= ROWS:
                    yield waiting, after
                    waiting = []
        except CanonError:
            if waiting:
                yield waiting, after
            raise
        yield waiting, ""

    def _delta(self, request: Request) -> Iterator[Page]:
        """The live records of the window, and archived ones; only versions that the log does not hold."""
        found = list(self._found(request))
        yield from self.fetch(request, self._unseen(request, found))
        if self._client.total(request.spec.name) != request.copy.live_count([one["id"] for one in found]):
            yield from self._moved(request)

    def _moved(self, request: Request) -> Iterator[Page]:
        """Records that were archived or restored, which no search finds: by the list of the archived ones."""
        listed = self._client.listed(request.spec.name, [request.spec.cursor], archived=True)
        archived = [record for records, _ in listed for record in records]
        yield from self.fetch(request, self._unseen(request, archived))
        there = {record["id"] for record in archived}
        deleted = request.copy.deleted_since(self.now() - ARCHIVE_KEPT)
        yield from self.fetch(request, [record_id for record_id in deleted if record_id not in there])

    def _found(self, request: Request) -> Iterator[Record]:
        window, cursor = request.window, request.spec.cursor
        search = partial(self._client.search, request.spec.name)
        yield from window_records(search, cursor, window.start or EARLIEST, window.end)

    def _unseen(self, request: Request, stubs: Sequence[Record]) -> list[str]:
        """Ids of the records whose (id, stamp, archived) the log does not hold."""
        return request.copy.unseen(stubs_of(stubs, request.spec.cursor)) if stubs else []

    def _by_id(self, request: Request, ids: Sequence[str], *, archived: bool) -> Iterator[Record]:
        for chunk in _chunks(ids, LIST_PAGE):
            yield from self._client.batch_read(request.spec.name, chunk, request.fields, archived=archived)

    def _links(self, request: Request) -> Iterator[Page]:
        """Links of the wanted records; a record that lost its last one gets an empty row."""
        links = request.spec.links
        if links is None:
            return
        for chunk in _chunks(request.from_ids, LINK_BATCH):
            found = self._client.associations(links.from_object, links.to_object, chunk)
            once = request.copy.linked(chunk)
            lost: dict[str, list[Record]] = {record_id: [] for record_id in once if record_id not in found}
            yield Page(link_table({**found, **lost}, links.primary_type), LIST)

    def _histories(self, request: Request) -> Iterator[Page]:
        """What HubSpot remembers of the tracked properties of the wanted records."""
        spec = request.spec
        for chunk in _chunks(request.from_ids, HISTORY_BATCH):
            yield Page(history_table(self._client.histories(spec.parent, chunk, spec.tracked)), LIST)

    def _page(self, request: Request, records: list[Record], transport: str, position: str = "") -> Page:
        self._check_fields(request, records)
        return Page(table_of(records, request.fields, request.spec.cursor), transport, position)

    def _check_fields(self, request: Request, records: list[Record]) -> None:
        """HubSpot just leaves out a property that it does not know: absent, which is not empty.

        Raises:
            FieldsChanged: a property was asked for and left out. Where it is still listed after that, HubSpot
                is taken at its word: the property is there, and empty.
        """
        name, ends = request.spec.name, [record["properties"] for record in records[:1] + records[-1:]]
        left_out = {(name, field) for given in ends for field in request.fields if field not in given}
        left_out -= self._omitted
        if left_out:
            self._omitted |= left_out
            raise FieldsChanged(f"HubSpot does not know a property of {name} any more.")


def _chunks(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, size)):
        yield chunk
