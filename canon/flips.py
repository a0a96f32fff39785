"""What would have to happen for another value to win: the rule of a field, read as sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """How a field stands: its rule, the sources that may win (best first), and who won when with what.

    `peers` are the sources that share the winner's rank.
    """

    rule: str
    sources: tuple[str, ...]
    source: str | None
    value: str | None
    changed_at: str | None
    contested: bool
    peers: tuple[str, ...] = ()


def flips_if(standing: Standing) -> list[str]:
    """Sentences that each name one event after which another value would be canonical."""
    if standing.value is None and standing.source is None:
        return _apart(standing) if _is_apart(standing) else _unset(standing)
    return _BY_RULE.get(standing.rule, _otherwise)(standing)


def _unset(standing: Standing) -> list[str]:
    return [f"if {_either(standing.sources)} stated a value"] if standing.sources else []


def _source_priority(standing: Standing) -> list[str]:
    above = _above(standing)
    texts = [f"if {source} stated a value" for source in above]
    texts += [f"if {source}'s value changed later than {_since(standing)}" for source in standing.peers]
    texts.append(f"if {standing.source} changed it")
    if standing.contested:
        texts.append(f"if {standing.source} cleared it")
    return texts


def _owner_only(standing: Standing) -> list[str]:
    owner = standing.sources[0] if standing.sources else standing.source
    return [f"only if {owner} changed it"]


def _recency(standing: Standing) -> list[str]:
    others = [source for source in standing.sources if source != standing.source]
    texts = [f"if {source}'s value changed later than {_since(standing)}" for source in others]
    texts.append(f"if {standing.source} changed it")
    return [*texts, f"if {standing.source} cleared it"] if standing.contested else texts


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


def _oldest_value(standing: Standing) -> list[str]:
    return [
        f"if {standing.source} changed it",
        f"if a record came in whose value has stood since before {_since(standing)}",
    ]


def _frequency(standing: Standing) -> list[str]:
    return [f"if more records of {_either(standing.sources)} agreed on another value"]


def _latest_consent(standing: Standing) -> list[str]:
    other = "false" if standing.value == "true" else "true"
    return [f"if any record of this person stated {other} later than {_since(standing)}"]


def _one_weighs(strong: str) -> Callable[[Standing], list[str]]:
    def sentences(standing: Standing) -> list[str]:
        if standing.value == strong:
            return [f"only if no record of {_either(standing.sources)} said {strong} any more"]
        return [f"if any of {_either(standing.sources)} stated {strong}"]

    return sentences


def _unanimous(standing: Standing) -> list[str]:
    return [f"if any of {_either(standing.sources)} stated another value: then it is blank"]


def _is_apart(standing: Standing) -> bool:
    return standing.rule == "unanimous_or_null" and standing.contested


def _apart(standing: Standing) -> list[str]:
    return [f"if all records of {_either(standing.sources)} stated one value"]


def _aggregation(standing: Standing) -> list[str]:
    return [
        f"if any of {_either(standing.sources)} stated a value that is not in it",
        "if nobody stated one of its values any more",
    ]


def _trust_score(standing: Standing) -> list[str]:
    return [f"if another value were trusted more than {standing.source}'s"]


def _other_attribute(standing: Standing) -> list[str]:
    return ["if another record won the field that this one follows", f"if {standing.source} changed it"]


def _override(standing: Standing) -> list[str]:
    return ["if the steward's decision were withdrawn, or expired"]


def _fallback(standing: Standing) -> list[str]:
    return [*_unset(standing), "if the field that this one falls back to changed"]


def _otherwise(standing: Standing) -> list[str]:
    return [f"if the records changed so that {standing.rule} preferred another value"]


def _above(standing: Standing) -> tuple[str, ...]:
    """The sources that rank above the winner's."""
    if standing.source not in standing.sources:
        return standing.sources
    before = standing.sources[: standing.sources.index(standing.source)]
    return tuple(source for source in before if source not in standing.peers)


def _since(standing: Standing) -> str:
    return standing.changed_at or "now"


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
    "oldest_value": _oldest_value,
    "frequency": _frequency,
    "consent_latest_explicit": _latest_consent,
    "any_true": _one_weighs("true"),
    "all_true": _one_weighs("false"),
    "unanimous_or_null": _unanimous,
    "aggregation": _aggregation,
    "trust_score": _trust_score,
    "other_attribute_winner": _other_attribute,
    "override": _override,
    "fallback": _fallback,
}
