"""The table of results, for a terminal and as Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from benchmarks.plan import Line

COLUMNS = ("step", "rows", "seconds", "server", "rows/s", "ratio", "peak MB")
MEGABYTE = 1_000_000
NOTES = (
    "A load is `pipelines.load` from its first request over HTTP to committed rows in a DuckDB file, imports "
    "paid before; server: seconds of it that the sandbox took to answer. Its rows are all objects of the "
    "source. Fewer rows: the world that is built later; its memory beside that of the larger loads. dlt on "
    "dictionaries: what dlt does by default, from saved pages of the same records. The build is all models, "
    "snapshots and data tests from nothing; build and sync are whole processes.",
    "Ratio of a load: its rows/s against those of DuckDB's own reader on the same bytes, saved from the same "
    "server, into a DuckDB file (1 is as fast). Ratio of the no-op sync: its seconds against those of a "
    "process that only imports dlt, dbt and Great Expectations. Ratio of identity after a change and of a "
    "sync of changes: seconds against those of the same change among a tenth of the people, both in a warm "
    "process; edits are made over HTTP before the clock starts.",
    "canon explain: one field of so many people, one after another, imports paid before.",
    "Every step ran in a process of its own; peak MB is the most memory it held. Yardsticks and the no-op "
    "sync are the fastest of several runs.",
)


def heading(loaded: Mapping[str, int], built: Mapping[str, int]) -> str:
    """What was measured, where and when."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dlt", "dbt-core"))
    sizes = [f"{people['salesforce']:,} and {people['hubspot']:,}" for people in (loaded, built)]
    return (
        f"{sizes[0]} Salesforce and HubSpot contacts, with what belongs to them, loaded, {sizes[1]} built; "
        f"{os.cpu_count()} CPUs, Python {platform.python_version()}, {tools}; {datetime.now(UTC):%Y-%m-%d}"
    )


def show(console: Console, title: str, lines: Sequence[Line]) -> None:
    """Print the table and what its columns mean."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), header_style="bold")
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for line in lines:
        table.add_row(*_cells(line), style="dim" if line.is_yardstick else None)
    console.print(table)
    for note in NOTES:
        console.print(f"\n{note}", style="dim", markup=False)


def markdown(title: str, lines: Sequence[Line]) -> str:
    """The same as a Markdown text."""
    rows = [COLUMNS, ("---", *["--:"] * (len(COLUMNS) - 1)), *(_cells(line) for line in lines)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return "\n\n".join([f"{title}.", table, *NOTES]) + "\n"


def _cells(line: Line) -> tuple[str, ...]:
    return (
        f"- {line.name}" if line.is_yardstick else line.name,
        "" if line.rows is None else f"{line.rows:,}",
        f"{line.seconds:,.2f}",
        "" if line.server is None else f"{line.server:,.2f}",
        "" if line.rows is None else f"{line.rows / line.seconds:,.0f}",
        "" if line.ratio is None else f"{line.ratio:.2f}",
        f"{line.peak_bytes / MEGABYTE:,.0f}",
    )
