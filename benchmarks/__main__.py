"""`python -m benchmarks`: measure, print the table, and write it as Markdown where asked to."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from benchmarks.measure import Bench, StepFailed
from benchmarks.plan import Line, building, loading, make_world, syncing
from benchmarks.table import heading, markdown, show
from canon.quiet import NO_TELEMETRY
from sandbox.client import Sandbox
from sandbox.server import running

DEFAULT_ROWS = 100_000
REPEAT = 3


def main() -> int:
    """Run the benchmark; returns the exit code."""
    options = _options()
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder:
            title, lines = _measured(Path(folder), options.rows, options.repeat)
    except StepFailed as failure:
        Console(stderr=True).print(str(failure), style="red", markup=False)
        return 1
    show(console, title, lines)
    if options.markdown:
        options.markdown.write_text(markdown(title, lines), encoding="utf-8", newline="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows",
        type=int,
        default=DEFAULT_ROWS,
        help=f"Salesforce contacts (half as many in HubSpot); default {DEFAULT_ROWS:,}",
    )
    parser.add_argument(
        "--repeat",
        type=int,
        default=REPEAT,
        help=f"runs of short steps, the fastest counts; default {REPEAT}",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to this file too")
    return parser.parse_args()


def _measured(folder: Path, rows: int, repeat: int) -> tuple[str, list[Line]]:
    messages = Console(stderr=True, highlight=False)
    warehouse = folder / "warehouse" / "canon.duckdb"
    environment = _environment(folder, warehouse)
    messages.print(f"Making a world of {rows:,} contacts …")
    data, people = make_world(Bench(folder, environment, repeat), rows)
    lines: list[Line] = []
    with running(data_dir=data) as server:
        bench = Bench(folder, {**environment, **server.environment}, repeat)
        for line in _lines(bench, server, warehouse):
            messages.print(f"{line.name}: {line.seconds:,.1f} s", markup=False)
            lines.append(line)
    return heading(people), lines


def _lines(bench: Bench, server: Sandbox, warehouse: Path) -> Iterator[Line]:
    yield from loading(bench, server, warehouse)
    yield building(bench, warehouse)
    yield from syncing(bench)


def _environment(folder: Path, warehouse: Path) -> Mapping[str, str]:
    """Settings under which no measured process touches a file of the project or calls home."""
    return {
        **NO_TELEMETRY,
        "CANON_WAREHOUSE": str(warehouse),
        "CANON_PUBLISHED": str(folder / "published" / "canon.duckdb"),
        "CANON_SITE": str(folder / "site"),
        "DBT_TARGET_PATH": str(folder / "target"),
    }


if __name__ == "__main__":
    sys.exit(main())
