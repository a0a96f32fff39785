"""A commit is checked by the same commands as CI."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_every_hook_is_a_line_of_make_lint() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(BIN)", ".venv/bin")
    lint = makefile.partition("\nlint:")[2].partition("\n\n")[0].splitlines()[1:]
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    for repository in config["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert any(line.strip().startswith(hook["entry"]) for line in lint), hook["id"]
