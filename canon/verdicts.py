"""Why each record of a customer, company or deal has won a field or has not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from canon.cells import STEWARD
from canon.explained import Candidate

# Record, and field and record.
Record = tuple[str, str, str]
Place = tuple[str, str, str, str]

# What the mart of conflicts says -> what an explanation says. `overruled` is whoever ranks lower.
WORDS = {"stale": "older", "blank_at_owner": "blank", "format_only": "same_value"}
OVERRULED = "overruled"

# Not what is competing: these would have to become something else before they could win.
OUT = ("blank", "invalid", "not_owner", "deleted", "merged_away")


@dataclass(frozen=True)
class Lost:
    """A row of the conflicts of a field: the status, and what the record says, as its source said it."""

    status: str
    value: str | None


@dataclass(frozen=True)
class Line:
    """A line of the matrix: who may win, best rank first, and what else it says (`more`)."""

    rule: str
    ranks: tuple[tuple[str, ...], ...]
    more: Mapping[str, Any]

    @property
    def sources(self) -> tuple[str, ...]:
        """The systems that may win, best first."""
        return tuple(source for rank in self.ranks for source in rank)

    def peers(self, source: str | None) -> tuple[str, ...]:
        """The systems that share a rank with one."""
        return tuple(each for rank in self.ranks if source in rank for each in rank if each != source)


def judged(
    row: Mapping[str, Any],
    line: Line,
    candidates: Sequence[Mapping[str, Any]],
    losers: Mapping[Place, Lost],
) -> tuple[Candidate, ...]:
    """Every candidate of a field with its verdict, the winner first and blanks last.

    Args:
        row: The cell, as the mart of fields has it.
        line: Its line of the matrix.
        candidates: What each record says, as `candidates_of` reads it.
        losers: The conflicts of the field.
    """
    found = [_judge(row, line, each, losers) for each in candidates]
    return tuple(sorted(found, key=lambda each: (each.eliminated_by is not None, each.value is None)))


def _judge(
    row: Mapping[str, Any], line: Line, candidate: Mapping[str, Any], losers: Mapping[Place, Lost]
) -> Candidate:
    record: Record = (candidate["source"], candidate["object"], candidate["source_record_id"])
    lost = losers.get((row["field"], *record))
    value = candidate["value"]
    if lost and lost.status == "invalid":
        value = lost.value
    reason = _reason(row, line, candidate, lost)
    return Candidate(*record, value, candidate["changed_at"], candidate["clock"], reason)


def _reason(
    row: Mapping[str, Any], line: Line, candidate: Mapping[str, Any], lost: Lost | None
) -> str | None:
    record: Record = (candidate["source"], candidate["object"], candidate["source_record_id"])
    value = candidate["value"]
    if record == (row["source"], row["object"], row["source_record_id"]) or _contributed(row, record):
        return None
    if row["source"] == STEWARD and value is not None and not agrees(row, value):
        return "overridden"
    if lost and lost.status != OVERRULED:
        return WORDS.get(lost.status, lost.status)
    if value is None:
        return "blank"
    if agrees(row, value):
        return "same_value"
    if lost is None and candidate["is_deleted"]:
        return "deleted"
    if line.sources and candidate["source"] not in line.sources:
        return "not_owner"
    return _ranked_lower(row, line, candidate)


def _ranked_lower(row: Mapping[str, Any], line: Line, candidate: Mapping[str, Any]) -> str:
    """Within one rank it is time that decides, then what breaks ties."""
    source, changed_at = candidate["source"], candidate["changed_at"]
    is_level = source == row["source"] or source in line.peers(row["source"])
    by_time = line.rule == "recency" or (line.rule in ("source_priority", "owner_only") and is_level)
    is_earlier = changed_at and row["changed_at"] and changed_at < row["changed_at"]
    return "older" if by_time and is_earlier else "lower_rank"


def _contributed(row: Mapping[str, Any], record: Record) -> bool:
    """Whether a set holds what this record says; copies of before sets say nothing of it."""
    return ":".join(record) in (row.get("contributors") or "").split(" ")


def agrees(row: Mapping[str, Any], value: str) -> bool:
    """Whether a record says what is canonical; of a set, a part of it."""
    if row["rule"] == "aggregation":
        return set(value.split(";")) <= set((row["value"] or "").split(";"))
    return bool(value == row["value"])
