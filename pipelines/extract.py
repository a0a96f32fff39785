"""One read of one object: what was asked, what came, what it cost. A row of the `extracts` journal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import pyarrow as pa

from pipelines.fields import Field
from pipelines.http import Usage
from pipelines.log import RawLog
from pipelines.objects import ObjectSpec
from pipelines.window import Window

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
    """The sync that the reads belong to."""

    sync_id: str
    sync_seq: int
    mode: str
    report: Callable[[Progress], None]


@dataclass(frozen=True)
class Extract:
    """A finished (or, while `rows_read` grows, running) read of one object."""

    extract_id: str
    source: str
    object: str
    mode: str
    transport: str
    window: Window
    fields: tuple[str, ...]
    rows_read: int = 0
    rows_written: int = 0
    usage: Usage = field(default_factory=Usage)

    def plus(self, read: int, written: int) -> "Extract":
        """This extract with more rows."""
        return replace(self, rows_read=self.rows_read + read, rows_written=self.rows_written + written)


@dataclass(frozen=True)
class Request:
    """What a reader is asked for.

    `unseen` takes stubs (`_record_id`, `_stamp`, `_is_deleted`) and returns the ids that the log does not
    hold in that version. For kind `links`, `from_ids` are the records whose links are wanted, and `linked`
    takes ids (`_record_id`) and returns those that have links in the log.
    """

    spec: ObjectSpec
    fields: tuple[str, ...]
    window: Window
    unseen: Callable[[pa.Table], list[str]]
    linked: Callable[[pa.Table], list[str]]
    from_ids: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """A reader's answer: tables with `_record_id`, `_stamp`, `_is_deleted` and one text column per field."""

    transport: str
    tables: Iterator[pa.Table]


class Reader(Protocol):
    """A source, seen by the resource factory."""

    source: str
    overlap: timedelta
    lag: timedelta
    usage: Usage

    def fields(self, spec: ObjectSpec) -> Sequence[Field]:
        """Ask the source which fields the object has now."""

    def now(self) -> datetime:
        """The source's clock (naive UTC), as its last answer told it."""

    def read(self, request: Request) -> Reading:
        """Read the object's records; calls are made while the tables are being taken."""


@dataclass
class Run:
    """What the resources of one source share during one run; filled in the order in which they are read.

    `live_ids` holds, per object that has association tables, the ids of the records read in full.
    """

    sync: Sync
    log: RawLog
    extracts: list[Extract] = field(default_factory=list)
    described: dict[str, tuple[str, Sequence[Field]]] = field(default_factory=dict)
    live_ids: dict[str, list[str]] = field(default_factory=dict)


def journal(sync: Sync, extracts: Sequence[Extract]) -> pa.Table:
    """The `extracts` rows of a run."""
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
            "window_to": extract.window.end,
            "rows_read": extract.rows_read,
            "rows_written": extract.rows_written,
            "api_calls": extract.usage.calls,
            "retries": extract.usage.retries,
            "api_used": extract.usage.used,
            "api_limit": extract.usage.limit,
            "fields": ",".join(extract.fields),
        }
        for extract in extracts
    ]
    return pa.Table.from_pylist(rows, schema=JOURNAL)
