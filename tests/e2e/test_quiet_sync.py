"""Nothing happened at the sources: the second sync says so and leaves everything as it is."""

import io
import json
import re
import sys

import pytest
from rich.console import Console

from canon.report import print_sync

pytestmark = pytest.mark.xdist_group("world")


def raw_of(world):
    """The log without the journals of reading it, of which every sync writes its own lines."""
    content = world.warehouse.content("raw_salesforce", "raw_hubspot")
    return {name: rows for name, rows in content.items() if not re.search(r"\.(extracts|_dlt_\w+)$", name)}


def test_a_second_sync_changes_nothing(world):
    schemas = ("staging", "intermediate", "marts", "snapshots")
    raw, built = raw_of(world), world.warehouse.content(*schemas)
    public = world.published.content("marts", "snapshots")

    report = world.sync()

    assert report.rows_written == 0
    assert sum(each["rows_written"] for each in report.extracts) == 0
    assert raw_of(world) == raw
    assert world.warehouse.content(*schemas) == built
    assert world.published.content("marts", "snapshots") == public
    assert len(public["marts.customers"]) > 300
    assert len(public["snapshots.customers_snapshot"]) > 300
    assert_it_says_so(world, report)


def assert_it_says_so(world, report):
    assert (report.exit_code, report.published.scope, report.build.ran) == (0, "ops", False)
    text = io.StringIO()
    print_sync(Console(file=text, width=200), report)
    assert " 0 new versions." in text.getvalue()
    assert "Build skipped: nothing new was loaded" in text.getvalue()
    last = "select status, mode from ops.sync_runs where sync_id = ?"
    assert world.published.rows(last, report.sync_id) == [("succeeded", "delta")]
    journal = "select count(*), sum(rows_written) from ops.sync_extracts where sync_id = ?"
    assert world.published.rows(journal, report.sync_id) == [(len(report.extracts), 0)]
    checked = "select count(*) from ops.health_checks where sync_id = ? and status = 'pass'"
    assert world.published.one(checked, report.sync_id) == len(report.checks)


def test_the_command_leaves_the_heavy_imports_to_others(world, run_process):
    started = [sys.executable, "-X", "importtime", "-m", "canon", "sync", "--as-json"]
    done = run_process(world.root, started, world.sandbox.environment)

    assert json.loads(done.stdout)["health"] == "green"
    imported = set(re.findall(r"\| +(\w+)$", done.stderr, re.MULTILINE))
    assert {"dlt", "duckdb"} <= imported
    assert not {"dbt", "great_expectations"} & imported


def test_a_backfill_reads_everything_and_still_changes_nothing(world):
    raw, public = raw_of(world), world.published.content("marts", "snapshots")

    report = world.sync(mode="backfill")

    assert report.rows_read > 1000
    assert report.rows_written == 0
    assert raw_of(world) == raw
    assert world.published.content("marts", "snapshots") == public
