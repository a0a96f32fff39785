"""How right a grouping of records is: pairs in one group against pairs of one person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

from evaluation.groups import Groups


@dataclass(frozen=True)
class Score:
    """Pairs of records, of both systems and within one alike.

    `merged` are those in one group, `true` those of one person, `correct` those that are both.
    """

    merged: int
    true: int
    correct: int

    @property
    def precision(self) -> float | None:
        """Share of the merged pairs that are right (0 to 1); None where nothing was merged."""
        return self.correct / self.merged if self.merged else None

    @property
    def recall(self) -> float:
        """Share of the true pairs that were merged (0 to 1)."""
        return self.correct / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where nothing was merged."""
        return 2 * self.correct / (self.merged + self.true) if self.merged else 0.0

    def as_json(self) -> dict[str, Any]:
        """The counts and what follows from them."""
        counts = {"merged_pairs": self.merged, "true_pairs": self.true, "correct_pairs": self.correct}
        return {**counts, "precision": self.precision, "recall": self.recall, "f1": self.f1}


def score(groups: Groups, people: Mapping[str, str]) -> Score:
    """Compare groups with the truth; both map every record key, to its group and to its person."""
    both = ((groups[key], person) for key, person in people.items())
    return Score(
        merged=_pairs(groups[key] for key in people),
        true=_pairs(people.values()),
        correct=_pairs(both),
    )


def _pairs(names: Iterable[Any]) -> int:
    """Pairs of things that have the same name."""
    return sum(comb(count, 2) for count in Counter(names).values())
