"""Suggestions: what a model takes for one person, what it leaves alone, what is written and what is told."""

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from canon import cli
from canon.errors import CanonError, ConfigurationError, LockHeld, UsageError
from canon.journal import utc_now
from canon.likely import LEAST_RECORDS, Likely, Prediction, TooLittle, predict
from canon.likeness import COLUMNS, COMPARISONS, MAY_BE_ONE, PRIVATE, model_name, model_settings
from canon.lock import run_lock
from canon.settings import Settings
from canon.suggest import SKIPPED, SUGGESTED, Suggested
from canon.suggest_page import sentences
from canon.warehouse import connect, rows
from tests.identity.names import FIRST, LAST

Person = dict[str, Any]


def town(size: int = 130) -> list[Person]:
    """So many people with two records each, which are one customer: same name, phone, street and address."""
    luck = random.Random(7)
    people = []
    for at in range(size):
        first, last = luck.choice(FIRST).lower(), luck.choice(LAST).lower()
        one = {
            "customer_id": f"c{at}",
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}{at}@gmail.com",
            "phone": f"+1206555{at:04d}",
            "street": f"{luck.randrange(1, 200)} {luck.choice(LAST)} street",
            "city": "seattle",
            "postal_code": f"98{luck.randrange(100, 150)}",
        }
        people += [
            {**one, "record_key": f"hubspot:contacts:{at}"},
            {**one, "record_key": f"salesforce:Contact:{at}"},
        ]
    return people


def person(key: str, first: str | None, last: str | None, **values: Any) -> Person:
    return {"record_key": key, "customer_id": f"of {key}", "first_name": first, "last_name": last, **values}


def as_table(people: Sequence[Person]) -> pa.Table:
    fields = [(name, pa.string()) for name in ("record_key", "customer_id", *COLUMNS)]
    schema = pa.schema(fields).set(
        2 + COLUMNS.index("first_forms"), pa.field("first_forms", pa.list_(pa.string()))
    )
    return pa.Table.from_pylist(list(people), schema=schema)


def pairs_of_customers(*pairs: tuple[str, str]) -> pa.Table:
    schema = pa.schema([("customer_id", pa.string()), ("other_id", pa.string())])
    return pa.Table.from_pylist(
        [{"customer_id": one, "other_id": other} for one, other in pairs], schema=schema
    )


HOME = {"street": "7 quarry lane", "city": "seattle", "postal_code": "98177"}
OFFICE = {
    "street": "1 tower plaza", "city": "seattle", "postal_code": "98101", "phone": "+12065550100",
    "company_domain": "tower.example", "company_name": "tower",
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Likely]:
    """What is suggested in a town with some strangers, a move, a family and an office in it."""
    strangers = [
        person("misspelt 1", "josephine", "quartermain", phone="+12065559999", **HOME),
        person("misspelt 2", "josefine", "quartermaine", phone="+12065559999", postal_code="98177"),
        person("nickname 1", "robert", "zielinski", first_forms=["bob", "robert"], phone="+12065558888"),
        person("nickname 2", "bob", "zielinski", first_forms=["bob", "robert"], phone="+12065558888"),
        person("swapped 1", "leonora", "vandermeer", street="9 hill road", postal_code="98178"),
        person("swapped 2", "vandermeer", "leonora", street="9 hill road", postal_code="98178"),
        person("family 1", "rudolf", "oppenheim", street="3 brook way", postal_code="98179"),
        person("family 2", "wilma", "oppenheim", street="3 brook way", postal_code="98179"),
        person("family 3", "kurt", "oppenheim", street="3 brook way", postal_code="98179"),
        person("family 4", "irma", "oppenheim", street="3 brook way", postal_code="98179"),
        person("namesake 1", "ursula", "ellsworth", phone="+12065551111"),
        person("namesake 2", "gunther", "xanthopoulos", phone="+12065551111"),
    ]
    office = [
        person(f"office {at}", first, f"{first}son", **OFFICE)
        for at, first in enumerate(map(str.lower, FIRST))
    ]
    nameless = [person(f"nameless {at}", None, None, **OFFICE) for at in range(2)]
    predicted = predict(as_table([*town(), *strangers, *office, *nameless]), pairs_of_customers(), 0.9)
    return {(each.left_key, each.right_key): each for each in predicted.pairs}


def test_what_is_misspelt_short_or_swapped_is_suggested_and_what_an_office_shares_is_not(
    found: dict[tuple[str, str], Likely],
):
    assert set(found) == {(f"{name} 1", f"{name} 2") for name in ("misspelt", "nickname", "swapped")}
    assert all(0.9 <= each.probability <= 1 for each in found.values())


