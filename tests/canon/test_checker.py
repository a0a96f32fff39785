"""The process that the checks of a sync run in."""

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
def test_where_the_process_is_gone_the_checks_run_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with checker() as check:
        found = check(settings, "s2")
    assert {each.status for each in found} == {"pass"}


def test_what_is_wrong_is_said_as_ever(settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    with checker() as check, pytest.raises(ConfigurationError, match="There are no suites"):
        check(replace(settings, root=tmp_path / "elsewhere"), "s2")
    assert "Traceback" not in capfd.readouterr().err


SLOW = """
import time, canon.checker
canon.checker.prepare = lambda: None
canon.checker.validate = lambda *_: time.sleep(600)
canon.checker.main()
"""


def test_it_ends_with_the_sync_in_the_midst_of_the_checks():
    with Popen(
        [sys.executable, "-c", SLOW.replace("time.sleep", "lambda *_: time.sleep(600)")], stdin=PIPE
    ) as it:
        assert it.stdin
        pickle.dump((None, "s2"), it.stdin)
        it.stdin.close()
        assert it.wait(timeout=30) == 1
