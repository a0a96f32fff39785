"""A Bulk query job: it runs in a thread of its own and leaves one CSV file."""

from __future__ import annotations

import tempfile
import threading
from array import array
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING

import duckdb
import pyarrow as pa

from sandbox.salesforce.wire import csv_line_sql
from sandbox.soql.compiler import Compiled

if TYPE_CHECKING:
    from sandbox.database import Database
    from sandbox.switches import Switches


@dataclass
class Job:
    """One query job. `ends` holds the byte position after the header and after each row of `file`.

    `lost` rows at the end were processed, but no result has them.
    """

    identifier: str
    operation: str
    query: str
    object: str
    created: datetime
    api_version: float
    state: str = "UploadComplete"
    error: str = ""
    lost: int = 0
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    ends: array[int] = field(default_factory=lambda: array("Q"))
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def rows(self) -> int:
        """The number of rows that were processed."""
        return max(0, len(self.ends) - 1)

    @property
    def served(self) -> int:
        """The number of rows that the results hold."""
        return max(0, self.rows - self.lost)


def run(database: Database, switches: Switches, job: Job, compiled: Compiled) -> None:
    """Run a job to its end, on a connection of its own."""
    try:
        _write_results(database, switches, job, compiled)
    except duckdb.Error as error:
        job.state, job.error = "Failed", f"InternalServerError : {type(error).__name__}"
    if job.state == "UploadComplete":
        job.state = "JobComplete"
    job.done.set()


def _write_results(database: Database, switches: Switches, job: Job, compiled: Compiled) -> None:
    """Write the result file: the rows are those of one moment."""
    line = csv_line_sql([(column.sql, column.field) for column in compiled.columns], switches)
    order = f" order by {compiled.order}" if compiled.is_ordered else ""
    sql = f"select {line} from {compiled.source} where {compiled.where}{order}{compiled.limits}"
    header = ",".join('"' + ".".join(column.path) + '"' for column in compiled.columns).encode() + b"\n"
    job.file.write(header)
    job.ends.append(len(header))
    for lines in database.texts(sql, compiled.parameters):
        _append(job, lines)


def _append(job: Job, lines: pa.StringArray) -> None:
    """Write lines as they lie in memory: one after the other, with the positions where each ends."""
    _, places, text = lines.buffers()
    ends = memoryview(places).cast("i")[lines.offset : lines.offset + len(lines) + 1]
    job.file.write(memoryview(text)[ends[0] : ends[-1]])
    shift = job.ends[-1] - ends[0]
    job.ends.extend(end + shift for end in ends[1:])
