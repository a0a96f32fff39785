"""`canon forget` for people: who is asked before anything is erased, and what is said afterwards."""

import sys

import typer
from rich.console import Console

from canon.errors import UsageError
from canon.forget import ForgetReport, Person, find_person, forget
from canon.output import messages
from canon.settings import Settings

UNDONE = "Nothing was erased."


def forget_asked(settings: Settings, wanted: str, *, yes: bool, as_json: bool) -> ForgetReport:
    """Erase a person when `yes` was said on the command line, or is said now.

    Raises:
        UsageError: Nobody goes by `wanted`, or nobody confirmed it.
    """
    person = find_person(settings, wanted)
    if not yes:
        _confirm(person, as_json=as_json)
    return forget(settings, person)


def _confirm(person: Person, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise UsageError(f"Erasing cannot be undone: confirm it with --yes. {UNDONE}")
    messages.print(
        f"{len(person.records)} records of {person.systems} are erased from the log, the tables with their "
        "history, the published copy and the pages. This cannot be undone."
    )
    if not typer.confirm(f"Erase customer {person.customer_id}?", err=True):
        raise UsageError(UNDONE)


def print_forgotten(console: Console, report: ForgetReport) -> None:
    """How much was erased, and what is left to do elsewhere."""
    console.print(f"Erased: {report.records} records of {', '.join(report.systems)}.")
    console.print(
        "They do not come back: what the systems still say of them is dropped. Erase the person there too, "
        "and in backups of these files.",
        soft_wrap=True,
    )
