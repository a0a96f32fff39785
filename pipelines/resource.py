"""The one factory that turns an `ObjectSpec` into a dlt resource which appends what is new to the raw log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.schema.typing import TColumnSchema
from dlt.sources import DltResource

from pipelines.counts import counts_table
from pipelines.errors import CanonError, ReadAgain
from pipelines.extract import Reader, Run, journal
from pipelines.fields import FIELD_COLUMNS, field_rows
from pipelines.forgotten import held_table
from pipelines.objects import ObjectSpec
from pipelines.plan import BACKFILL, Plan, planned
from pipelines.reading import ObjectRead, tagged, unless_empty


def resources(specs: Sequence[ObjectSpec], reader: Reader, run: Run) -> Iterator[DltResource]:
    """The resources of a source: its objects in the given order, then metadata, counts and the journal.

    The order matters (association tables follow their objects, the journal comes last), so dlt must extract
    them first in, first out.
    """
    plans = _Plans(specs, reader, run)
    for spec in specs:
        yield object_resource(spec, reader, run, plans)
    yield _log_resource("fields", lambda: _metadata(run), "_stamp")
    yield _log_resource("counts", lambda: _counts(run), "counted_at")
    yield _log_resource("held", lambda: _held(run))
    yield _log_resource("privacy_deletions", lambda: _erased(run))
    yield _log_resource("extracts", lambda: _journal(run), "window_from", "window_to", "finished_at")


def hints(*stamps: str) -> dict[str, TColumnSchema]:
    """Column hints for dlt: these columns are timestamps in UTC without a zone."""
    return {name: {"name": name, "data_type": "timestamp", "timezone": False} for name in stamps}


def object_resource(spec: ObjectSpec, reader: Reader, run: Run, plans: "_Plans") -> DltResource:
    """A dlt resource that appends the new versions of one object's records.

    When its source fails, what came before is kept, and the failure waits in `run` until it is loaded; a read
    that must begin again does so in the next load, which can tell what came already. The object's state is
    committed together with the rows, and its watermark moves only with a whole window.
    """

    def rows() -> Iterator[pa.Table]:
        if spec.name in run.done or run.is_over:
            return
        try:
            yield from ObjectRead(plans.plan(spec), reader, run).tables()
        except ReadAgain as failure:
            run.begin_again(spec.name, failure)
            state_of(spec).pop(BACKFILL, None)
        except CanonError as failure:
            run.failure = failure

    return dlt.resource(rows, name=spec.table, write_disposition="append", columns=hints("_stamp"))


def state_of(spec: ObjectSpec) -> dict[str, Any]:
    """What the log remembers of an object besides its rows; only while dlt extracts."""
    state: dict[str, Any] = dlt.current.resource_state(spec.table)
    return state


class _Plans:
    """Every object's plan is made before the first one's rows are read: bulk jobs then run side by side."""

    def __init__(self, specs: Sequence[ObjectSpec], reader: Reader, run: Run) -> None:
        self._specs = [spec for spec in specs if spec.kind == "records"]
        self._reader = reader
        self._run = run
        self._made: dict[str, Plan | CanonError] | None = None

    def plan(self, spec: ObjectSpec) -> Plan:
        """The plan of an object; raises what its making raised."""
        if spec.kind != "records":
            return planned(spec, self._reader, self._run, state_of(spec))
        if self._made is None:
            self._made = {}
            for each in self._specs:
                if each.name not in self._run.done:
                    self._make(each)
        made = self._made[spec.name]
        if isinstance(made, CanonError):
            raise made
        return made

    def _make(self, spec: ObjectSpec) -> None:
        """A failure is kept for its object's turn: the objects before it are read all the same."""
        assert self._made is not None
        if any(isinstance(made, CanonError) for made in self._made.values()):
            return
        try:
            self._made[spec.name] = planned(spec, self._reader, self._run, state_of(spec))
        except CanonError as failure:
            self._made[spec.name] = failure


def _log_resource(name: str, tables: Callable[[], Iterable[pa.Table]], *stamps: str) -> DltResource:
    return dlt.resource(tables, name=name, write_disposition="append", columns=hints(*stamps))


def _metadata(run: Run) -> Iterator[pa.Table]:
    """New, changed and vanished fields of the objects that were described in this run."""
    log = run.log.table("fields")
    for name, (extract_id, fields) in run.described.items():
        rows = tagged(field_rows(name, fields), extract_id, run)
        yield from unless_empty(log.changed(rows, FIELD_COLUMNS))
        gone = log.gone(rows, scope=name)
        yield from unless_empty(log.tombstones(gone, extract_id=extract_id, sync_seq=run.sync.sync_seq))
    run.described.clear()


def _counts(run: Run) -> Iterator[pa.Table]:
    """What the sweeps of this run counted."""
    if run.counts:
        yield counts_table(run.counts)
        run.counts.clear()


def _held(run: Run) -> Iterator[pa.Table]:
    """New records that were held back, for they have the address of somebody who was erased."""
    yield from unless_empty(held_table(run.forgotten.held, run.sync.sync_seq))
    run.forgotten.held.clear()


def _erased(run: Run) -> Iterator[pa.Table]:
    """Records that the source has erased for privacy."""
    yield from unless_empty(held_table(run.erased, run.sync.sync_seq))
    run.erased.clear()


def _journal(run: Run) -> Iterator[pa.Table]:
    yield journal(run.sync, run.extracts[run.journalled :])
    run.journalled = len(run.extracts)
