"""The steward's queue: what is open, narrowed down, and no unchecked text unless asked for."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from canon import cli
from canon.errors import NothingPublished, UsageError
from canon.review import read_queue


def listed(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["review", "list", *arguments])


def told(*arguments: str) -> dict[str, Any]:
    done = listed(*arguments, "--as-json")
    assert done.exit_code == 0
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_is_open_is_listed_and_what_is_resolved_is_not(published: Path):
    found = told()
    assert [each["kind"] for each in found["items"]] == ["conflict", "identity"]
    assert [(each["source"], each["field"]) for each in found["rejects"]] == [
        ("hubspot", "lead_score"),
        ("salesforce", "phone"),
    ]
    assert (found["items_total"], found["rejects_total"]) == (2, 2)
    assert set(found["items"][0]) == {"item_id", "kind", "customer_id", "field", "candidates", "opened_at"}


def test_a_rejected_value_is_told_only_when_asked_for(published: Path):
    assert [each["raw_value"] for each in told()["rejects"]] == [None, None]
    assert [each["raw_value"] for each in told("--show-values")["rejects"]] == ["high", "ask for Babbage"]
    assert "Babbage" not in listed().output
    assert "Babbage" in listed("--show-values").output.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "kinds", "rejected"),
    [
        (("--kind", "conflict"), ["conflict"], []),
        (("--kind", "reject"), [], ["lead_score", "phone"]),
        (("--source", "hubspot"), ["conflict"], ["lead_score"]),
        (("--source", "salesforce"), ["conflict", "identity"], ["phone"]),
        (("--source", "salesforce", "--kind", "identity"), ["identity"], []),
    ],
)
def test_filters_narrow_the_lists(
    published: Path, arguments: tuple[str, ...], kinds: list[str], rejected: list[str]
):
    found = told(*arguments)
    assert [each["kind"] for each in found["items"]] == kinds
    assert [each["field"] for each in found["rejects"]] == rejected


def test_a_suggestion_is_about_two_customers_and_found_by_the_systems_of_both(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "insert into marts.review_queue values ('r3', 'suggestion', 'c-bob', null, 'hubspot:contacts:502 "
            "= salesforce:Contact:003000000000003AAA: probably one person (97 %): same phone', now())"
        )
    for source in ("hubspot", "salesforce"):
        assert [each["item_id"] for each in told("--kind", "suggestion", "--source", source)["items"]] == [
            "r3"
        ]


def test_a_limit_cuts_both_lists_and_says_so(published: Path):
    found = told("--limit", "1")
    assert (len(found["items"]), found["items_total"]) == (1, 2)
    assert (len(found["rejects"]), found["rejects_total"]) == (1, 2)
    assert "The first 1 of 2 open questions; --limit shows more." in listed("--limit", "1").stdout


def test_ids_of_records_are_shown_whole(published: Path):
    shown = [line.strip() for line in listed("--kind", "identity").stdout.splitlines()]
    assert shown[1].startswith("r2    identity")
    assert shown[1].endswith("salesforce:Contact:003000000000003AAA")
    assert shown[2:5] == ["= hubspot:contacts:501", "or hubspot:contacts:502", "the name fits several people"]


def test_an_empty_queue_says_so(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute("delete from marts.review_queue")
        con.execute("update ops.rejected_records set is_resolved = true")
    assert told() == {"items": [], "rejects": [], "items_total": 0, "rejects_total": 0}
    assert listed().stdout.split("\n") == ["No open question.", "", "No rejected value.", ""]


def test_a_filter_that_nothing_can_pass_is_refused(published: Path):
    with pytest.raises(
        UsageError, match="the kinds are conflict, erasure, identity, reject, split, suggestion"
    ):
        read_queue(published, kind="gossip")
    with pytest.raises(UsageError, match="known: hubspot, salesforce"):
        read_queue(published, source="fax")


def test_before_the_first_sync_it_says_what_to_run(project: Path, published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute("drop table ops.rejected_records")
    with pytest.raises(NothingPublished, match=r"lacks ops\.rejected_records\. Run canon sync"):
        read_queue(published)
    published.unlink()
    problem = listed().exception
    assert isinstance(problem, NothingPublished)
    assert problem.exit_code == 2
    assert "Run canon sync first." in str(problem)
