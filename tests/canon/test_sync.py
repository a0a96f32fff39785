"""The order of a sync, and what is left behind when a step fails. Loading and building are stood in for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon import sync as module
from canon.build import BuildReport
from canon.errors import BudgetReached, BuildFailed, PublishFailed, SourceUnavailable
from canon.output import as_text
from canon.settings import Settings
from canon.site.pages import SiteReport
from canon.steward import decide, grounds_of
from canon.sync import sync
from canon.warehouse import connect, rows
from pipelines import ExtractSummary, LoadResult


@dataclass
class Steps:
    """Stands in for the sources and for dbt; notes what was called and raises what it is told to."""

    settings: Settings
    written: int = 1
    problem: Exception | None = None
    failing: str = ""
    called: list[str] | None = None

    def load(self, settings: Settings, run: Any, sources: Any) -> LoadResult:
        self._note("load")
        with connect(settings.warehouse) as con:
            con.execute(
                "insert into ops.sync_extracts by name select ? as sync_id, ? as sync_seq",
                [run.sync_id, run.sync_seq],
            )
        extract = ExtractSummary("hubspot", "contacts", run.mode, "list", 2, self.written, 1)
        return LoadResult((extract,))

    def build(self, settings: Settings, sync_id: str, mark: str, *, full_refresh: bool) -> BuildReport:
        self._note("build")
        return BuildReport(True, "built", 5)

    def publish_site(self, settings: Settings) -> SiteReport:
        self._note("site")
        return SiteReport(settings.site, ("index.html",))

    def _note(self, step: str) -> None:
        self.called = [*(self.called or []), step]
        if step == self.failing and self.problem:
            raise self.problem


@pytest.fixture
def steps(settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    stand_in = Steps(settings)
    for name in ("load", "build", "publish_site"):
        monkeypatch.setattr(module, name, getattr(stand_in, name))
    return stand_in


def last_run(settings: Settings) -> dict[str, Any]:
    with connect(settings.warehouse, read_only=True) as con:
        return rows(con, "select * from ops.sync_runs order by sync_seq desc limit 1")[0]


def test_a_sync_loads_builds_checks_and_publishes(settings: Settings, steps: Steps):
    report = sync(settings)
    assert steps.called == ["load", "build", "site"]
    assert (report.rows_read, report.rows_written, report.exit_code) == (2, 1, 0)
    assert last_run(settings)["status"] == "succeeded"
    with duckdb.connect(str(settings.published), read_only=True) as con:
        found = con.execute("select status from ops.sync_runs order by sync_seq desc limit 1").fetchall()
    assert found == [("succeeded",)]


def test_the_report_is_one_json_object(settings: Settings, steps: Steps):
    told = json.loads(json.dumps(sync(settings).as_json(), default=as_text))
    assert (told["status"], told["health"], told["exit_code"]) == ("succeeded", "green", 0)
    assert told["extracts"][0]["object"] == "contacts"
    assert told["published"]["path"] == str(settings.published)


def test_a_sync_without_news_builds_nothing_and_says_so(settings: Settings, steps: Steps):
    sync(settings)
    steps.written, steps.called = 0, []
    report = sync(settings)
    assert steps.called == ["load", "site"]
    assert report.build.reason == "nothing new was loaded, and neither policy nor models changed"
    assert report.published.scope == "ops"


def test_a_changed_policy_is_built_even_without_news(settings: Settings, steps: Steps):
    sync(settings)
    (settings.root / "dbt_project.yml").write_text("name: canon\nvars: {}\n")
    steps.written, steps.called = 0, []
    assert sync(settings).build.ran
    assert steps.called == ["build", "load", "site"]  # decided anew before anything is loaded


@pytest.mark.parametrize("line", ["{rule: trust_score}", "{rule: recency, max_age: P90D}"])
def test_what_loses_by_time_alone_is_built_even_without_news(settings: Settings, steps: Steps, line: str):
    policy = f"name: canon\nvars: {{ownership: {{customer: {{phone: {line}}}}}}}\n"
    (settings.root / "dbt_project.yml").write_text(policy)
    sync(settings)
    steps.written = 0
    assert sync(settings).build.ran


def test_a_decision_of_a_steward_is_built_even_without_news(settings: Settings, steps: Steps):
    sync(settings)
    pair = ("hubspot:contacts:502", "salesforce:Contact:003000000000003AAA")
    decide(settings, "must_link", *pair, grounds_of("ann", "they rang"))
    steps.written, steps.called = 0, []
    report = sync(settings)
    assert report.build.ran
    assert report.published.scope == "all"
    with connect(settings.published, read_only=True) as con:
        assert [row["actor"] for row in rows(con, "select actor from ops.identity_decisions")] == ["ann"]
    assert not sync(settings).build.ran


def test_after_a_failed_build_the_next_sync_builds_though_it_loads_nothing(settings: Settings, steps: Steps):
    sync(settings)
    steps.failing, steps.problem = "build", BuildFailed("customers: boom", ("customers",))
    with pytest.raises(BuildFailed):
        sync(settings)
    assert last_run(settings)["error"] == "the build failed in customers"
    steps.failing, steps.written = "", 0
    assert sync(settings).build.ran


def test_a_source_that_does_not_answer_leaves_the_published_copy_alone(settings: Settings, steps: Steps):
    sync(settings)
    before = settings.published.read_bytes()
    steps.failing, steps.problem = "load", SourceUnavailable("HubSpot answered 503")
    with pytest.raises(SourceUnavailable):
        sync(settings)
    assert settings.published.read_bytes() == before
    assert (last_run(settings)["status"], last_run(settings)["error"]) == ("failed", "HubSpot answered 503")


def test_at_the_budget_what_arrived_is_published_before_it_stops(
    settings: Settings, steps: Steps, monkeypatch: pytest.MonkeyPatch
):
    steps.failing, steps.problem = "load", BudgetReached("60 % of the day's calls are spent")
    checked = []
    monkeypatch.setattr(
        module, "validate", lambda settings, sync_id: checked.append(last_run(settings)["status"]) or ()
    )
    with pytest.raises(BudgetReached):
        sync(settings)
    assert checked == ["stopped"]
    assert steps.called == ["load", "build", "site"]
    assert last_run(settings)["status"] == "stopped"
    assert settings.published.is_file()


def test_a_failed_publish_makes_the_run_a_failure(settings: Settings, steps: Steps):
    steps.failing, steps.problem = "site", PublishFailed("the disk is full")
    with pytest.raises(PublishFailed):
        sync(settings)
    assert (last_run(settings)["status"], last_run(settings)["error"]) == ("failed", "the disk is full")


def test_a_red_check_still_publishes_and_ends_with_3(settings: Settings, steps: Steps):
    with connect(settings.warehouse) as con:
        con.execute("update ops.loads set loaded_at = timestamp '2026-01-01 00:00:00'")
    report = sync(settings)
    assert report.exit_code == 3
    assert report.as_json()["health"] == "red"
    assert settings.published.is_file()
