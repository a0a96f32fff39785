"""Bulk API 2.0 query jobs: a job's result is one CSV file, cut into chunks at row boundaries."""

from __future__ import annotations

import base64
import gzip
import tempfile
import threading
from array import array
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import duckdb

from sandbox.clock import salesforce_text
from sandbox.http import Call, Reply, json_reply
from sandbox.ids import new_salesforce_id
from sandbox.salesforce.errors import SalesforceError, not_found
from sandbox.salesforce.query import compiled_soql, version_of
from sandbox.salesforce.wire import bulk_sql
from sandbox.soql import tree
from sandbox.soql.compiler import Compiled
from sandbox.soql.errors import SoqlError
from sandbox.soql.parser import parse

if TYPE_CHECKING:
    from sandbox.database import Database
    from sandbox.switches import Switches
    from sandbox.world import World

CSV = "text/csv; charset=UTF-8"
DEFAULT_CHUNK = 50_000
QUICK_JOB_SECONDS = 0.5
"""How long a creation waits for its job: small jobs are complete at the first poll."""


@dataclass
class Job:
    """One query job. `ends` holds the byte position after the header and after each row of `file`."""

    identifier: str
    operation: str
    query: str
    object: str
    created: datetime
    api_version: float
    state: str = "UploadComplete"
    error: str = ""
    file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    ends: array[int] = field(default_factory=lambda: array("Q"))
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def rows(self) -> int:
        """The number of result rows."""
        return max(0, len(self.ends) - 1)


def create(world: World, call: Call) -> Reply:
    """`POST /jobs/query`."""
    body = _body(call)
    operation = body.get("operation")
    if operation not in ("query", "queryAll"):
        raise SalesforceError(400, "INVALIDJOB", f"Unknown operation: {operation}")
    soql = str(body.get("query", ""))
    compiled = _compiled(world, soql, include_deleted=operation == "queryAll")
    job = _new_job(world, call, operation, soql, compiled)
    fault = call.fault("bulk_failed") or call.fault("bulk_stuck") or call.fault("bulk_aborted")
    if fault:
        _spoil(
            job,
            fault.kind,
            str(fault.parameters.get("message", "InternalServerError : Retried more than 15 times")),
        )
    else:
        threading.Thread(target=_run, args=(world.database.sibling(), world.switches, job, compiled)).start()
        job.done.wait(QUICK_JOB_SECONDS)
    return json_reply(200, _summary(world, job, "UploadComplete"))


def read(world: World, call: Call) -> Reply:
    """`GET /jobs/query/{id}`."""
    job = _job(world, call)
    state = "InProgress" if job.state == "UploadComplete" else job.state
    return json_reply(200, _summary(world, job, state) | _progress(job))


def listing(world: World, call: Call) -> Reply:
    """`GET /jobs/query`."""
    records = [
        _summary(world, job, job.state) | {"jobType": "V2Query"} for job in world.salesforce.jobs.values()
    ]
    return json_reply(200, {"done": True, "records": records, "nextRecordsUrl": None})


def change(world: World, call: Call) -> Reply:
    """`PATCH /jobs/query/{id}` with state Aborted."""
    job = _job(world, call)
    if _body(call).get("state") != "Aborted":
        raise SalesforceError(400, "INVALIDJOBSTATE", "Aborting is the only change of a query job.")
    if job.state in ("UploadComplete", "InProgress"):
        job.state = "Aborted"
    return json_reply(200, _summary(world, job, job.state))


def delete(world: World, call: Call) -> Reply:
    """`DELETE /jobs/query/{id}`: 204 with an empty body."""
    job = world.salesforce.jobs.pop(_job(world, call).identifier)
    job.file.close()
    return Reply(204)


def results(world: World, call: Call) -> Reply:
    """`GET /jobs/query/{id}/results`: one chunk, always the same for the same locator."""
    job = _job(world, call)
    if call.fault("bulk_purged"):
        world.salesforce.jobs.pop(job.identifier, None)
        raise not_found()
    if job.state != "JobComplete" or call.fault("bulk_not_ready"):
        return _not_ready(world)
    first = _row_of(call.first("locator"))
    size = call.whole("maxRecords", DEFAULT_CHUNK)
    last = min(first + max(1, size), job.rows)
    short = call.fault("bulk_short")
    kept = max(first, last - int(short.parameters.get("rows", 1))) if short else last
    data = _chunk(world, job, first, kept)
    locator = _locator(last) if last < job.rows else "null"
    return _damaged(call, data, {"Sforce-NumberOfRecords": str(last - first), "Sforce-Locator": locator})


def _body(call: Call) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise SalesforceError(400, "JSON_PARSER_ERROR", "The request body is not valid JSON.") from None
    return body if isinstance(body, dict) else {}


