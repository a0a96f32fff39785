"""dlt around the readers: one pipeline per source, working files beside the warehouse, state inside it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.common.configuration.exceptions import DuplicateConfigProviderException
from dlt.common.configuration.providers import CustomLoaderDocProvider
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.errors import BudgetReached, CanonError
from pipelines.extract import Extract, Reader, Run, Sync
from pipelines.forgotten import Forgotten
from pipelines.log import MEMORY, RawLog

WORK = ".dlt_work"
# A long read is taken into the warehouse every so often: what a kill can cost is what was read since.
LOAD_SECONDS = 60.0
# How dlt must run here whatever the folder Canon is started in; every file and the environment rank above.
DEFAULTS = {
    "load": {"delete_completed_jobs": True},
    "extract": {"next_item_mode": "fifo"},  # association tables are read after their objects
}


def load_sources(sources: Sequence[str], sync: Sync, warehouse: Path) -> list[Extract]:
    """Load sources one after the other and return the finished reads.

    All settings are checked before the first source is asked for anything. A source that fails does not keep
    the others from being loaded; its failure is raised at the end, a spent budget only if there is no worse.
    """
    _set_defaults()
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    modules = [import_module(f"pipelines.{name}") for name in sources]
    readers = [module.connect() for module in modules]
    extracts: list[Extract] = []
    failures: list[CanonError] = []
    for module, reader in zip(modules, readers, strict=True):
        run = Run(sync)
        try:
            _load_source(module, reader, run, warehouse)
        except CanonError as failure:
            failure.source = reader.source
            raise
        extracts += run.extracts
        if run.failure:
            run.failure.source = reader.source
            failures.append(run.failure)
    if failures:
        raise min(failures, key=lambda failure: isinstance(failure, BudgetReached))
    return extracts


def _load_source(module: Any, reader: Reader, run: Run, warehouse: Path) -> None:
    """Load what is new at a source, in as many loads as it takes; a failure of the source waits in `run`."""
    schema = f"raw_{reader.source}"
    pipeline = _pipeline(reader.source, schema, warehouse)
    try:
        pipeline = _caught_up(pipeline, schema, warehouse)
        with _kept_open(warehouse):
            pipeline.sync_destination()
        run.is_paused = True
        while run.is_paused:
            run.is_paused, run.pause_after = False, time.monotonic() + LOAD_SECONDS
            with RawLog(warehouse, schema) as run.log:
                run.forgotten = Forgotten(run.log, reader.source, run.sync.erasure)
                pipeline.extract(module.source(reader, run), loader_file_format="parquet")
            if run.failure and not run.extracts:
                break  # it failed before anything was read: there is nothing to keep
            with _kept_open(warehouse):
                pipeline.normalize()
                pipeline.load()
        pipeline.drop()
    except PipelineStepFailed as failure:
        raise _reason(failure) from failure


@contextmanager
def _kept_open(warehouse: Path) -> Iterator[None]:
    """An open connection beside which dlt does not read the catalog anew in each of its steps."""
    with ExitStack() as stack:
        with suppress(duckdb.Error):  # dlt says why it cannot be opened
            stack.enter_context(duckdb.connect(str(warehouse)))
        yield


def _pipeline(source: str, schema: str, warehouse: Path) -> dlt.Pipeline:
    return dlt.pipeline(
        pipeline_name=f"canon_{source}",
        destination=dlt.destinations.duckdb(
            DuckDbCredentials(str(warehouse), global_config={"memory_limit": MEMORY}),
            naming_convention="pipelines.naming",
        ),
        dataset_name=schema,
        pipelines_dir=str(warehouse.parent / WORK),
    )


def _caught_up(pipeline: dlt.Pipeline, schema: str, warehouse: Path) -> dlt.Pipeline:
    """Finish what an interrupted run left behind, then forget all local state.

    The warehouse alone knows how far the log goes: a working folder that outlived its warehouse (deleted, or
    put back from a backup) must not decide what is read. When the warehouse has never been loaded, unfinished
    packages belong to a log that no longer exists; they are dropped and their rows read again.
    """
    _complete_folders(pipeline)
    if pipeline.has_pending_data and _was_loaded(warehouse, schema):
        _drop_doubled_packages(pipeline)
        _drop_loaded_packages(pipeline)
        pipeline.normalize()
        pipeline.load()
    return pipeline.drop()


def _drop_doubled_packages(pipeline: dlt.Pipeline) -> None:
    """Forget extracted packages that are there normalized as well.

    dlt moves the normalized package to its place and then deletes the extracted one. Killed in between, it
    would refuse to normalize that package a second time, for ever.
    """
    extracted = pipeline._get_normalize_storage().extracted_packages
    for load_id in set(pipeline.list_normalized_load_packages()) & set(extracted.list_packages()):
        extracted.delete_package(load_id)


def _drop_loaded_packages(pipeline: dlt.Pipeline) -> None:
    """Forget packages that the warehouse has and whose folder still stands among those to be loaded.

    dlt marks a loaded package and then moves it away. Killed in between, it would refuse to complete that
    package a second time, for ever.
    """
    packages = pipeline._get_load_storage().normalized_packages
    for load_id in pipeline.list_normalized_load_packages():
        if packages.is_package_completed(load_id):
            packages.delete_package(load_id)


def _complete_folders(pipeline: dlt.Pipeline) -> None:
    """Make the folder that dlt looks into first, where it was killed after it had made the one around it."""
    load = Path(pipeline.working_dir) / "load"
    if load.is_dir():
        (load / "normalized").mkdir(exist_ok=True)


def _was_loaded(warehouse: Path, schema: str) -> bool:
    """Whether dlt has ever loaded into this schema of this file."""
    if not warehouse.exists():
        return False
    query = "select 1 from duckdb_tables() where schema_name = ? and table_name = '_dlt_version'"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query, [schema]).fetchone() is not None


def _set_defaults() -> None:
    with suppress(DuplicateConfigProviderException):  # a process may load more than once
        dlt.config.register_provider(
            CustomLoaderDocProvider("Canon defaults", lambda: DEFAULTS, supports_secrets=False)
        )


def _reason(failure: BaseException) -> BaseException:
    """The failure of ours inside dlt's wrappers, or dlt's own where it is none of ours."""
    inner: BaseException | None = failure
    while inner is not None and not isinstance(inner, CanonError):
        inner = inner.__cause__ or inner.__context__
    return inner or failure
