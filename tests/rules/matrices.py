"""Matrices for the reference resolver: every rule, on fields of its own, in several variants each."""

import copy
import random
from collections.abc import Callable
from typing import Any

import yaml

from tests.dbt.manifest import REPOSITORY
from tests.rules.reference import Line, Matrix

BOTH = "sources: [salesforce, hubspot]"
TURNED = "sources: [hubspot, salesforce]"
LINEAR = "{max: 90, min: 10, decay: linear, period: P200D}"
TRUST = f"{{salesforce: {LINEAR}, hubspot: {{max: 80, decay: half_life, period: P100D}}}}"
ALIKE = "{salesforce: {max: 50}, hubspot: {max: 50}}"

# One line per field: kind of value, then what the matrix says of it.
LINES = f"""
priority: [string, {{rule: source_priority, {BOTH}}}]
priority_turned: [string, {{rule: source_priority, {TURNED}}}]
priority_kept: [string, {{rule: source_priority, {BOTH}, blank: keep_blank}}]
priority_clears: [string, {{rule: source_priority, {BOTH}, blank: clear}}]
priority_of_one: [string, {{rule: source_priority, sources: [hubspot]}}]
shared: [string, {{rule: source_priority, sources: [[salesforce, hubspot], product]}}]
shared_last: [string, {{rule: source_priority, sources: [product, [hubspot, salesforce]]}}]
owner: [string, {{rule: owner_only, sources: [hubspot], blank: keep_blank}}]
owner_clears: [string, {{rule: owner_only, sources: [salesforce], blank: clear}}]
recent: [string, {{rule: recency, {BOTH}}}]
recent_kept: [string, {{rule: recency, {TURNED}, blank: keep_blank}}]
recent_clears: [string, {{rule: recency, {BOTH}, blank: clear}}]
recent_young: [string, {{rule: recency, {BOTH}, max_age: P100D}}]
oldest: [string, {{rule: oldest_value, {BOTH}}}]
oldest_kept: [string, {{rule: oldest_value, {TURNED}, blank: keep_blank}}]
oldest_young: [string, {{rule: oldest_value, {BOTH}, max_age: P250D}}]
frequent: [string, {{rule: frequency, {BOTH}}}]
frequent_kept: [string, {{rule: frequency, {TURNED}, blank: keep_blank}}]
least: [double, {{rule: min_value, {BOTH}}}]
least_text: [string, {{rule: min_value, {TURNED}}}]
greatest: [double, {{rule: max_value, {BOTH}}}]
greatest_young: [double, {{rule: max_value, {TURNED}, max_age: P100D}}]
long: [string, {{rule: longest, {BOTH}}}]
short: [string, {{rule: shortest, {TURNED}}}]
stage: [string, {{rule: monotonic, {BOTH}, order: [a, bb, ccc]}}]
stage_clears: [string, {{rule: monotonic, {TURNED}, order: [ccc, bb], blank: clear}}]
together: [list, {{rule: aggregation, {BOTH}}}]
together_young: [list, {{rule: aggregation, {BOTH}, max_age: P100D}}]
any: [boolean, {{rule: any_true, {BOTH}}}]
any_kept: [boolean, {{rule: any_true, {TURNED}, blank: keep_blank}}]
all: [boolean, {{rule: all_true, {BOTH}}}]
all_kept: [boolean, {{rule: all_true, {TURNED}, blank: keep_blank}}]
agreed: [string, {{rule: unanimous_or_null, {BOTH}}}]
agreed_kept: [string, {{rule: unanimous_or_null, {TURNED}, blank: keep_blank}}]
agreed_clears: [boolean, {{rule: unanimous_or_null, {TURNED}, blank: clear}}]
strict: [boolean, {{rule: consent_most_restrictive, {BOTH}, blank: keep_blank}}]
latest: [boolean, {{rule: consent_latest_explicit, {TURNED}}}]
trusted: [string, {{rule: trust_score, {BOTH}, trust: {TRUST}}}]
trusted_kept: [string, {{rule: trust_score, {TURNED}, blank: keep_blank, trust: {TRUST}}}]
trusted_alike: [double, {{rule: trust_score, {BOTH}, trust: {ALIKE}}}]
street: [string, {{rule: recency, {BOTH}, group: place}}]
city: [string, {{rule: recency, {BOTH}, group: place}}]
given: [string, {{rule: source_priority, {TURNED}, group: called, blank: clear}}]
family: [string, {{rule: source_priority, {TURNED}, group: called, blank: clear}}]
sum: [double, {{rule: frequency, {BOTH}, group: money}}]
coin: [string, {{rule: frequency, {BOTH}, group: money}}]
follower: [string, {{rule: other_attribute_winner, {BOTH}, follows: recent}}]
follower_kept: [string, {{rule: other_attribute_winner, {BOTH}, follows: frequent, blank: keep_blank}}]
follower_of_group: [string, {{rule: other_attribute_winner, {BOTH}, follows: city}}]
follower_of_follower: [string, {{rule: other_attribute_winner, sources: [hubspot], follows: follower}}]
follower_of_agreement: [string, {{rule: other_attribute_winner, {TURNED}, follows: agreed}}]
preferred: [string, {{rule: prefer_hubspot_unless_blank}}]
always: [string, {{rule: always_use_hubspot}}]
both_ways: [string, {{rule: two_way}}]
apart: [string, {{rule: dont_sync, sources: [hubspot]}}]
"""

