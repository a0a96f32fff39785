"""A copy of the warehouse to try things on: what is built there changes nothing here."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from canon.settings import Settings

PREFIX = "canon-copy-"


@contextmanager
def copied(settings: Settings, purpose: str) -> Iterator[Settings]:
    """Settings of a copy of the warehouse, which is gone after the block. The caller holds the lock."""
    remove_copies(settings.warehouse)
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{purpose}-", dir=settings.warehouse.parent) as folder:
        for path in _files_of(settings.warehouse):
            shutil.copy(path, folder)
        yield replace(settings, warehouse=Path(folder) / settings.warehouse.name)


def remove_copies(warehouse: Path) -> None:
    """Remove what a run that was killed left: nobody else has a copy, for the caller holds the lock."""
    for path in warehouse.parent.glob(f"{PREFIX}*"):
        shutil.rmtree(path, ignore_errors=True)


def _files_of(warehouse: Path) -> list[Path]:
    """The warehouse, changes that DuckDB has not folded into it yet, and the key of its hashes."""
    beside = (warehouse.with_name(f"{warehouse.name}.wal"), warehouse.with_suffix(".hash_key"))
    return [warehouse, *(path for path in beside if path.exists())]
