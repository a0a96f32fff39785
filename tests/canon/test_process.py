"""How a command's process ends: with its code, all that was left for the end done, nothing taken apart."""

import subprocess
import sys

import pytest

SCRIPT = """
from canon.process import Process
process = Process()

import atexit
atexit.register(print, "registered")

class Held:
    def __del__(self):
        print("taken apart")

held = Held()
print("said")
process.code = {code!r}
"""


@pytest.mark.parametrize(
    ("code", "ended", "said"),
    [
        (0, 0, ["said", "registered"]),
        (3, 3, ["said", "registered"]),
        (None, 0, ["said", "registered", "taken apart"]),
    ],
)
def test_a_command_ends_with_its_code_once_all_that_was_left_for_the_end_is_done(code, ended, said):
    command = [sys.executable, "-c", SCRIPT.format(code=code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.split("\n")[:-1], done.stderr) == (ended, said, "")
