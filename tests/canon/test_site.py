"""The pages: self-contained, free of personal data, and plain about the state."""

import re
from pathlib import Path
from typing import Any

import pytest

from canon.alerts import anchor
from canon.errors import PublishFailed
from canon.settings import Settings
from canon.site import pages
from canon.site.charts import bars, line, strip
from canon.site.facts import Facts, read_facts, verdict
from canon.site.handbook import handbook
from canon.site.pages import publish_site, render
from canon.site.trends import CHARTS, Series, measured, most_moved, moving
from canon.validate import read_suites, validate
from canon.warehouse import connect

REPOSITORY = Path(__file__).parents[2]
BOTH = ("salesforce", "hubspot")


@pytest.fixture
def facts(settings: Settings, published: Path) -> Facts:
    return read_facts(settings.published, BOTH)


NAMES = [f"{name}.html" for name in pages.PAGES]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_that_loads_nothing(facts: Facts, name: str):
    page = render(facts, ("dbt_docs.html",))[name]
    assert not re.search(r"(?:https?:)?//[a-z]", page)
    assert not re.search(r"<script|<link[^>]+stylesheet|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


@pytest.mark.parametrize("name", NAMES)
def test_a_page_holds_nothing_personal(facts: Facts, name: str):
    page = render(facts, ())[name]
    for personal in ("ada@", "bob@", "Lovelace", "+44", "+1555", "Countess"):
        assert personal not in page


def test_each_page_answers_its_question(facts: Facts):
    drawn = render(facts, ("dbt_docs.html",))
    for name, texts in {
        "index.html": (
            "Synced, but nothing was checked",
            "c-ada",
            "the extra <code>lineage</code>, is not installed",
        ),
        "health.html": ("on time", "Systems and objects"),
        "changes.html": ("changed <strong>2</strong> values of <strong>2</strong> people", "c-ada"),
        "ownership.html": ('id="hubspot"', 'id="salesforce"', "recency", "An opt-out binds"),
    }.items():
        for text in texts:
            assert text in drawn[name], (name, text)
    assert 'href="dbt_docs.html"' in drawn["index.html"]


def test_a_newcomer_finds_what_a_system_owns_and_what_changed_in_two_clicks(facts: Facts):
    drawn = render(facts, ())
    assert 'href="ownership.html#salesforce"' in drawn["index.html"]
    assert 'href="changes.html"' in drawn["index.html"]
    salesforce = drawn["ownership.html"].partition('id="salesforce"')[2].partition("<h2")[0]
    assert {"Sales confirms it", "Reps know"} < set(re.findall(r'class="why">([^<]+)', salesforce))
    assert "HubSpot computes it" not in salesforce


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


def test_rejects_are_told_by_reason_as_long_as_they_hold(settings: Settings, warehouse: Path):
    from canon.publish import publish_copy

    with connect(warehouse) as con:
        con.execute("update ops.rejected_records set is_resolved = true where field = 'phone'")
    publish_copy(warehouse, settings.published)
    told = read_facts(settings.published, BOTH).rejects
    assert [(each["field"], each["open"], each["of_last_sync"]) for each in told] == [("lead_score", 1, 1)]
    page = render(read_facts(settings.published, BOTH), ())["health.html"]
    assert told[0]["reason"] in page.partition('id="rejects"')[2].partition("<h2")[0]


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
    return {"status": status, "severity": severity, "check_name": "Loads", "observed": "0", "threshold": "1"}


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


def test_pages_are_replaced_together_or_not_at_all(tmp_path: Path):
    pages._replace_all(tmp_path, {"health.html": "one", "index.html": "one"})
    with pytest.raises(TypeError):
        pages._replace_all(tmp_path, {"health.html": "two", "index.html": None})  # type: ignore[dict-item]
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "health.html": "one",
        "index.html": "one",
    }


