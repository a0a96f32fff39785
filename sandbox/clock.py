"""The sandbox's own clock: starts in the present, ticks in real time, can be set and frozen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_stated: ContextVar[datetime | None] = ContextVar("stated moment", default=None)


class Clock:
    """A UTC clock that tests can move; every stamp and every Date header comes from it."""

    def __init__(self, start: datetime) -> None:
        self._base = start
        self._anchor = time.monotonic()
        self._frozen = False

    def now(self) -> datetime:
        """Return the current sandbox time, timezone-aware UTC."""
        if stated := _stated.get():
            return stated
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._anchor)

    def set(self, moment: datetime) -> None:
        """Continue from another moment (aware UTC)."""
        self._base = moment.astimezone(UTC)
        self._anchor = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Move forwards, or backwards with a negative number."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, frozen: bool) -> None:
        """Stop the clock where it is, or let it tick again."""
        self.set(self.now())
        self._frozen = frozen

    @contextmanager
    def showing(self, moment: datetime | None) -> Iterator[None]:
        """Show another moment (aware UTC) to what happens inside and to nothing else; None shows the own."""
        before = _stated.set(moment)
        try:
            yield
        finally:
            _stated.reset(before)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen


def to_seconds(moment: datetime) -> datetime:
    """Cut to whole seconds, the precision of Salesforce stamps."""
    return moment.replace(microsecond=0)


def to_milliseconds(moment: datetime) -> datetime:
    """Cut to whole milliseconds, the precision of HubSpot stamps."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def naive(moment: datetime) -> datetime:
    """Return the same UTC moment without a zone, as the database stores it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def salesforce_text(moment: datetime) -> str:
    """Write a moment as Salesforce's REST API does: `2024-09-24T03:26:07.000+0000`."""
    return f"{naive(moment):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def hubspot_text(moment: datetime) -> str:
    """Write a moment as HubSpot does: `2024-10-28T16:39:00.846Z`."""
    return f"{naive(moment):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
