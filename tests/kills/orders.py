"""Orders to the runner: one process that forks, spoken to over its standard streams."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

REPOSITORY = Path(__file__).parents[2]
KILLED = -9


@dataclass(frozen=True)
class Outcome:
    """How a child ended: 0, an exit code, or `KILLED`; how often places were passed; the step's seconds."""

    status: int
    counted: Mapping[str, int]
    seconds: float


@dataclass(frozen=True)
class Kill:
    """Where or when a step is killed."""

    place: str = ""
    nth: int = 0
    when: str = "before"
    seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The order's part."""
        return {"seconds": self.seconds} if self.seconds is not None else {**self.__dict__}

    def __str__(self) -> str:
        if self.seconds is not None:
            return f"after {self.seconds:.3f} seconds"
        return f"{self.when} call {self.nth} of {self.place}"


class Runner:
    """The process that forks."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._orders: IO[str] = process.stdin  # type: ignore[assignment]
        self._answers: IO[str] = process.stdout  # type: ignore[assignment]
        self.log = folder / "children.log"

    def run(self, **order: Any) -> Outcome:
        """Carry out an order, whatever comes of it."""
        self._orders.write(json.dumps({"log": str(self.log), **order}) + "\n")
        self._orders.flush()
        return Outcome(**json.loads(self._answers.readline()))

    def complete(self, **order: Any) -> Outcome:
        """Carry out an order to its end."""
        outcome = self.run(**order)
        assert outcome.status == 0, self.log.read_text()[-3000:]
        return outcome

    def kill(self, kill: Kill, **order: Any) -> bool:
        """Carry out an order and kill it; False where it had ended before its time."""
        outcome = self.run(kill=kill.as_json(), **order)
        assert outcome.status in (KILLED, 0), self.log.read_text()[-3000:]
        return outcome.status == KILLED


@contextmanager
def runner(folder: Path, environment: Mapping[str, str]) -> Iterator[Runner]:
    """Start the runner with the settings of a sandbox; it ends with the block."""
    command = [sys.executable, "-m", "tests.kills.runner"]
    variables = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(REPOSITORY), **environment}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, cwd=folder
    ) as process:
        try:
            yield Runner(process, folder)
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait(30)


def spread(counted: Mapping[str, int], seconds: float, *, places: int, moments: int, seed: int) -> list[Kill]:
    """Kills all over a step: every place at least once, as often as `places` allows, and random moments."""
    dice = random.Random(seed)
    passed = sorted(counted)
    chosen = [passed[turn % len(passed)] for turn in range(max(places, 0))] if passed else []
    calls = [
        Kill(place, dice.randint(1, counted[place]), dice.choice(("before", "after"))) for place in chosen
    ]
    return calls + [Kill(seconds=dice.uniform(0, seconds)) for _ in range(moments)]
