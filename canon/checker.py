"""The checks in a process of their own, which is ready for them by the time that there is something to check.

Great Expectations takes two seconds to import. A thread would share its interpreter with the load; a process
does it while the load waits for the sources.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from subprocess import PIPE, Popen
from threading import Thread

from canon.output import stdout_to_stderr
from canon.process import Process
from canon.quiet import no_telemetry
from canon.settings import Settings
from canon.validate import CheckResult, prepare, validate

Check = Callable[[Settings, str | None], tuple[CheckResult, ...]]


@contextmanager
def checker() -> Iterator[Check]:
    """`canon.validate.validate` for one call, in a process that is gone at the end of the block."""
    command = [sys.executable, "-m", "canon.checker"]
    # A group of its own: who interrupts a sync at the terminal hears from the sync alone.
    with Popen(command, stdin=PIPE, stdout=PIPE, process_group=0) as process:
        try:
            yield partial(_ask, process)
        finally:
            process.kill()


def _ask(process: "Popen[bytes]", settings: Settings, sync_id: str | None) -> tuple[CheckResult, ...]:
    """What the process finds; where it ends without an answer, what is found here, or what is wrong."""
    try:
        return tuple(_answer(process, settings, sync_id))
    except (OSError, EOFError, pickle.UnpicklingError):
        return validate(settings, sync_id)


def _answer(process: "Popen[bytes]", settings: Settings, sync_id: str | None) -> tuple[CheckResult, ...]:
    assert process.stdin
    assert process.stdout
    pickle.dump((settings, sync_id), process.stdin)
    process.stdin.flush()
    found: tuple[CheckResult, ...] = pickle.load(process.stdout)
    return found


def main() -> None:
    """Get ready, wait for the question on standard input, and answer on standard output."""
    ending = Process()
    no_telemetry()
    ending.code = 1
    with suppress(Exception):  # without an answer, the sync finds out itself what is wrong, and says it
        with stdout_to_stderr():
            prepare()
        settings, sync_id = pickle.load(sys.stdin.buffer)
        Thread(target=_end_with_the_sync, daemon=True).start()
        pickle.dump(validate(settings, sync_id), sys.stdout.buffer)
        ending.code = 0


def _end_with_the_sync() -> None:
    """Leave the warehouse to whoever comes next once the sync is no more, however it ended."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
