"""The second step: dbt, in this process, from the raw log to the marts."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from canon.errors import BuildFailed
from canon.kept import why_anew, will_follow_little
from canon.output import stdout_to_stderr, step
from canon.policy_file import goes_by_now
from canon.quiet import environment
from canon.settings import Settings
from canon.warehouse import connect

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

# dbt names them: a failed test is `fail`, a model that raised is `error`, a broken hook `runtime error`.
BAD = ("error", "fail", "runtime error", "partial success")

# dbt's on-run-start hook finds the open run by this; variables of this prefix leave dbt's parse cache valid.
SYNC_ID_VARIABLE = "DBT_ENV_CUSTOM_ENV_SYNC_ID"

# What the build is made of: with something else identity relies on nothing that the last build left.
MARK_VARIABLE = "DBT_ENV_CUSTOM_ENV_BUILD_MARK"

# Tests of the layers behind the marts: half of a small build's time. A native `dbt build` runs them too.
INNER_TESTS = [f"resource_type:test,path:dbt_project/models/{layer}" for layer in ("staging", "intermediate")]

# How many models and tests run at a time where little is new: while DuckDB works on one, Python prepares
# another. What makes everything anew runs one at a time, as profiles.yml says, for it needs all the memory.
AT_A_TIME = 2

# How many failures a message lists: enough to see a pattern, few enough to read.
LISTED = 10


@dataclass(frozen=True)
class BuildReport:
    """What a build did, or why it was skipped.

    `reason` says whether everything was made anew, and why. `nodes` counts models, snapshots, seeds, tests;
    `warnings` are tests that warned.
    """

    ran: bool
    reason: str
    nodes: int = 0
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """What was built, in one line for people."""
        return f"{self.nodes} models, snapshots and tests in {self.seconds:.0f} s, {self.reason}"


def build(settings: Settings, sync_id: str, mark: str, *, full_refresh: bool = False) -> BuildReport:
    """Build staging to marts with dbt and test what is published; the other tests are CI's.

    Args:
        settings: Where the warehouse and the project are.
        sync_id: The open run.
        mark: What the build is made of: see canon.state.fingerprint.
        full_refresh: Make every state table anew.

    Raises:
        BuildFailed: A model or test failed; the message names each and repeats the first line of its error.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test", "--exclude", *INNER_TESTS]
    if full_refresh:
        arguments.append("--full-refresh")
    elif _follows_little(settings, mark):
        arguments += ["--threads", str(AT_A_TIME)]
    started = time.monotonic()
    with step("Building the customers"):
        outcome = run_dbt(settings, arguments, {SYNC_ID_VARIABLE: sync_id, MARK_VARIABLE: mark})
    found = _results(outcome)
    warned = tuple(each.node.name for each in found if each.status == "warn")
    with connect(settings.warehouse, read_only=True) as con:
        why = why_anew(con)
    reason = f"everything anew: {why}" if why else "what changed since the last one"
    return BuildReport(True, reason, len(found), warned, round(time.monotonic() - started, 2))


def _follows_little(settings: Settings, mark: str) -> bool:
    """Whether the build will be about few: where a rule asks what day it is, each is about everybody."""
    if not settings.warehouse.is_file() or goes_by_now(settings.root):
        return False
    with connect(settings.warehouse, read_only=True) as con:
        return will_follow_little(con, mark)


def run_dbt(settings: Settings, arguments: Sequence[str], variables: dict[str, str]) -> "dbtRunnerResult":
    """Run one dbt command quietly in this process.

    Raises:
        BuildFailed: It did not succeed.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import reset_metadata_vars

    # dbt reads its variables once in a process: without this a second run would go by those of the first.
    reset_metadata_vars()
    # dbt's own words go to its log: an error there may repeat the values of a record.
    switches = [
        "--quiet",
        "--log-level",
        "none",
        "--log-level-file",
        "info",
        "--no-use-colors-file",
        *_folders(settings),
    ]
    with stdout_to_stderr(), environment({**settings.environment(), **variables}):
        try:
            outcome = dbtRunner().invoke([*arguments, *switches])
        finally:
            # With `keep_open` dbt holds the file after it has ended; the next step could not open it.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if not outcome.success:
        raise _failure(outcome, arguments[0], settings.target)
    return outcome


def _folders(settings: Settings) -> list[str]:
    """Where dbt works; a variable of dbt's own wins."""
    given = {
        "--target-path": ("DBT_TARGET_PATH", settings.target),
        "--log-path": ("DBT_LOG_PATH", settings.target / "logs"),
    }
    return [
        part
        for switch, (variable, path) in given.items()
        if variable not in os.environ
        for part in (switch, str(path))
    ]


def _results(outcome: "dbtRunnerResult") -> list[Any]:
    """The node results of an invocation; empty when dbt stopped before it ran any."""
    return list(getattr(outcome.result, "results", None) or [])


def _failure(outcome: "dbtRunnerResult", command: str, target: Path) -> BuildFailed:
    failed = [each for each in _results(outcome) if str(each.status) in BAD]
    lines = [f"  {each.node.name}: {first_error_line(each.message)}" for each in failed[:LISTED]]
    if len(failed) > LISTED:
        lines.append(f"  … and {len(failed) - LISTED} more")
    if not failed:
        lines = [f"  {first_error_line(str(outcome.exception or 'no reason was given'))}"]
    what = f"dbt {command} failed; the published copy is unchanged."
    where = f"Details are in {target / 'logs' / 'dbt.log'}."
    return BuildFailed("\n".join([what, *lines, where]), tuple(each.node.name for each in failed))


def first_error_line(message: str | None) -> str:
    """The line of a dbt message that says what is wrong: a heading before it names only kind and place."""
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()] or ["no message"]
    headed = re.fullmatch(r"\w+ Error( in .*)?", lines[0]) and len(lines) > 1
    return lines[1] if headed else lines[0]
