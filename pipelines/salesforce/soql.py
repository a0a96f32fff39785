"""SOQL texts. Pure functions; ids and stamps come from the source itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

PAGE = 2000  # rows; the server's own page size, so that one answer holds one page

Position = tuple[str, str]  # (stamp, id) of a row, as the server spelled them


@dataclass(frozen=True)
class Span:
    """Which rows of an object, in the order of (stamp, id): all of them, or those within the bounds given.

    `start <= stamp <= end` (`< end` with `open_end`), `after < (stamp, id) <= until`, one of `ids`, and in a
    history the rows of one of the fields `tracked`.
    """

    start: datetime | None = None
    end: datetime | None = None
    open_end: bool = False
    after: Position | None = None
    until: Position | None = None
    ids: Sequence[str] = ()
    tracked: Sequence[str] = ()

    def condition(self, cursor: str) -> str:
        """The WHERE clause with a leading space; empty where there are no bounds."""
        parts = []
        if self.start:
            parts.append(f"{cursor} >= {moment(self.start)}")
        if self.end:
            parts.append(f"{cursor} {'<' if self.open_end else '<='} {moment(self.end)}")
        if self.after:
            parts.append(_beside(cursor, self.after, ">", ">"))
        if self.until:
            parts.append(_beside(cursor, self.until, "<", "<="))
        if self.ids:
            parts.append(f"Id IN ({','.join(map(quoted, self.ids))})")
        if self.tracked:
            parts.append(f"Field IN ({','.join(map(quoted, self.tracked))})")
        return f" WHERE {' AND '.join(parts)}" if parts else ""


def moment(stamp: datetime) -> str:
    """A datetime literal from naive UTC."""
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def instant(stamp: str) -> datetime:
    """Naive UTC from the text of a stamp, `2024-09-24T03:26:07.000+0000`."""
    return datetime.fromisoformat(stamp.replace("+0000", "").replace("Z", ""))


def quoted(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def count(object_name: str, cursor: str, span: Span) -> str:
    """Count the rows of a span."""
    return f"SELECT COUNT() FROM {object_name}{span.condition(cursor)}"


def select(object_name: str, fields: Sequence[str], cursor: str, span: Span) -> str:
    """All rows of a span, unordered (Bulk)."""
    return f"SELECT {','.join(fields)} FROM {object_name}{span.condition(cursor)}"


def page(object_name: str, fields: Sequence[str], cursor: str, span: Span) -> str:
    """The first page of a span; the next one starts after the last row received.

    No locator is involved, so neither an expired session nor a lost locator can cost more than one request.
    """
    return f"{select(object_name, fields, cursor, span)} ORDER BY {cursor}, Id LIMIT {PAGE}"


def _beside(cursor: str, position: Position, stamps: str, ids: str) -> str:
    stamp, record_id = position[0].replace("+0000", "Z"), quoted(position[1])
    return f"({cursor} {stamps} {stamp} OR ({cursor} = {stamp} AND Id {ids} {record_id}))"