def _compiled(world: World, soql: str, include_deleted: bool) -> Compiled:
    """Compile a query and refuse what Bulk cannot do."""
    try:
        parsed = parse(soql)
    except SoqlError as error:
        raise SalesforceError(400, error.code, error.message) from None
    functions = any(isinstance(item, tree.Function) and item.name != "FIELDS" for item in parsed.items)
    nested = any(isinstance(item, tree.Query | tree.TypeOf) for item in parsed.items)
    if functions or nested or parsed.group or parsed.offset is not None:
        message = "Implementation restriction: this query is not supported in Bulk Query"
        raise SalesforceError(400, "API_ERROR", message)
    compiled = compiled_soql(world, soql, include_deleted)
    if any(column.field.is_compound for column in compiled.columns):
        raise SalesforceError(400, "API_ERROR", "Selecting compound data not supported in Bulk Query")
    if any(column.field.type in ("base64", "json") for column in compiled.columns):
        raise SalesforceError(
            400, "INVALIDENTITY", f"Entity '{compiled.object.name}' is not supported by the Bulk API."
        )
    return compiled


def _new_job(world: World, call: Call, operation: str, soql: str, compiled: Compiled) -> Job:
    identifier = new_salesforce_id("750", world.salesforce.next_number("750"))
    version = float(version_of(call).lstrip("v"))
    job = Job(identifier, operation, soql, compiled.object.name, world.clock.now(), version)
    world.salesforce.jobs[identifier] = job
    return job


def _spoil(job: Job, kind: str, message: str) -> None:
    job.state = {"bulk_failed": "Failed", "bulk_stuck": "InProgress", "bulk_aborted": "Aborted"}[kind]
    job.error = message if kind == "bulk_failed" else ""


def _run(database: Database, switches: Switches, job: Job, compiled: Compiled) -> None:
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
    lines = ["'\"' || replace(" + bulk_sql(column.sql, column.field, switches) + ", '\"', '\"\"') || '\"'"
             for column in compiled.columns]  # fmt: skip
    sql = (
        f"select {' || chr(44) || '.join(lines)} from {compiled.source} where {compiled.where} "
        f"order by {compiled.order}{compiled.limits}"
    )
    header = ",".join('"' + ".".join(column.path) + '"' for column in compiled.columns).encode() + b"\n"
    job.file.write(header)
    end = len(header)
    job.ends.append(end)
    for batch in database.batches(sql, compiled.parameters):
        for (line,) in batch:
            data = line.encode() + b"\n"
            job.file.write(data)
            end += len(data)
            job.ends.append(end)


def _summary(world: World, job: Job, state: str) -> dict[str, Any]:
    created = salesforce_text(job.created.replace(microsecond=0))
    return {
        "id": job.identifier,
        "operation": job.operation,
        "object": job.object,
        "createdById": world.salesforce.user_id,
        "createdDate": created,
        "systemModstamp": created,
        "state": state,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": job.api_version,
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }


def _progress(job: Job) -> dict[str, Any]:
    processed = job.rows if job.state == "JobComplete" else 0
    progress = {
        "jobType": "V2Query",
        "numberRecordsProcessed": processed,
        "retries": 0,
        "totalProcessingTime": 1,
    }
    return progress | ({"errorMessage": job.error} if job.error else {})


def _job(world: World, call: Call) -> Job:
    job = world.salesforce.jobs.get(call.parameters["job_id"])
    if not isinstance(job, Job):
        raise not_found()
    return job


def _not_ready(world: World) -> Reply:
    if world.switches.bulk_not_ready_status == 204:
        return Reply(204)
    raise SalesforceError(400, "INVALIDJOBSTATE", "The job is not complete; its results cannot be read yet.")


def _locator(row: int) -> str:
    return base64.urlsafe_b64encode(str(row).encode()).decode().rstrip("=")


def _row_of(locator: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4))) if locator else 0
    except ValueError:
        raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator") from None


def _chunk(world: World, job: Job, first: int, last: int) -> bytes:
    with world.lock:
        job.file.seek(0)
        header = job.file.read(job.ends[0])
        job.file.seek(job.ends[min(first, job.rows)])
        rows = job.file.read(job.ends[last] - job.ends[min(first, job.rows)])
    return header + rows if first == 0 or world.switches.bulk_header_every_chunk else rows


def _damaged(call: Call, data: bytes, headers: dict[str, str]) -> Reply:
    """Return the chunk, compressed when asked for, with what the injected faults do to it."""
    if call.fault("bulk_nul"):
        data = data.replace(b"\n", b"\n\x00", 1)
    if call.fault("bulk_no_locator"):
        headers.pop("Sforce-Locator")
    if "gzip" in call.headers.get("accept-encoding", ""):
        data = gzip.compress(data, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
        data = data[: len(data) // 2] if call.fault("bulk_truncated_gzip") else data
    return Reply(200, data, CSV, headers)
