"""A check-up and a comparison of environments, for people."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from canon.compare import Comparison
from canon.doctor import Diagnosis
from canon.findings import FAILED, OK, WARNING, Finding

MARKS = {OK: "[green]✓[/]", WARNING: "[yellow]![/]", FAILED: "[red]✗[/]"}


def print_diagnosis(console: Console, diagnosis: Diagnosis) -> None:
    """The settings, then a line per finding with what to do below it, then the verdict."""
    table = _table("setting", "from", "value")
    for each in diagnosis.settings:
        table.add_row(each.name, each.origin, escape(each.value))
    console.print(table)
    for area in dict.fromkeys(each.area for each in diagnosis.findings):
        console.print(f"\n[dim]{area}[/]")
        for finding in diagnosis.findings:
            if finding.area == area:
                _print_finding(console, finding)
    bad = sum(each.status == FAILED for each in diagnosis.findings)
    verdict = f"[red]{bad} to be mended before a sync can work.[/]" if bad else "[green]A sync can work.[/]"
    console.print(f"\n{verdict}")


def _print_finding(console: Console, finding: Finding) -> None:
    console.print(f"{MARKS[finding.status]} {escape(f'{finding.name}: {finding.said}')}", soft_wrap=True)
    if finding.advice:
        console.print(f"  {escape(finding.advice)}", soft_wrap=True)


def print_comparison(console: Console, found: Comparison) -> None:
    """A row per difference, or that there is none."""
    what = f"{found.objects} objects of {' and '.join(found.sources)}"
    if not found.differences:
        console.print(f"No difference to {found.against} in {what}.")
        return
    table = _table("system", "object", "field", "difference", "here", found.against)
    for each in found.differences:
        table.add_row(each.source, each.object, each.field, each.kind, escape(each.here), escape(each.there))
    console.print(table)
    console.print(f"{len(found.differences)} differences to {found.against} in {what}.")


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name == names[0])
    return table
