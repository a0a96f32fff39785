"""One run at a time: a lock file beside the warehouse, and a note that says who holds it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from canon.errors import LockHeld

# What `is_held` says of a note that outlived its run.
LEFTOVER = "leftover"


@contextmanager
def run_lock(warehouse: Path, purpose: str) -> Iterator[None]:
    """Hold the warehouse while the block runs; `purpose` is the command, told to whoever comes second.

    Raises:
        LockHeld: Another process holds it. Never waits.
    """
    from filelock import FileLock, Timeout

    warehouse.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_beside(warehouse, "lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise LockHeld(_who_holds(warehouse)) from error
    note = _beside(warehouse, "holder.lock")
    try:
        note.write_text(json.dumps(_holder(purpose)), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def is_held(warehouse: Path) -> str:
    """Who holds the warehouse, in words; `LEFTOVER` where only the note of a killed run is left, else ""."""
    from filelock import FileLock, Timeout

    if not _beside(warehouse, "holder.lock").exists():
        return ""
    try:
        with FileLock(_beside(warehouse, "lock"), blocking=False):
            return LEFTOVER
    except Timeout:
        return _who_holds(warehouse)


def _beside(warehouse: Path, suffix: str) -> Path:
    return warehouse.with_name(f"{warehouse.name}.{suffix}")


def _holder(purpose: str) -> dict[str, str | int]:
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return {"purpose": purpose, "pid": os.getpid(), "since": since}


def _who_holds(warehouse: Path) -> str:
    """The message for the second run; the note may be missing or half written, then it names no one."""
    advice = "Wait until it has ended, then run again."
    try:
        holder = json.loads(_beside(warehouse, "holder.lock").read_text(encoding="utf-8"))
        who = f"canon {holder['purpose']} (process {holder['pid']}, since {holder['since']} UTC)"
    except (OSError, ValueError, KeyError, TypeError):
        who = "Another run of canon"
    return f"{who} holds {warehouse}. {advice}"
