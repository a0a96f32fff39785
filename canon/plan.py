"""`canon plan`: what a changed policy would change, found by building it on a copy of the warehouse."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from canon.build import MARK_VARIABLE, run_dbt
from canon.errors import BuildFailed, UsageError
from canon.lock import run_lock
from canon.output import step
from canon.plan_cells import Plan, compared
from canon.policy_file import changed_policy
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.state import fingerprint, is_current, read_state
from canon.warehouse import connect, require_warehouse

BUILT = ["+customers", "+companies", "+deals", "+review_queue", "+marketable_customers"]


def plan(settings: Settings, matrix: Path, limit: int | None = None) -> Plan:
    """Build the policy of a file on a copy of the warehouse and compare; the warehouse stays as it is.

    Args:
        settings: Where the project and the warehouse are.
        matrix: YAML with the keys of the policy block of dbt_project.yml, or a whole dbt_project.yml.
        limit: Number of changed cells that is still accepted.

    Raises:
        UsageError: The file is no policy, or the warehouse was not built from what the project says now.
        BuildFailed: The policy cannot be built.
        LockHeld: A run holds the warehouse.
    """
    no_telemetry()
    policy = changed_policy(settings.root, matrix)
    with run_lock(settings.warehouse, "plan"), _copied(settings) as copy:
        with step("Building the changed policy on a copy"):
            _build(copy, policy)
        with connect(copy.warehouse, read_only=True) as con:
            path = str(settings.warehouse).replace("'", "''")
            con.execute(f"attach '{path}' as before (read_only)")
            return compared(con, matrix.name, limit)


@contextmanager
def _copied(settings: Settings) -> Iterator[Settings]:
    """Settings of a copy of the warehouse, which is gone after the block.

    Raises:
        UsageError: What the warehouse shows is not what the project says.
    """
    _refuse_stale(settings)
    with tempfile.TemporaryDirectory(prefix="canon-plan-", dir=settings.warehouse.parent) as folder:
        copy = replace(settings, warehouse=Path(folder) / settings.warehouse.name)
        for path in _files_of(settings.warehouse):
            shutil.copy(path, folder)
        yield copy


def _files_of(warehouse: Path) -> list[Path]:
    """The warehouse, changes that DuckDB has not folded into it yet, and the key of its hashes."""
    beside = (warehouse.with_name(f"{warehouse.name}.wal"), warehouse.with_suffix(".hash_key"))
    return [warehouse, *(path for path in beside if path.exists())]


def _refuse_stale(settings: Settings) -> None:
    require_warehouse(settings.warehouse)
    with connect(settings.warehouse, read_only=True) as con:
        state = read_state(con)
        if state is None or state.fingerprint != fingerprint(settings) or not is_current(con):
            raise UsageError(
                "The warehouse was not built from what the project says now: a plan would mix two changes. "
                "Run canon build, then ask again."
            )


def _build(copy: Settings, policy: Mapping[str, Any]) -> None:
    """Everything that a policy decides, on the copy.

    Raises:
        UsageError: dbt cannot even read the policy; the message is that of the lint.
    """
    arguments = ["run", "--select", *BUILT, "--vars", json.dumps(policy)]
    try:
        run_dbt(copy, arguments, {MARK_VARIABLE: fingerprint(copy)})
    except BuildFailed as problem:
        if problem.nodes:
            raise
        raise UsageError(str(problem)) from problem
