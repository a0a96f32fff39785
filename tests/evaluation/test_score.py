"""Precision, recall and F1 of pairs; that nothing merged is a failure; targets."""

import pytest

from evaluation.plan import CANON, SUGGESTED, TIER, YARDSTICK, Line, Result, targets, to_beat
from evaluation.score import Score, score
from evaluation.table import as_json, complaints, figure

PEOPLE = {"a": "ann", "b": "ann", "c": "ann", "d": "dan", "e": "eve"}


def _result(canon, cascade, tier=None, suggested=None, splink=None):
    suggested = suggested or canon
    lines = [
        Line("Canon", CANON, canon),
        Line("tier 1", TIER, tier or Score(0, 10, 0)),
        Line("with accepted suggestions", SUGGESTED, suggested),
        Line("cascade", YARDSTICK, cascade),
    ]
    wanted = targets(canon, suggested, cascade, splink or suggested)
    return Result("febrl1", "emails", 5, 3, 3, lines, wanted, suggestions=7, accepted=6)


def test_pairs_are_counted_across_and_within_systems():
    found = score({"a": "1", "b": "1", "c": "2", "d": "2", "e": "3"}, PEOPLE)

    assert found == Score(merged=2, true=3, correct=1)  # ab is right, cd is wrong, ac and bc are missed
    assert found.precision == pytest.approx(1 / 2)
    assert found.recall == pytest.approx(1 / 3)
    assert found.f1 == pytest.approx(2 / 5)


def test_the_truth_is_perfect():
    found = score(PEOPLE, PEOPLE)

    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


def test_one_group_of_all_has_full_recall_and_poor_precision():
    found = score(dict.fromkeys(PEOPLE, "1"), PEOPLE)

    assert found == Score(merged=10, true=3, correct=3)


def test_nothing_merged_has_no_precision():
    found = score({key: key for key in PEOPLE}, PEOPLE)

    assert found.merged == 0
    assert (found.precision, found.recall, found.f1) == (None, 0, 0)


def test_targets_that_are_reached():
    result = _result(Score(10_000, 20_000, 9_990), Score(12_000, 20_000, 9_990))

    assert result.is_met
    assert list(complaints(result)) == []


@pytest.mark.parametrize(
    ("canon", "missed"),
    [
        (Score(10_000, 20_000, 9_989), ["precision", "recall"]),
        (Score(11_000, 20_000, 10_988), ["precision"]),
        (Score(5_000, 20_000, 5_000), ["recall"]),
    ],
)
def test_targets_that_are_missed(canon, missed):
    result = _result(canon, Score(12_000, 20_000, 9_990))

    assert [target.name for target in result.targets if not target.is_met] == missed
    assert not result.is_met
    assert len(list(complaints(result))) == len(missed)


def test_with_suggestions_canon_must_be_as_good_as_a_model_alone():
    canon, suggested, splink = Score(50, 100, 50), Score(80, 100, 80), Score(81, 100, 81)
    result = _result(canon, canon, suggested=suggested, splink=splink)

    assert list(complaints(result)) == [
        "With accepted suggestions, Canon's F1 is 0.8888; it must be 0.8950 or more."
    ]
    assert _result(canon, canon, suggested=splink, splink=splink).is_met
    assert as_json([result])["results"][0]["suggestions"] == {"made": 7, "right": 6}


def test_canon_that_merges_nothing_fails_even_beside_a_cascade_that_merges_nothing():
    result = _result(Score(0, 10, 0), Score(0, 10, 0))

    assert not result.is_met
    assert result.idle == ["Canon", "cascade"]
    assert [target.is_met for target in result.targets] == [False, False, False]
    assert as_json([result])["results"][0]["lines"][0]["precision"] is None


def test_a_yardstick_that_merges_nothing_fails_but_a_tier_may():
    assert _result(Score(5, 10, 5), Score(5, 10, 5), tier=Score(0, 10, 0)).is_met
    assert not _result(Score(5, 10, 5), Score(0, 10, 0)).is_met


@pytest.mark.parametrize(
    ("value", "text"), [(0.816, "0.8160"), (0.99996, "0.9999"), (1.0, "1.0000"), (0.0, "0.0000"), (None, "-")]
)
def test_figures_are_rounded_down(value, text):
    assert figure(value) == text


@pytest.mark.parametrize(
    ("plain", "named", "beaten"),
    [
        ((1000, 1000), (800, 800), "plain"),
        ((1000, 900), (800, 800), "named"),
        ((700, 700), (800, 800), "named"),
    ],
)
def test_the_cascade_to_beat_finds_most_of_those_that_are_precise(
    plain: tuple[int, int], named: tuple[int, int], beaten: str
):
    scores = {"plain": Score(plain[0], 2000, plain[1]), "named": Score(named[0], 2000, named[1])}
    assert to_beat([Line(name, YARDSTICK, made) for name, made in scores.items()]) is scores[beaten]
