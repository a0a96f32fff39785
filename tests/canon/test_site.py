"""The pages: self-contained, free of personal data, and plain about the state."""

import re
from pathlib import Path
from typing import Any

import pytest

from canon.errors import PublishFailed
from canon.settings import Settings
from canon.site import pages
from canon.site.facts import Facts, read_facts, verdict
from canon.site.pages import publish_site, render, write_page
from canon.validate import validate

BOTH = ("salesforce", "hubspot")


@pytest.fixture
def facts(settings: Settings, published: Path) -> Facts:
    return read_facts(settings.published, BOTH)


@pytest.mark.parametrize("name", ["index.html", "health.html"])
def test_a_page_is_one_file_that_loads_nothing(facts: Facts, name: str):
    page = render(facts, ("dbt_docs.html",))[name]
    assert not re.search(r"(?:https?:)?//[a-z]", page)
    assert not re.search(r"<script|<link[^>]+stylesheet|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


@pytest.mark.parametrize("name", ["index.html", "health.html"])
def test_a_page_holds_nothing_personal(facts: Facts, name: str):
    page = render(facts, ())[name]
    for personal in ("ada@", "bob@", "Lovelace", "+44", "+1555", "Countess"):
        assert personal not in page


def test_the_index_tells_state_freshness_changes_and_policy(facts: Facts):
    page = render(facts, ("dbt_docs.html",))["index.html"]
    for text in ("Synced, but nothing was checked", "on time", "c-ada", "recency", "An opt-out binds"):
        assert text in page
    assert "the extra <code>lineage</code>, is not installed" in page
    assert 'href="dbt_docs.html"' in page


def test_a_link_to_the_lineage_page_appears_with_the_page(facts: Facts):
    page = render(facts, ("dbt_docs.html", "lineage.html"))["index.html"]
    assert 'href="lineage.html"' in page
    assert "is not installed" not in page


def test_numbers_at_the_top_are_counted_from_the_copy(facts: Facts):
    assert facts.counts == {
        "people": 2,
        "in more than one system": 1,
        "contested values": 3,
        "open questions for a steward": 2,
    }


def test_the_newest_results_are_shown_with_their_record(settings: Settings, warehouse: Path):
    from canon.publish import publish_copy

    validate(settings, "s1")
    validate(settings, "s2")
    publish_copy(warehouse, settings.published)
    facts = read_facts(settings.published, BOTH)
    assert len(facts.checks) == len(validate(settings, "s2"))
    assert {(each["passes"], each["runs"]) for each in facts.checks} == {(2, 2)}
    assert facts.headline == "Everything is in order"


def test_an_empty_copy_still_makes_pages(tmp_path: Path):
    import duckdb

    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass
    page = render(read_facts(tmp_path / "empty.duckdb", BOTH), ())["index.html"]
    assert "Nothing has been synced yet" in page


def run(status: str = "succeeded", error: str | None = None) -> list[dict[str, Any]]:
    return [{"status": status, "error": error}]


def result(status: str, severity: str) -> dict[str, Any]:
    return {"status": status, "severity": severity, "check_name": "Loads are measured"}


@pytest.mark.parametrize(
    ("runs", "checks", "status", "headline"),
    [
        ([], [], "amber", "Nothing has been synced yet"),
        (run(), [result("pass", "critical")], "green", "Everything is in order"),
        (run(), [result("fail", "critical")], "red", "1 critical check failed"),
        (run(), [result("error", "critical")] * 2, "red", "2 critical checks failed"),
        (run(), [result("fail", "warning")], "amber", "In order, with 1 warning"),
        (run("failed", "HubSpot answered 503"), [result("pass", "critical")], "red", "The last sync failed"),
        (run("stopped"), [result("pass", "critical")], "amber", "The last sync stopped at the API budget"),
        (run(), [], "amber", "Synced, but nothing was checked"),
    ],
)
def test_the_verdict_is_plain(
    runs: list[dict[str, Any]], checks: list[dict[str, Any]], status: str, headline: str
):
    assert verdict(runs, checks)[:2] == (status, headline)


def test_a_page_is_replaced_whole(tmp_path: Path):
    page = tmp_path / "index.html"
    write_page(page, "one")
    write_page(page, "two")
    assert page.read_text() == "two"
    assert list(tmp_path.iterdir()) == [page]


def test_pages_are_published_beside_the_docs(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pages, "make_docs", lambda _: ("dbt_docs.html",))
    report = publish_site(settings)
    assert report.pages == ("index.html", "health.html", "dbt_docs.html")
    assert (settings.site / "index.html").is_file()


def test_a_folder_that_cannot_be_written_is_a_failure_with_a_reason(settings: Settings, published: Path):
    settings.site.parent.mkdir(parents=True, exist_ok=True)
    settings.site.write_text("a file where the folder should be")
    with pytest.raises(PublishFailed, match="File exists"):
        publish_site(settings)
