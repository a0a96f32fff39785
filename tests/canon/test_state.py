"""When a build may be skipped: only if nothing that it depends on can have changed."""

from pathlib import Path

import pytest

from canon.journal import journalled
from canon.settings import Settings
from canon.state import fingerprint, is_current, keep_state, may_skip_build, write_state
from canon.warehouse import connect


def run_once(path: Path) -> int:
    with journalled(path, "delta") as run:
        return run.sync_seq


def test_a_build_is_skipped_only_right_after_a_build_of_the_same_inputs(warehouse: Path):
    built = run_once(warehouse)
    with connect(warehouse) as con:
        write_state(con, "build", "same", built)
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        assert not may_skip_build(con, run, "same"), "its reads do not show in ops without a build"
        con.execute("insert into ops.sync_extracts by name select ? as sync_id", [run.sync_id])
        assert may_skip_build(con, run, "same")
        assert not may_skip_build(con, run, "changed")
        keep_state(con, run.sync_seq)
    with connect(warehouse) as con:
        assert is_current(con)


def test_a_field_that_changed_at_a_source_forbids_skipping(warehouse: Path):
    built = run_once(warehouse)
    with connect(warehouse) as con:
        write_state(con, "build", "same", built)
        con.execute("create table raw_salesforce.fields (_record_id varchar, _sync_seq bigint)")
        con.execute("insert into raw_salesforce.fields values ('Contact.Email', ?)", [built])
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        con.execute("insert into ops.sync_extracts by name select ? as sync_id", [run.sync_id])
        assert may_skip_build(con, run, "same")
        con.execute("insert into raw_salesforce.fields values ('Contact.Email', ?)", [run.sync_seq])
        assert not may_skip_build(con, run, "same")


def test_a_run_that_did_not_build_forbids_skipping(warehouse: Path):
    built = run_once(warehouse)
    with connect(warehouse) as con:
        write_state(con, "build", "same", built)
    run_once(warehouse)
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        assert not may_skip_build(con, run, "same")


def test_before_the_first_build_nothing_is_skipped(warehouse: Path):
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        assert not may_skip_build(con, run, "same")


def test_the_fingerprint_follows_policy_models_and_settings(project: Path, monkeypatch: pytest.MonkeyPatch):
    before = fingerprint(Settings.load())
    assert fingerprint(Settings.load()) == before
    monkeypatch.setenv("CANON_DEFAULT_REGION", "DE")
    other_region = fingerprint(Settings.load())
    (project / "dbt_project" / "models" / "new.sql").write_text("select 1")
    other_models = fingerprint(Settings.load())
    (project / "dbt_project.yml").write_text("name: canon\nvars: {}\n")
    other_functions = fingerprint(Settings.load())
    monkeypatch.setattr("canon.state.version", lambda name: f"another {name}")
    assert len({before, other_region, other_models, other_functions, fingerprint(Settings.load())}) == 5


@pytest.mark.parametrize(
    "reviewed",
    [
        "identity_decisions values "
        "('d', 'customer', 'must_link', 'a', 'b', null, 'ann', 'x', timestamp '2020-01-01 00:00:00')",
        # It may have found nothing, which takes older suggestions back.
        "suggestion_runs values ('r', 'm', 0.9, 1000, timestamp '2020-01-01 00:00:00')",
    ],
    ids=["a decision", "suggestions"],
)
def test_a_review_since_the_build_forbids_skipping(warehouse: Path, reviewed: str):
    """Whatever the clock said when it was made."""
    built = run_once(warehouse)
    with connect(warehouse) as con:
        write_state(con, "build", "same", built)
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        con.execute("insert into ops.sync_extracts by name select ? as sync_id", [run.sync_id])
        assert may_skip_build(con, run, "same")
        con.execute(f"insert into ops.{reviewed}")
        assert not may_skip_build(con, run, "same")
        write_state(con, "build", "same", run.sync_seq - 1)
        assert may_skip_build(con, run, "same")


def test_a_state_of_an_older_canon_is_built_once_more(warehouse: Path):
    with connect(warehouse) as con:
        con.execute("alter table ops.build_state drop column decisions")
        con.execute("alter table ops.build_state drop column suggestions")
        con.execute("drop table ops.schema_version")
        con.execute(
            "insert into ops.build_state values ('build', 'same', 2, timestamp '2026-01-01 00:00:00')"
        )
    with journalled(warehouse, "delta") as run, connect(warehouse) as con:
        con.execute("insert into ops.sync_extracts by name select ? as sync_id", [run.sync_id])
        assert not may_skip_build(con, run, "same")
        write_state(con, "build", "same", run.sync_seq - 1)
        assert may_skip_build(con, run, "same")
