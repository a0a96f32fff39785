"""Results of a Bulk query job: chunks of its file cut at row boundaries, spoiled where a fault says so."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING

from sandbox.http import Call, Reply
from sandbox.salesforce.bulk_job import Job
from sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from sandbox.world import World

CSV = "text/csv; charset=UTF-8"
DEFAULT_CHUNK = 50_000


def chunk_reply(world: World, call: Call, job: Job) -> Reply:
    """Return one chunk, always the same for the same locator."""
    first = _row_of(call.first("locator"))
    size = call.whole("maxRecords", DEFAULT_CHUNK)
    last = min(first + max(1, size), job.served)
    short = call.fault("bulk_short")
    kept = max(first, last - int(short.parameters.get("rows", 1))) if short else last
    data = _chunk(world, job, first, kept)
    locator = _locator(last) if last < job.served else "null"
    return _sent(call, data, {"Sforce-NumberOfRecords": str(last - first), "Sforce-Locator": locator})


def not_ready(world: World) -> Reply:
    """Return the answer of a job without results."""
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
    start = min(first, job.rows)
    with world.lock:
        job.file.seek(0)
        header = job.file.read(job.ends[0])
        job.file.seek(job.ends[start])
        rows = job.file.read(job.ends[max(last, start)] - job.ends[start])
    if first == 0:
        return header + rows if job.rows or world.switches.bulk_header_without_rows else b""
    return header + rows if world.switches.bulk_header_every_chunk else rows


def _sent(call: Call, data: bytes, headers: dict[str, str]) -> Reply:
    """Return the chunk, compressed when asked for, with what the injected faults do to it."""
    if call.fault("bulk_nul"):
        data = data.replace(b"\n", b"\n\x00", 1)
    if call.fault("bulk_no_locator"):
        headers.pop("Sforce-Locator")
    split = call.fault("bulk_split")
    parts = _parts(data, int(split.parameters.get("bytes", 1))) if split else [data]
    if "gzip" in call.headers.get("accept-encoding", ""):
        parts = [gzip.compress(part, compresslevel=1) for part in parts]
        headers["Content-Encoding"] = "gzip"
        if call.fault("bulk_truncated_gzip"):
            whole = b"".join(parts)
            parts = [whole[: len(whole) // 2]]
    return Reply(200, b"".join(parts), CSV, headers, tuple(len(part) for part in parts))


def _parts(data: bytes, size: int) -> list[bytes]:
    """Cut wherever the size says, also inside a character; no data is one empty part."""
    return [data[start : start + size] for start in range(0, len(data), max(1, size))] or [data]
