"""Of which fields the policy asks when they changed: theirs is the history that is loaded, and no other."""

from collections.abc import Mapping
from typing import Any

from pipelines.policy import map_lines

BY_CLOCK = frozenset({"recency", "two_way", "oldest_value", "trust_score", "consent_latest_explicit"})

Policy = Mapping[str, Any]
Place = tuple[str, str, str]


def tracked_fields(policy: Policy) -> dict[str, dict[str, tuple[str, ...]]]:
    """Source -> object -> fields whose rule decides by the time of changes.

    Args:
        policy: the `field_map` and `ownership` of the project.

    The macro `clocked_cells` says the same to dbt.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for source, name, field in sorted(_places(policy)):
        found.setdefault(source, {}).setdefault(name, []).append(field)
    return {
        source: {name: tuple(fields) for name, fields in objects.items()} for source, objects in found.items()
    }


def _places(policy: Policy) -> set[Place]:
    lines = list(map_lines(policy))
    clocked = [line for line in lines if _is_clocked(policy, line)]
    standing_in = {(line["source"], line["else"]) for line in clocked if line.get("else")}
    named = [line for line in lines if (line["source"], f"{line['object']}.{line['to']}") in standing_in]
    return {(line["source"], line["object"], line["name"]) for line in clocked + named}


def _is_clocked(policy: Policy, line: Mapping[str, Any]) -> bool:
    """Whether the owner's line asks when the value of a source changed."""
    rule = policy.get("ownership", {}).get(line["entity"], {}).get(line["to"])
    if rule is None or not _asks_when(rule):
        return False
    sources = rule.get("sources")
    return not sources or line["source"] in _flat(sources)


def _asks_when(rule: Mapping[str, Any]) -> bool:
    sources = rule.get("sources") or []
    return (
        rule.get("rule") in BY_CLOCK
        or "max_age" in rule
        or rule.get("blank") == "clear"
        or (rule.get("rule") == "monotonic" and len(_flat(sources)) > 1)
        or any(isinstance(rank, list) and len(rank) > 1 for rank in sources)
    )


def _flat(sources: list[Any]) -> list[str]:
    return [name for rank in sources for name in (rank if isinstance(rank, list) else [rank])]
