"""Marks beside files that the demo made: only a marked file is ever replaced by another demo."""

import shutil
from pathlib import Path

from canon.errors import UsageError
from canon.output import messages
from canon.settings import Settings


def mark_of(file: Path) -> Path:
    """The mark that says that a file holds the demo's records and nothing else."""
    return file.with_name(f"{file.name}.demo")


def start_over(settings: Settings) -> None:
    """Remove the files of an earlier demo and mark the new ones. The caller holds the lock.

    Raises:
        UsageError: A file that the demo would replace was not made by a demo.
    """
    for file in (settings.warehouse, settings.published):
        if file.exists() and not mark_of(file).exists():
            raise UsageError(
                f"{file} was not made by canon demo, so the demo does not replace it. Move it away, or point "
                "CANON_WAREHOUSE, CANON_PUBLISHED and CANON_SITE somewhere else, then run canon demo again."
            )
    for file in (settings.warehouse, settings.published):
        file.parent.mkdir(parents=True, exist_ok=True)
        mark_of(file).write_text("canon demo made this; the next one may replace it\n", encoding="utf-8")
        for leftover in (file, file.with_name(f"{file.name}.wal")):
            leftover.unlink(missing_ok=True)
    shutil.rmtree(settings.warehouse.parent / ".dlt_work", ignore_errors=True)


def claim(settings: Settings) -> None:
    """A load of one's own makes the warehouse one's own: from now on no demo replaces it."""
    marks = [mark_of(file) for file in (settings.warehouse, settings.published)]
    if any(mark.exists() for mark in marks):
        messages.print(
            f"{settings.warehouse} still holds the records of canon demo. From now on it counts as yours, "
            "and the demo will not replace it. To start clean, stop here and delete it.",
            style="yellow",
        )
    for mark in marks:
        mark.unlink(missing_ok=True)
