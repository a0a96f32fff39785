"""The demo: two syncs against the sandbox with a day of changes between them, told as a short story."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from canon.demo_marks import start_over
from canon.demo_policy import earlier_policy
from canon.errors import ConfigurationError
from canon.lock import run_lock
from canon.output import step
from canon.quiet import environment, no_telemetry
from canon.settings import Settings
from canon.sync import SyncReport, sync
from canon.warehouse import connect, rows

if TYPE_CHECKING:
    from sandbox.client import Sandbox
    from sandbox.product import ProductDatabase

PRODUCT = "product"  # loaded by the demo whatever CANON_SOURCES says: the sample has one

# Between the two syncs, on the clock of the sandbox: enough for every stamp to differ.
PAUSE_SECONDS = 1

POLICY_STORY = "A job title is what Sales says now, no longer what either system changed last."

# What is shown in full, a change each, where the second sync saw one: field and cause.
SHOWN = (
    ("phone", "source"),
    ("account_owner", "source"),
    ("job_title", "policy"),
    ("internal_status", "source"),
)


@dataclass(frozen=True)
class Example:
    """One change that the demo shows in full."""

    customer_id: str
    person: str
    email: str | None
    field: str
    old_value: str | None
    new_value: str | None
    new_source: str | None
    cause: str
    rule: str


def demo(settings: Settings, console: Console) -> SyncReport:
    """Run the whole story and print it.

    Raises:
        ConfigurationError: The sandbox is not installed.
        UsageError: The demo would replace a warehouse that is not a demo's.
        CanonError: A step failed.
    """
    no_telemetry()
    with run_lock(settings.warehouse, "demo"):
        start_over(settings)
    settings = replace(settings, sources=tuple(dict.fromkeys((*settings.sources, PRODUCT))))
    with _sandbox(settings.root / "data") as (crm, product):
        console.print(f"[bold]First sync.[/] An emulated Salesforce and HubSpot answer at {crm.base_url},")
        console.print("and the product's own database is a SQLite file.\n")
        _set_clock(crm)
        with earlier_policy(settings) as earlier:
            first = sync(earlier, demo=True)
        _tell_first(console, settings, first)
        stories = _go_to_work(crm, product)
        console.print("\n[bold]Then people go to work[/] in all three:\n")
        console.print(_bullets(stories))
        console.print("\n[bold]And a line of the policy changes:[/]\n")
        console.print(_bullets([POLICY_STORY]))
        console.print("\n[bold]Second sync.[/]\n")
        second = sync(settings, demo=True)
    _tell_second(console, settings, first.sync_id, second)
    return second


@contextmanager
def _sandbox(data: Path) -> Iterator["tuple[Sandbox, ProductDatabase]"]:
    """A running sandbox and a product's database, with the environment pointing at both."""
    try:
        from sandbox import server
        from sandbox.product import ProductDatabase
    except ImportError as error:
        raise ConfigurationError(
            f"The sandbox cannot start, {error.name} is not installed. Run: pip install -e '.[sandbox]'"
        ) from error
    with tempfile.TemporaryDirectory() as folder, server.running(data_dir=data) as crm:
        product = ProductDatabase.create(Path(folder) / "product.db", data / PRODUCT)
        with environment({**crm.environment, **product.environment}):
            yield crm, product


def _go_to_work(crm: "Sandbox", product: "ProductDatabase") -> list[str]:
    """Let people change records at the source; returns what happened, in words."""
    with step("People go to work at the source"):
        return [*(str(each["story"]) for each in crm.day_two(advance=PAUSE_SECONDS)), *product.day_two()]


def _set_clock(crm: "Sandbox") -> None:
    """Let the sandbox live in the present, else its records would be too old to be called fresh.

    Never before its own start: a window that ends before the newest sample record would miss it.
    """
    start = datetime.fromisoformat(crm.clock()["now"])
    crm.clock(now=max(start, datetime.now(UTC)).isoformat())


def _bullets(texts: list[str]) -> Table:
    """A list whose lines wrap under their own text."""
    table = Table.grid(padding=(0, 1))
    for text in texts:
        table.add_row(" •", Text(text))
    return table


def _tell_first(console: Console, settings: Settings, report: SyncReport) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("system", "object"):
        table.add_column(column)
    table.add_column("records", justify="right")
    for (source, name), count in _pulled(report).items():
        table.add_row(source, name, str(count))
    console.print(table)
    people = _people(settings)
    console.print(
        f"\n{people['people']} people found behind {people['records']} records; "
        f"[bold]{people['in_several']}[/] of them are in more than one system. "
        f"On {people['contested']} values the systems disagree; the policy decided each."
    )


