"""The steps that run in a process of their own: `python -m benchmarks.steps <step> <report> <arguments>`.

Each writes what it found to the report, as JSON. Seconds are those of the work: the interpreter's start and
the imports are paid before.
"""

import json
import sys
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.world import replicate

Report = dict[str, Any]


def world(sample: str, folder: str, rows: str) -> Report:
    """Make the large data folder."""
    sizes = replicate(Path(sample), Path(folder), int(rows))
    return {system: size.people for system, size in sizes.items()}


def record(source: str, warehouse: str, folder: str) -> Report:
    """Load a source into a warehouse that nobody wants, keeping the bodies that hold its records."""
    from benchmarks.recorder import Recorder

    with Recorder(Path(folder)).listening():
        return load(source, warehouse)


def load(source: str, warehouse: str) -> Report:
    """Load a source as a run of its own: `pipelines.load` end to end, over HTTP into DuckDB."""
    import pipelines.engine
    from canon.journal import journalled

    path = Path(warehouse)
    path.parent.mkdir(parents=True, exist_ok=True)
    with journalled(path, "delta") as run:
        started = time.monotonic()
        loaded = pipelines.load([source], warehouse=path, sync_id=run.sync_id, sync_seq=run.sync_seq)
        seconds = time.monotonic() - started
    return {"seconds": seconds, "rows": sum(extract.rows_read for extract in loaded.extracts)}


def read_csv(folder: str, database: str) -> Report:
    """DuckDB's own reader on recorded CSV files: all text, as the raw log keeps it."""
    return _read(folder, database, "select * from read_csv(?, all_varchar = true)", "*.csv")


def read_json(folder: str, database: str) -> Report:
    """DuckDB's own reader on recorded JSON pages, types detected, one row per record."""
    pages = "select unnest({key}) as record from read_json(?)"
    return _read(folder, database, f"select unnest(record) from ({pages})", "*.json")


def _read(folder: str, database: str, query: str, pattern: str) -> Report:
    """Read each object's files into a table of a new database file."""
    import duckdb

    Path(database).unlink(missing_ok=True)
    files = {path.name: sorted(path.glob(pattern)) for path in sorted(Path(folder).iterdir())}
    started = time.monotonic()
    rows = 0
    with duckdb.connect(database) as connection:
        for name, paths in files.items():
            if paths:
                filled = query.format(key=_key(paths[0]))
                statement = f'create table "{name}" as {filled}'
                counted = connection.execute(statement, [[str(path) for path in paths]]).fetchone()
                rows += counted[0] if counted else 0
    return {"seconds": time.monotonic() - started, "rows": rows}


def _key(page: Path) -> str:
    """Where a page of JSON has its records: Salesforce and HubSpot differ."""
    with page.open(encoding="utf-8") as file:
        return "records" if '"totalSize"' in file.read(100) else "results"


def dicts(folder: str, warehouse: str, share: str) -> Report:
    """The path that dlt takes by default: records as dictionaries, names and types left to it.

    `share` (0 to 1) of each object's recorded pages is loaded, rounded up.
    """
    import dlt

    path = Path(warehouse)
    path.parent.mkdir(parents=True, exist_ok=True)
    pipeline = dlt.pipeline(
        "dicts",
        destination=dlt.destinations.duckdb(str(path)),
        dataset_name="dicts",
        pipelines_dir=str(path.parent / "dlt"),
    )
    started = time.monotonic()
    records = {path.name: _records(path, float(share)) for path in sorted(Path(folder).iterdir())}
    pipeline.run([dlt.resource(rows, name=name) for name, rows in records.items()])
    return {"seconds": time.monotonic() - started, "rows": sum(map(len, records.values()))}


def _records(folder: Path, share: float) -> list[dict[str, Any]]:
    pages = sorted(folder.glob("*.json"))
    used = pages[: ceil(len(pages) * share)]
    return [record for page in used for record in json.loads(page.read_bytes())["records"]]


def customers(warehouse: str) -> Report:
    """Count the canonical customers."""
    return {"rows": _count(warehouse, "select count(*) from marts.customers")}


def people(warehouse: str, count: str) -> Report:
    """Write what identity reads for so many people into a new warehouse."""
    from benchmarks.people import fill

    return {"rows": fill(Path(warehouse), int(count))}


def joins(warehouse: str) -> Report:
    """The joins of identity in bare SQL."""
    from benchmarks.people import join

    started = time.monotonic()
    groups = join(Path(warehouse))
    return {"seconds": time.monotonic() - started, "rows": groups}


