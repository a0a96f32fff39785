"""What would have to happen for another value to win: the rule of a field, read as sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """How a field stands: its rule, the sources that may win (best first), and who won when with what."""

    rule: str
    sources: tuple[str, ...]
    source: str | None
    value: str | None
    changed_at: str | None
    contested: bool


def flips_if(standing: Standing) -> list[str]:
    """Sentences that each name one event after which another value would be canonical."""
    if standing.value is None and standing.source is None:
        return _unset(standing)
    return _BY_RULE.get(standing.rule, _otherwise)(standing)


def _unset(standing: Standing) -> list[str]:
    return [f"if {_either(standing.sources)} stated a value"] if standing.sources else []


def _source_priority(standing: Standing) -> list[str]:
    above = _above(standing)
    texts = [f"if {source} stated a value" for source in above]
    texts.append(f"if {standing.source} changed it")
    if standing.contested:
        texts.append(f"if {standing.source} cleared it")
    return texts


def _owner_only(standing: Standing) -> list[str]:
    owner = standing.sources[0] if standing.sources else standing.source
    return [f"only if {owner} changed it"]


def _recency(standing: Standing) -> list[str]:
    since = standing.changed_at or "now"
    others = [source for source in standing.sources if source != standing.source]
    texts = [f"if {source}'s value changed later than {since}" for source in others]
    return [*texts, f"if {standing.source} changed it"]


def _monotonic(standing: Standing) -> list[str]:
    owner = standing.sources[0] if standing.sources else standing.source
    return [
        f"if {owner} stated another stage",
        f"if {owner} cleared it and another system states a higher one",
    ]


def _consent(standing: Standing) -> list[str]:
    if standing.value == "true":
        return ["only if no record of this person said opted out any more"]
    return ["if any record of this person said opted out"]


def _extreme(word: str) -> Callable[[Standing], list[str]]:
    def sentences(standing: Standing) -> list[str]:
        return [f"if any of {_either(standing.sources)} stated a {word} value than {standing.value}"]

    return sentences


def _otherwise(standing: Standing) -> list[str]:
    return [f"if the records changed so that {standing.rule} preferred another value"]


def _above(standing: Standing) -> tuple[str, ...]:
    """The sources that rank above the winner's."""
    if standing.source not in standing.sources:
        return standing.sources
    return standing.sources[: standing.sources.index(standing.source)]


def _either(sources: Sequence[str]) -> str:
    return " or ".join(sources)


_BY_RULE: dict[str, Callable[[Standing], list[str]]] = {
    "source_priority": _source_priority,
    "owner_only": _owner_only,
    "recency": _recency,
    "monotonic": _monotonic,
    "consent_most_restrictive": _consent,
    "max_value": _extreme("higher"),
    "min_value": _extreme("lower"),
    "longest": _extreme("longer"),
    "shortest": _extreme("shorter"),
}
