"""The outcome of each step, for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from canon.publish import PublishReport
from canon.retention import Pruned
from canon.site.pages import SiteReport
from canon.sync import SyncReport
from canon.validate import PASS, RUNBOOKS, CheckResult

if TYPE_CHECKING:
    from pipelines import LoadResult


def print_sync(console: Console, report: SyncReport) -> None:
    """The report of a sync in a few lines."""
    console.print(
        f"Sync {report.sync_id}: {report.rows_read} records read, {report.rows_written} new versions."
    )
    if report.build.ran:
        console.print(f"Built {report.build.words}.")
    else:
        console.print(f"Build skipped: {report.build.reason}.")
    for name in report.build.warnings:
        console.print(f"[yellow]Warning of dbt:[/] {name}")
    print_checks(console, report.checks)
    print_published(console, report.published, report.site)
    verdict = "[red]A critical check is red[/]" if report.is_red else "[green]All critical checks passed[/]"
    console.print(f"{verdict}, {report.seconds:.0f} s in all.")


def print_load(console: Console, loaded: "LoadResult") -> None:
    """Rows per object."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("system", "object", "transport"):
        table.add_column(name)
    for name in ("read", "new", "calls"):
        table.add_column(name, justify="right")
    for each in loaded.extracts:
        counts = (each.rows_read, each.rows_written, each.api_calls)
        table.add_row(each.source, each.object, each.transport, *map(str, counts))
    console.print(table)


def print_checks(console: Console, checks: Sequence[CheckResult]) -> None:
    """One line per check; what was seen where it did not pass, and where it says what to do."""
    for check in checks:
        if check.status == PASS:
            console.print(f"[green]✓[/] {check.check_name}")
        else:
            mark = "[red]✗[/]" if check.is_red else "[yellow]![/]"
            console.print(f"{mark} {check.check_name}: seen {check.observed}; allowed {check.threshold}")
    if any(check.status != PASS for check in checks):
        console.print(f"What may be behind it and what to do, under the name of the check: {RUNBOOKS}")


def print_published(console: Console, copy: PublishReport, site: SiteReport) -> None:
    """Where the copy and the pages are, or why they are as they were."""
    if copy.held:
        console.print(
            f"[red]Held back:[/] {'; '.join(copy.held)}. Readers keep the copy and the pages of before.\n"
            "If the records should be gone, say why: canon publish --accept REASON",
            soft_wrap=True,
        )
        return
    what = {
        "all": "everything",
        "delta": "what the build changed",
        "ops": "the journals, the customers had not changed",
    }[copy.scope]
    console.print(f"Published {what}: {copy.path}", soft_wrap=True)
    console.print(f"Pages: {site.folder / 'index.html'}", soft_wrap=True)


def print_pruned(console: Console, report: Pruned) -> None:
    """What went, or would go, table by table, and from which day on a past state can still be built."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("table")
    for name in ("removed", "thinned out"):
        table.add_column(name, justify="right")
    for each in report.tables:
        table.add_row(each.table, str(each.removed), str(each.thinned))
    if report.tables:
        console.print(table)
    console.print(_pruned_in_words(report), soft_wrap=True)


def _pruned_in_words(report: Pruned) -> str:
    if report.replay_from is None:
        return f"Nothing to do: no build is older than {report.superseded_days} days."
    if not report.removed + report.thinned:
        at = f"{report.replay_from:%Y-%m-%d %H:%M:%S}"
        return f"Nothing to do: of the versions that were superseded by {at} (UTC) all is still read."
    would, is_from = ("would go", "would be") if report.dry_run else ("are gone", "is")
    then = "" if report.dry_run else " canon compact gives the room back."
    return (
        f"{report.removed} versions {would}; of {report.thinned} only what the present values and their "
        f"clocks need stays. The earliest time that canon build --as-of can build {is_from} "
        f"{report.replay_from:%Y-%m-%d %H:%M:%S} (UTC).{then}"
    )
