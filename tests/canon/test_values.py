"""Decisions of stewards about values: which cell they mean, what is written, and what nobody may decide."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon.cells import Cell
from canon.errors import CanonError, CustomerUnknown, LockHeld, UsageError
from canon.explain import explain
from canon.lock import run_lock
from canon.settings import Settings
from canon.state import _reviewed_since, write_state
from canon.value_forms import canonical_text
from canon.warehouse import connect, rows
from tests.canon.conftest import REPOSITORY
from tests.canon.reviewing import decided, problem, review

CONTACT = "salesforce:Contact:003000000000001AAA"


@pytest.fixture(autouse=True)
def _policy(published: Path, project: Path) -> None:
    """The project's own policy, and a question about a job title."""
    shutil.copy(REPOSITORY / "dbt_project.yml", project)
    with duckdb.connect(str(published)) as con:
        con.execute(
            "update marts.review_queue set field = 'job_title', item_id = 'f00dfeed' where item_id = 'r1'"
        )


def journal(settings: Settings) -> list[dict[str, Any]]:
    with connect(settings.warehouse, read_only=True) as con:
        return rows(con, "select * from ops.value_decisions order by decided_at, field")


def override(*arguments: str) -> list[dict[str, Any]]:
    return decided("override", *arguments, "--reason", "she rang", "--actor", "eva")


def test_an_override_is_a_row_with_who_why_and_until_when(settings: Settings):
    override("ada@lovelace.example", "job_title", "--value", " Analyst ", "--until", "2100-01-31")
    (row,) = journal(settings)
    assert (row["kind"], row["field"], row["value"], row["entity"]) == (
        "override",
        "job_title",
        "Analyst",
        "customer",
    )
    assert (row["actor"], row["reason"], row["item_id"]) == ("eva", "she rang", None)
    assert row["expires_at"] == datetime(2100, 1, 31, 23, 59, 59, 999999)
    assert row["record_key"] in (CONTACT, "hubspot:contacts:501")


@pytest.mark.parametrize(
    ("field", "given", "stands"),
    [
        ("phone", "(415) 555-0100", "+14155550100"),
        ("email", " Ada@Lovelace.Example", "ada@lovelace.example"),
        ("lead_score", "1e2", "100.0"),
        ("email_opted_out", "YES", "true"),
    ],
)
def test_a_value_is_written_as_the_build_makes_it(settings: Settings, field: str, given: str, stands: str):
    """Its own SQL is asked; and what it makes of a value, it makes of that again."""
    override("c-ada", field, "--value", given)
    override("c-ada", field, "--value", stands)
    assert [row["value"] for row in journal(settings)] == [stands, stands]


@pytest.mark.parametrize(
    ("line", "given", "stands"),
    [
        ({"type": "date"}, "2026-01-31T23:30:00-02:00", "2026-01-31"),
        ({"type": "date"}, "31 January", None),
        ({"type": "timestamp"}, "2026-01-31T23:30:00-02:00", "2026-02-01 01:30:00"),
        ({"type": "timestamp"}, "1767225600000", "2026-01-01 00:00:00"),
        ({"type": "timestamp"}, "infinity", None),
        ({"type": "double"}, "nan", None),
        ({"type": "bigint"}, "2.5", None),
        ({"type": "bigint"}, "3.0", "3"),
        ({"type": "boolean"}, "t", None),
        ({"type": "string", "normalize": "domain"}, "https://www.Ada.example/team", "ada.example"),
        ({"type": "string", "normalize": "domain"}, "https://", None),
        ({"type": "string", "normalize": "list"}, "b;a;;b", "a;b"),
        ({"type": "string", "normalize": "list"}, ";", None),
        ({"type": "string", "normalize": "lower"}, "Eva@Northwind.example", "eva@northwind.example"),
    ],
)
def test_what_staging_makes_of_a_text(
    settings: Settings, line: dict[str, str], given: str, stands: str | None
):
    cell = Cell("customer", "c-ada", CONTACT, (CONTACT,), "field", {"rule": "recency"}, {}, {}, line)
    if stands:
        assert [canonical_text(settings, cell, text) for text in (given, stands)] == [stands, stands]
    else:
        with pytest.raises(UsageError, match=f"field takes no such value: that is no valid {line['type']}"):
            canonical_text(settings, cell, given)


def test_a_choice_is_said_by_its_canonical_name(settings: Settings):
    line = {"type": "string", "normalize": "picklist"}
    with connect(settings.warehouse) as con:
        con.execute("create schema intermediate")
        con.execute(
            "create table intermediate.int_choices_named as select * from (values "
            "('company.industry', 'hubspot', 'farming', 'Agriculture'), "
            "('company.industry', 'hubspot', 'oil', 'Energy'))"
            " as t(canonical_field, source, value, canonical_value)"
        )

    def said(value: str, **validated: str | None) -> str | None:
        policy = {"rule": "recency", **validated}
        return canonical_text(
            settings, Cell("company", "c", "k", ("k",), "industry", policy, {}, {}, line), value
        )

    assert (said("energy"), said("Fishing"), said("Fishing", validate="flag")) == (
        "Energy",
        "Fishing",
        "Fishing",
    )
    for reaction in ("quarantine", None):
        assert said("AGRICULTURE", validate=reaction) == "Agriculture"
        with pytest.raises(
            UsageError, match=r"no choice of seeds/picklists.csv. Choices are Agriculture, Energy."
        ):
            said("farming", validate=reaction)


