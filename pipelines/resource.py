"""The one factory that turns an `ObjectSpec` into a dlt resource which appends what is new to the raw log."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import dlt
import pyarrow as pa
import pyarrow.compute as pc
from dlt.common.schema.typing import TColumnSchema
from dlt.sources import DltResource

from pipelines.arrow import batches
from pipelines.errors import CanonError
from pipelines.extract import Extract, Progress, Reader, Request, Run, journal
from pipelines.fields import FIELD_COLUMNS, SYSTEM_TYPES, columns_of, field_rows
from pipelines.objects import ObjectSpec
from pipelines.window import Window, moved, next_window

# Rows that are compared with the log at once. Each comparison scans the ids of the whole raw table, so pages
# of 100 would be too small; 10,000 wide rows are some 30 MB.
BATCH = 10_000
WATERMARK = "watermark"


def resources(specs: Sequence[ObjectSpec], reader: Reader, run: Run) -> Iterator[DltResource]:
    """The resources of a source: its objects in the given order, then the metadata log and the journal.

    The order matters (association tables follow their objects, the journal comes last), so dlt must extract
    them first in, first out.
    """
    linked = {spec.links.from_object for spec in specs if spec.links}
    for spec in specs:
        yield object_resource(spec, reader, run, keep_ids=spec.name in linked)
    yield dlt.resource(
        lambda: _metadata(run), name="fields", write_disposition="append", columns=hints("_stamp")
    )
    yield dlt.resource(
        lambda: _journal(run),
        name="extracts",
        write_disposition="append",
        columns=hints("window_from", "window_to"),
    )


def hints(*stamps: str) -> dict[str, TColumnSchema]:
    """Column hints for dlt: these columns are timestamps in UTC without a zone."""
    return {name: {"name": name, "data_type": "timestamp", "timezone": False} for name in stamps}


def object_resource(spec: ObjectSpec, reader: Reader, run: Run, *, keep_ids: bool = False) -> DltResource:
    """A dlt resource that appends the new versions of one object's records.

    Its state holds the watermark: dlt commits it together with the rows, and it moves only when the whole
    window has been read. `keep_ids` remembers the live records that were read, for the association tables.
    """

    def rows() -> Iterator[pa.Table]:
        state = dlt.current.resource_state()
        held = state.get(WATERMARK)
        watermark = datetime.fromisoformat(held) if held else None
        request, extract = _begin(spec, reader, run, watermark)
        reading = reader.read(request)
        extract = replace(extract, transport=reading.transport)
        extract = yield from _news(spec, _noting_ids(reading.tables, spec, run, keep_ids), extract, run)
        run.extracts.append(replace(extract, usage=reader.usage.take()))
        state[WATERMARK] = moved(watermark, extract.window).isoformat()

    return dlt.resource(rows, name=spec.table, write_disposition="append", columns=hints("_stamp"))


def _begin(spec: ObjectSpec, reader: Reader, run: Run, watermark: datetime | None) -> tuple[Request, Extract]:
    """Ask for the fields and the clock, and plan the read."""
    reader.usage.take()
    fields = reader.fields(spec)
    names = tuple(field.name for field in fields if field.is_loaded)
    columns_of(spec.name, names)
    window, from_ids = _plan(spec, reader, run, watermark)
    extract = Extract(
        extract_id=f"{run.sync.sync_id}.{reader.source}.{spec.name}",
        source=reader.source,
        object=spec.name,
        mode="backfill" if window.is_backfill else run.sync.mode,
        transport="",
        window=window,
        fields=names,
    )
    if spec.kind == "records":
        run.described[spec.name] = (extract.extract_id, fields)
    unseen, linked = partial(run.log.unseen, spec.table), partial(run.log.linked, spec.table)
    return Request(spec, names, window, unseen, linked, from_ids), extract


def _plan(
    spec: ObjectSpec, reader: Reader, run: Run, watermark: datetime | None
) -> tuple[Window, Sequence[str]]:
    """The window to read, and for association tables the records whose links to read: those of this run."""
    if spec.links is None:
        since = None if run.sync.mode == "backfill" else watermark
        return next_window(since, reader.now(), reader.overlap, reader.lag), ()
    parent = next((extract for extract in run.extracts if extract.object == spec.links.from_object), None)
    if parent is None:
        raise CanonError(f"{spec.name} is read after {spec.links.from_object}; load both in one run.")
    return parent.window, run.live_ids.get(spec.links.from_object, ())


def _noting_ids(tables: Iterator[pa.Table], spec: ObjectSpec, run: Run, keep: bool) -> Iterator[pa.Table]:
    for table in tables:
        if keep:
            live = table.filter(pc.invert(table.column("_is_deleted")))
            run.live_ids.setdefault(spec.name, []).extend(live.column("_record_id").to_pylist())
        yield table


def _news(
    spec: ObjectSpec, tables: Iterator[pa.Table], extract: Extract, run: Run
) -> Generator[pa.Table, None, Extract]:
    """Yield what the log does not hold yet and tombstones for what a whole read misses; return the counts."""
    ids: list[pa.Table] = []
    for rows in batches(tables, BATCH):
        changed = run.log.changed(spec.table, _tagged(rows, extract.extract_id, run), extract.fields)
        extract = extract.plus(rows.num_rows, changed.num_rows)
        yield from _unless_empty(changed)
        _report(run, extract)
        if spec.kind == "whole":
            ids.append(rows.select(["_record_id"]))
    if ids:
        gone = _vanished(spec.table, pa.concat_tables(ids), extract.extract_id, run)
        extract = extract.plus(0, gone.num_rows)
        yield from _unless_empty(gone)
    if not extract.rows_written:
        yield from _missing_columns(spec.table, extract.fields, run)
    _report(run, extract, is_done=True)
    return extract


def _metadata(run: Run) -> Iterator[pa.Table]:
    """New, changed and vanished fields of the objects that were described in this run."""
    for name, (extract_id, fields) in run.described.items():
        rows = _tagged(field_rows(name, fields), extract_id, run)
        yield from _unless_empty(run.log.changed("fields", rows, FIELD_COLUMNS))
        yield from _unless_empty(_vanished("fields", rows, extract_id, run, scope=name))


def _journal(run: Run) -> Iterator[pa.Table]:
    yield journal(run.sync, run.extracts)


def _vanished(table: str, rows: pa.Table, extract_id: str, run: Run, scope: str | None = None) -> pa.Table:
    return run.log.vanished(table, rows, extract_id=extract_id, sync_seq=run.sync.sync_seq, scope=scope)


def _tagged(rows: pa.Table, extract_id: str, run: Run) -> pa.Table:
    """Add which read brought the rows."""
    count = rows.num_rows
    rows = rows.append_column("_extract_id", pa.repeat(pa.scalar(extract_id, pa.string()), count))
    return rows.append_column("_sync_seq", pa.repeat(pa.scalar(run.sync.sync_seq, pa.int64()), count))


def _unless_empty(rows: pa.Table) -> Iterator[pa.Table]:
    if rows.num_rows:
        yield rows


def _missing_columns(table: str, fields: Sequence[str], run: Run) -> Iterator[pa.Table]:
    """An empty table where the raw table lacks columns, so that it has them even before the first row."""
    types = SYSTEM_TYPES | {field.lower(): pa.string() for field in fields}
    if not types.keys() <= run.log.columns(table):
        yield pa.schema(types).empty_table()


def _report(run: Run, extract: Extract, *, is_done: bool = False) -> None:
    run.sync.report(
        Progress(extract.source, extract.object, extract.rows_read, extract.rows_written, is_done)
    )
