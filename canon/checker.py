"""The checks in a process of their own, which is ready for them by the time that there is something to check.

Great Expectations takes two seconds to import. A thread would share its interpreter with the load; a process
does it on another core.
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
    try:
        process = _started()
    except OSError:  # no room for one more
        yield validate
        return
    try:
        yield partial(_ask, process)
    finally:
        _end(process)


def _started() -> "Popen[bytes]":
    """A session of its own: who interrupts a sync at the terminal hears from the sync alone.

    Unbuffered, so that nothing is left to be written to a process that is gone.
    """
    command = [sys.executable, "-m", "canon.checker"]
    return Popen(command, stdin=PIPE, stdout=PIPE, bufsize=0, start_new_session=True)


def _ask(process: "Popen[bytes]", settings: Settings, sync_id: str | None) -> tuple[CheckResult, ...]:
    """What the process finds; where it ends without an answer, what is found here, or what is wrong."""
    assert process.stdin
    assert process.stdout
    try:
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            process.stdin.write(pickle.dumps((settings, sync_id)))
            found: tuple[CheckResult, ...] = pickle.loads(process.stdout.read())
            return found
    finally:
        _end(process)  # whoever comes next, after an interrupt too, finds the warehouse closed
    return validate(settings, sync_id)


def _end(process: "Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


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
