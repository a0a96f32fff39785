"""What is generated around the labelled sets: the same each time, and as the top of `emails.py` says."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from canon.normalize import normalize_email
from evaluation.emails import ROLES, _contradict, with_emails
from evaluation.febrl import read
from evaluation.records import HUBSPOT, SALESFORCE, stated_pairs
from evaluation.variants import VARIANTS, records_of


@pytest.fixture(scope="module")
def emailed():
    return records_of("febrl3", "emails")


@pytest.mark.parametrize(
    ("name", "records", "people"),
    [("febrl1", 1000, 500), ("febrl2", 5000, 4000), ("febrl3", 5000, 2000), ("febrl4", 10_000, 5000)],
)
def test_the_sets_are_whole(name, records, people):
    rows = read(name)

    assert (len(rows), len({row.person for row in rows})) == (records, people)
    assert sum(row.is_original for row in rows) == people


@pytest.mark.parametrize("variant", VARIANTS)
def test_rows_go_to_the_two_systems_in_turn(variant):
    keys = [each.key for each in records_of("febrl1", variant)]

    assert len(set(keys)) == len(keys)
    assert all(key.startswith(SALESFORCE) for key in keys[::2])
    assert all(key.startswith(HUBSPOT) for key in keys[1::2])
    assert {len(key) for key in keys[::2]} == {len(SALESFORCE) + 18}


def test_external_ids_are_all_that_the_first_variant_has():
    records = records_of("febrl1", "external")

    assert any(each.external_id for each in records)
    assert not any(each.email or each.domain for each in records)
    assert stated_pairs(records) == []


def test_the_same_code_makes_the_same_addresses(emailed):
    assert records_of("febrl3", "emails") == emailed


def test_no_row_moves_what_is_drawn_for_another():
    rows = read("febrl1")
    changed = [replace(rows[0], street="somewhere else"), *rows[1:]]

    before, after = with_emails("febrl1", rows), with_emails("febrl1", changed)

    assert after[1:] == before[1:]
    assert after[0] == replace(before[0], street="somewhere else")


def test_every_address_is_one(emailed):
    addresses = {each.email for each in emailed if each.email}

    assert [address for address in addresses if normalize_email(address) != address] == []


def test_people_have_the_habits_that_are_documented(emailed):
    count = len(emailed)
    roles = {each.email for each in emailed if each.email and each.email.partition("@")[0] in ROLES}

    assert sum(each.email is None for each in emailed) / count == pytest.approx(0.115, abs=0.02)
    assert sum(each.email in roles for each in emailed) / count == pytest.approx(0.035, abs=0.01)
    assert sum(each.domain is not None for each in emailed) / count == pytest.approx(0.63, abs=0.03)
    assert sum(each.external_id is not None for each in emailed) / count == pytest.approx(0.25, abs=0.04)


def test_most_records_of_a_person_carry_one_address(emailed):
    addresses = defaultdict(Counter)
    for each in emailed:
        addresses[each.person][each.email] += 1

    assert sum(max(found.values()) for found in addresses.values()) / len(emailed) > 0.8


def test_an_address_is_shared_in_households_and_at_desks_alone(emailed):
    people = defaultdict(set)
    for each in emailed:
        people[each.email].add(each.person)
    shared = {email: found for email, found in people.items() if email and len(found) > 1}

    assert any(".family." in email for email in shared)
    assert [
        email
        for email, found in shared.items()
        if email.partition("@")[0] not in ROLES and not (".family." in email and len(found) == 2)
    ] == []


def test_no_couple_goes_by_one_name():
    one_name = [("sam", "samuel"), ("bob", "rob"), ("anna", "annah"), ("hanna", "anna"), ("alex", "al")]
    two_names = [("john", "mary"), ("jack", "jessica"), ("sam", "bob")]

    assert not any(_contradict(one, other) for one, other in one_name)
    assert all(_contradict(one, other) for one, other in two_names)


def test_what_the_systems_state_is_true_and_there_is_some(emailed):
    person = {each.key: each.person for each in emailed}
    merged = [each for each in emailed if each.merged_into]
    stored = [each for each in emailed if each.stored_link]

    assert merged
    assert stored
    assert all(person[one] == person[other] for one, other in stated_pairs(emailed))
    assert all(each.merged_into.startswith(SALESFORCE) for each in merged)
    assert all(each.key.startswith(HUBSPOT) and each.stored_link.startswith(SALESFORCE) for each in stored)
