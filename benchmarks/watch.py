"""How long the steps of a run take, asked of the functions that are its steps."""

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

# The steps of a sync, by the functions of `canon.sync` that are its steps.
STEPS_OF_A_SYNC = {
    "load": "load",
    "build": "build",
    "validate": "checks",
    "publish_copy": "publication",
    "publish_site": "pages",
}


@contextmanager
def watched(module: str, names: Sequence[str]) -> Iterator[dict[str, float]]:
    """Seconds by function, for functions as a module calls them; those that never ran are not in it."""
    seconds: dict[str, float] = {}
    found = importlib.import_module(module)
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch.object(found, name, _timed(getattr(found, name), name, seconds)))
        yield seconds


def _timed(function: Callable[..., Any], name: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        started = time.monotonic()
        try:
            return function(*arguments, **options)
        finally:
            seconds[name] = seconds.get(name, 0) + time.monotonic() - started

    return timed
