"""What is fair to be compared with: Splink, a Fellegi-Sunter model that learns its weights without labels.

It is given what the CRMs hold of a record, and compares it with comparisons of its own library. A column that
nobody fills is left out. Its clusters are connected components of the pairs above a threshold.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from evaluation.groups import Groups, joined
from evaluation.records import COMPARED, Record, as_table, stated_pairs
from evaluation.score import Score, score

THRESHOLD = 0.95  # match probability from which a pair counts as linked, where the truth is not known
WEIGHTS = range(-10, 41)  # log2 odds among which the best threshold is looked for
SEED = 20261122
MAX_PAIRS = 5e6  # random pairs that tell how often strangers agree; 5,000 records make 12 million
CERTAIN = 0.6  # share of the true pairs that the certain rules find, roughly; Splink asks for a guess

COMPARISONS: Mapping[str, Any] = {
    "first": compare.NameComparison("first"),
    "last": compare.NameComparison("last"),
    "street": compare.JaroWinklerAtThresholds("street", [0.95, 0.88]),
    "city": compare.JaroWinklerAtThresholds("city", [0.9]),
    "postcode": compare.DamerauLevenshteinAtThresholds("postcode", [1]),
    "email": compare.EmailComparison("email"),
    "external_id": compare.DamerauLevenshteinAtThresholds("external_id", [1]),
    "domain": compare.ExactMatch("domain"),
}
CANDIDATES = (
    ("email",),
    ("external_id",),
    ("street",),
    ("first", "last"),
    ("first", "postcode"),
    ("last", "postcode"),
    ("first", "city"),
    ("last", "city"),
    ("first", "domain"),
    ("last", "domain"),
)
CERTAIN_RULES = (("email",), ("external_id",), ("first", "last", "postcode"))
TRAINED_ON = (("first", "last"), ("postcode",))  # each teaches the weights of all columns but its own


@dataclass(frozen=True)
class Best:
    """The threshold (log2 odds) whose clusters have the highest F1, which only the truth can tell."""

    weight: int
    score: Score


@dataclass(frozen=True)
class Prediction:
    """Scored pairs of records: two keys, log2 odds of a match, match probability."""

    records: Sequence[Record]
    pairs: Sequence[tuple[str, str, float, float]]

    def at_probability(self, threshold: float) -> Groups:
        """Clusters of the pairs of at least this probability, with what the CRMs state themselves."""
        return self._clusters([(left, right) for left, right, _, found in self.pairs if found >= threshold])

    def at_weight(self, threshold: float) -> Groups:
        """The same from log2 odds, which still differ where probabilities are all nearly 1."""
        return self._clusters([(left, right) for left, right, found, _ in self.pairs if found >= threshold])

    def best(self, people: Mapping[str, str]) -> Best:
        """The best threshold for this truth."""
        tried = (Best(weight, score(self.at_weight(weight), people)) for weight in WEIGHTS)
        return max(tried, key=lambda each: each.score.f1)

    def _clusters(self, links: Sequence[tuple[str, str]]) -> Groups:
        return joined([each.key for each in self.records], [*stated_pairs(self.records), *links])


def predicted(records: Sequence[Record]) -> Prediction:
    """Train a model on the records and score their pairs."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    columns = {name for name in COMPARED if any(getattr(each, name) for each in records)}
    database = DuckDBAPI()
    linker = Linker(database.register(as_table(records)), _settings(columns), log_level=None)
    _train(linker, columns)
    scored = linker.inference.predict(threshold_match_weight=min(WEIGHTS)).as_duckdbpyrelation()
    wanted = scored.project("record_key_l, record_key_r, match_weight, match_probability")
    return Prediction(records, wanted.order("record_key_l, record_key_r").fetchall())


def _settings(columns: set[str]) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        comparisons=[comparison for name, comparison in COMPARISONS.items() if name in columns],
        blocking_rules_to_generate_predictions=_rules(CANDIDATES, columns),
        retain_matching_columns=False,
    )


def _train(linker: Linker, columns: set[str]) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(_rules(CERTAIN_RULES, columns), recall=CERTAIN)
    training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=SEED)
    for rule in _rules(TRAINED_ON, columns):
        training.estimate_parameters_using_expectation_maximisation(rule)


def _rules(rules: Sequence[tuple[str, ...]], columns: set[str]) -> list[Any]:
    """The rules whose columns somebody fills."""
    return [block_on(*rule) for rule in rules if columns.issuperset(rule)]
