"""HTTP with retries: where a source's bytes come in. Bodies, tokens and query strings are never logged."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from pipelines.errors import BudgetReached, ConfigurationError, RequestRefused, SourceUnavailable
from pipelines.pace import Pace

Parsed = TypeVar("Parsed")

ATTEMPTS = 5
TIMEOUT = (10.0, 120.0)  # seconds to connect; seconds without a byte
RETRIED = frozenset({408, 423, 429, *range(500, 600)})
LONGEST_WAIT = 120.0  # seconds; a server that asks for more is better asked again by the next run
BACKOFF = (1.0, 2.0, 4.0, 8.0)  # seconds before the second, third, ... attempt
RESERVE = 0.05  # of the daily allowance is never touched, whoever used the rest
JITTER = 0.5  # seconds at most, so that parallel clients do not come back together


def pause(seconds: float) -> None:
    """Wait between attempts and between looks at a job; tests replace it."""
    time.sleep(seconds)


@dataclass
class Usage:
    """What the calls since the last reset cost.

    `outcomes` counts them by HTTP status; `timeout` and `broken` are answers that never came whole. `used`
    and `limit` are the server's own daily counters.
    """

    retries: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    used: int | None = None
    limit: int | None = None

    @property
    def calls(self) -> int:
        """All calls, whatever came of them."""
        return self.outcomes.total()

    def take(self) -> "Usage":
        """Return the counters so far and start again from zero (the server's counters stay)."""
        taken = Usage(self.retries, self.outcomes, self.used, self.limit)
        self.retries, self.outcomes = 0, Counter()
        return taken

    def plus(self, other: "Usage") -> "Usage":
        """Both together; the server's counters as `other`, the later one, saw them."""
        return Usage(self.retries + other.retries, self.outcomes + other.outcomes, other.used, other.limit)


@dataclass
class Budget:
    """How much of a source's daily allowance Canon may use.

    `share` of the allowance is for Canon's own calls of the last 24 hours, of which `spent` were made before
    this run; beside that, nobody's calls may bring what is left under `RESERVE`.
    """

    source: str
    share: float
    spent: int = 0
    calls: int = 0

    def check(self, usage: Usage) -> None:
        """Raise `BudgetReached` if another call would be one too many; count it otherwise."""
        if usage.limit:
            own = self.spent + self.calls
            if own >= self.share * usage.limit:
                raise BudgetReached(
                    f"{self.source}: Canon made {own} calls in 24 hours, which is its share of the daily "
                    f"allowance of {usage.limit} ({budget_setting(self.source)} = {self.share:g}). What was "
                    "read is kept; the next run goes on from there."
                )
            if usage.limit - (usage.used or 0) <= RESERVE * usage.limit:
                raise BudgetReached(
                    f"{self.source}: {usage.used} of {usage.limit} daily API calls are used up by all users "
                    f"together, and the last {RESERVE:.0%} are left to them. What was read is kept; the next "
                    "run goes on from there."
                )
        self.calls += 1


def budget_setting(source: str) -> str:
    """The name of the setting that a budget comes from."""
    return f"SOURCES__{source.upper()}__API_BUDGET"


class TryAgain(Exception):
    """An attempt failed in a way that another one may cure; `wait`: seconds that the server asked for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Bearer(AuthBase):
    """`Authorization: Bearer`; given as `auth`, so that a .netrc can not replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Dialect:
    """What differs between sources: how errors and allowances are spelled."""

    def judge(self, response: requests.Response) -> Exception | None:
        """Return what to raise for an error response, None for the general rules."""
        return None

    def code(self, response: requests.Response) -> str:
        """Return the source's own error code of an error response, '' if it has none."""
        return ""

    def message(self, response: requests.Response) -> str:
        """Return what the source said in an error response. Not for logs: it may quote a value."""
        return ""

    def allowance(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Return (used, limit) of the daily allowance, None if these headers do not tell."""
        return None


class Http:
    """A session with one source: one request at a time, whichever thread sends it.

    The next pages are fetched while the present ones are worked on, which may ask for records by id.
    `budget` and `usage` are shared by the sessions of one source; `pace` holds requests back where the source
    would refuse them for coming too fast.
    """

    def __init__(self, source: str, base_url: str, dialect: Dialect, budget: Budget, usage: Usage) -> None:
        self.source = source
        self.base_url = base_url.rstrip("/")
        self.auth: AuthBase | None = None
        self.budget = budget
        self.usage = usage
        self.pace: Pace | None = None
        self.clock: datetime | None = None
        self.ahead = timedelta()
        self._dialect = dialect
        self._session = requests.Session()
        self._turn = Lock()

    def send(
        self, method: str, path: str, *, parse: Callable[[requests.Response], Parsed], **request: Any
    ) -> Parsed:
        """Send a request, again where that may help, and return `parse(response)`.

        Args:
            method: the HTTP verb.
            path: the path below the base URL; never with a query string (that goes into `params`).
            parse: reads the body; what it raises as ValueError or network error counts as a failed attempt.
            request: more arguments of `requests.request`.

        Raises:
            SourceUnavailable: no usable answer after all attempts.
            RequestRefused: the source answered with an error that is not worth a retry.
        """
        attempts = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            retry=retry_if_exception_type(TryAgain),
            sleep=lambda seconds: pause(seconds),
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            answer: Parsed = attempts(self._in_turn, method, path, parse, request)
            return answer
        except TryAgain as failure:
            raise SourceUnavailable(
                f"{self.source} could not be read: {method} {self.base_url}{path} failed "
                f"{attempts.statistics['attempt_number']} times, at last with: {failure}. "
                "Nothing was lost; run the same command again later."
            ) from None

    def now(self) -> datetime:
        """The source's clock (naive UTC) as its last answer told it."""
        if self.clock is None:
            raise SourceUnavailable(
                f"{self.source} sent no Date header, so no window of changes can be closed."
            )
        return self.clock

    def _in_turn(self, *call: Any) -> Any:
        with self._turn:
            return self._attempt(*call)

    def _attempt(
        self,
        method: str,
        path: str,
        parse: Callable[[requests.Response], Parsed],
        request: Mapping[str, Any],
    ) -> Parsed:
        if self.pace:
            self.pace.wait(path)
        self.budget.check(self.usage)
        options = {"timeout": TIMEOUT, "allow_redirects": False, "auth": self.auth, **request}
        outcome = "broken"
        try:
            with self._session.request(method, self.base_url + path, **options) as response:
                outcome = str(response.status_code)
                self._note(response)
                self._check(method, path, response)
                return parse(response)
        except (requests.RequestException, OSError, ValueError) as failure:
            if isinstance(failure, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
                raise ConfigurationError(f"{self.source}: {self.base_url} is not a usable address.") from None
            outcome = "timeout" if isinstance(failure, requests.Timeout) else "broken"
            raise TryAgain(f"no usable answer ({type(failure).__name__})") from None
        finally:
            self.usage.outcomes[outcome] += 1

    def _note(self, response: requests.Response) -> None:
        if date := response.headers.get("Date"):
            self.clock = parsedate_to_datetime(date).astimezone(UTC).replace(tzinfo=None)
            self.ahead = self.clock - datetime.now(UTC).replace(tzinfo=None)
        if allowance := self._dialect.allowance(response.headers):
            self.usage.used, self.usage.limit = allowance
        if self.pace:
            self.pace.learn(response.headers)

    def _check(self, method: str, path: str, response: requests.Response) -> None:
        if response.status_code < 300:
            return
        verdict = self._dialect.judge(response)
        if verdict is None and response.status_code in RETRIED:
            verdict = TryAgain(f"HTTP {response.status_code}", retry_after(response.headers))
        if verdict:
            raise self._unless_too_long(verdict)
        code = self._dialect.code(response)
        raise RequestRefused(
            f"{self.source} refused {method} {self.base_url}{path} with HTTP {response.status_code} "
            f"({code or 'no error code'}). Nothing was lost; if running again does not help, check what the "
            "user that Canon reads with may read.",
            status=response.status_code,
            code=code,
            said=self._dialect.message(response),
        )

    def _unless_too_long(self, verdict: Exception) -> Exception:
        """The verdict; to wait for very long is left to the next run."""
        wait = verdict.wait if isinstance(verdict, TryAgain) else None
        if wait is None or wait <= LONGEST_WAIT:
            return verdict
        return SourceUnavailable(
            f"{self.source} at {self.base_url} answered {verdict} and asks to be left alone for "
            f"{wait:.0f} seconds. Nothing was lost; run the same command again after that."
        )

    def _count_retry(self, _: RetryCallState) -> None:
        self.usage.retries += 1


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks for; None without one (or with a date, which nobody sends)."""
    text = headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _wait(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the server asked for, else the backoff with jitter."""
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait if isinstance(failure, TryAgain) else None
    if asked is not None:
        return asked
    return BACKOFF[min(state.attempt_number, len(BACKOFF)) - 1] + random.uniform(0, JITTER)


def read_json(response: requests.Response) -> Any:
    """The body as JSON; numbers stay the text that the source sent (`12.50`, 54 digits and all)."""
    return json.loads(response.content, parse_float=str, parse_int=str)


def require_secure(setting: str, url: str) -> str:
    """Return `url` without a trailing slash.

    Raises:
        ConfigurationError: it is neither https nor http to this machine: a token would travel in clear text.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"{setting} is not a web address; give one like https://example.com.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ConfigurationError(
            f"{setting} starts with http://, but {parts.hostname} is not this machine: credentials would "
            "travel in clear text. Use https:// (http:// is accepted for loopback hosts only)."
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
