"""Who is right, worked out record by record from the specification, in Python that knows no code of Canon.

A person's records are given as the versions that the log holds of them. Absent (no key) is not blank ('').
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1)
DAYS = {"P10D": 10, "P100D": 100, "P200D": 200, "P250D": 250}

Line = dict[str, Any]
Matrix = dict[str, Line]


@dataclass
class Record:
    """A source record: its versions, oldest first, as (stamp, is deleted, text by field)."""

    source: str
    object: str
    record_id: str
    versions: list[tuple[datetime, bool, dict[str, str]]] = field(default_factory=list)
    is_merged: bool = False
    is_converted: bool = False

    @property
    def key(self) -> str:
        return f"{self.source}:{self.object}:{self.record_id}"

    @property
    def modified_at(self) -> datetime:
        return self.versions[-1][0]

    @property
    def is_deleted(self) -> bool:
        return self.is_merged or self.versions[-1][1]


@dataclass(frozen=True)
class Said:
    """What a record says of a field: the last text it had, since when, and whether it was seen to change."""

    text: str | None
    value: Any
    changed_at: datetime | None
    seen_to_change: bool
    is_visible: bool

    @property
    def was_cleared(self) -> bool:
        return self.text is None and self.seen_to_change


@dataclass(frozen=True)
class Cell:
    """A canonical value, whose it is, and every record that it comes from."""

    value: Any = None
    source: str | None = None
    record: str | None = None
    changed_at: datetime | None = None
    contributors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a steward decided about fields that move together: texts, and hashes of what systems said."""

    decision_id: str
    kind: str
    values: dict[str, str | None]
    seen: dict[str, str | None]
    decided_at: datetime
    expires_at: datetime | None
    entity: str = "customer"


def said(record: Record, name: str, kind: str) -> Said:
    """Follow a field through the versions of its record."""
    texts: list[tuple[datetime, str]] = []
    for stamp, _, values in record.versions:
        if name in values and (not texts or texts[-1][1] != values[name]):
            texts.append((stamp, values[name]))
    text = (texts[-1][1].strip() or None) if texts else None
    visible = name in record.versions[-1][2]
    changed_at = texts[-1][0] if texts else None
    return Said(text, typed(text, kind), changed_at, len(texts) > 1, visible)


def typed(text: str | None, kind: str) -> Any:
    """A text as what the field map calls it; None where it is no such thing."""
    if text is None:
        return None
    if kind == "double":
        return float(text) if text.replace(".", "").isdigit() else None
    if kind == "boolean":
        return {"true": True, "false": False}.get(text)
    if kind == "list":
        return ";".join(sorted(set(text.split(";"))))
    return text


