"""Run a step in a process of its own and note how long it took and how much memory it held at most."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = "output.log"
TAIL = 2000  # characters of a failed step's output that are shown
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; ru_maxrss counts in these


class StepFailed(Exception):
    """A measured process ended with an exit code that it should not have."""


@dataclass(frozen=True)
class Outcome:
    """What a process did: wall seconds from start to end, peak memory in bytes, and what it reported."""

    seconds: float
    peak_bytes: int
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """Where the measured processes run, with which environment, and how often short ones do (`repeat`)."""

    folder: Path
    environment: Mapping[str, str]
    repeat: int

    def step(self, name: str, *arguments: str | Path | float, **environment: str) -> Outcome:
        """Run a step of `benchmarks.steps`, which reports in JSON; more environment by keyword."""
        report = self.folder / "report.json"
        command = [sys.executable, "-m", "benchmarks.steps", name, str(report), *map(str, arguments)]
        outcome = self.command(command, environment=environment)
        return Outcome(outcome.seconds, outcome.peak_bytes, json.loads(report.read_text(encoding="utf-8")))

    def command(
        self,
        command: Sequence[str],
        *,
        accepted: Sequence[int] = (0,),
        environment: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run any command in the project's folder; what it prints goes to files (`printed`).

        The peak is that of the process or of a process that it waited for, whichever was larger. It is never
        below this process's own, which therefore imports nothing large.

        Raises:
            StepFailed: the exit code is not an accepted one.
        """
        errors = self.folder / "errors.log"
        variables = {**os.environ, **self.environment, **(environment or {})}
        with (self.folder / OUTPUT).open("wb") as output, errors.open("wb") as messages:
            started = time.monotonic()
            process = subprocess.Popen(
                command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=messages
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in accepted:
            tail = errors.read_text(encoding="utf-8", errors="replace")[-TAIL:]
            raise StepFailed(f"{' '.join(command)} ended with exit code {process.returncode}:\n{tail}")
        return Outcome(seconds, usage.ru_maxrss * MAXRSS_UNIT)

    def printed(self) -> str:
        """Standard output of the last command."""
        return (self.folder / OUTPUT).read_text(encoding="utf-8")
