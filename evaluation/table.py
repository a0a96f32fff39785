"""The results, for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from math import floor
from typing import Any

from rich.console import Console
from rich.table import Table

from evaluation.plan import CANON, SUGGESTED, TIER, YARDSTICK, Line, Result, Target

COLUMNS = ("method", "merged", "right", "precision", "recall", "F1", "target")
VARIANTS = {"external": "with external ids", "emails": "with e-mail addresses"}
NOTES = (
    "Counted are pairs of records, across the two systems and within one: merged are those in one customer, "
    "right those of them that are one person; recall is their share of all pairs of one person. Canon: "
    "marts.customer_sources after `canon sync`. Tiers: connected components of the accepted links of these "
    "tiers alone. Targets: a precision of at least 0.999; at least the recall of the guarded cascade that "
    "finds most at that precision; with accepted suggestions at least Splink's F1 at its usual threshold.",
    "Suggestions: `canon review suggest`; the truth accepts the right ones and rejects the wrong ones. "
    "Cascade: same e-mail; else same external id; else same first name, last name and domain. Unique per "
    "system: the latter two only where no system has the value twice, as Canon's own guard asks. And one "
    "first name: the same, and one e-mail address only where the first names are equal. "
    "Splink: trained without labels on what the CRMs hold; its best F1 is at a threshold chosen with the "
    "answers in hand. Merges and stored ids that the CRMs state themselves are given to all.",
    "Febrl's sets: odd rows in Salesforce, even rows in HubSpot; evaluation/emails.py says what is made up.",
)


def show(console: Console, results: Sequence[Result]) -> None:
    """Print a table per result, what missed its target, and what the columns mean."""
    for result in results:
        console.print(_title(result), style="italic", markup=False)
        console.print(_table(result))
        console.print(_answers(result), markup=False)
        for complaint in complaints(result):
            console.print(complaint, style="red", markup=False)
        console.print()
    for note in NOTES:
        console.print(f"{note}\n", style="dim", markup=False)
    met = sum(result.is_met for result in results)
    console.print(f"Targets met: {met} of {len(results)}", style="bold", markup=False)


def complaints(result: Result) -> Iterator[str]:
    """A sentence for everything that makes a result a failure."""
    for name in result.idle:
        yield f"{name} merged no pair at all: that is no precision, it is no result."
    for target in result.targets:
        if not target.is_met:
            found, wanted = figure(target.found), figure(target.wanted)
            whose = "Canon's" if target.kind == CANON else "With accepted suggestions, Canon's"
            yield f"{whose} {target.name} is {found}; it must be {wanted} or more."


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """All results as one JSON object; a precision of null is one of nothing merged."""
    return {"met": all(result.is_met for result in results), "results": [_json(each) for each in results]}


def _table(result: Result) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for number, column in enumerate(COLUMNS):
        is_text = number in (0, len(COLUMNS) - 1)
        table.add_column(column, justify="left" if is_text else "right", no_wrap=True)
    for line in result.lines:
        style = {CANON: "bold", SUGGESTED: "bold", YARDSTICK: "dim"}.get(line.kind)
        table.add_row(*_cells(line, result.targets), style=style)
    return table


def _title(result: Result) -> str:
    hubspot = result.records - result.salesforce
    return (
        f"{result.set_name} {VARIANTS[result.variant]}: {result.salesforce:,} records in Salesforce and "
        f"{hubspot:,} in HubSpot of {result.people:,} people, {result.lines[0].score.true:,} true pairs"
    )


def _answers(result: Result) -> str:
    return f"{result.suggestions:,} suggestions, {result.accepted:,} of them right"


def _cells(line: Line, targets: Sequence[Target]) -> tuple[str, ...]:
    found = line.score
    return (
        f"  {line.name}" if line.kind == TIER else line.name,
        f"{found.merged:,}",
        f"{found.correct:,}",
        figure(found.precision),
        figure(found.recall),
        figure(found.f1),
        _verdict(line, targets),
    )


def _verdict(line: Line, targets: Sequence[Target]) -> str:
    if not line.score.merged:
        return "nothing merged"
    own = [target for target in targets if target.kind == line.kind]
    return ", ".join(f"{target.name} {'met' if target.is_met else 'NOT met'}" for target in own)


def figure(value: float | None) -> str:
    """Four digits, rounded down: 0.99996 is not 1. The billionth is for 0.816, which is a little less."""
    return "-" if value is None else f"{floor(value * 10_000 + 1e-9) / 10_000:.4f}"


def _json(result: Result) -> dict[str, Any]:
    return {
        "set": result.set_name,
        "variant": result.variant,
        "records": {"salesforce": result.salesforce, "hubspot": result.records - result.salesforce},
        "people": result.people,
        "met": result.is_met,
        "suggestions": {"made": result.suggestions, "right": result.accepted},
        "targets": [
            {"name": each.name, "found": each.found, "wanted": each.wanted, "met": each.is_met}
            for each in result.targets
        ],
        "lines": [{"name": line.name, "kind": line.kind, **line.score.as_json()} for line in result.lines],
    }