def identify(warehouse: str) -> Report:
    """Build the models of identity with dbt; what it reads of the policy is built before."""
    from canon.build import run_dbt
    from canon.settings import Settings

    settings = Settings.load()
    kinds = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    policy = [
        "resource_type:seed",
        "int_nicknames_paired",
        "stg_canon__identity_decisions",
        "stg_canon__kept_ids",
    ]
    run_dbt(settings, ["build", *kinds, "--select", *policy], {})
    started = time.monotonic()
    run_dbt(settings, ["run", "--select", IDENTITY], {})
    return {"seconds": time.monotonic() - started, "rows": _count(warehouse, IDENTIFIED)}


def again(warehouse: str, changed: str) -> Report:
    """Change some records and build the models of identity once more, in a warm process."""
    from benchmarks.people import change
    from canon.build import run_dbt
    from canon.settings import Settings

    settings = Settings.load()
    run_dbt(settings, ["run", "--select", IDENTITY], {})
    change(Path(warehouse), int(changed))
    started = time.monotonic()
    run_dbt(settings, ["run", "--select", IDENTITY], {})
    return {"seconds": time.monotonic() - started, "rows": int(changed)}


def cells(warehouse: str, count: str) -> Report:
    """Write what resolution reads for so many people into a new warehouse."""
    from benchmarks.values import fill

    return {"rows": fill(Path(warehouse), int(count))}


def by_hand(warehouse: str) -> Report:
    """The canonical rows and every cell's provenance by SQL written by hand."""
    from benchmarks.values import by_hand as resolve_by_hand

    started = time.monotonic()
    rows = resolve_by_hand(Path(warehouse))
    return {"seconds": time.monotonic() - started, "rows": rows}


def resolve(warehouse: str) -> Report:
    """The same by the models: ranks, winners, canonical rows, every cell, and every conflict."""
    from canon.build import run_dbt
    from canon.settings import Settings

    settings = Settings.load()
    run_dbt(settings, ["parse"], {})
    started = time.monotonic()
    run_dbt(settings, ["run", "--select", RESOLUTION], {})
    return {"seconds": time.monotonic() - started, "rows": _count(warehouse, RESOLVED)}


RESOLUTION = (
    " ".join(f"int_customers_{verb}" for verb in ("ranked", "decided", "resolved"))
    + " customer_field_conflicts customer_fields"
)
RESOLVED = "select count(*) from intermediate.int_customers_resolved"

IDENTITY = "intermediate.customers.identity,+int_customers_traced"
IDENTIFIED = "select count(*) from intermediate.int_customers_identified"


def explain(published: str, count: str) -> Report:
    """Explain a field of some people, one after another, in a warm process."""
    import duckdb

    from canon.explain import explain as run

    with duckdb.connect(published, read_only=True) as connection:
        asked = "select customer_id from marts.customers using sample reservoir (? rows) repeatable (1)"
        found = connection.execute(asked.replace("?", str(int(count)))).fetchall()
    run(Path(published), found[0][0], "phone")
    started = time.monotonic()
    for (customer_id,) in found:
        run(Path(published), customer_id, "phone")
    return {"seconds": time.monotonic() - started, "rows": len(found)}


def deltas(base_url: str, control_url: str, warehouse: str, changed: str, repeat: str) -> Report:
    """Edit people at the source and sync, again and again in one process: the first time warms it up.

    Of the others the fastest counts: `seconds` of the whole sync, and those of its steps by function.
    """
    from benchmarks.changes import edit
    from benchmarks.watch import STEPS_OF_A_SYNC, watched
    from canon.settings import Settings
    from canon.sync import sync
    from sandbox.client import Sandbox

    sandbox = Sandbox(base_url, control_url, {})
    reports: list[Report] = []
    for turn in range(1, 2 + int(repeat)):
        edited = edit(sandbox, Path(warehouse), int(changed), turn)
        started = time.monotonic()
        with watched("canon.sync", tuple(STEPS_OF_A_SYNC)) as seconds:
            done = sync(Settings.load())
        whole = time.monotonic() - started
        reports.append({"seconds": whole, "rows": done.rows_written, "edited": edited, **seconds})
    return min(reports[1:], key=lambda report: report["seconds"])


def _count(warehouse: str, query: str) -> int:
    import duckdb

    with duckdb.connect(warehouse, read_only=True) as connection:
        counted = connection.execute(query).fetchone()
    return counted[0] if counted else 0


STEPS: dict[str, Callable[..., Report]] = {
    step.__name__: step
    for step in (
        *(world, record, load, read_csv, read_json, dicts, customers),
        *(people, joins, identify, again, cells, by_hand, resolve, explain, deltas),
    )
}

if __name__ == "__main__":
    name, report, *arguments = sys.argv[1:]
    Path(report).write_text(json.dumps(STEPS[name](*arguments)), encoding="utf-8")
