"""A sweep counts what source and copy hold, finds what left no trace, and the next one agrees."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("world")

# Ottoline Marchetti, in both systems.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"
COUNTS = """
    select object, source_count, copy_count, missing, surplus, stale, drift from ops.record_counts
    where sync_id = ? order by object
"""


def drifts(world, sync_id):
    return {row[0]: row[6] for row in world.published.rows(COUNTS, sync_id)}


@pytest.mark.long
def test_a_record_that_was_deleted_for_good_is_counted_and_then_gone_here_too(world):
    report = world.sync(mode="sweep")

    assert (report.exit_code, report.build.ran) == (0, False)
    healthy = world.published.rows(COUNTS, report.sync_id)
    assert {row[0] for row in healthy} >= {"Contact", "Lead", "Account", "contacts", "companies", "deals"}
    assert [row for row in healthy if row[1] != row[2] or row[1] == 0 or any(row[3:])] == []
    assert_calls_are_told_by_outcome(world, report.sync_id)

    world.sandbox.change({"system": "salesforce", "action": "purge", "object": "Contact", "id": CONTACT})
    swept = world.sync(mode="sweep")

    assert drifts(world, swept.sync_id) == {**drifts(world, report.sync_id), "Contact": 1}
    gone = "select is_deleted from marts.customer_sources where source_record_id = ?"
    assert world.published.one(gone, CONTACT) is True
    assert world.published.customer(RECORD)["is_deleted"] is False
    assert not any(drifts(world, world.sync(mode="sweep").sync_id).values())


def assert_calls_are_told_by_outcome(world, sync_id):
    reads = world.published.rows(
        "select api_calls, outcomes, finished_at is not null from ops.sync_extracts where sync_id = ?",
        sync_id,
    )
    assert all(sum(json.loads(outcomes).values()) == calls for calls, outcomes, _ in reads)
    assert all(finished for _, _, finished in reads)
