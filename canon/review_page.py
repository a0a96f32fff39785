"""The steward's queue, for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from canon.review import Queue

# Characters of an item's id that accept and reject need at most, but for a rare twin.
SHORT = 8

# Questions about values, and about records: those have ids to be copied, so no cell beside them is wide.
VALUE_COLUMNS = {
    "item": "item",
    "kind": "kind",
    "customer": "customer_id",
    "field": "field",
    "since": "opened_at",
    "candidates": "candidates",
}
RECORD_COLUMNS = {"item": "item", "kind": "kind", "since": "opened_at", "records": "records"}
REJECT_COLUMNS = {"system": "source", "object": "object", "record": "source_record_id", "field": "field"}


def print_queue(console: Console, queue: Queue, *, show_values: bool) -> None:
    """Questions, then rejected values; a list that was cut says how long it is."""
    if queue.items:
        items = [{**each, "item": each["item_id"][:SHORT]} for each in queue.items]
        values = [each for each in items if each["kind"] == "conflict"]
        records = [
            {**each, "records": _by_line(each["candidates"])} for each in items if each["kind"] != "conflict"
        ]
        for columns, found in ((VALUE_COLUMNS, values), (RECORD_COLUMNS, records)):
            if found:
                console.print(_table(columns, found))
                console.print()
        console.print(_how_many(len(queue.items), queue.items_total, "open question") + "\n")
    else:
        console.print("No open question.\n")
    if queue.rejects:
        value = {"value": "raw_value"} if show_values else {}
        console.print(_table({**REJECT_COLUMNS, **value, "reason": "reason"}, queue.rejects))
        console.print(_how_many(len(queue.rejects), queue.rejects_total, "rejected value"))
        if not show_values:
            console.print("[dim]--show-values shows what the records say.[/]")
    else:
        console.print("No rejected value.")


def _table(columns: dict[str, str], rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(_text(row[column])) for column in columns.values()))
    return table


def _by_line(candidates: str) -> str:
    """`record = candidate or candidate: reason` with a line for each, so that no id is folded."""
    records, colon, reason = candidates.partition(": ")
    lines = records.replace(" = ", "\n= ").replace(" or ", "\nor ")
    return f"{lines}\n{reason}" if colon else lines


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)


def _how_many(shown: int, total: int, noun: str) -> str:
    counted = f"{total} {noun}{'' if total == 1 else 's'}"
    return f"{counted}." if shown == total else f"The first {shown} of {counted}; --limit shows more."
