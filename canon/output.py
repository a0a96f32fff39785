"""Where words go: results to standard output, everything else to standard error."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from rich.console import Console

messages = Console(stderr=True, soft_wrap=True, highlight=False)
results = Console(highlight=False)


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Send what the block prints, libraries in C and child processes included, to standard error.

    dlt, dbt and Great Expectations print; standard output belongs to the command's own result.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def step(text: str) -> Iterator[Callable[[str], None]]:
    """Show that a long step is under way: a spinner at a terminal, one line elsewhere.

    Yields a function that shows how far it has come; silent where there is no terminal.
    """
    if not messages.is_terminal:
        messages.print(text)
        yield lambda _: None
        return
    with messages.status(text) as status:
        yield lambda detail: status.update(f"{text}  [dim]{detail}[/]")
    messages.print(f"[green]✓[/] {text}")


def print_json(content: Mapping[str, Any]) -> None:
    """One JSON object on standard output; timestamps as ISO 8601 in UTC."""
    sys.stdout.write(json.dumps(content, default=as_text, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def as_text(value: object) -> str:
    """A value that JSON has no type for: dates and times in ISO 8601 (naive ones are UTC), else its text."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
