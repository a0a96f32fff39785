"""A set in a variant, measured: Canon, Canon by tier, the cascades and Splink, all on the same records.

Canon's suggestions are answered by an oracle that knows the truth: it accepts the right ones and rejects the
wrong ones, as a steward who rings everybody up would.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from evaluation.cascade import cascaded
from evaluation.groups import Pair, with_must_links
from evaluation.probabilistic import THRESHOLD, predicted
from evaluation.records import SALESFORCE, Record
from evaluation.score import Score, score
from evaluation.synced import Decision, decided
from evaluation.variants import records_of

TIERS = range(1, 6)
PRECISION = 0.999  # of automatic merges: one wrong pair in a thousand mails a stranger
CANON, TIER, SUGGESTED, YARDSTICK = "canon", "tier", "suggested", "yardstick"


@dataclass(frozen=True)
class Line:
    """What one method made of the records. `kind`: Canon, its tiers or suggestions, or something beside."""

    name: str
    kind: str
    score: Score


@dataclass(frozen=True)
class Target:
    """A figure that a line of Canon's must reach; None where nothing was merged, which reaches nothing."""

    name: str
    found: float | None
    wanted: float
    kind: str = CANON

    @property
    def is_met(self) -> bool:
        """Whether the figure is there and high enough."""
        return self.found is not None and self.found >= self.wanted


@dataclass(frozen=True)
class Result:
    """A set in a variant: how large it is, a line per method (Canon's first), and what Canon had to reach.

    `suggestions` counts pairs that Canon would ask about, `accepted` those of them that are one person.
    """

    set_name: str
    variant: str
    records: int
    salesforce: int
    people: int
    lines: Sequence[Line]
    targets: Sequence[Target]
    suggestions: int = 0
    accepted: int = 0

    @property
    def idle(self) -> list[str]:
        """Methods that merged no pair at all: they have failed, however right they look."""
        return [
            line.name for line in self.lines if line.kind not in (TIER, SUGGESTED) and not line.score.merged
        ]

    @property
    def is_met(self) -> bool:
        """Whether Canon reached its targets and every method merged something."""
        return not self.idle and all(target.is_met for target in self.targets)


def measured(set_name: str, variant: str) -> Result:
    """Measure a set in a variant, from its rows to its lines.

    Raises:
        EvaluationFailed: The set is not there, or Canon's sync did not end well.
    """
    records = records_of(set_name, variant)
    people = {each.key: each.person for each in records}
    with tempfile.TemporaryDirectory(prefix="canon-evaluate-") as folder:
        decision = decided(Path(folder), records)
    accepted = [(left, right) for left, right in decision.suggested if people[left] == people[right]]
    canon = list(canon_lines(decision, people, accepted))
    yardsticks = list(yardstick_lines(records, people))
    return Result(
        set_name=set_name,
        variant=variant,
        records=len(records),
        salesforce=sum(each.key.startswith(SALESFORCE) for each in records),
        people=len(set(people.values())),
        lines=[*canon, *yardsticks],
        targets=targets(canon[0].score, canon[-1].score, to_beat(yardsticks), yardsticks[-2].score),
        suggestions=len(decision.suggested),
        accepted=len(accepted),
    )


def canon_lines(decision: Decision, people: dict[str, str], accepted: Sequence[Pair] = ()) -> Iterator[Line]:
    """Canon's customers, what its links make up to each tier, and what the customers are with suggestions.

    `accepted` are pairs that a steward said yes to.
    """
    yield Line("Canon", CANON, score(decision.customers, people))
    for tier in TIERS:
        name = f"tier {tier}" if tier == min(TIERS) else f"tiers {min(TIERS)} to {tier}"
        yield Line(name, TIER, score(decision.up_to(tier), people))
    joined = with_must_links(decision.customers, accepted)
    yield Line("with accepted suggestions", SUGGESTED, score(joined, people))


def yardstick_lines(records: Sequence[Record], people: dict[str, str]) -> Iterator[Line]:
    """The cascade, unique per system, with names and without guards; Splink, as usual and at its best."""
    yield Line("cascade, unique per system", YARDSTICK, score(cascaded(records, is_unique=True), people))
    named = cascaded(records, is_unique=True, is_named=True)
    yield Line("cascade, and one first name", YARDSTICK, score(named, people))
    yield Line("cascade, no guards", YARDSTICK, score(cascaded(records), people))
    splink = f"Splink {version('splink')}"
    prediction = predicted(records)
    usual = score(prediction.at_probability(THRESHOLD), people)
    yield Line(f"{splink}, probability ≥ {THRESHOLD}", YARDSTICK, usual)
    best = prediction.best(people)
    yield Line(f"{splink}, best F1 (weight ≥ {best.weight})", YARDSTICK, best.score)


def to_beat(yardsticks: Sequence[Line]) -> Score:
    """The cascade whose recall Canon must reach: what finds most of those that are precise enough.

    Only the two guarded ones are asked. More recall at the price of wrong pairs is not what Canon is for.
    """
    plain, named = (line.score for line in yardsticks[:2])
    return plain if (plain.precision or 0) >= PRECISION and plain.recall >= named.recall else named


def targets(canon: Score, suggested: Score, cascade: Score, splink: Score) -> list[Target]:
    """What Canon has to reach: a fixed precision, the cascade's recall, and with suggestions Splink's F1."""
    return [
        Target("precision", canon.precision, PRECISION),
        Target("recall", canon.recall if canon.merged else None, cascade.recall),
        Target("F1", suggested.f1 if suggested.merged else None, splink.f1, kind=SUGGESTED),
    ]
