"""`canon plan`: what a changed policy would change, found by building it on a copy of the warehouse."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from canon.build import MARK_VARIABLE, run_dbt
from canon.copied import copied
from canon.errors import BuildFailed, UsageError
from canon.lock import run_lock
from canon.output import step
from canon.plan_cells import Plan, planned
from canon.policy_file import changed_policy
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.state import fingerprint, is_current, read_state
from canon.warehouse import connect, literal, require_warehouse

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
    with run_lock(settings.warehouse, "plan"):
        _refuse_stale(settings)
        with copied(settings, "plan") as copy:
            with step("Building the changed policy on a copy"):
                _build(copy, policy)
            with connect(copy.warehouse, read_only=True) as con:
                con.execute(f"attach {literal(settings.warehouse)} as before (read_only)")
                return planned(con, matrix.name, limit)


def _refuse_stale(settings: Settings) -> None:
    """Refuse to compare with tables that are not what the project says.

    Raises:
        UsageError: They are not.
    """
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