@dataclass
class Person:
    """The records of one person under one matrix, at the start of a sync."""

    records: list[Record]
    matrix: Matrix
    kinds: dict[str, str]
    now: datetime
    answers: list[Answer] = field(default_factory=list)

    def cell(self, name: str) -> Cell:
        """The canonical value of a field."""
        line = spelt_out(self.matrix[name])
        if answer := self.override(name):
            key, value = (
                f"steward:override:{answer.decision_id}",
                typed(answer.values[name], self.kinds[name]),
            )
            return Cell(value, None if value is None else "steward", key, answer.decided_at, (key,))
        if line["rule"] == "aggregation":
            return self._set(name, line)
        order = self.order(name)
        if not order:
            return self.cell(line["fallback"]) if "fallback" in line else Cell()
        winner = order[0]
        its = self.says(winner, name)
        source = None if its.value is None else winner.source
        return Cell(its.value, source, winner.key, its.changed_at, (winner.key,))

    def override(self, name: str) -> Answer | None:
        """The steward's decision that holds for a field: the last, if it does for all that move with it."""
        given = [each for each in self.answers if name in each.values]
        last = given[-1] if given else None
        if last is None or last.kind != "override" or (last.expires_at and last.expires_at <= self.now):
            return None
        values = {each: (text, typed(text, self.kinds[each])) for each, text in last.values.items()}
        line = self.matrix[name]
        if line["rule"].startswith("consent_") and values[name][1] is not True:
            return None
        passing = line.get("override") == "until_source_changes"
        if passing and any(self.statements(each) != last.seen[each] for each in last.values):
            return None
        fits = all(text is None or value is not None for text, value in values.values())
        return last if fits else None

    def certain(self, name: str) -> str:
        """A text that may override a field."""
        return {"boolean": "true", "double": "7.5"}.get(self.kinds[name], "d")

    def statements(self, name: str) -> str | None:
        """A hash of what live records say of a field."""
        values = [(each.source, self.says(each, name).value) for each in self.records if not each.is_deleted]
        texts = sorted({f"{source}={as_text(value)}" for source, value in values if value is not None})
        return hashlib.md5("; ".join(texts).encode(), usedforsecurity=False).hexdigest() if texts else None

    def _set(self, name: str, line: Line) -> Cell:
        members = self.candidates(name, line)
        values = {part for each in members for part in self.says(each, name).value.split(";")}
        if not members:
            return Cell()
        clocks = [clock for each in members if (clock := self.says(each, name).changed_at)]
        return Cell(
            ";".join(sorted(values)),
            ";".join(sorted({each.source for each in members})),
            members[0].key if len(members) == 1 else None,
            max(clocks),
            tuple(sorted(each.key for each in members)),
        )

    def order(self, name: str) -> list[Record]:
        """Who may win, the winner first."""
        line = spelt_out(self.matrix[name])
        if line["rule"] == "other_attribute_winner":
            return self.following(name)
        found = self.candidates(name, line)
        found = [each for each in found if self.stands(name, line, each, found)]
        return sorted(found, key=lambda each: self.place(name, line, each, found))

    def following(self, name: str) -> list[Record]:
        """Who may lend a field that goes by another's winner its value, the winner first."""
        *between, last = self.leaders(name)
        rivals = self.candidates(last, spelt_out(self.matrix[last]))
        able = [
            each
            for each in rivals
            if all(
                each in self.candidates(other, spelt_out(self.matrix[other])) for other in (name, *between)
            )
        ]
        repeating = self.repeating(name, able)
        if not repeating:
            return [each for each in self.order(last) if each in able]
        return sorted(
            repeating, key=lambda each: self.place(last, spelt_out(self.matrix[last]), each, rivals)
        )

    def leaders(self, name: str) -> list[str]:
        """The fields that a field goes by, the nearest first."""
        found = [self.matrix[name]["follows"]]
        while "follows" in (line := self.matrix[found[-1]]):
            found.append(line["follows"])
        return found

    def repeating(self, name: str, able: list[Record]) -> list[Record]:
        """Those who say what a steward says, of the nearest leader of which anybody does."""
        for leader in self.leaders(name):
            answer = self.override(leader)
            stated = tuple(
                typed(answer.values[each], self.kinds[each]) if answer else None
                for each in self.members(leader)
            )
            said_too = [
                each
                for each in able
                if any(part is not None for part in stated) and self.whole(each, leader) == stated
            ]
            if said_too:
                return said_too
        return []

    def place(self, name: str, line: Line, record: Record, rivals: list[Record]) -> tuple[Any, ...]:
        """Where a record stands in the order: smaller is better. Every rule ends in the same tie-break."""
        clock = (self.clock(record, name) - EPOCH).total_seconds()
        modified = (record.modified_at - EPOCH).total_seconds()
        tie = (-modified, rank(line, record.source), record.record_id, record.object)
        return (
            self.merit(name, line, record, rivals),
            clock if line["rule"] == "oldest_value" else -clock,
            *tie,
        )

    def merit(self, name: str, line: Line, record: Record, rivals: list[Record]) -> Any:
        """What the rule itself goes by, before clock and tie-break: smaller is better."""
        value, rule = self.says(record, name).value, line["rule"]
        if rule == "source_priority":
            return rank(line, record.source)
        if rule == "frequency":
            same = [self.whole(each, name) for each in rivals].count(self.whole(record, name))
            return -same
        if rule in ("min_value", "max_value"):
            return value if rule == "min_value" else Reversed(value)
        if rule in ("longest", "shortest"):
            return len(value) if rule == "shortest" else -len(value)
        if rule == "monotonic":
            order = line["order"]
            own = record.source == line["sources"][0]
            return -1000 if own else -(order.index(value) + 1 if value in order else 0)
        if rule in ("any_true", "all_true", "consent_most_restrictive"):
            strong = rule != "all_true"
            return 0 if value is strong else 1 if value is None else 2
        if rule == "trust_score":
            return -self.trust(line["trust"][record.source], self.clock(record, name))
        return 0

    def trust(self, trust: Line, clock: datetime) -> int:
        """Trust today in thousandths."""
        low, high = trust.get("min", 0), trust["max"]
        periods = 0.0
        if trust.get("decay", "none") != "none":
            periods = max(0.0, (self.now - clock) / timedelta(days=DAYS[trust["period"]]))
        left = max(0.0, 1 - periods) if trust.get("decay") == "linear" else 0.5**periods
        return int(1000 * (low + (high - low) * left) + 0.5)

    def stands(self, name: str, line: Line, record: Record, rivals: list[Record]) -> bool:
        """Whether a candidate still is one beside the others."""
        if line["rule"] == "unanimous_or_null":
            return (
                len({self.says(each, name).value for each in rivals}) == 1
                and self.says(record, name).value is not None
            )
        if line["rule"] == "consent_latest_explicit":
            against = [self.clock(each, name) for each in rivals if self.says(each, name).value]
            its = self.says(record, name)
            return (
                its.value or not against or (its.seen_to_change and self.clock(record, name) > max(against))
            )
        if line["rule"] == "monotonic" and record.source != line["sources"][0]:
            owners = [
                each for each in self.records if each.source == line["sources"][0] and self.competes(each)
            ]
            gone = [self.clock(each, name) for each in owners if self.says(each, name).was_cleared]
            return not gone or self.clock(record, name) >= max(gone)
        return True

    def candidates(self, name: str, line: Line) -> list[Record]:
        """Records that may win, seen alone."""
        if line["rule"].startswith("consent_"):
            return [
                each for each in self.records if each.source in line["sources"] and self.heard(each, name)
            ]
        return [
            each
            for each in self.records
            if each.source in line["sources"]
            and self.competes(each)
            and (not self.blank(each, name) or self.blank_may_win(each, name, line))
            and not (each.is_converted and self.contact_speaks(each, name))
            and all(
                as_text(self.says(each, other).value) in allowed(values)
                for other, values in line.get("when", {}).items()
            )
            and (
                not line.get("max_age")
                or self.now - self.clock(each, name) <= timedelta(days=DAYS[line["max_age"]])
            )
        ]

    def heard(self, record: Record, name: str) -> bool:
        its = self.says(record, name)
        live = self.competes(record) and not record.is_deleted
        return its.value is True or (its.value is False and live and its.is_visible)

    def competes(self, record: Record) -> bool:
        if record.is_merged:
            return False
        return not record.is_deleted or all(each.is_deleted for each in self.records)

    def contact_speaks(self, lead: Record, name: str) -> bool:
        return any(
            each.source == lead.source
            and not each.is_converted
            and self.competes(each)
            and not self.blank(each, name)
            for each in self.records
        )

    def blank_may_win(self, record: Record, name: str, line: Line) -> bool:
        if line.get("blank") == "clear":
            return any(self.says(record, each).was_cleared for each in self.members(name))
        return line.get("blank") == "keep_blank"

    def blank(self, record: Record, name: str) -> bool:
        return all(value is None for value in self.whole(record, name))

    def whole(self, record: Record, name: str) -> tuple[Any, ...]:
        return tuple(self.says(record, each).value for each in self.members(name))

    def clock(self, record: Record, name: str) -> datetime:
        """The newest member's clock, else the record's stamp."""
        known = [clock for each in self.members(name) if (clock := self.says(record, each).changed_at)]
        return max(known, default=record.modified_at)

    def members(self, name: str) -> list[str]:
        group = self.matrix[name].get("group")
        return [each for each, line in self.matrix.items() if group and line.get("group") == group] or [name]

    def says(self, record: Record, name: str) -> Said:
        return said(record, name, self.kinds[name])


