"""The generated blocks of README.md; `python -m tests.rendered` rewrites them, test_readme.py compares."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"

# Parts of a run's output that differ from run to run.
MOMENT = re.compile(r"20\d\d-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")
PORT = re.compile(r"127\.0\.0\.1:\d+")
POLICY = re.compile(r"policy [0-9a-f]{12}")


def block(text: str, name: str) -> str:
    """The content between the `begin` and `end` marks of a generated block."""
    found = re.search(rf"<!-- begin: {name} -->\n(.*?)<!-- end: {name} -->", text, re.DOTALL)
    assert found, f"README.md has no block {name}"
    return found[1]


def replaced(text: str, name: str, content: str) -> str:
    """The text with another content of a block."""
    begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
    before, _, rest = text.partition(begin)
    return before + begin + content + end + rest.partition(end)[2]


def steady(text: str) -> str:
    """Output without the parts that differ from run to run."""
    return POLICY.sub("policy VERSION", PORT.sub("127.0.0.1:PORT", MOMENT.sub("DATE", text)))


def matrix() -> str:
    """The ownership matrix of customers as a Markdown table."""
    policy: dict[str, Any] = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    lines = ["| field | rule | sources, first wins | group | why |", "|---|---|---|---|---|"]
    for field, line in policy["ownership"]["customer"].items():
        ranks = line.get("sources", ["all"])
        sources = ", ".join(rank if isinstance(rank, str) else " = ".join(rank) for rank in ranks)
        cells = (f"`{field}`", line["rule"], sources, line.get("group", ""), line["why"])
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Every command of the console script with the first sentence of its help."""
    from typer.main import get_command

    from canon.cli import app

    lines = ["| command | does |", "|---|---|"]
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        lines.append(f"| `canon {name}` | {' '.join((command.help or '').split())} |")
    return "\n".join(lines) + "\n"


def console(*arguments: str) -> str:
    """What a `canon` command prints to a plain 100-column terminal, as a fenced block."""
    environ = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "canon", *arguments]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    return "```\n" + "\n".join(line.rstrip() for line in run.stdout.strip().splitlines()) + "\n```\n"


def main() -> None:
    """Rewrite every block; runs the demo."""
    text = README.read_text()
    text = replaced(text, "demo", console("demo"))
    text = replaced(text, "explain", console("explain", EXPLAINED, "phone"))
    text = replaced(text, "matrix", matrix())
    README.write_text(replaced(text, "commands", commands()))


# Whom the quickstart asks about: one of the cast whose phone changes on day two.
EXPLAINED = "soren.vestergaard-lund@harbourpine-logistics.com"

if __name__ == "__main__":
    main()