ID = {"own_external_id": ("u1", "u1")}
PHONE = {"home_phone": ("1", "1")}
STREET = {"home_street": ("62 callister road", "26 callisterroad")}
ELSEWHERE = {"home_street": ("62 callister road", "7 quarry lane")}


@pytest.mark.parametrize(
    ("first", "last", "shared", "may_be"),
    [
        (1, 1, {}, True),
        (0, 1, {}, False),
        (0, 1, ID, True),
        (0, 1, PHONE, True),
        (0, 1, STREET, False),
        (0, 0, ID, False),
        (0, 0, {**ID, **PHONE}, True),
        (0, 0, {**ID, **STREET}, True),
        (0, 0, {**ID, **ELSEWHERE}, False),
        (0, 0, {**PHONE, **STREET}, False),
    ],
)
def test_names_that_contradict_need_things_that_hardly_anybody_shares(
    first: int, last: int, shared: dict[str, tuple[str, str]], may_be: bool
):
    blank = dict.fromkeys(("email", *PRIVATE), (None, None))
    grades = f"{first} as gamma_first_name, {last} as gamma_last_name"
    names = [f"cast(? as varchar) as {name}_{side}" for name in blank for side in "lr"]
    values = [value for pair in {**blank, **shared}.values() for value in pair]

    with duckdb.connect() as con:
        found = con.execute(f"select {MAY_BE_ONE} from (select {grades}, {', '.join(names)})", values)
        assert found.fetchall() == [(may_be,)]


def test_why_names_what_agrees_and_no_value(found: dict[tuple[str, str], Likely]):
    assert found["misspelt 1", "misspelt 2"].because == (
        "similar first name, similar last name, same phone, same postal code"
    )
    assert found["nickname 1", "nickname 2"].because == "nickname or initial, same last name, same phone"
    assert found["swapped 1", "swapped 2"].because == "names swapped, same street, same postal code"


def test_what_is_settled_is_not_suggested_and_the_rest_is_the_same_each_time():
    twins = [
        person(f"{name} {at}", first, "quartermain", phone=phone, **HOME)
        for name, first, phone in (
            ("one", "josephine", "+12065559999"),
            ("two", "bartholomew", "+12065559998"),
        )
        for at in (1, 2)
    ]
    people = as_table([*town(), *twins])
    free = predict(people, pairs_of_customers(), 0.5)
    settled = predict(people, pairs_of_customers(("of one 1", "of one 2")), 0.5)
    assert [(each.left_key, each.right_key) for each in free.pairs] == [
        ("one 1", "one 2"),
        ("two 1", "two 2"),
    ]
    assert [*settled.pairs] == [free.pairs[1]]
    assert settled.model == free.model


def test_of_two_customers_the_most_probable_pair_is_suggested():
    one = [
        person(key, "josephine", "quartermain", phone="+12065559999", customer_id="a") for key in ("a1", "a2")
    ]
    one[1] |= {"phone": None, **HOME}
    other = person("b", "josephine", "quartermain", phone="+12065559999")
    (suggested,) = predict(as_table([*town(), *one, other]), pairs_of_customers(), 0.9).pairs
    assert (suggested.left_key, suggested.right_key) == ("a1", "b")


def test_a_doubt_about_a_name_comes_after_names_that_agree():
    couple = [
        person(f"couple {at}", first, "vandermeer", email="vandermeers@old.example", **HOME)
        for at, first in enumerate(("leonora", "gunther"))
    ]
    agreed = [person(f"agreed {at}", "josephine", "quartermain", phone="+12065559999") for at in range(2)]
    pairs = predict(as_table([*town(), *couple, *agreed]), pairs_of_customers(), 0.5).pairs
    assert [each.left_key for each in pairs] == ["agreed 0", "couple 0"]
    assert pairs[1].because.startswith("other first name, same last name, same e-mail address")


def test_too_few_records_and_records_that_share_nothing_teach_nothing():
    with pytest.raises(TooLittle, match=f"there are 20 records, and {LEAST_RECORDS} are needed"):
        predict(as_table(town(10)), pairs_of_customers(), 0.9)
    strangers = [person(f"k{at}", f"first{at}", f"last{at}") for at in range(LEAST_RECORDS)]
    with pytest.raises(TooLittle, match="hardly any two records share"):
        predict(as_table(strangers), pairs_of_customers(), 0.9)


def test_the_model_is_named_by_what_it_is_made_of():
    every = set(COLUMNS)
    assert model_name(model_settings(every)) == model_name(model_settings(every))
    assert model_name(model_settings(every)) != model_name(model_settings(every - {"phone"}))


