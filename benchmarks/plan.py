"""The order of the benchmark: each step and, on the same bytes, its yardstick, both as lines of the table."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measure import ROOT, Bench, Outcome, StepFailed
from benchmarks.watch import STEPS_OF_A_SYNC
from sandbox.client import Sandbox

CHANGED = 1_000  # records of a delta
EXPLAINED = 20  # people whose phone is explained
DICT_ROWS = 10_000  # rows, about, for dlt's own path, which is too slow for all of them
BULK_FROM = 50  # rows from which an object is read as a bulk job here; leaves only the handful of users
NEVER = 1_000_000_000
SAME = 0.95  # of the rows must be in the saved bytes: users by Bulk and the few pipeline stages are not
CANON = [sys.executable, "-c", "from canon.cli import main; main()"]
IMPORTS = [sys.executable, "-c", "import dlt, dbt.cli.main, great_expectations"]
GREEN_OR_RED = (0, 3)  # a sync's exit codes: the sample has records that a check may call red


@dataclass(frozen=True)
class Line:
    """One line of the table. `server` are the seconds that the sandbox took to answer; None: not applicable.

    `ratio` is speed against the yardstick's for rows, time against the yardstick's where there are none.
    """

    name: str
    seconds: float
    peak_bytes: int
    rows: int | None = None
    server: float | None = None
    ratio: float | None = None
    is_yardstick: bool = False


@dataclass(frozen=True)
class Transport:
    """A way of loading: its name, its source, what the bulk threshold must be, and DuckDB's reader for it."""

    name: str
    key: str
    source: str
    reader: str
    threshold: int = NEVER


REST = Transport("Salesforce REST, JSON pages", "rest", "salesforce", "read_json")
BULK = Transport("Salesforce Bulk 2.0, CSV", "bulk", "salesforce", "read_csv", BULK_FROM)
LIST = Transport("HubSpot list, JSON pages", "list", "hubspot", "read_json")


def make_world(bench: Bench, rows: int) -> tuple[Path, dict[str, int]]:
    """Make the data folder; returns it and the number of people per system."""
    folder = bench.folder / "world"
    sizes = bench.step("world", ROOT / "data", folder, rows).report
    return folder, {system: int(people) for system, people in sizes.items()}


def loading(bench: Bench, server: Sandbox) -> Iterator[Line]:
    """Every transport beside DuckDB's reader, each into a warehouse of its own that nobody wants."""
    rest = list(_transport(bench, server, REST))
    yield from rest
    yield _dictionaries(bench, rest[-1])
    shutil.rmtree(_saved(bench, REST))
    for transport in (BULK, LIST):
        yield from _transport(bench, server, transport)
        shutil.rmtree(_saved(bench, transport))


def filling(bench: Bench, server: Sandbox, warehouse: Path) -> Line:
    """The warehouse that is built later, by Bulk and list; a smaller load, to compare the memory with."""
    settings = {"SOURCES__SALESFORCE__BULK_THRESHOLD": str(BULK_FROM)}
    loaded = [bench.step("load", source, warehouse, **settings) for source in ("salesforce", "hubspot")]
    rows, seconds = (sum(float(each.report[key]) for each in loaded) for key in ("rows", "seconds"))
    return Line("fewer rows: Bulk 2.0 and list", seconds, max(each.peak_bytes for each in loaded), int(rows))


def _transport(bench: Bench, server: Sandbox, transport: Transport) -> Iterator[Line]:
    """The line of a load and that of its yardstick.

    Raises:
        StepFailed: what was saved does not hold the rows that were loaded, so nothing can be compared.
    """
    settings = {"SOURCES__SALESFORCE__BULK_THRESHOLD": str(transport.threshold)}
    saved = _saved(bench, transport)
    spare = bench.folder / "spare"
    bench.step("record", transport.source, spare / "canon.duckdb", saved, **settings)
    shutil.rmtree(spare)
    server.clear_log()
    loaded = bench.step("load", transport.source, spare / "canon.duckdb", **settings)
    shutil.rmtree(spare)
    answered = sum(call["milliseconds"] for call in server.log()) / 1000
    database = bench.folder / "yardstick.duckdb"
    read = _fastest(bench, lambda: bench.step(transport.reader, saved, database))
    rows, seconds = int(loaded.report["rows"]), float(loaded.report["seconds"])
    if read.report["rows"] < SAME * rows:
        raise StepFailed(f"Of {rows} rows loaded by {transport.name}, {read.report['rows']} were saved.")
    bound = float(read.report["seconds"])
    yield Line(transport.name, seconds, loaded.peak_bytes, rows, answered, bound / seconds)
    label = f"DuckDB {transport.reader}, same bytes"
    yield Line(label, bound, read.peak_bytes, int(read.report["rows"]), is_yardstick=True)


def _dictionaries(bench: Bench, bound: Line) -> Line:
    """The path that dlt takes by default, on some pages of each object that REST gave."""
    share = min(1.0, DICT_ROWS / (bound.rows or 1))
    done = bench.step("dicts", _saved(bench, REST), bench.folder / "dicts" / "canon.duckdb", share)
    rows, seconds = int(done.report["rows"]), float(done.report["seconds"])
    ratio = rows / seconds / ((bound.rows or 0) / bound.seconds)
    return Line("dlt on dictionaries (a part)", seconds, done.peak_bytes, rows, ratio=ratio)


def _saved(bench: Bench, transport: Transport) -> Path:
    return bench.folder / "saved" / transport.key


