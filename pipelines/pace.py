"""Holding requests back just enough that a source never refuses them for coming too fast."""

from collections.abc import Mapping
from typing import Protocol

from pyrate_limiter import InMemoryBucket, Limiter, Rate, SingleBucketFactory


class Pace(Protocol):
    """The rates of one source."""

    def wait(self, path: str) -> None:
        """Wait until a request to this path may be sent."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over the rates that a response tells."""


class Lane:
    """At most `calls` requests in any `seconds`, a rolling window as the server counts it."""

    def __init__(self, calls: int, seconds: float) -> None:
        self.rate = (calls, seconds)
        self._bucket = InMemoryBucket([Rate(calls, round(seconds * 1000))])
        # Without the limiter's own thread: the bucket is emptied on the way.
        self._limiter = Limiter(SingleBucketFactory(self._bucket, schedule_leak=False))

    def wait(self) -> None:
        """Wait for the next free place in the window."""
        self._bucket.leak(self._bucket.now())  # type: ignore[no-untyped-call]
        self._limiter.try_acquire("request")

    def at(self, calls: int, seconds: float) -> "Lane":
        """A lane with this rate that knows the requests already sent; this one if it is the same rate."""
        if self.rate == (calls, seconds):
            return self
        lane = Lane(calls, seconds)
        for _ in range(min(calls, self._bucket.count())):
            lane.wait()
        return lane
