"""SOQL texts. Pure functions; ids and stamps come from the source itself."""

from collections.abc import Sequence
from datetime import datetime

PAGE = 2000  # rows; the server's own page size, so that one answer holds one page


def moment(stamp: datetime) -> str:
    """A datetime literal from naive UTC."""
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def between(cursor: str, start: datetime | None, end: datetime, *, open_end: bool = False) -> str:
    """The condition for stamps from `start` (None: the beginning) to `end`, itself included or not."""
    upper = f"{cursor} {'<' if open_end else '<='} {moment(end)}"
    return upper if start is None else f"{cursor} >= {moment(start)} AND {upper}"


def count(object_name: str, condition: str) -> str:
    """Count the rows of a window."""
    return f"SELECT COUNT() FROM {object_name} WHERE {condition}"


def select(object_name: str, fields: Sequence[str], condition: str) -> str:
    """All rows of a window, unordered (Bulk)."""
    return f"SELECT {','.join(fields)} FROM {object_name} WHERE {condition}"


def page(
    object_name: str, fields: Sequence[str], cursor: str, condition: str, after: tuple[str, str] | None
) -> str:
    """The next page of a window by keyset: rows after the (stamp, id) of the last row received.

    No locator is involved, so neither an expired session nor a lost locator can cost more than one request.
    """
    if after:
        stamp, record_id = after
        literal = stamp.replace("+0000", "Z")
        condition += f" AND ({cursor} > {literal} OR ({cursor} = {literal} AND Id > '{record_id}'))"
    return f"{select(object_name, fields, condition)} ORDER BY {cursor}, Id LIMIT {PAGE}"


def one_of(ids: Sequence[str]) -> str:
    """The condition for these record ids."""
    listed = ",".join(f"'{record_id}'" for record_id in ids)
    return f"Id IN ({listed})"
