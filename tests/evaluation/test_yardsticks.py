"""The cascade and the model do what their descriptions say, on records that a reader can hold in mind."""

import pytest

from evaluation.cascade import cascaded
from evaluation.probabilistic import Prediction
from evaluation.records import Record
from evaluation.score import score


def _record(key, person="p", **values):
    blank = dict.fromkeys(("first", "last", "street", "city", "state", "postcode"))
    return Record(key=key, person=person, **{**blank, **values})


def _together(groups, one, other):
    return groups[one] == groups[other]


def test_the_cascade_links_by_each_key():
    groups = cascaded(
        [
            _record("a", email="ann@x.com"),
            _record("b", email="ann@x.com", external_id="7"),
            _record("c", external_id="7"),
            _record("d", first="dan", last="ho", domain="y.com"),
            _record("e", first="dan", last="ho", email="dan@y.com"),
            _record("f", first="dan", last="ho"),
        ]
    )

    assert _together(groups, "a", "b")
    assert _together(groups, "b", "c")
    assert _together(groups, "d", "e")
    assert len(set(groups.values())) == 3


def test_the_cascade_looks_no_further_for_a_record_that_it_has_linked():
    groups = cascaded(
        [
            _record("a", email="ann@x.com", external_id="7"),
            _record("b", email="ann@x.com"),
            _record("c", email="cal@x.com", external_id="7"),
            _record("d", email="cal@x.com"),
        ]
    )

    assert not _together(groups, "a", "c")


@pytest.mark.parametrize("is_unique", [False, True])
def test_the_cascade_looks_at_no_names_and_blocks_no_address(is_unique):
    groups = cascaded(
        [_record("a", email="info@x.com", first="ann"), _record("b", email="info@x.com", first="bo")],
        is_unique=is_unique,
    )

    assert _together(groups, "a", "b")


def test_with_names_an_address_links_records_of_one_first_name_only():
    couple = [
        _record("a", email="ho@x.com", first="ann", last="ho"),
        _record("b", email="ho@x.com", first="bo", last="ho"),
        _record("c", email="ho@x.com", first="ann", last="hoe"),
        _record("d", email="ho@x.com", last="ho"),
    ]

    groups = cascaded(couple, is_named=True)

    assert _together(groups, "a", "c")
    assert len(set(groups.values())) == 3


ANN = {"first": "ann", "last": "ho", "domain": "x.com"}


@pytest.mark.parametrize("value", [{"external_id": "7"}, ANN])
def test_unique_per_system_what_a_system_has_twice_links_nobody(value):
    twice = [_record(key, **value) for key in ("crm:1", "crm:2", "other:1")]
    once = [_record(key, **value) for key in ("crm:1", "other:1")]

    assert len(set(cascaded(twice).values())) == 1
    assert len(set(cascaded(twice, is_unique=True).values())) == 3
    assert len(set(cascaded(once, is_unique=True).values())) == 1


def test_unique_per_system_a_record_that_was_merged_away_is_no_second_one():
    records = [
        _record("crm:1", **ANN),
        _record("crm:2", merged_into="crm:1", **ANN),
        _record("other:1", **ANN),
    ]

    assert len(set(cascaded(records, is_unique=True).values())) == 1


def test_what_the_systems_state_is_given_to_all():
    records = [_record("a"), _record("b", merged_into="a"), _record("c", stored_link="a")]

    assert len(set(cascaded(records).values())) == 1
    assert len(set(Prediction(records, []).at_probability(0.95).values())) == 1


def test_a_threshold_cuts_pairs_and_the_best_one_is_found_by_the_truth():
    records = [_record("a", "ann"), _record("b", "ann"), _record("c", "cal")]
    prediction = Prediction(records, [("a", "b", 8.0, 0.996), ("b", "c", 5.0, 0.97)])
    people = {each.key: each.person for each in records}

    assert len(set(prediction.at_probability(0.95).values())) == 1
    assert _together(prediction.at_weight(6), "a", "b")
    assert not _together(prediction.at_weight(6), "b", "c")
    assert prediction.best(people).weight == 6
    assert score(prediction.at_weight(6), people).f1 == 1
