"""One run at a time, across processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from canon.errors import LockHeld
from canon.lock import run_lock
from canon.settings import Settings

COMMAND = [sys.executable, "-c", "from canon.cli import main; main()"]


def test_a_second_process_ends_with_exit_code_4_and_says_who_holds_it(settings: Settings):
    with run_lock(settings.warehouse, "sync"):
        second = subprocess.run([*COMMAND, "build"], capture_output=True, text=True, check=False)
    assert second.returncode == 4
    assert "canon sync (process" in second.stderr
    assert second.stdout == ""


def test_the_lock_is_free_again_after_a_failure(settings: Settings):
    with pytest.raises(ZeroDivisionError), run_lock(settings.warehouse, "sync"):
        raise ZeroDivisionError
    with run_lock(settings.warehouse, "load"):
        pass


def test_a_note_that_says_nothing_still_refuses(tmp_path: Path):
    warehouse = tmp_path / "canon.duckdb"
    with run_lock(warehouse, "sync"):
        (tmp_path / "canon.duckdb.holder.lock").write_text("{")
        with pytest.raises(LockHeld, match="Another run of canon"), run_lock(warehouse, "load"):
            pass
