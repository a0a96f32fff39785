"""The command line: exit codes, messages, and a standard output that holds the result alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from canon import cli
from canon.errors import BudgetReached, BuildFailed, CanonError, LockHeld, SourceUnavailable, UsageError
from canon.open_pages import open_pages
from canon.output import stdout_to_stderr
from canon.settings import Settings

COMMANDS = (
    *("sync", "load", "build", "validate", "publish", "demo", "sandbox", "explain", "plan", "doctor"),
    *("prune", "compact", "forget", "diff", "open"),
)


def canon(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from canon.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **variables}
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str):
    answer = CliRunner().invoke(cli.app, [command, "--help"])
    assert answer.exit_code == 0
    assert "Usage" in answer.output


def test_the_queue_is_a_command_with_what_works_of_it():
    answer = CliRunner().invoke(cli.app, ["review", "--help"])
    assert answer.exit_code == 0
    assert {each.name for each in cli.review.registered_commands} == {
        *("list", "accept", "reject", "override", "link", "separate", "withdraw", "suggest")
    }


def test_only_commands_that_work_are_offered():
    commands = cli.app.registered_commands
    assert {each.name or each.callback.__name__ for each in commands if each.callback} == set(COMMANDS)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (CanonError("x"), 1),
        (SourceUnavailable("x"), 1),
        (BuildFailed("x"), 1),
        (UsageError("x"), 2),
        (LockHeld("x"), 4),
        (BudgetReached("x"), 5),
    ],
)
def test_each_failure_ends_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: CanonError, code: int
):
    def fail() -> None:
        raise problem

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == code


def test_an_unexpected_error_says_where_but_not_what(monkeypatch: pytest.MonkeyPatch):
    told = cli._unexpected(_raised(ValueError("ada@lovelace.example")))
    assert "ValueError in _raised, test_cli.py line" in told
    assert "ada@" not in told


def _raised(problem: Exception) -> Exception:
    try:
        raise problem
    except ValueError as caught:
        return caught


def test_a_bad_setting_is_exit_code_2_and_named(project: Path):
    done = canon("sync", CANON_INTERVAL="soon")
    assert done.returncode == 2
    assert "CANON_INTERVAL" in done.stderr
    assert done.stdout == ""


def test_bad_usage_is_exit_code_2(project: Path):
    assert canon("sync", "--mode", "sideways").returncode == 2
    assert canon("shrug").returncode == 2


def test_a_failure_asked_for_as_json_is_one_object(project: Path):
    done = canon("explain", "c-ada", "--as-json")
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert (told["status"], told["exit_code"], told["error"]) == ("failed", 2, "NothingPublished")
    assert "Run canon sync" in done.stderr


def test_steps_that_need_a_warehouse_say_so(project: Path):
    for step in ("validate", "publish"):
        done = canon(step)
        assert done.returncode == 2
        assert "There is no warehouse" in done.stderr


def test_open_prints_where_the_pages_are_and_opens_no_browser_without_a_screen(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    assert canon("open").returncode == 2
    index = project / "data" / "site" / "index.html"
    index.parent.mkdir(parents=True)
    index.write_text("")
    done = canon("open")
    assert (done.returncode, done.stdout) == (0, f"{index}\n")
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    open_pages(Settings.load())
    monkeypatch.delenv("DISPLAY")
    open_pages(Settings.load())
    assert opened == [index.as_uri()]


def test_a_red_check_is_exit_code_3(warehouse: Path):
    import duckdb

    with duckdb.connect(str(warehouse)) as con:
        con.execute("update ops.loads set loaded_at = timestamp '2026-01-01 00:00:00'")
    done = canon("validate")
    assert done.returncode == 3
    assert "✗ Every object was loaded in time" in done.stdout


def test_a_publish_that_is_held_back_is_exit_code_3_and_says_what_to_do(published: Path, warehouse: Path):
    import duckdb

    with duckdb.connect(str(warehouse)) as con:
        con.execute(
            "create or replace view ops.measure_shrink as select *, '' as allowed from (values "
            "('salesforce', 'Contact', 7, 9, '2 of 9 records', 'critical')) "
            "as t (source, object, live, published_live, loss, verdict)"
        )
    done = canon("publish")
    assert done.returncode == 3
    assert "Held back: salesforce Contact lost 2 of 9 records" in done.stdout
    assert "canon publish --accept REASON" in done.stdout
    assert canon("publish", "--accept", " ").returncode == 2


def test_what_libraries_print_does_not_reach_standard_output(capfd: pytest.CaptureFixture[str]):
    with stdout_to_stderr():
        os.write(1, b"from C\n")
        subprocess.run(["echo", "from a child"], check=True)
    os.write(1, b"the result\n")
    printed = capfd.readouterr()
    assert printed.out == "the result\n"
    assert printed.err == "from C\nfrom a child\n"