def test_a_grade_says_what_it_means():
    first_name = COMPARISONS[0]
    assert first_name.says(len(first_name.levels)) == "same first name"
    assert first_name.says(1) == "similar first name"
    assert first_name.says(0) == "other first name"
    assert first_name.says(-1) is None


# --- the command ---------------------------------------------------------------------------------


def review(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["review", "suggest", *arguments])


def problem(*arguments: str) -> CanonError:
    found = review(*arguments).exception
    assert isinstance(found, CanonError)
    return found


INTERMEDIATE = """
create schema intermediate;
create schema seeds;
create table seeds.free_mail_domains as select 'gmail.com' as domain;
create table intermediate.int_nicknames_paired as select 'bob' as name, 'robert' as other_name;
create table intermediate.int_customers_identified (record_key varchar, customer_id varchar);
insert into intermediate.int_customers_identified values ('a', 'A'), ('b', 'B'), ('gone', 'G'), ('old', 'O');
create table intermediate.int_customers_unioned as
select 'a' as record_key, ' 7 Quarry Lane ' as street, '+12065559999' as phone
union all select 'b', ' ', null union all select 'gone', 'x', 'x' union all select 'old', 'x', 'x';
create table intermediate.int_customers_normalized (
    record_key varchar, is_standing boolean, is_deleted boolean, first_name varchar, last_name varchar,
    email varchar, email_block_reason varchar, company_domain varchar
);
insert into intermediate.int_customers_normalized values
    ('a', true, false, 'bob', 'quartermain', 'bob@gmail.com', null, 'gmail.com'),
    ('b', true, false, 'robert', 'quartermain', 'info@x.example', 'names a desk', 'x.example'),
    ('gone', true, true, 'x', 'x', null, null, null),
    ('old', false, false, 'x', 'x', null, null, null);
alter table intermediate.int_customers_normalized add column external_id varchar;
update intermediate.int_customers_normalized set external_id = 'N/A';
create table seeds.blocked_values as select 'external_id' as kind, 'n/a' as value;
"""


@pytest.fixture
def built(warehouse: Path) -> Path:
    """A warehouse with what suggestions are made from; its policy maps streets and phones alone."""
    with connect(warehouse) as con:
        con.execute(INTERMEDIATE)
    return warehouse


def journal(path: Path, name: str) -> list[dict[str, Any]]:
    with connect(path, read_only=True) as con:
        return rows(con, f"select * from ops.{name} order by suggested_at")


def predicting(monkeypatch: pytest.MonkeyPatch, *pairs: Likely) -> list[tuple[Any, ...]]:
    """Let the model find these; returns what it is given."""
    given = []

    def predict(people: pa.Table, settled: pa.Table, threshold: float) -> Prediction:
        given.append((people.to_pylist(), settled.to_pylist(), threshold))
        return Prediction("abc", pairs)

    monkeypatch.setattr("canon.likely.predict", predict)
    return given


LIKELY = Likely("a", "b", 0.97, "same phone")


def test_live_records_are_compared_in_normal_form_without_what_says_nothing(
    built: Path, monkeypatch: pytest.MonkeyPatch
):
    given = predicting(monkeypatch)
    assert review().exit_code == 0
    ((one, other), settled, threshold) = given[0]
    assert {name for name, value in one.items() if value is None} == {
        *("city", "postal_code", "job_title", "company_name", "external_id", "company_domain")
    }
    assert (one["street"], one["first_forms"], one["email"]) == ("7 quarry lane", ["robert"], "bob@gmail.com")
    assert (other["street"], other["email"], other["company_domain"]) == (None, None, "x.example")
    assert (settled, threshold) == ([], 0.9)


def test_what_a_crowd_shares_is_nobodys(built: Path, monkeypatch: pytest.MonkeyPatch):
    with connect(built) as con:
        con.execute(
            "insert into intermediate.int_customers_identified select 'c' || n, 'C' from range(101) as t (n)"
        )
        con.execute(
            "insert into intermediate.int_customers_unioned select 'c' || n, null, null from range(101) t (n)"
        )
        con.execute(
            "insert into intermediate.int_customers_normalized by name select 'c' || n as record_key, "
            "true as is_standing, false as is_deleted, 'all@x.example' as email, '7' as external_id, "
            "'Sue' || n as first_name from range(101) as t (n)"
        )
    given = predicting(monkeypatch)
    review()
    crowd = [each for each in given[0][0] if each["record_key"].startswith("c")]
    assert {(each["email"], each["external_id"]) for each in crowd} == {(None, None)}
    assert len(crowd) == 101


