"""`make bench` in small: the command runs, and no figure is missing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchmarks.__main__ as benchmark
from benchmarks.measure import StepFailed
from benchmarks.plan import Line

ROOT = Path(__file__).resolve().parent.parent
WITH_RATIO = {
    "Salesforce REST, JSON pages",
    "dlt on dictionaries (a part)",
    "Salesforce Bulk 2.0, CSV",
    "HubSpot list, JSON pages",
    "no-op sync",
    "who is who (rows: records)",
    "who is who, after a change",
    "who is right (rows: people)",
    "full build of many (rows: customers)",
    "sync of changes",
    "its load",
    "its build",
    "its checks",
    "its publication",
    "its pages",
}


@pytest.mark.long
def test_every_step_has_its_figures(tmp_path: Path) -> None:
    file = tmp_path / "bench.md"
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--rows",
        "600",
        "--load-rows",
        "900",
        "--people",
        "500",
        "--repeat",
        "1",
        "--markdown",
        str(file),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    lines = table(file.read_text(encoding="utf-8"))
    assert {name for name, line in lines.items() if line["ratio"]} == WITH_RATIO
    assert all(float(line["ratio"]) > 0 for line in lines.values() if line["ratio"])
    assert all(number(line["seconds"]) > 0 and number(line["peak MB"]) > 10 for line in lines.values())
    assert lines["full build (rows: customers)"]["rows"] != "0"
    assert lines["Salesforce REST, JSON pages"]["rows"] == lines["Salesforce Bulk 2.0, CSV"]["rows"]


def test_what_was_measured_before_a_step_failed_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured() -> Iterator[Line]:
        yield Line("no-op sync", 8.5, 300_000_000)
        raise StepFailed("the next one ran out of memory")

    file = tmp_path / "bench.md"
    monkeypatch.setattr(benchmark, "_planned", lambda *_: ("a title", measured()))
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--markdown", str(file)])

    assert benchmark.main() == 1
    assert "ran out of memory" in capsys.readouterr().err
    assert table(file.read_text(encoding="utf-8"))["no-op sync"]["seconds"] == "8.50"


def table(markdown: str) -> dict[str, dict[str, str]]:
    """The table's lines by their first cell, each a dict by column name."""
    rows = [line[1:-1].split("|") for line in markdown.splitlines() if line.startswith("|")]
    header, _, *body = [[cell.strip() for cell in row] for row in rows]
    return {line[0]: dict(zip(header, line, strict=True)) for line in body}


def number(cell: str) -> float:
    return float(cell.replace(",", ""))
