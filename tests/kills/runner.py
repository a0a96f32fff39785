"""Runs commands of Canon in forked processes, and kills them where it is told to.

`python -m tests.kills.runner` imports everything once, then reads an order a line from standard input,
forks, lets the child carry it out, and answers with a line: how the child ended, and how often each place was
passed.
The process that forks never opens a database nor starts a thread.
"""

import importlib
import json
import os
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

# The steps, and the function that is one.
STEPS: Mapping[str, str] = {
    "extract": "dlt.pipeline.pipeline:Pipeline.extract",
    "normalize": "dlt.pipeline.pipeline:Pipeline.normalize",
    "load": "dlt.pipeline.pipeline:Pipeline.load",
    "build": "canon.build:run_dbt",
    "publish": "canon.sync:publish_copy",
}
FILES = (
    "os:rename",
    "os:replace",
    "os:unlink",
    "dlt.common.storages.file_storage:FileStorage.save",
)
# Where a step can be killed, before or after the call.
PLACES: Mapping[str, tuple[str, ...]] = {
    "extract": (
        *FILES,
        "pipelines.http:Http.send",
        "pipelines.log:TableLog.changed",
        "dlt.extract.extractors:ObjectExtractor.write_items",
        "dlt.extract.extract:Extract.commit_packages",
    ),
    "normalize": (
        *FILES,
        "dlt.common.storages.load_storage:LoadStorage.commit_new_load_package",
        "dlt.normalize.normalize:Normalize.map_single",
        "dlt.normalize.normalize:Normalize.spool_files",
        "dlt.normalize.normalize:Normalize.spool_schema_files",
    ),
    "load": (
        *FILES,
        "dlt.destinations.impl.duckdb.duck:DuckDbCopyJob.run",
        "dlt.destinations.impl.duckdb.sql_client:DuckDbSqlClient.execute_query",
        "dlt.destinations.impl.duckdb.sql_client:DuckDbSqlClient.commit_transaction",
        "dlt.destinations.job_client_impl:SqlJobClientBase.complete_load",
        "dlt.load.load:Load.initialize_package",
        "dlt.load.load:Load.complete_jobs",
        "dlt.load.load:Load.complete_package",
    ),
    "build": (
        "dbt.adapters.sql.connections:SQLConnectionManager.add_query",
        "dbt.adapters.duckdb.connections:DuckDBConnectionManager.commit",
    ),
    "publish": (
        "canon.publish:_copy",
        "canon.publish:_relations",
        "canon.publish:_write",
        "canon.draft:remove",
        "canon.publish:replace_file",
        "canon.warehouse:to_disk",
        "pathlib:Path.replace",
    ),
}
PRELOADED = ("pipelines.engine", "pipelines.salesforce", "pipelines.hubspot", "canon.sync", "canon.steps")
# Packages whose modules may be imported by the process that forks: none of them starts anything.
WARM = (
    "dlt",
    "dbt",
    "dbt_common",
    "dbt_adapters",
    "pyarrow",
    "agate",
    "jinja2",
    "canon",
    "great_expectations",
)


class Passage:
    """Counts the calls of places while a step runs, and dies at one of them."""

    def __init__(self, order: Mapping[str, Any], report: int) -> None:
        self._step: str = order.get("step", "")
        self._kill: Mapping[str, Any] = order.get("kill") or {}
        self._report = report
        self._is_inside = False
        self.counted: Counter[str] = Counter()

    def watch(self) -> None:
        """Wrap the step and its places."""
        if self._step:
            _wrap(STEPS[self._step], self._entered)
            for place in (*PLACES[self._step], STEPS[self._step]):
                _wrap(place, self._passed(place))

    def _entered(self, call: Callable[[], Any]) -> Any:
        self._is_inside = True
        os.write(self._report, b"\n")  # the parent's timer starts
        try:
            return call()
        finally:
            self._is_inside = False

    def _passed(self, place: str) -> Callable[[Callable[[], Any]], Any]:
        def passed(call: Callable[[], Any]) -> Any:
            is_due = False
            if self._is_inside or place == STEPS[self._step]:
                self.counted[place] += 1
                is_due = self._kill.get("place") == place and self._kill["nth"] == self.counted[place]
            if is_due and self._kill["when"] == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = call()
            if is_due:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return passed


