"""What every command that can answer in JSON shares: the option, and a failure that is an object too."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from canon.errors import CanonError
from canon.output import print_json

AsJson = Annotated[
    bool, typer.Option("--as-json", help="Print one JSON object on standard output, nothing else there.")
]


def answer(as_json: bool, work: Callable[[], Any]) -> Any:
    """Do the work of a command that can answer in JSON; its failure is then an object too."""
    try:
        return work()
    except CanonError as problem:
        if as_json:
            print_json(
                {
                    "status": "failed",
                    "exit_code": problem.exit_code,
                    "error": type(problem).__name__,
                    "message": str(problem),
                }
            )
        raise
