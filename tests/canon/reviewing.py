"""`canon review` as a steward calls it: the whole answer, the decisions in it, or the refusal."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from canon import cli
from canon.errors import CanonError


def review(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["review", *arguments])


def decided(*arguments: str) -> list[dict[str, Any]]:
    done = review(*arguments, "--as-json")
    assert done.exit_code == 0, done.exception
    found: list[dict[str, Any]] = json.loads(done.stdout)["decisions"]
    return found


def problem(*arguments: str) -> CanonError:
    found = review(*arguments).exception
    assert isinstance(found, CanonError)
    assert found.exit_code == 2
    return found
