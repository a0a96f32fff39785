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
from benchmarks.plan import (
    Line,
    among_many,
    building,
    changing,
    filling,
    identifying,
    loading,
    make_world,
    resolving,
    syncing,
)
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
CONTACTS, PEOPLE = 7, 10  # in a world, about: leads and the other system's contacts come on top

Steps = Callable[[Bench, Sandbox], Iterator[Line]]


def main() -> int:
    """Run the benchmark; returns the exit code. What was measured before a step failed is shown too."""
    options = _options()
    messages = Console(stderr=True, highlight=False)
    lines: list[Line] = []
    code = 0
    with tempfile.TemporaryDirectory(prefix="canon-bench-") as folder:
        try:
            title, measured = _planned(Path(folder), options)
            for line in measured:
                messages.print(f"{line.name}: {line.seconds:,.1f} s", markup=False)
                lines.append(line)
        except StepFailed as failure:
            messages.print(str(failure), style="red", markup=False)
            code = 1
    if lines:
        show(Console(highlight=False), title, lines)
        if options.markdown:
            options.markdown.write_text(markdown(title, lines), encoding="utf-8", newline="\n")
    return code


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
        help=f"people to identify, to resolve and to sync changes among; default {DEFAULT_PEOPLE:,}",
    )
    parser.add_argument(
        "--repeat",
        type=int,
        default=REPEAT,
        help=f"runs of short steps, the fastest counts; default {REPEAT}",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to this file too")
    return parser.parse_args()


def _planned(folder: Path, options: argparse.Namespace) -> tuple[str, Iterator[Line]]:
    """What is measured, in words, and the lines as they come."""
    loaded, built = (_Place(folder / name, options.repeat) for name in ("loaded", "built"))
    people = [place.make(size) for place, size in ((loaded, options.load_rows), (built, options.rows))]
    bench = built.bench({})
    return heading(*people), chain(
        loaded.measured(loading),
        built.measured(partial(_builds, warehouse=built.warehouse)),
        identifying(bench, options.people),
        resolving(bench, options.people),
        _changes(folder, options),
    )


class _Place:
    """A folder with a world of contacts, and a warehouse of it."""

    def __init__(self, folder: Path, repeat: int) -> None:
        self.folder = folder
        self.repeat = repeat
        self.warehouse = folder / "warehouse" / "canon.duckdb"
        folder.mkdir()

    def bench(self, environment: Mapping[str, str]) -> Bench:
        """Where its processes run: none touches a file of the project or calls home."""
        return Bench(self.folder, {**_environment(self.folder, self.warehouse), **environment}, self.repeat)

    def make(self, contacts: int) -> Mapping[str, int]:
        """Make the world; returns the number of people per system."""
        return make_world(self.bench({}), contacts)[1]

    def measured(self, measure: Steps) -> Iterator[Line]:
        """What is measured while a sandbox serves the world, which is gone afterwards."""
        data = self.folder / "world"
        with running(data_dir=data, start_seconds=START_SECONDS) as server:
            # What is measured is the loader's speed, which HubSpot's own rate would hide.
            server.switch(hubspot_burst_limit=NO_LIMIT)
            yield from measure(self.bench(server.environment), server)
        shutil.rmtree(data)


def _changes(folder: Path, options: argparse.Namespace) -> Iterator[Line]:
    """Whole syncs of the same number of changes, among many people and among a tenth of them."""
    found: list[list[Line]] = []
    for name, people in (("many", options.people), ("tenth", options.people // 10)):
        place = _Place(folder / name, options.repeat)
        place.make(people * CONTACTS // PEOPLE)
        found.append(list(place.measured(partial(changing, warehouse=place.warehouse))))
        shutil.rmtree(place.folder)
    yield from among_many(*found)


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