def as_text(value: Any) -> str | None:
    """A value as the mart spells it."""
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)


def allowed(values: Any) -> list[str]:
    """The texts that a condition lets a record say."""
    return [str(as_text(each)) for each in (values if isinstance(values, list) else [values])]


class Reversed:
    """Orders the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Reversed) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reversed) and self.value == other.value


def spelt_out(line: Line) -> Line:
    """A preset as the rule that it stands for; `ranks` beside a flat list of `sources`."""
    rule = line["rule"]
    both = ["hubspot", "salesforce"]
    if rule == "two_way":
        line = {"sources": both, "blank": "clear", **line, "rule": "recency"}
    elif rule == "dont_sync":
        line = {**line, "rule": "owner_only", "blank": "keep_blank"}
    elif rule.startswith(("prefer_", "always_use_")):
        first = next(each for each in both if each in rule)
        blank = "fall_through" if rule.startswith("prefer_") else "keep_blank"
        line = {
            **line,
            "rule": "source_priority",
            "sources": sorted(both, key=lambda each: each != first),
            "blank": blank,
        }
    ranks = [[each] if isinstance(each, str) else each for each in line["sources"]]
    return {**line, "ranks": ranks, "sources": [each for peers in ranks for each in peers]}


def rank(line: Line, source: str) -> int:
    """The place of a source in its line; first is smallest."""
    return next(place for place, peers in enumerate(line["ranks"]) if source in peers)


def edges(person: Person, name: str) -> Counter[str]:
    """Which of the awkward situations a person's records make of a field."""
    line = spelt_out(person.matrix[name])
    listed = [each for each in person.records if each.source in line["sources"]]
    alive = [each for each in listed if person.competes(each)]
    speaking = [each for each in alive if not person.blank(each, name)]
    owner = [each for each in alive if each.source in line["ranks"][0]]
    clocks = Counter(person.clock(each, name) for each in speaking)
    found = {
        "owner blank": bool(owner) and all(person.blank(each, name) for each in owner),
        "owner absent": not owner,
        "tie": any(count > 1 for count in clocks.values()),
        "one system only": len({each.source for each in person.records}) == 1,
        "all blank": bool(alive) and not speaking,
        "deleted record": any(each.is_deleted for each in listed),
        "several records of one system": any(
            n > 1 for n in Counter(each.source for each in speaking).values()
        ),
    }
    return Counter(edge for edge, is_there in found.items() if is_there)
