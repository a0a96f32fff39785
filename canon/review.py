"""`canon review list`: the steward's queue, read from the published copy.

What systems say about an open question is part of the question and always shown, as `canon explain` shows it.
A rejected value is text that nobody has checked, from a field that may hold anything; it is left out unless
asked for, so that a list in a CI log or a ticket names records and reasons only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from canon.errors import UsageError
from canon.published import open_published
from canon.warehouse import rows

REJECT = "reject"

# Kinds of questions that the models can open; a newer model may bring more.
KINDS = ("conflict", "identity", "split", "suggestion", "erasure")

NEEDED = (("marts", "review_queue"), ("marts", "customer_sources"), ("ops", "rejected_records"))


@dataclass(frozen=True)
class Queue:
    """What waits for a steward: rows by column name, and how many there are without the limit."""

    items: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    items_total: int
    rejects_total: int

    def as_json(self) -> dict[str, Any]:
        """The queue as one JSON object."""
        totals = {"items_total": self.items_total, "rejects_total": self.rejects_total}
        return {"items": self.items, "rejects": self.rejects, **totals}


def read_queue(
    published: Path,
    *,
    kind: str | None = None,
    source: str | None = None,
    limit: int = 50,
    show_values: bool = False,
) -> Queue:
    """Open questions, oldest first, and rejected values that are not resolved, by record.

    Args:
        published: The published copy.
        kind: A kind of question, or `reject`.
        source: Rejects of this system, and questions about people who have a record in it.
        limit: The most rows of each list.
        show_values: Whether `raw_value` of a reject is told; else it is None.

    Raises:
        NothingPublished: There is no published copy, or it lacks tables.
        UsageError: There is no such kind or system.
    """
    with open_published(published, NEEDED) as con:
        _check(con, kind, source)
        asked = {"kind": kind, "source": source}
        items = [] if kind == REJECT else rows(con, ITEMS, asked)
        rejects = rows(con, REJECTS, {"source": source}) if kind in (None, REJECT) else []
    shown = [each if show_values else {**each, "raw_value": None} for each in rejects[:limit]]
    return Queue(items[:limit], shown, len(items), len(rejects))


def _check(con: duckdb.DuckDBPyConnection, kind: str | None, source: str | None) -> None:
    """Refuse a filter that nothing can pass: an empty list would look like an empty queue."""
    kinds = {*KINDS, REJECT, *_known(con, "select distinct kind from marts.review_queue")}
    if kind is not None and kind not in kinds:
        raise UsageError(f"There is no kind {kind!r} of question; the kinds are {', '.join(sorted(kinds))}.")
    systems = _known(con, SYSTEMS)
    if source is not None and source not in systems:
        known = ", ".join(sorted(systems)) or "none"
        raise UsageError(f"There is no system {source!r} in the published copy; known: {known}.")


def _known(con: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    return {name for (name,) in con.execute(sql).fetchall()}


SYSTEMS = "select source from marts.customer_sources union select source from ops.rejected_records"

ITEMS = """
select item_id, kind, customer_id, field, candidates, opened_at
from marts.review_queue
where ($kind is null or kind = $kind)
    and (
        $source is null
        or customer_id in (select customer_id from marts.customer_sources where source = $source)
        or (kind = 'erasure' and starts_with(candidates, $source || ':'))
        or (kind = 'suggestion' and contains(candidates, ' = ' || $source || ':'))
    )
order by opened_at nulls last, item_id
"""

REJECTS = """
select source, object, source_record_id, field, reason, raw_value, sync_id
from ops.rejected_records
where not is_resolved and ($source is null or source = $source)
order by source, object, field, source_record_id, reason, raw_value
"""
