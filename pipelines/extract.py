"""One read of one object: what was asked, what came, what it cost. A row of the `extracts` journal."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import Literal, Protocol

import pyarrow as pa

from pipelines.errors import CanonError
from pipelines.fields import Field
from pipelines.forgotten import Erasure, Forgotten
from pipelines.http import Budget, Usage
from pipelines.log import RawLog, TableLog
from pipelines.objects import ObjectSpec
from pipelines.window import Window

Mode = Literal["delta", "sweep", "backfill"]
Tracked = Mapping[str, Mapping[str, Sequence[str]]]

READS = 3  # times that an object is read, in one run, before what keeps it from ending is a failure

JOURNAL = pa.schema(
    [
        ("extract_id", pa.string()),
        ("sync_id", pa.string()),
        ("sync_seq", pa.int64()),
        ("source", pa.string()),
        ("object", pa.string()),
        ("mode", pa.string()),
        ("transport", pa.string()),
        ("window_from", pa.timestamp("us")),
        ("window_to", pa.timestamp("us")),
        ("rows_read", pa.int64()),
        ("rows_written", pa.int64()),
        ("api_calls", pa.int64()),
        ("retries", pa.int64()),
        ("api_used", pa.int64()),
        ("api_limit", pa.int64()),
        ("fields", pa.string()),
        ("outcomes", pa.string()),
        ("finished_at", pa.timestamp("us")),
        ("clock_skew", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Progress:
    """How far the read of an object has come; `is_done` on its last report."""

    source: str
    object: str
    rows_read: int
    rows_written: int
    is_done: bool = False


@dataclass(frozen=True)
class Sync:
    """The sync that the reads belong to.

    `tracked`: fields whose history is wanted, by source and object; `erasure`: how erased people are known.
    """

    sync_id: str
    sync_seq: int
    mode: str
    report: Callable[[Progress], None]
    tracked: Tracked = field(default_factory=dict)
    erasure: Erasure = field(default_factory=Erasure)


@dataclass(frozen=True)
class Extract:
    """A finished (or, while `rows_read` grows, running) read of one object with one list of fields.

    `is_complete` is false where the window was left before its end; `finished_at` goes by the source's clock,
    which was `ahead` of ours.
    """

    extract_id: str
    source: str
    object: str
    mode: Mode
    transport: str
    window: Window
    fields: tuple[str, ...]
    rows_read: int = 0
    rows_written: int = 0
    usage: Usage = field(default_factory=Usage)
    is_complete: bool = False
    finished_at: datetime | None = None
    ahead: timedelta = timedelta()
    is_history: bool = False

    def plus(self, read: int, written: int) -> "Extract":
        """This extract with more rows."""
        return replace(self, rows_read=self.rows_read + read, rows_written=self.rows_written + written)


@dataclass(frozen=True)
class Request:
    """What a reader is asked for: the records of `window` with these fields.

    `copy` answers what the log holds of the object. `position` is where an earlier backfill of the same
    window was left (a `Page.position`), "" for its beginning. Where the object follows another
    one, `from_ids` are the records whose links or history is wanted; `compared` are the fields of stubs.
    """

    spec: ObjectSpec
    fields: tuple[str, ...]
    window: Window
    copy: TableLog
    position: str = ""
    from_ids: Sequence[str] = ()
    compared: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some records: `_record_id`, `_stamp`, `_is_deleted` and one text column per field.

    `position` is where a backfill can go on after them; "" where it can only start again.
    """

    rows: pa.Table
    transport: str
    position: str = ""


@dataclass(frozen=True)
class Reading:
    """A reader's answer. `position` is where its first page starts, if something long began there already."""

    pages: Iterator[Page]
    position: str = ""


