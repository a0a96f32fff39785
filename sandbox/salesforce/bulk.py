"""Bulk API 2.0 query jobs: their creation, state and end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sandbox.clock import salesforce_text
from sandbox.faults import Fault
from sandbox.http import Call, Reply, json_reply
from sandbox.ids import new_salesforce_id
from sandbox.salesforce.bulk_job import Job, run
from sandbox.salesforce.bulk_results import chunk_reply, not_ready
from sandbox.salesforce.errors import SalesforceError, not_found
from sandbox.salesforce.query import compiled_soql
from sandbox.salesforce.rows import version_of
from sandbox.soql import tree
from sandbox.soql.compiler import Compiled
from sandbox.soql.errors import SoqlError
from sandbox.soql.parser import parse

if TYPE_CHECKING:
    from sandbox.world import World

QUICK_JOB_SECONDS = 0.5
"""How long a creation waits for its job: small jobs are complete at the first poll."""
RETRIED = "InternalServerError : Retried more than 15 times"
JOBS_USED = "Max bulk v2 query jobs (10000) per 24 hrs has been reached"
STORAGE_USED = "Max bulk v2 query result size stored (1000000000) kb per 24 hrs has been exceeded"


def create(world: World, call: Call) -> Reply:
    """`POST /jobs/query`."""
    body = _body(call)
    operation = body.get("operation")
    if operation not in ("query", "queryAll"):
        raise SalesforceError(400, "INVALIDJOB", f"Unknown operation: {operation}")
    soql = str(body.get("query", ""))
    compiled = _compiled(world, soql, include_deleted=operation == "queryAll")
    _refuse(call, compiled)
    job = _new_job(world, call, operation, soql, compiled)
    if lossy := call.fault("bulk_lost_rows"):
        job.lost = int(lossy.parameters.get("rows", 1))
    if fault := call.fault("bulk_failed") or call.fault("bulk_stuck") or call.fault("bulk_aborted"):
        _spoil(job, fault)
    else:
        threading.Thread(target=run, args=(world.database.sibling(), world.switches, job, compiled)).start()
        job.done.wait(QUICK_JOB_SECONDS)
    return json_reply(200, _summary(world, job, "UploadComplete"))


def read(world: World, call: Call) -> Reply:
    """`GET /jobs/query/{id}`."""
    job = _job(world, call)
    if fault := call.fault("bulk_failed") or call.fault("bulk_aborted"):
        _spoil(job, fault)
    is_stuck = job.state == "UploadComplete" or call.fault("bulk_stuck")
    state = "InProgress" if is_stuck else job.state
    return json_reply(200, _summary(world, job, state) | _progress(job, state))


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
    """`GET /jobs/query/{id}/results`."""
    job = _job(world, call)
    if call.fault("bulk_purged"):
        world.salesforce.jobs.pop(job.identifier, None)
        raise not_found()
    if job.state != "JobComplete" or call.fault("bulk_not_ready"):
        return not_ready(world)
    return chunk_reply(world, call, job)


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
        raise _unsupported(compiled)
    return compiled


def _refuse(call: Call, compiled: Compiled) -> None:
    """Raise the refusals of a creation that a fault asks for."""
    if call.fault("bulk_unsupported"):
        raise _unsupported(compiled)
    if quota := call.fault("bulk_quota"):
        message = STORAGE_USED if quota.parameters.get("storage") else JOBS_USED
        raise SalesforceError(400, "LIMIT_EXCEEDED", message)


def _unsupported(compiled: Compiled) -> SalesforceError:
    message = f"Entity '{compiled.object.name}' is not supported by the Bulk API."
    return SalesforceError(400, "INVALIDENTITY", message)


def _new_job(world: World, call: Call, operation: str, soql: str, compiled: Compiled) -> Job:
    identifier = new_salesforce_id("750", world.salesforce.next_number("750"))
    version = float(version_of(call).lstrip("v"))
    job = Job(identifier, operation, soql, compiled.object.name, world.clock.now(), version)
    world.salesforce.jobs[identifier] = job
    return job


def _spoil(job: Job, fault: Fault) -> None:
    job.state = {"bulk_failed": "Failed", "bulk_stuck": "InProgress", "bulk_aborted": "Aborted"}[fault.kind]
    job.error = str(fault.parameters.get("message", RETRIED)) if fault.kind == "bulk_failed" else ""


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


def _progress(job: Job, state: str) -> dict[str, Any]:
    processed = job.rows if state == "JobComplete" else 0
    progress = {
        "jobType": "V2Query",
        "numberRecordsProcessed": processed,
        "retries": 0,
        "totalProcessingTime": 1,
    }
    return progress | ({"errorMessage": job.error} if job.error else {})


def _job(world: World, call: Call) -> Job:
    job = world.salesforce.jobs.get(call.parameters["job_id"])
    if job is None:
        raise not_found()
    return job
