"""`python -m benchmarks`: measure, print the table, and write it as Markdown where asked to."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path

from rich.console import Console

from benchmarks.measure import Bench, StepFailed
from benchmarks.plan import Line, building, filling, identifying, loading, make_world, resolving, syncing
from benchmarks.table import heading, markdown, show
from canon.quiet import NO_TELEMETRY
from sandbox.client import Sandbox
from sandbox.server import running

DEFAULT_ROWS = 50_000
DEFAULT_LOAD_ROWS = 500_000
DEFAULT_PEOPLE = 1_000_000
REPEAT = 3
NO_LIMIT = 1_000_000  # calls in ten seconds
START_SECONDS = 900

Steps = Callable[[Bench, Sandbox], Iterator[Line]]


def main() -> int:
    """Run the benchmark; returns the exit code."""
    options = _options()
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder:
            title, lines = _measured(Path(folder), options)
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
        help=f"Salesforce contacts to build (half as many in HubSpot); default {DEFAULT_ROWS:,}",
    )
    parser.add_argument(
        "--load-rows",
        type=int,
        default=DEFAULT_LOAD_ROWS,
        help=f"Salesforce contacts to load by every transport; default {DEFAULT_LOAD_ROWS:,}",
    )
    parser.add_argument(
        "--people",
        type=int,
        default=DEFAULT_PEOPLE,
        help=f"people to identify, of 2.4 records each; default {DEFAULT_PEOPLE:,}",
    )
    parser.add_argument(
        "--repeat",
        type=int,
        default=REPEAT,
        help=f"runs of short steps, the fastest counts; default {REPEAT}",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to this file too")
    return parser.parse_args()


def _measured(folder: Path, options: argparse.Namespace) -> tuple[str, list[Line]]:
    messages = Console(stderr=True, highlight=False)
    warehouse = folder / "warehouse" / "canon.duckdb"
    environment = _environment(folder, warehouse)
    lines: list[Line] = []
    people: list[Mapping[str, int]] = []
    steps: list[tuple[int, Steps]] = [
        (options.load_rows, _loads),
        (options.rows, partial(_builds, warehouse=warehouse)),
    ]
    for size, measure in steps:
        messages.print(f"Making a world of {size:,} contacts …")
        data, sizes = make_world(Bench(folder, environment, options.repeat), size)
        people.append(sizes)
        with running(data_dir=data, start_seconds=START_SECONDS) as server:
            # What is measured is the loader's speed, which HubSpot's own rate would hide.
            server.switch(hubspot_burst_limit=NO_LIMIT)
            bench = Bench(folder, {**environment, **server.environment}, options.repeat)
            for line in measure(bench, server):
                messages.print(f"{line.name}: {line.seconds:,.1f} s", markup=False)
                lines.append(line)
        shutil.rmtree(data)
    bench = Bench(folder, environment, options.repeat)
    for line in chain(identifying(bench, options.people), resolving(bench, options.people)):
        messages.print(f"{line.name}: {line.seconds:,.1f} s", markup=False)
        lines.append(line)
    return heading(*people), lines


def _loads(bench: Bench, server: Sandbox) -> Iterator[Line]:
    yield from loading(bench, server)


def _builds(bench: Bench, server: Sandbox, warehouse: Path) -> Iterator[Line]:
    yield filling(bench, server, warehouse)
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