MODIFIED = f"""
backed: [string, {{rule: owner_only, sources: [hubspot], fallback: recent}}]
backed_by_backed: [string, {{rule: longest, {TURNED}, max_age: P100D, fallback: backed}}]
backed_by_member: [string, {{rule: unanimous_or_null, {BOTH}, fallback: given}}]
conditional: [string, {{rule: recency, {BOTH}, when: {{any: [true]}}}}]
conditional_twice: [string, {{rule: source_priority, {TURNED}, when: {{priority: [a, bb], recent: a}}}}]
conditional_set: [list, {{rule: aggregation, {BOTH}, when: {{priority: [a, ccc]}}}}]
"""

# What a source may say of a field of each kind, blanks and what cannot be read included.
SAID = {
    "string": ["", "", "a", "a", "bb", "bb", "ccc"],
    "list": ["", "", "a", "a;b", "c;a"],
    "double": ["", "", "1", "2.5", "2.5", "10", "ask"],
    "boolean": ["", "", "true", "false", "false"],
}

OBJECTS = {("salesforce", "Contact"): "{}__c", ("salesforce", "Lead"): "{}__c", ("hubspot", "contacts"): "{}"}


def fields() -> dict[str, tuple[str, Line]]:
    """Canonical field -> the kind of its values, its line."""
    return {
        f"f_{name}": (kind, _own(line)) for name, (kind, line) in yaml.safe_load(LINES + MODIFIED).items()
    }


def _own(line: Line) -> Line:
    named = {key: f"f_{line[key]}" for key in ("follows", "fallback") if key in line}
    asked = {"when": {f"f_{name}": values for name, values in line["when"].items()}} if "when" in line else {}
    return {**line, **named, **asked}


def turned(line: Line) -> Line:
    """The same line with the sources the other way round."""
    return {**line, "sources": line["sources"][::-1]} if len(line.get("sources", ())) == 2 else line


def kept(line: Line) -> Line:
    """The same line with blanks that win, where they can."""
    taking = {
        "source_priority",
        "owner_only",
        "recency",
        "oldest_value",
        "frequency",
        "trust_score",
        "unanimous_or_null",
    }
    can = line["rule"] in taking | {"any_true", "all_true"} and "fallback" not in line
    return {**line, "blank": "keep_blank"} if can else line


def young(line: Line) -> Line:
    """The same line for values that have changed lately."""
    return line if line["rule"].startswith("consent_") else {"max_age": "P200D", **line}


def passing(line: Line) -> Line:
    """The same line with stewards' words that fall when a source says something else."""
    return {**line, "override": "until_source_changes"}


Variant = Callable[[Line], Line]
VARIANTS: dict[str, Variant] = {
    "as written": lambda line: line,
    "turned": turned,
    "blanks kept": kept,
    "young": young,
    "passing": passing,
}


def written(variant: Variant) -> Matrix:
    """Every line as one variant has it."""
    return {name: variant(line) for name, (_, line) in fields().items()}


def mixed(variant: Variant, dice: random.Random) -> Matrix:
    """Every other line as one variant has it, the rest as any; what moves together is alike."""
    chosen: dict[str, Variant] = {}
    for name, (_, line) in fields().items():
        others = dice.choice([variant, *VARIANTS.values()])
        chosen.setdefault(line.get("group", name), others)
    return {name: chosen[line.get("group", name)](line) for name, (_, line) in fields().items()}


def policy(matrix: Matrix, kinds: dict[str, str]) -> dict[str, Any]:
    """The project's own policy with these fields added, as dbt variables."""
    own: dict[str, Any] = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]
    edited = {key: copy.deepcopy(own[key]) for key in ("field_map", "ownership")}
    for name, line in matrix.items():
        edited["ownership"]["customer"][name] = {**line, "steward": "tests", "why": "a test"}
        kind = kinds[name]
        cell = (
            {"to": name, "type": "string", "normalize": "list"}
            if kind == "list"
            else {"to": name, "type": kind}
        )
        for (system, object_), pattern in OBJECTS.items():
            edited["field_map"]["customer"][system][object_][pattern.format(name)] = cell
    return edited