def building(bench: Bench, warehouse: Path) -> Line:
    """All models, snapshots and data tests, from nothing."""
    built = bench.command([*CANON, "build"])
    people = int(bench.step("customers", warehouse).report["rows"])
    return Line("full build (rows: customers)", built.seconds, built.peak_bytes, people)


def identifying(bench: Bench, people: int) -> Iterator[Line]:
    """Who is the same customer, beside the bare joins on the same records."""
    warehouse = bench.folder / "people" / "canon.duckdb"
    rows = int(bench.step("people", warehouse, people).report["rows"])
    joined = _fastest(bench, lambda: bench.step("joins", warehouse))
    done = bench.step("identify", warehouse, CANON_WAREHOUSE=str(warehouse))
    seconds, bound = float(done.report["seconds"]), float(joined.report["seconds"])
    yield Line("who is who (rows: records)", seconds, done.peak_bytes, rows, ratio=bound / seconds)
    yield Line("the same joins, bare", bound, joined.peak_bytes, rows, is_yardstick=True)
    delta = _delta(bench, warehouse)
    shutil.rmtree(warehouse.parent)
    bench.step("people", warehouse, people // 10)
    bench.step("identify", warehouse, CANON_WAREHOUSE=str(warehouse))
    tenth = _delta(bench, warehouse)
    shutil.rmtree(warehouse.parent)
    ratio = delta.seconds / tenth.seconds
    yield replace(delta, name="who is who, after a change", ratio=ratio)
    yield replace(tenth, name="the same among a tenth", is_yardstick=True)


def _delta(bench: Bench, warehouse: Path) -> Line:
    """Identity after some records changed, everything else as it was."""
    done = _fastest(bench, lambda: bench.step("again", warehouse, CHANGED, CANON_WAREHOUSE=str(warehouse)))
    return Line("", float(done.report["seconds"]), done.peak_bytes, int(done.report["rows"]))


def resolving(bench: Bench, people: int) -> Iterator[Line]:
    """Which value is right, with every cell's provenance and conflicts, beside SQL written by hand."""
    warehouse = bench.folder / "cells" / "canon.duckdb"
    bench.step("cells", warehouse, people)
    hand = _fastest(bench, lambda: bench.step("by_hand", warehouse))
    done = bench.step("resolve", warehouse, CANON_WAREHOUSE=str(warehouse))  # minutes: once is enough
    shutil.rmtree(warehouse.parent)
    seconds, bound = (float(each.report["seconds"]) for each in (done, hand))
    rows = int(done.report["rows"])
    yield Line("who is right (rows: people)", seconds, done.peak_bytes, rows, ratio=seconds / bound)
    yield Line("the same cells by hand", bound, hand.peak_bytes, rows, is_yardstick=True)


def syncing(bench: Bench) -> Iterator[Line]:
    """A sync that finds nothing new, beside a process that only imports the libraries; then questions."""
    bench.command([*CANON, "sync"], accepted=GREEN_OR_RED)
    idle = _fastest(bench, lambda: _idle_sync(bench))
    bare = _fastest(bench, lambda: bench.command(IMPORTS))
    yield Line("no-op sync", idle.seconds, idle.peak_bytes, ratio=idle.seconds / bare.seconds)
    yield Line("importing dlt, dbt, GX", bare.seconds, bare.peak_bytes, is_yardstick=True)
    told = bench.step("explain", bench.folder / "published" / "canon.duckdb", EXPLAINED)
    seconds, rows = float(told.report["seconds"]), int(told.report["rows"])
    yield Line("canon explain, warm (rows: answers)", seconds, told.peak_bytes, rows)


def changing(bench: Bench, server: Sandbox, warehouse: Path) -> Iterator[Line]:
    """The full build of a world, and a sync of some changes in it: all of it, and each of its steps."""
    bench.command([*CANON, "load"])  # histories too: who brings them later changes everybody
    yield building(bench, warehouse)
    bench.command([*CANON, "sync"], accepted=GREEN_OR_RED)
    done = bench.step("deltas", server.base_url, server.control_url, warehouse, CHANGED, bench.repeat)
    yield Line("sync of changes", float(done.report["seconds"]), done.peak_bytes, int(done.report["rows"]))
    for step, what in STEPS_OF_A_SYNC.items():
        yield Line(f"its {what}", float(done.report[step]), done.peak_bytes)


def among_many(many: Sequence[Line], tenth: Sequence[Line]) -> Iterator[Line]:
    """The lines of many people, each with its time against that of a tenth of them."""
    for line, other in zip(many, tenth, strict=True):
        name = line.name.replace("full build", "full build of many")
        yield replace(line, name=name, ratio=line.seconds / other.seconds)
        yield replace(other, name="the same among a tenth", is_yardstick=True)


def _idle_sync(bench: Bench) -> Outcome:
    """A sync that must have had nothing to do.

    Raises:
        StepFailed: it found something, so its time is not that of a no-op.
    """
    outcome = bench.command([*CANON, "sync", "--as-json"], accepted=GREEN_OR_RED)
    report = json.loads(bench.printed())
    if report["rows_written"] or report["build"]["ran"]:
        raise StepFailed("The second sync was no no-op: it wrote rows or built the models again.")
    return outcome


def _fastest(bench: Bench, run: Callable[[], Outcome]) -> Outcome:
    """The fastest of several runs: for short steps, and for yardsticks, where it is the stricter choice."""
    outcomes = [run() for _ in range(bench.repeat)]
    return min(outcomes, key=lambda outcome: float(outcome.report.get("seconds", outcome.seconds)))