def test_an_open_incident_stands_at_the_top_with_its_runbook(settings: Settings, warehouse: Path):
    from canon.publish import publish_copy

    with connect(warehouse) as con:
        con.execute("update ops.loads set loaded_at = loaded_at - interval 2 hour where source = 'hubspot'")
    validate(settings, "s2")
    publish_copy(warehouse, settings.published)
    suites = read_suites(settings.root / "expectations", BOTH)
    drawn = render(read_facts(settings.published, BOTH, suites), (), handbook(REPOSITORY / "docs"))
    name = "Every object was loaded in time"
    for page in ("index.html", "health.html"):
        incidents = drawn[page].partition("Open incidents")[2].partition("<h2")[0]
        assert name in incidents
        assert f'href="runbooks.html#{anchor(name)}"' in incidents
    assert f'id="{anchor(name)}"' in drawn["runbooks.html"]
    assert f'id="{anchor(name)}"' in drawn["checks.html"]


def test_the_runbooks_have_a_place_for_every_check():
    suites = read_suites(REPOSITORY / "expectations", BOTH)
    _, text = handbook(REPOSITORY / "docs")["runbooks"]
    places = set(re.findall(r'id="([^"]+)"', text))
    assert {anchor(each["description"]) for suite in suites for each in suite["expectations"]} <= places


def test_the_handbook_links_to_its_own_pages_only(tmp_path: Path):
    (tmp_path / "runbooks.md").write_text("# Runbooks\n\n[a](settings.md#x) [b](decisions/1.md) <b>raw</b>\n")
    (tmp_path / "settings.md").write_text("# Settings\n")
    title, text = handbook(tmp_path)["runbooks"]
    assert title == "Runbooks"
    assert 'href="settings.html#x"' in text
    assert "decisions/" not in text
    assert "<b>" not in text


def test_what_is_judged_is_drawn_over_time_and_kept_short(settings: Settings, warehouse: Path):
    suites = read_suites(settings.root / "expectations", BOTH)
    for _ in range(3):
        validate(settings, "s2")
    with connect(warehouse, read_only=True) as con:
        (contact, *_) = [
            each
            for each in measured(con, suites)["freshness"]
            if (each.of, each.name) == ("hubspot contacts", "intervals_behind")
        ]
    assert len(contact.values) == 3
    assert [type(each) for each in contact.values] == [float] * 3
    many = [Series("m", "s", str(place), "", "n", (0.0, float(place))) for place in range(40)]
    flat = Series("m", "s", "flat", "", "n", (1.0, 1.0))
    assert [each.object for each in most_moved([*many[:2], flat])] == ["0", "1", "flat"]
    assert flat not in most_moved([flat, *many[1:]])
    assert len(most_moved(many)) == CHARTS
    assert moving([flat, *many[:3]]) == many[1:3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        (0.0, "0"),
        (0.00001, "almost 0"),
        (0.0049, "0.005"),
        (-0.25, "-0.2"),
        (3.25, "3.2"),
        (12.6, "13"),
        (1036, "1\N{THIN SPACE}036"),
    ],
)
def test_a_number_is_as_long_as_it_has_to_be(value: float | None, text: str):
    assert pages._number(value) == text


def test_charts_say_nothing_but_numbers():
    assert str(line([None])) == ""
    drawn = line([1.0, None, 3.0, 2.0]) + bars([0, 5]) + strip(["pass", "fail"])
    assert drawn.count("<polyline") == 2  # a gap is a gap
    assert drawn.count('class="bad"') == 1


def test_pages_are_published_beside_the_docs(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pages, "make_docs", lambda _: ("dbt_docs.html",))
    report = publish_site(settings)
    assert report.pages == (*NAMES, "dbt_docs.html")
    assert (settings.site / "index.html").is_file()


def test_a_folder_that_cannot_be_written_is_a_failure_with_a_reason(settings: Settings, published: Path):
    settings.site.parent.mkdir(parents=True, exist_ok=True)
    settings.site.write_text("a file where the folder should be")
    with pytest.raises(PublishFailed, match="File exists"):
        publish_site(settings)
