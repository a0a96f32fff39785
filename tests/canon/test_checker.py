"""The process that the checks of a sync run in."""

import io
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

import canon.checker
from canon.checker import checker
from canon.errors import ConfigurationError
from canon.settings import Settings
from canon.validate import validate
from canon.warehouse import connect, rows


def test_it_finds_what_the_checks_find_and_keeps_it(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(canon.checker, "validate", None)  # nothing is left to be checked in this process
    with checker() as check:
        found = check(settings, "s2")
    with connect(warehouse, read_only=True) as con:
        kept = rows(con, "select check_name, status from ops.health_checks where sync_id = 's2'")
    assert [(each["check_name"], each["status"]) for each in kept] == [
        (each.check_name, each.status) for each in found
    ]
    assert found == validate(settings, "s3")


@pytest.mark.usefixtures("warehouse")
@pytest.mark.parametrize("executable", ["/bin/false", "/nowhere/python"])
def test_where_the_process_is_gone_the_checks_run_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, executable: str
):
    monkeypatch.setattr(sys, "executable", executable)
    with checker() as check:
        for process in getattr(check, "args", ()):  # none where it could not even be started
            process.wait()
        found = check(settings, "s2")
    assert {each.status for each in found} == {"pass"}


def test_what_is_wrong_is_said_as_ever(settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with checker() as check, pytest.raises(ConfigurationError, match="There are no suites"):
        check(replace(settings, root=tmp_path / "elsewhere"), "s2")
    assert "Traceback" not in capfd.readouterr().err


SLOW = """
import time, canon.checker
canon.checker.prepare = lambda: None
canon.checker.validate = lambda *_: print("checking", flush=True) or time.sleep(600)
canon.checker.main()
"""


def test_it_ends_with_the_sync_in_the_midst_of_the_checks():
    with Popen([sys.executable, "-c", SLOW], stdin=PIPE, stdout=PIPE) as it:
        assert it.stdin
        assert it.stdout
        pickle.dump((None, "s2"), it.stdin)
        it.stdin.flush()
        assert it.stdout.readline() == b"checking\n"
        it.stdin.close()
        try:
            assert it.wait(timeout=30) == 1
        finally:
            it.kill()


class Interrupted(io.BytesIO):
    """What is read when somebody presses Ctrl-C."""

    def read(self, size: int | None = -1) -> bytes:
        raise KeyboardInterrupt


def test_who_comes_after_an_interrupt_finds_the_warehouse_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    with checker() as check:
        (process,) = check.args
        monkeypatch.setattr(process, "stdout", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            check(settings, "s2")
        assert process.poll() is not None
