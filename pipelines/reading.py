"""Following a plan: from the source's pages to the rows that the log does not hold yet."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ahead import ahead, batches
from pipelines.counts import count_row
from pipelines.extract import Page, Progress, Reader, Run
from pipelines.fields import SYSTEM_TYPES
from pipelines.log import id_table
from pipelines.plan import BACKFILL, FOLLOWED, TRACKED, WATERMARK, Plan

# Rows that are compared with the log at once. Each comparison scans the ids of the whole raw table, so pages
# of 100 would be too small; 10,000 wide rows are some 30 MB.
BATCH = 10_000


class ObjectRead:
    """One read of one object with one list of fields."""

    def __init__(self, plan: Plan, reader: Reader, run: Run) -> None:
        self._plan, self._reader, self._run = plan, reader, run
        self._request = plan.request
        self._copy = plan.request.copy
        self._extract = plan.extract

    def tables(self) -> Iterator[pa.Table]:
        """What the log does not hold yet, ready for it; the state moves with a whole window only."""
        try:
            yield from self._swept() if self._plan.pages is None else self._paged(self._plan.pages)
            if not self._run.is_paused and self._plan.is_readable:
                self._complete()
            if not self._extract.rows_written:
                yield from self._missing_columns()
        finally:
            self._close()

    def _paged(self, pages: Iterator[Page]) -> Iterator[pa.Table]:
        """The pages' news; for what is read whole, tombstones for what has vanished, too."""
        ids: list[pa.Table] = []
        deleted = id_table(self._plan.deleted)
        for page in self._gathered(pages):
            deleted = deleted.join(page.rows.select(["_record_id"]), "_record_id", join_type="left anti")
            yield from self._news(page)
            yield from self._if_gone(self._copy.alive(self._reader.absorbed(page.rows)))
            if self._plan.spec.kind == "whole":
                ids.append(page.rows.select(["_record_id"]))
            self._plan.remember(page.position)
        yield from self._if_gone(self._copy.alive(deleted.column("_record_id").to_pylist()))
        if ids:
            yield from self._tombstones(self._copy.gone(pa.concat_tables(ids)))

    def _swept(self) -> Iterator[pa.Table]:
        """Compare every record's stub with the copy; read what differs, mark what the source lost."""
        read = self._reader.stubs(self._request)
        stubs = pa.concat_tables([self._run.forgotten.stubs(self._plan.spec, each) for each in read])
        settled = self._request.window.seam or self._request.window.end
        found = self._copy.counts(stubs, settled)
        yield from self._fetched(self._copy.differing(stubs, settled))
        gone = self._copy.gone(stubs)
        surplus = yield from self._if_gone(gone)
        erased = self._reader.erased(self._request, gone, stubs)
        self._run.erased += [(self._plan.spec.name, record_id) for record_id in erased]
        row = count_row(
            self._plan.spec.name,
            found,
            surplus,
            extract_id=self._extract.extract_id,
            sync_seq=self._run.sync.sync_seq,
            counted_at=self._reader.now(),
        )
        self._run.counts.append(row)

    def _if_gone(self, ids: Sequence[str]) -> Generator[pa.Table, None, int]:
        """Ask for each of these records; one that is there is read, the others get tombstones.

        For records that a merge took over, which some sources just stop knowing, and for what was purged.
        Returns how many were gone.
        """
        there = yield from self._fetched(ids)
        gone = [record_id for record_id in ids if record_id not in there]
        yield from self._tombstones(gone)
        return len(gone)

    def _fetched(self, ids: Sequence[str]) -> Generator[pa.Table, None, set[str]]:
        """Read these records; returns the ids of those that are there."""
        there: set[str] = set()
        for page in self._gathered(self._reader.fetch(self._request, ids) if ids else ()):
            there.update(page.rows.column("_record_id").to_pylist())
            yield from self._news(page)
        return there

    def _gathered(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Pages as batches, fetched ahead; the load is paused at the first good moment after its time."""
        return ahead(batches(self._until_pause(pages), BATCH))

    def _until_pause(self, pages: Iterable[Page]) -> Iterator[Page]:
        for page in pages:
            yield page
            is_resumable = bool(page.position) and self._extract.mode == "backfill"
            if is_resumable and time.monotonic() > self._run.pause_after:
                self._run.is_paused = True
                return

    def _news(self, page: Page) -> Iterator[pa.Table]:
        """The rows of a page that the log does not hold yet."""
        kept = self._run.forgotten.without(self._plan.spec, page.rows)
        self._note_ids(kept)
        rows = tagged(kept, self._extract.extract_id, self._run)
        # What a sweep asks for is the record as it is; elsewhere an older stamp is an answer overtaken.
        changed = self._copy.changed(rows, self._extract.fields, is_truth=self._extract.mode == "sweep")
        self._extract = replace(
            self._extract.plus(page.rows.num_rows, changed.num_rows), transport=page.transport
        )
        yield from unless_empty(changed)
        self._report()

    def _note_ids(self, rows: pa.Table) -> None:
        if self._plan.spec.is_followed:
            live = rows.filter(pc.invert(rows.column("_is_deleted"))).column("_record_id")
            self._run.read_ids.setdefault(self._plan.spec.name, []).extend(live.to_pylist())

    def _tombstones(self, ids: Sequence[str]) -> Iterator[pa.Table]:
        for start in range(0, len(ids), BATCH):
            rows = self._copy.tombstones(
                ids[start : start + BATCH],
                extract_id=self._extract.extract_id,
                sync_seq=self._run.sync.sync_seq,
            )
            self._extract = self._extract.plus(0, rows.num_rows)
            yield from unless_empty(rows)

    def _complete(self) -> None:
        state, window = self._plan.state, self._request.window
        if self._plan.spec.follows:
            state[FOLLOWED] = self._run.sync.sync_seq
        if self._plan.spec.kind == "history":
            state[TRACKED] = sorted(self._plan.spec.tracked)
        state[WATERMARK] = window.end.isoformat()
        state.pop(BACKFILL, None)
        self._run.done.add(self._plan.spec.name)
        self._extract = replace(self._extract, is_complete=True)

    def _close(self) -> None:
        usage = self._extract.usage.plus(self._reader.usage.take())
        self._extract = replace(
            self._extract, usage=usage, finished_at=self._reader.now(), ahead=self._reader.ahead()
        )
        self._run.extracts.append(self._extract)
        self._report(is_done=self._extract.is_complete)

    def _missing_columns(self) -> Iterator[pa.Table]:
        """An empty table where the raw table lacks columns, so that it has them even before the first row."""
        types = SYSTEM_TYPES | {field.lower(): pa.string() for field in self._extract.fields}
        if not types.keys() <= self._copy.log.columns(self._copy.name):
            yield pa.schema(types).empty_table()

    def _report(self, *, is_done: bool = False) -> None:
        extract = self._extract
        self._run.sync.report(
            Progress(extract.source, extract.object, extract.rows_read, extract.rows_written, is_done)
        )


def tagged(rows: pa.Table, extract_id: str, run: Run) -> pa.Table:
    """Add which read brought the rows."""
    count = rows.num_rows
    rows = rows.append_column("_extract_id", pa.repeat(pa.scalar(extract_id, pa.string()), count))
    return rows.append_column("_sync_seq", pa.repeat(pa.scalar(run.sync.sync_seq, pa.int64()), count))


def unless_empty(rows: pa.Table) -> Iterator[pa.Table]:
    """The table, if it has rows."""
    if rows.num_rows:
        yield rows