def _pulled(report: SyncReport) -> dict[tuple[str, str], int]:
    """Versions of records that a sync wrote, per source and object."""
    totals: Counter[tuple[str, str]] = Counter()
    for each in report.extracts:
        if not each["is_history"]:
            totals[(each["source"], each["object"])] += each["rows_written"]
    return dict(totals)


def _people(settings: Settings) -> dict[str, Any]:
    with connect(settings.published, read_only=True) as con:
        return rows(con, PEOPLE)[0]


def _tell_second(console: Console, settings: Settings, first: str, report: SyncReport) -> None:
    """Tell what changed since the first sync, whose id is `first`."""
    fields, causes = ([*each] for each in zip(*SHOWN, strict=True))
    asked = {"fields": fields, "causes": causes, "first": first}
    with connect(settings.published, read_only=True) as con:
        counted = rows(con, CAUSES, [first])
        found = [Example(**row) for row in rows(con, EXAMPLE_CHANGES, asked)]
    told = ", ".join(f"{row['changes']} because of {row['cause']}" for row in counted)
    console.print(
        f"{report.rows_written} new versions of records; canonical values changed: {told or 'none'}.\n"
    )
    for example in found:
        _tell_example(console, example)
    _tell_checks(console, report)
    _tell_files(console, settings, report, found)


def _tell_example(console: Console, example: Example) -> None:
    before, after = (
        value if value is not None else "(blank)" for value in (example.old_value, example.new_value)
    )
    console.print(f"  [bold]{example.person}[/], {example.field}:")
    console.print(f"    {before}  →  {after}", markup=False)
    console.print(
        f"    from {example.new_source or 'nobody'}, by the rule {example.rule}; cause: {example.cause}\n"
    )


def _tell_checks(console: Console, report: SyncReport) -> None:
    for check in report.checks:
        passed = check.status == "pass"
        mark = "[green]✓[/]" if passed else ("[red]✗[/]" if check.is_red else "[yellow]![/]")
        seen = "" if passed else f"; seen: {check.observed}, allowed: {check.threshold}"
        console.print(f"  {mark} {check.check_name}{seen}")


def _tell_files(console: Console, settings: Settings, report: SyncReport, found: list[Example]) -> None:
    console.print("\n[bold]Look for yourself[/]")
    for path, what in (
        (settings.site / "index.html", "health, changes and policy, in a browser"),
        (settings.published, "the tables, in any DuckDB client"),
    ):
        shown = path.relative_to(settings.root) if path.is_relative_to(settings.root) else path
        console.print(f"  {shown}   [dim]{what}[/]", soft_wrap=True)
    for example in found[:1]:
        console.print(
            f"  canon explain {example.email or example.customer_id} {example.field}", soft_wrap=True
        )


PEOPLE = """
with systems as (
    select customer_id, count(distinct source) as systems, count(*) as records
    from marts.customer_sources group by customer_id
)
select
    count(*) as people,
    cast(sum(records) as bigint) as records,
    count(*) filter (where systems > 1) as in_several,
    (select count(*) from marts.customer_fields where is_contested) as contested
from systems
"""

# Births and retirements are journalled as changes of customer_id: they are no changed values.
CAUSES = """
select cause, count(*) as changes
from marts.customer_changes where sync_id > ? and field <> 'customer_id'
group by cause order by changes desc, cause
"""

# One change of each kind that is asked for, values on both sides first, so that it can be read.
EXAMPLE_CHANGES = """
with asked as (
    select unnest($fields) as field, unnest($causes) as cause, generate_subscripts($fields, 1) as place
)
select
    changes.customer_id, changes.field, changes.old_value, changes.new_value, changes.new_source,
    changes.cause, decided.rule, customers.email,
    trim(concat_ws(' ', customers.first_name, customers.last_name)) as person
from asked
join marts.customer_changes as changes on changes.field = asked.field and changes.cause = asked.cause
join marts.customers as customers on customers.customer_id = changes.customer_id
join marts.customer_fields as decided
    on decided.customer_id = changes.customer_id and decided.field = changes.field
where changes.sync_id > $first
qualify row_number() over (
    partition by place
    order by changes.old_value is null, changes.new_value is null, changes.customer_id
) = 1
order by place
"""