@pytest.mark.parametrize(("kind", "count"), [("must_link", 1), ("cannot_link", 1), ("withdrawn", 0)])
def test_customers_that_a_steward_decided_about_are_settled(
    built: Path, monkeypatch: pytest.MonkeyPatch, kind: str, count: int
):
    given = predicting(monkeypatch)
    with connect(built) as con:
        con.execute(
            "insert into ops.identity_decisions values "
            "('1', 'customer', 'must_link', 'a', 'b', null, 'ann', 'x', timestamp '2026-01-01 00:00:00'), "
            "('2', 'customer', ?, 'a', 'b', null, 'ann', 'x', timestamp '2026-01-02 00:00:00')",
            [kind],
        )
    review()
    assert given[0][1] == [{"customer_id": "A", "other_id": "B"}] * count


def test_a_run_and_its_most_probable_pairs_are_written(built: Path, monkeypatch: pytest.MonkeyPatch):
    predicting(monkeypatch, LIKELY, replace(LIKELY, right_key="c", probability=0.92))
    told = json.loads(review("--limit", "1", "--threshold", "0.8", "--as-json").stdout)
    assert (told["status"], told["records"], told["found"], told["suggested"]) == (SUGGESTED, 2, 2, 1)
    assert told["suggestions"] == [
        {"left_key": "a", "right_key": "b", "probability": 0.97, "because": "same phone"}
    ]
    (run,), (row,) = journal(built, "suggestion_runs"), journal(built, "identity_suggestions")
    assert (run["model"], run["threshold"], run["records"]) == ("abc", 0.8, 2)
    assert (row["run_id"], row["suggested_at"], row["model"]) == (run["run_id"], run["suggested_at"], "abc")
    assert (row["left_key"], row["right_key"], row["probability"], row["because"]) == (
        *("a", "b", 0.97),
        "same phone",
    )
    assert abs(utc_now() - run["suggested_at"]) < timedelta(minutes=5)


def test_a_later_run_is_later_whatever_the_clock_says(built: Path, monkeypatch: pytest.MonkeyPatch):
    predicting(monkeypatch, LIKELY)
    review()
    predicting(monkeypatch)
    yesterday = utc_now() - timedelta(days=1)
    monkeypatch.setattr("canon.journal.utc_now", lambda: yesterday)
    review()
    first, second = journal(built, "suggestion_runs")
    assert second["suggested_at"] - first["suggested_at"] == timedelta(microseconds=1)
    assert [each["run_id"] for each in journal(built, "identity_suggestions")] == [first["run_id"]]


def test_too_little_to_learn_from_is_told_and_writes_nothing(built: Path):
    done = review()
    assert done.exit_code == 0
    assert done.stdout == (
        "There is too little to learn from: there are 2 records, and 200 are needed. Nothing was suggested.\n"
    )
    assert json.loads(review("--as-json").stdout)["status"] == SKIPPED
    assert journal(built, "suggestion_runs") == []


def test_without_the_extra_it_says_what_to_install(built: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "canon.likely")
    monkeypatch.setitem(sys.modules, "splink", None)
    found = problem()
    assert isinstance(found, ConfigurationError)
    assert found.exit_code == 2
    assert str(found) == "Nothing can be suggested, splink is not installed. Run: pip install -e '.[suggest]'"


def test_before_the_first_build_it_says_what_to_run(settings: Settings, warehouse: Path):
    found = problem()
    assert isinstance(found, UsageError)
    assert "lacks intermediate.int_customers_normalized. Run canon sync" in str(found)
    warehouse.unlink()
    assert "There is no warehouse at" in str(problem())
    assert not settings.warehouse.exists()


def test_while_a_run_is_at_work_nothing_is_suggested(built: Path):
    with run_lock(built, "sync"):
        found = problem()
    assert isinstance(found, LockHeld)
    assert found.exit_code == 4


@pytest.mark.parametrize("threshold", ["0.4", "1.1"])
def test_a_threshold_is_a_probability_of_more_than_even(built: Path, threshold: str):
    assert review("--threshold", threshold).exit_code == 2


def test_what_was_suggested_in_words():
    nothing = Suggested(SUGGESTED, 1200, 0.9, model="m")
    assert sentences(nothing) == (
        "1,200 records were compared by model m. No two customers are one person with a probability of 90 %."
    )
    some = replace(nothing, found=2, suggestions=[LIKELY])
    assert sentences(some).splitlines() == [
        "1,200 records were compared by model m. 2 pairs of customers may be one person, with a probability "
        "of 90 % or more.",
        "The best 1 are suggested; --limit changes how many.",
        "The next canon sync or canon build asks about them: canon review list --kind suggestion.",
    ]
