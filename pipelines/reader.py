"""What the readers of all sources have in common: a client, and the settings of windows and calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

import pyarrow as pa

from pipelines.extract import Request
from pipelines.http import Budget, Usage
from pipelines.settings import duration, share


class Client(Protocol):
    """A source's client, as far as all of them are alike."""

    usage: Usage
    budget: Budget

    def now(self) -> datetime:
        """The server's clock, naive UTC."""

    def ahead(self) -> timedelta:
        """How far it is ahead of ours."""


class Settings(Protocol):
    """The settings that every source has; durations are ISO 8601."""

    overlap: str
    lag: str
    api_budget: float


AnyClient = TypeVar("AnyClient", bound=Client)


class ClientReader(Generic[AnyClient]):
    """The common part of a `pipelines.extract.Reader`.

    Raises:
        ConfigurationError: a duration or share is none.
    """

    source: ClassVar[str]

    def __init__(self, client: AnyClient, settings: Settings) -> None:
        self._client = client
        self.overlap = duration(self.source, "overlap", settings.overlap)
        self.lag = duration(self.source, "lag", settings.lag)
        share(self.source, "api_budget", settings.api_budget)

    @property
    def usage(self) -> Usage:
        """What the calls cost."""
        return self._client.usage

    @property
    def budget(self) -> Budget:
        """What they may cost."""
        return self._client.budget

    def now(self) -> datetime:
        """The server's clock, naive UTC."""
        return self._client.now()

    def ahead(self) -> timedelta:
        """How far it is ahead of ours."""
        return self._client.ahead()

    def erased(self, request: Request, gone: Sequence[str], stubs: pa.Table) -> Sequence[str]:
        """Nobody: most sources do not tell a deletion for privacy from any other."""
        return ()