def test_what_systems_say_is_noted_as_the_models_hash_it(settings: Settings):
    override("c-ada", "phone", "--blank")
    (row,) = journal(settings)
    said = "hubspot=+442071234567; salesforce=+15551230000"
    assert row["value"] is None
    assert row["seen"] == hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()


def test_a_question_about_a_value_is_accepted_or_overridden(settings: Settings):
    decided("accept", "f00dfe", "--actor", "eva")
    override("f00dfe", "--value", "Analyst")
    assert [(row["kind"], row["value"], row["item_id"]) for row in journal(settings)] == [
        ("accepted", None, "f00dfeed"),
        ("override", "Analyst", "f00dfeed"),
    ]
    assert "canon review override f00dfeed --value" in str(problem("reject", "f00dfe"))
    assert "lets what stands stand" in str(problem("accept", "f00dfe", "--as", CONTACT))


def test_what_was_decided_is_withdrawn_and_then_there_is_nothing_left(settings: Settings):
    withdraw = ("withdraw", "c-ada", "job_title", "--reason", "corrected in the CRM")
    assert "No decision about job_title" in str(problem(*withdraw))
    override("c-ada", "job_title", "--value", "Analyst")
    assert [each["kind"] for each in decided(*withdraw)] == ["withdrawn"]
    assert "No decision about job_title" in str(problem(*withdraw))


def test_nobody_is_opted_in_by_a_steward(settings: Settings):
    for value in (("--value", "false"), ("--blank",)):
        assert "Only the person opts in" in str(
            problem("override", "c-ada", "email_opted_out", *value, "--reason", "x")
        )
    override("c-ada", "email_opted_out", "--value", "true")
    assert len(journal(settings)) == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (("c-ada", "fone", "--value", "1"), UsageError, "There is no field 'fone'. Fields are email,"),
        (("c-nobody", "phone", "--value", "1"), CustomerUnknown, "c-nobody"),
        (("c-ada", "phone", "--value", "12"), UsageError, "no valid phone number"),
        (("c-ada", "email", "--value", "a@@b"), UsageError, "no valid e-mail address"),
        (("c-ada", "lead_score", "--value", "high"), UsageError, "no valid double"),
        (("c-ada", "job_title", "--value", " "), UsageError, "say --blank"),
        (("c-ada", "job_title"), UsageError, "Give either --value VALUE or --blank."),
        (("c-ada", "job_title", "--value", "x", "--blank"), UsageError, "Give either"),
        (("c-ada", "job_title", "--value", "x", "--until", "2020-01-01"), UsageError, "is past already"),
        (("c-ada", "job_title", "--value", "x", "--until", "soon"), UsageError, "--until 'soon': expected"),
        ((CONTACT, "--value", "x"), UsageError, "Say which field"),
        (("r2-is-none", "--value", "x"), UsageError, "There is no open question"),
    ],
)
def test_what_cannot_be_decided(
    settings: Settings, arguments: tuple[str, ...], kind: type[CanonError], text: str
):
    found = problem("override", *arguments, "--reason", "x")
    assert isinstance(found, kind)
    assert text in str(found)
    assert journal(settings) == []


def test_a_run_at_work_comes_first(settings: Settings):
    with run_lock(settings.warehouse, "sync"):
        found = review("override", "c-ada", "job_title", "--value", "x", "--reason", "x").exception
    assert isinstance(found, LockHeld)


def test_the_answer_says_what_was_decided_and_no_value(settings: Settings):
    told = review("override", "c-ada", "job_title", "--value", "Analyst", "--reason", "x", "--actor", "eva")
    assert "job_title is what eva decided." in told.stdout
    assert "Analyst" not in told.stdout


def test_a_decision_is_built_by_the_next_sync_and_so_is_its_end(settings: Settings):
    with connect(settings.warehouse) as con:
        con.execute(
            "insert into ops.sync_runs by name select 's9' as sync_id, 9 as sync_seq, "
            "timestamp '2026-01-01' as started_at, 'succeeded' as status, 'delta' as mode"
        )
        write_state(con, "s9", "mark", 9)
        assert not _reviewed_since(con)
        con.execute(
            "insert into ops.value_decisions values "
            "('d', 'customer', 'k', 'phone', 'override', '1', null, null, 'eva', 'x', "
            "timestamp '2026-01-01', timestamp '2026-01-02')"
        )
        assert _reviewed_since(con)
        write_state(con, "s9", "mark", 9)
        assert _reviewed_since(con)
        con.execute("update ops.value_decisions set expires_at = timestamp '2100-01-01'")
        assert not _reviewed_since(con)


def test_explain_says_who_was_overridden_and_what_would_end_it(published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "update marts.customer_fields set value = 'Analyst', source = 'steward', object = 'override', "
            "source_record_id = 'd1', rule = 'override' where customer_id = 'c-ada' and field = 'job_title'"
        )
    (found,) = explain(published, "c-ada", "job_title").fields
    assert "overridden" in {each.eliminated_by for each in found.candidates}
    assert found.flips_if == ("if the steward's decision were withdrawn, or expired",)
