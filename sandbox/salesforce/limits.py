"""limits, limits/recordCount, and the usage header of every reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.http import Call, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

BULK_QUERY_JOBS = 10_000
BULK_STORAGE_MB = 976_562


def limits(world: World, call: Call) -> Reply:
    """`GET /limits`."""
    maximum = world.switches.salesforce_daily_limit
    remaining = max(0, maximum - world.salesforce.used(world.clock.now()))
    jobs_left = max(0, BULK_QUERY_JOBS - len(world.salesforce.jobs))
    return json_reply(
        200,
        {
            "DailyApiRequests": {"Max": maximum, "Remaining": remaining},
            "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
            "DailyBulkV2QueryFileStorageMB": {"Max": BULK_STORAGE_MB, "Remaining": BULK_STORAGE_MB},
            "DailyBulkV2QueryJobs": {"Max": BULK_QUERY_JOBS, "Remaining": jobs_left},
        },
    )


def record_count(world: World, call: Call) -> Reply:
    """`GET /limits/recordCount?sObjects=A,B`: objects without records are left out."""
    wanted = {name.lower() for name in call.many("sObjects")}
    counts = []
    for sobject in world.visible_schema().values():
        if wanted and sobject.name.lower() not in wanted:
            continue
        alive = 'not "IsDeleted"' if sobject.has("IsDeleted") else "true"
        count = int(world.database.value(f"select count(*) from {sobject.table} where {alive}"))
        if count:
            counts.append({"count": count, "name": sobject.name})
    return json_reply(200, {"sObjects": counts})


def usage_header(world: World) -> str:
    """Return the value of `Sforce-Limit-Info`."""
    used, maximum = world.salesforce.used(world.clock.now()), world.switches.salesforce_daily_limit
    short = f"api-usage={used}/{maximum}"
    return (
        f"{short}; per-app-api-usage={used}/{maximum}(appName=canon)"
        if world.switches.per_app_usage
        else short
    )