class Reader(Protocol):
    """A source, seen by the resource factory. Its iterators make their calls while they are being taken.

    They may raise `ReadAgain`: the request's fields are not the object's any more, say.
    """

    source: str
    overlap: timedelta
    lag: timedelta

    @property
    def budget(self) -> Budget:
        """What its calls may cost."""

    @property
    def usage(self) -> Usage:
        """What the calls cost so far."""

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """Ask the source which fields the object has now; none if the object cannot be read any more."""

    def now(self) -> datetime:
        """The source's clock (naive UTC), as its last answer told it."""

    def ahead(self) -> timedelta:
        """How far that clock was ahead of ours then."""

    def transport(self, spec: ObjectSpec, mode: Mode) -> str:
        """How such a read comes in, where no page said otherwise."""

    def deleted(self, spec: ObjectSpec, since: datetime) -> Sequence[str] | None:
        """Ids that a list of deletions has since then; None if the source may have forgotten some."""

    def read(self, request: Request) -> Reading:
        """The records of the request's window. Long jobs at the source start before this returns."""

    def stubs(self, request: Request) -> Iterator[pa.Table]:
        """(`_record_id`, `_stamp`, `_is_deleted`, `compared` fields) of every record that there is."""

    def fetch(self, request: Request, ids: Sequence[str]) -> Iterator[Page]:
        """These records in full, deleted ones included; one that does not exist is left out."""

    def erased(self, request: Request, gone: Sequence[str], stubs: pa.Table) -> Sequence[str]:
        """Ids of people whom the source has erased for privacy, as far as it lets know.

        `stubs` are all records that there are, `gone` the live ones of the copy that are not there any more.
        """

    def absorbed(self, rows: pa.Table) -> list[str]:
        """Ids that these records took over in merges, where the source then forgets them without a mark."""


@dataclass
class Run:
    """What the resources of one source share during one run; filled in the order in which they are read.

    A run may take several loads into the warehouse: after `pause_after` (monotonic seconds) a long read sets
    `is_paused`, which ends the present one; `failure` ends all of them. `done` are the objects that were read
    to their window's end, `read_ids` the live records read of those that others follow,
    `erased` (object, id) what the source erased for privacy, and `journalled` is how many of the extracts
    are in the log.
    """

    sync: Sync
    log: RawLog = field(init=False)
    forgotten: Forgotten = field(init=False)
    extracts: list[Extract] = field(default_factory=list)
    journalled: int = 0
    described: dict[str, tuple[str, Sequence[Field]]] = field(default_factory=dict)
    read_ids: dict[str, list[str]] = field(default_factory=dict)
    counts: list[dict[str, object]] = field(default_factory=list)
    erased: list[tuple[str, str]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    begun_again: Counter[str] = field(default_factory=Counter)
    pause_after: float = inf
    is_budgeted: bool = False
    is_paused: bool = False
    failure: CanonError | None = None

    def begin_again(self, object_name: str, reason: CanonError) -> None:
        """Read an object again in the next load; after `READS` reads, fail."""
        self.begun_again[object_name] += 1
        if self.begun_again[object_name] < READS:
            self.is_paused = True
        else:
            self.failure = reason

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be read into the present load."""
        return self.is_paused or self.failure is not None


def journal(sync: Sync, extracts: Sequence[Extract]) -> pa.Table:
    """The `extracts` rows of a run. A window that was left before its end has no `window_to`."""
    rows = [
        {
            "extract_id": extract.extract_id,
            "sync_id": sync.sync_id,
            "sync_seq": sync.sync_seq,
            "source": extract.source,
            "object": extract.object,
            "mode": extract.mode,
            "transport": extract.transport,
            "window_from": extract.window.start,
            "window_to": extract.window.end if extract.is_complete else None,
            "rows_read": extract.rows_read,
            "rows_written": extract.rows_written,
            "api_calls": extract.usage.calls,
            "retries": extract.usage.retries,
            "api_used": extract.usage.used,
            "api_limit": extract.usage.limit,
            "fields": ",".join(extract.fields),
            "outcomes": json.dumps(dict(sorted(extract.usage.outcomes.items())), separators=(",", ":")),
            "finished_at": extract.finished_at,
            "clock_skew": extract.ahead.total_seconds(),
        }
        for extract in extracts
    ]
    return pa.Table.from_pylist(rows, schema=JOURNAL)
