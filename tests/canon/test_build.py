"""Running dbt in this process: quiet, and plain about what failed."""

import re
from pathlib import Path

import pytest

from canon.build import build, first_error_line
from canon.errors import BuildFailed
from canon.settings import Settings
from canon.state import write_state
from canon.warehouse import connect

PROJECT = """
name: canon
version: "0.1.0"
profile: canon
model-paths: [dbt_project/models]
flags: {send_anonymous_usage_stats: false}
"""

PROFILE = """
canon:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('CANON_WAREHOUSE') }}", threads: 1}
"""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            "Runtime Error in model customers (models/customers.sql)\n  Binder Error: no such column",
            "Binder Error: no such column",
        ),
        ("Compilation Error\n  the field phone has no rule", "the field phone has no rule"),
        ("Got 3 results, configured to fail if != 0", "Got 3 results, configured to fail if != 0"),
        (None, "no message"),
    ],
)
def test_the_line_that_tells_is_picked(message: str | None, line: str):
    assert first_error_line(message) == line


@pytest.fixture
def dbt(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.delenv(name, raising=False)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "profiles.yml").write_text(PROFILE)
    (project / "data").mkdir()
    return project / "dbt_project" / "models"


@pytest.mark.slow
def test_failures_are_named_and_nothing_is_printed(dbt: Path, capfd: pytest.CaptureFixture[str]):
    (dbt / "fine.sql").write_text("select 1 as one")
    (dbt / "broken.sql").write_text("select no_such_column from {{ ref('fine') }}")
    with pytest.raises(BuildFailed, match=r"broken: Binder Error: .*no_such_column") as caught:
        build(Settings.load(), "s1", "mark")
    assert caught.value.nodes == ("broken",)
    assert capfd.readouterr().out == ""


@pytest.mark.slow
def test_a_project_that_does_not_parse_says_why(dbt: Path):
    (dbt / "broken.sql").write_text("select {{ exceptions.raise_compiler_error('phone has no rule') }}")
    with pytest.raises(BuildFailed, match="phone has no rule"):
        build(Settings.load(), "s1", "mark")


@pytest.mark.slow
def test_a_build_reports_its_nodes_and_keeps_its_files_in_target(dbt: Path):
    (dbt / "fine.sql").write_text("select 1 as one")
    settings = Settings.load()
    report = build(settings, "s1", "mark")
    with connect(settings.warehouse) as con:
        assert con.execute("select one from main.fine").fetchall() == [(1,)]
    assert (report.ran, report.nodes, report.warnings) == (True, 1, ())
    root = dbt.parents[1]
    assert {each.name for each in root.iterdir()} >= {"target"}
    assert not (root / "logs").exists()


@pytest.mark.slow
def test_what_follows_little_is_built_two_at_a_time(dbt: Path):
    (dbt / "fine.sql").write_text("select 1 as one")
    settings = Settings.load()
    build(settings, "s1", "mark")
    with connect(settings.warehouse) as con:
        con.execute("create schema staging")
        con.execute("create table staging.build_reads (source_table varchar, row_count bigint)")
        con.execute("create table staging.build_position as select false as is_open, 's1' as build_id")
        con.execute("alter table staging.build_position add column why_anew varchar")
        write_state(con, "s1", "mark", 1)
    build(settings, "s2", "mark")
    build(settings, "s3", "mark", full_refresh=True)
    build(settings, "s4", "another mark")
    log = (settings.target / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert re.findall(r"Concurrency: (\d) thread", log) == ["1", "2", "1", "1"]
