"""`python -m evaluation` end to end on the smallest set, and what it does when a step fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import __main__ as command
from evaluation.errors import EvaluationFailed

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.parametrize("variant", ["external", "emails"])
def test_febrl1_is_measured(variant):
    arguments = ["-m", "evaluation", "--set", "febrl1", "--variant", variant, "--as-json"]
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)

    report = json.loads(done.stdout)
    (result,) = report["results"]
    lines = {line["name"]: line for line in result["lines"]}
    assert done.returncode == (0 if report["met"] else 1)
    assert result["records"] == {"salesforce": 500, "hubspot": 500}
    assert {line["true_pairs"] for line in result["lines"]} == {500}
    assert lines["Canon"]["merged_pairs"] > 0
    assert lines["Canon"]["precision"] >= 0.999
    assert lines["Canon"]["recall"] >= lines["tiers 1 to 5"]["recall"]
    assert lines["cascade, no guards"]["correct_pairs"] > 400
    assert lines["cascade, unique per system"]["correct_pairs"] > 200
    assert lines["cascade, and one first name"]["precision"] >= 0.999
    assert 0 < result["suggestions"]["right"] <= result["suggestions"]["made"]
    assert lines["with accepted suggestions"]["recall"] > lines["Canon"]["recall"]
    assert any(line["name"].startswith("Splink") and line["f1"] > 0.9 for line in result["lines"])


def test_a_failed_step_is_told_and_exits_with_1(monkeypatch, capsys):
    def fail(set_name, variant):
        raise EvaluationFailed(f"no {set_name}")

    monkeypatch.setattr(command, "measured", fail)

    assert command.main(["--set", "febrl1"]) == 1
    assert "no febrl1" in capsys.readouterr().err


def test_an_unknown_set_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["--set", "febrl9"])

    assert stopped.value.code == 2
    assert "febrl9" in capsys.readouterr().err
