"""A red check: the sync went through, and its exit code says that somebody should look."""

import duckdb
import pytest

pytestmark = pytest.mark.xdist_group("world")

FRESHNESS = "Every object was loaded in time"
SUPPRESSIONS = "Every opt-out and bounce was read in time"


def age_salesforce(world):
    """Let the last loads of Salesforce lie three hours back."""
    with duckdb.connect(str(world.warehouse.path)) as con:
        con.execute("update raw_salesforce.extracts set window_to = window_to - interval 3 hour")


def test_a_source_that_is_not_loaded_any_more_turns_the_health_red(world, json_of):
    age_salesforce(world)

    done = world.canon("sync", "--source", "hubspot", "--as-json")

    assert done.returncode == 3, done.stderr
    report = json_of(done.stdout)
    assert (report["status"], report["health"], report["exit_code"]) == ("succeeded", "red", 3)
    red = [check for check in report["checks"] if check["status"] != "pass"]
    assert [(each["check_name"], each["severity"]) for each in red] == [
        (FRESHNESS, "critical"),
        (SUPPRESSIONS, "critical"),
    ]
    for each in red:
        assert "salesforce Contact: 12" in each["observed"] or "salesforce Account: 12" in each["observed"]
        assert "hubspot " not in each["observed"]
    status = "select status from ops.health_checks where sync_id = ? and check_name = ?"
    assert world.published.one(status, report["sync_id"], FRESHNESS) == "fail"
    assert FRESHNESS in (world.root / "data/site/health.html").read_text(encoding="utf-8")


def test_the_checks_alone_turn_red_too(world):
    assert world.canon("validate").returncode == 0
    age_salesforce(world)

    done = world.canon("validate")

    assert done.returncode == 3, done.stderr
    assert f"✗ {FRESHNESS}" in done.stdout
    assert "docs/runbooks.md" in done.stdout