def _wrap(path: str, around: Callable[[Callable[[], Any]], Any]) -> None:
    """Replace a function by one that goes through `around`."""
    owner, name = _found(path)
    real = getattr(owner, name)

    def wrapped(*arguments: Any, **options: Any) -> Any:
        return around(lambda: real(*arguments, **options))

    setattr(owner, name, wrapped)


def _found(path: str) -> tuple[Any, str]:
    module, _, names = path.partition(":")
    *outer, name = names.split(".")
    owner = importlib.import_module(module)
    for part in outer:
        owner = getattr(owner, part)
    return owner, name


def load(order: Mapping[str, Any]) -> None:
    """`pipelines.load` with the order's arguments."""
    import pipelines

    pipelines.load(
        order["sources"],
        warehouse=Path(order["warehouse"]),
        sync_id=f"sync-{order['sync_seq']}",
        sync_seq=order["sync_seq"],
        mode=order.get("mode", "delta"),
    )


def canon(order: Mapping[str, Any]) -> None:
    """A step of `canon` in the order's project folder."""
    from canon import steps
    from canon.settings import Settings
    from canon.sync import sync

    settings = Settings.load(Path(order["root"]))
    if order["canon"] == "load":
        steps.load_only(settings, (), "delta")
    elif order["canon"] == "build":
        steps.build_only(settings, full_refresh=False)
    elif order["canon"] == "publish":
        steps.publish_only(settings)
    else:
        sync(settings)


def carry_out(order: Mapping[str, Any], report: int) -> None:
    """The child's life."""
    for path, value in (order.get("set") or {}).items():
        setattr(*_found(path), value)
    os.environ.update(order.get("environment") or {})
    if "root" in order:
        os.chdir(order["root"])
    passage = Passage(order, report)
    passage.watch()
    (canon if "canon" in order else load)(order)
    said = {"counted": passage.counted, "modules": sorted(sys.modules)}
    os.write(report, json.dumps(said).encode())


def forked(order: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out an order in a child; returns how that ended."""
    mine, its = os.pipe()
    sys.stdout.flush()
    if not (child := os.fork()):
        status = 1
        try:
            os.close(mine)
            log = os.open(order["log"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            carry_out(order, its)
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(its)
    said, seconds = _heard(mine, child, (order.get("kill") or {}).get("seconds"))
    _, ended = os.waitpid(child, 0)
    status, told = os.waitstatus_to_exitcode(ended), json.loads(said.strip() or b"{}")
    _warm_up(told.get("modules", ()))
    return {"status": status, "counted": told.get("counted", {}), "seconds": seconds}


def _warm_up(modules: Iterable[str]) -> None:
    """Import what a child imported on its way, so that the next one need not."""
    for name in modules:
        if name.partition(".")[0] in WARM and name not in sys.modules:
            with suppress(Exception):
                importlib.import_module(name)


def _heard(pipe: int, child: int, limit: float | None) -> tuple[bytes, float]:
    """What the child said until it ended; with a limit it is killed so long after its step began."""
    said, began = b"", 0.0
    while True:
        left = None if limit is None or not began else max(0.0, began + limit - time.monotonic())
        ready, _, _ = select.select([pipe], [], [], left)
        if not ready:
            os.kill(child, signal.SIGKILL)
            limit = None
            continue
        part = os.read(pipe, 65_536)
        if not part:
            os.close(pipe)
            return said, time.monotonic() - began if began else 0.0
        began = began or time.monotonic()
        said += part


def main() -> None:
    """Answer orders until standard input ends."""
    for name in (*PRELOADED, *(path.partition(":")[0] for places in PLACES.values() for path in places)):
        importlib.import_module(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(forked(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
