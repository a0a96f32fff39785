"""Decisions of stewards: which records they mean, what is written, what a yes and a no come to."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon import steward
from canon.errors import CanonError, CustomerUnknown, LockHeld, NothingPublished, UsageError
from canon.journal import utc_now
from canon.lock import run_lock
from canon.settings import Settings
from canon.warehouse import connect, rows
from tests.canon.reviewing import decided, problem, review

ADA, CY = "salesforce:Contact:003000000000001AAA", "salesforce:Contact:003000000000003AAA"
ADA_TOO, BOB = "hubspot:contacts:501", "hubspot:contacts:502"


def journal(settings: Settings) -> list[dict[str, Any]]:
    with connect(settings.warehouse, read_only=True) as con:
        return rows(con, "select * from ops.identity_decisions order by decided_at")


def asked(published: Path, item_id: str, kind: str, candidates: str) -> None:
    with duckdb.connect(str(published)) as con:
        con.execute(
            "insert into marts.review_queue values (?, ?, 'c-cy', null, ?, now()::timestamp)",
            [item_id, kind, candidates],
        )


@pytest.mark.parametrize(("verb", "kind"), [("link", "must_link"), ("separate", "cannot_link")])
def test_a_decision_is_one_row_in_the_warehouse(settings: Settings, published: Path, verb: str, kind: str):
    before = published.read_bytes()
    (told,) = decided(
        verb, "hubspot:502", "salesforce:003000000000003", "--reason", "they rang", "--actor", "ann"
    )
    (row,) = journal(settings)
    assert (row["kind"], row["left_key"], row["right_key"]) == (kind, BOB, CY)
    assert (row["entity"], row["item_id"], row["actor"], row["reason"]) == (
        "customer",
        None,
        "ann",
        "they rang",
    )
    assert abs(utc_now() - row["decided_at"]) < timedelta(minutes=5)
    assert told["decision_id"] == row["decision_id"]
    assert told["replaces"] is None
    assert published.read_bytes() == before


def test_the_smaller_key_comes_first_whichever_way_it_is_asked(settings: Settings, published: Path):
    decided("link", CY, BOB, "--reason", "x")
    decided("link", BOB, CY, "--reason", "x")
    assert {(row["left_key"], row["right_key"]) for row in journal(settings)} == {(BOB, CY)}


def test_the_user_of_the_process_decides_unless_another_is_named(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LOGNAME", "grace")
    assert decided("link", CY, BOB, "--reason", "x")[0]["actor"] == "grace"
    monkeypatch.setattr(steward.getpass, "getuser", lambda: {}["nobody"])
    assert "--actor NAME" in str(problem("link", CY, BOB, "--reason", "x"))
    assert "--actor NAME" in str(problem("link", CY, BOB, "--reason", "x", "--actor", " "))


def test_it_says_what_was_decided_what_that_replaces_and_when_it_counts(settings: Settings, published: Path):
    first = review("separate", CY, BOB, "--reason", "two brothers", "--actor", "ann").stdout.splitlines()
    assert first == [
        f"{BOB} and {CY} are kept apart, says ann.",
        "The next canon sync or canon build applies it.",
    ]
    second = review("link", CY, BOB, "--reason", "no, one", "--actor", "bob").stdout.splitlines()
    assert second[0].startswith(
        f"{BOB} and {CY} are one customer, says bob. That replaces: kept apart, said ann on "
    )
    assert decided("separate", CY, BOB, "--reason", "two", "--actor", "cy")[0]["replaces"]["actor"] == "bob"


def test_a_decision_is_withdrawn_once(settings: Settings, published: Path):
    assert "there is nothing to withdraw" in str(problem("withdraw", CY, BOB, "--reason", "x"))
    decided("link", CY, BOB, "--reason", "x", "--actor", "ann")
    (told,) = decided("withdraw", BOB, CY, "--reason", "wrong")
    assert (told["kind"], told["replaces"]["kind"]) == ("withdrawn", "must_link")
    problem("withdraw", CY, BOB, "--reason", "x")
    assert decided("link", CY, BOB, "--reason", "x")[0]["replaces"] is None
    assert [row["kind"] for row in journal(settings)] == ["must_link", "withdrawn", "must_link"]
    assert "again what the policy makes of them" in review("withdraw", CY, BOB, "--reason", "x").stdout


def test_a_clock_that_was_set_back_does_not_make_an_older_decision_the_last(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
):
    decided("link", CY, BOB, "--reason", "x")
    monkeypatch.setattr("canon.journal.utc_now", lambda: datetime(2020, 1, 1))
    assert decided("separate", CY, BOB, "--reason", "x")[0]["replaces"]["kind"] == "must_link"
    assert [row["kind"] for row in journal(settings)] == ["must_link", "cannot_link"]


@pytest.mark.parametrize(
    ("one", "kind", "says"),
    [
        ("hubspot:999", CustomerUnknown, "No customer has the hubspot record '999'"),
        ("hubspot:companies:501", CustomerUnknown, "No customer has the hubspot record 'companies:501'"),
        (
            "fax:1",
            CustomerUnknown,
            "There is no system 'fax' in the published copy; known: hubspot, salesforce",
        ),
        ("c-ada", UsageError, "'c-ada' names no record. Give system:record_id or system:object:record_id"),
        ("ada@lovelace.example", UsageError, "An e-mail address names no record"),
        ("hubspot:contacts:502", UsageError, "Both are the record hubspot:contacts:502"),
    ],
)
def test_what_names_no_record_or_the_same_one_is_refused(
    settings: Settings, published: Path, one: str, kind: type[CanonError], says: str
):
    found = problem("link", one, "hubspot:502", "--reason", "x")
    assert type(found) is kind
    assert says in str(found)
    assert "lovelace" not in str(found)
    assert journal(settings) == []


def test_an_id_that_two_objects_have_needs_the_object(settings: Settings, published: Path):
    with duckdb.connect(str(published)) as con:
        con.execute(
            "insert into marts.customer_sources (customer_id, source, object, source_record_id, is_deleted) "
            "values ('c-bob', 'hubspot', 'users', '502', false), "
            "('c-bob', 'product', 'users', 'urn:user:1', false)"
        )
    says = "2 records go by that: hubspot:contacts:502, hubspot:users:502"
    assert says in str(problem("link", "hubspot:502", CY, "--reason", "x"))
    assert decided("link", "hubspot:users:502", CY, "--reason", "x")[0]["left_key"] == "hubspot:users:502"
    for name in ("product:urn:user:1", "product:users:urn:user:1"):
        assert decided("link", name, CY, "--reason", "x")[0]["left_key"] == "product:users:urn:user:1"


def test_a_decision_needs_a_reason(settings: Settings, published: Path):
    assert review("link", CY, BOB).exit_code == 2
    assert "--reason is blank" in str(problem("link", CY, BOB, "--reason", " "))


def test_a_run_at_work_is_exit_code_4(settings: Settings, published: Path):
    command = [sys.executable, "-c", "from canon.cli import main; main()"]
    with run_lock(settings.warehouse, "sync"):
        done = subprocess.run(
            [*command, "review", "link", CY, BOB, "--reason", "x"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (4, "")
    assert "canon sync (process" in done.stderr


def test_without_a_warehouse_nothing_is_made(settings: Settings, published: Path):
    settings.warehouse.unlink()
    assert "There is no warehouse at" in str(problem("link", CY, BOB, "--reason", "x"))
    assert not settings.warehouse.exists()


def test_without_a_published_copy_it_says_what_to_run(settings: Settings, warehouse: Path):
    assert isinstance(problem("link", CY, BOB, "--reason", "x"), NothingPublished)
    assert isinstance(problem("accept", "r2"), NothingPublished)


def test_a_failure_as_json_is_one_object(settings: Settings, published: Path):
    told = json.loads(review("link", "fax:1", BOB, "--reason", "x", "--as-json").stdout)
    assert (told["status"], told["exit_code"], told["error"]) == ("failed", 2, "CustomerUnknown")


@pytest.mark.parametrize("kind", ["identity", "suggestion"])
def test_a_yes_links_the_record_with_its_only_candidate(settings: Settings, published: Path, kind: str):
    asked(published, "abc12345", kind, f"{CY} = {BOB}: they may be: one or two")
    (told,) = decided("accept", "ABC123")
    assert (told["kind"], told["left_key"], told["right_key"]) == ("must_link", BOB, CY)
    assert (told["item_id"], told["reason"]) == ("abc12345", f"accepted: {kind} question")


def test_a_yes_to_several_says_to_which(settings: Settings, published: Path):
    says = f"{CY} may be one with {ADA_TOO}, {BOB}. Say with which: --as RECORD."
    assert says in str(problem("accept", "r2"))
    assert f"does not ask about {ADA}" in str(problem("accept", "r2", "--as", ADA))
    (told,) = decided("accept", "r2", "--as", "hubspot:502", "--reason", "same phone", "--actor", "ann")
    assert (told["left_key"], told["right_key"], told["reason"]) == (BOB, CY, "same phone")


def test_a_no_parts_the_record_from_every_candidate(settings: Settings, published: Path):
    told = decided("reject", "r2")
    assert {(each["kind"], each["left_key"], each["right_key"]) for each in told} == {
        ("cannot_link", ADA_TOO, CY),
        ("cannot_link", BOB, CY),
    }
    assert len({row["decided_at"] for row in journal(settings)}) == 2
    assert (
        review("reject", "r2").stdout.splitlines()[-1] == "The next canon sync or canon build applies them."
    )


@pytest.mark.parametrize(("verb", "kind"), [("accept", "cannot_link"), ("reject", "must_link")])
def test_a_split_is_accepted_or_undone(settings: Settings, published: Path, verb: str, kind: str):
    asked(published, "abc12345", "split", f"{BOB} = {CY}: they were one person until then")
    assert [(each["kind"], each["reason"]) for each in decided(verb, "abc12345")] == [
        (kind, f"{verb}ed: split question")
    ]


def test_a_candidate_that_is_not_here_can_only_be_rejected(settings: Settings, published: Path):
    asked(published, "abc12345", "identity", f"{BOB} = salesforce:Contact:003gone: it is not there")
    assert "salesforce:Contact:003gone is in no system's copy here" in str(problem("accept", "abc12345"))
    assert decided("reject", "abc12345")[0]["right_key"] == "salesforce:Contact:003gone"


def test_a_question_goes_by_the_first_characters_of_its_id(settings: Settings, published: Path):
    asked(published, "abcdef11", "identity", f"{CY} = {BOB}: x")
    asked(published, "abcdef22", "identity", f"{CY} = {ADA_TOO}: x")
    assert "2 questions begin with 'abcdef': abcdef11, abcdef22" in str(problem("accept", "abcdef"))
    assert "Give at least 6 characters" in str(problem("accept", "abcde"))
    assert "There is no open question 'fedcba'. canon review list" in str(problem("accept", "fedcba"))
    assert decided("accept", "abcdef2")[0]["left_key"] == ADA_TOO
    assert "abcdef11" in review("list").stdout


def test_a_question_of_an_older_canon_is_not_guessed_at(settings: Settings, published: Path):
    asked(published, "abc12345", "identity", "the name fits several people")
    assert "was published by an older Canon" in str(problem("reject", "abc12345"))


def test_nothing_is_written_when_one_of_several_fails(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
):
    moments = iter([datetime(2026, 11, 22)])
    monkeypatch.setattr(steward, "later_than", lambda *of: next(moments))
    assert review("reject", "r2").exit_code != 0
    assert journal(settings) == []


def test_the_lock_is_free_again(settings: Settings, published: Path):
    decided("link", CY, BOB, "--reason", "x")
    with run_lock(settings.warehouse, "sync"), pytest.raises(LockHeld):
        steward.decide(settings, "must_link", CY, BOB, steward.grounds_of("ann", "x"))
