"""getDeleted and getUpdated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock import naive, salesforce_text
from sandbox.http import Call, Reply, json_reply
from sandbox.salesforce.describe import named_object
from sandbox.salesforce.errors import SalesforceError

if TYPE_CHECKING:
    from sandbox.world import World

MAX_IDS = 600_000
UPDATED_HORIZON_DAYS = 30


def deleted(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/deleted?start=&end=`: also records that left the recycle bin since."""
    sobject = named_object(world, call)
    start, end = _window(world, call, world.switches.deleted_horizon_days)
    if not sobject.has("IsDeleted"):
        raise SalesforceError(400, "INVALID_TYPE", f"sObject type '{sobject.name}' is not replicateable")
    rows = world.database.rows(
        f'select "Id", strftime("SystemModstamp", \'%Y-%m-%dT%H:%M:%S.%g+0000\') from {sobject.table} '
        'where "IsDeleted" and "SystemModstamp" >= ? and "SystemModstamp" < ? '
        'order by "SystemModstamp", "Id"',
        [naive(start), naive(end)],
    )
    records = [{"id": identifier, "deletedDate": stamp} for identifier, stamp in rows]
    records += [
        {"id": identifier, "deletedDate": salesforce_text(moment)}
        for name, identifier, moment in world.salesforce.purged
        if name == sobject.name and start <= moment < end
    ]
    earliest = world.clock.now() - timedelta(days=world.switches.deleted_horizon_days)
    body = _limited({"deletedRecords": records}, len(records))
    covered = {"earliestDateAvailable": salesforce_text(earliest.replace(second=0, microsecond=0))}
    return json_reply(200, body | covered | _covered(world, end))


def updated(world: World, call: Call) -> Reply:
    """`GET /sobjects/X/updated?start=&end=`: ids by SystemModstamp."""
    sobject = named_object(world, call)
    start, end = _window(world, call, UPDATED_HORIZON_DAYS)
    alive = 'not "IsDeleted"' if sobject.has("IsDeleted") else "true"
    rows = world.database.rows(
        f'select "Id" from {sobject.table} where {alive} and "SystemModstamp" >= ? '
        'and "SystemModstamp" < ? order by "SystemModstamp", "Id"',
        [naive(start), naive(end)],
    )
    return json_reply(200, _limited({"ids": [row[0] for row in rows]}, len(rows)) | _covered(world, end))


def _covered(world: World, end: datetime) -> dict[str, str]:
    latest = min(end, world.clock.now().replace(second=0, microsecond=0))
    return {"latestDateCovered": salesforce_text(latest)}


def _limited(body: dict[str, Any], count: int) -> dict[str, Any]:
    if count > MAX_IDS:
        raise SalesforceError(400, "EXCEEDED_ID_LIMIT", f"More than {MAX_IDS} ids; use a smaller window.")
    return body


def _window(world: World, call: Call, horizon_days: int) -> tuple[datetime, datetime]:
    """Return start and end, their seconds ignored; raises INVALID_REPLICATION_DATE."""
    start, end = (_moment(call, name) for name in ("start", "end"))
    if start >= end or (end - start).total_seconds() < world.switches.replication_minimum_seconds:
        raise _refused("The start date must be at least one minute before the end date.")
    earliest = world.clock.now() - timedelta(days=horizon_days)
    if start < earliest and world.switches.replication_refuses_old:
        raise _refused(
            f"The start date is more than {horizon_days} days ago, or before org replication enabled."
        )
    return max(start, earliest), end


def _moment(call: Call, name: str) -> datetime:
    text = call.first(name)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise _malformed(name) from None
    if moment.tzinfo is None:
        raise _malformed(name)
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _malformed(name: str) -> SalesforceError:
    return SalesforceError(400, "MALFORMED_QUERY", f"{name} is not a date and time with a zone.")


def _refused(message: str) -> SalesforceError:
    return SalesforceError(400, "INVALID_REPLICATION_DATE", message)
