"""Salesforce's REST and Bulk API 2.0: the only code that talks to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote_plus

import pyarrow as pa
import requests

from pipelines.errors import BudgetReached, ConfigurationError, FieldsChanged, RequestRefused
from pipelines.http import Bearer, Budget, Dialect, Http, TryAgain, Usage, read_json, require_secure
from pipelines.salesforce.auth import TOKEN_PATH, LoginDialect, client_credentials, jwt_bearer
from pipelines.salesforce.settings import SOURCE, SalesforceSettings, require_a_flow
from pipelines.settings import setting

LONGEST_URL = 14_000  # bytes; the server refuses request line and headers beyond 16,384
BULK_CHUNK = 50_000  # rows of one result file
LAST_LOCATOR = "null"  # the literal text that the server sends with the last file
# The object, or one of its fields, was hidden or deleted since it was described.
FIELDS_GONE = frozenset({"INVALID_FIELD", "INVALID_TYPE"})


class SalesforceDialect(Dialect):
    """Errors are JSON arrays of `{errorCode, message}`; the allowance is in `Sforce-Limit-Info`."""

    def judge(self, response: requests.Response) -> Exception | None:
        """Tell the two request limits and missing permissions apart."""
        if response.status_code != 403:
            return None
        code, message = _error(response)
        if code != "REQUEST_LIMIT_EXCEEDED":
            return ConfigurationError(
                f"Salesforce does not let Canon's user in: {code} {message} "
                f"Give the user of {setting(SOURCE, 'credentials', 'client_id')} API access to the objects."
            )
        if message.startswith("ConcurrentRequests"):
            return TryAgain(f"HTTP 403 {code}")
        return BudgetReached(
            f"Salesforce's daily API allowance is used up ({message}) Run again when it has refilled."
        )

    def code(self, response: requests.Response) -> str:
        """`errorCode` of the first error."""
        return _error(response)[0]

    def message(self, response: requests.Response) -> str:
        """`message` of the first error."""
        return _error(response)[1]

    def allowance(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Parse `api-usage=18/5000`, which may be followed by more."""
        usage = headers.get("Sforce-Limit-Info", "").partition("api-usage=")[2].partition(";")[0]
        used, _, limit = usage.strip().partition("/")
        return (int(used), int(limit)) if used.isdigit() and limit.isdigit() else None


def _error(response: requests.Response) -> tuple[str, str]:
    """(errorCode, message) of an error response; empty where the body has none (HTML at the edge, say)."""
    try:
        body = read_json(response)
    except ValueError:
        return "", ""
    first = body[0] if isinstance(body, list) and body else {}
    return (
        (str(first.get("errorCode", "")), str(first.get("message", "")))
        if isinstance(first, dict)
        else ("", "")
    )


class SalesforceClient:
    """One org. Logs in on first use, and once more when the session has ended."""

    def __init__(self, settings: SalesforceSettings) -> None:
        require_a_flow(settings.credentials)
        self._credentials = settings.credentials
        login_url = require_secure(setting(SOURCE, "login_url"), settings.login_url)
        self.budget, self.usage = Budget("Salesforce", settings.api_budget), Usage()
        dialect = LoginDialect(settings.credentials, login_url)
        self._login = Http("Salesforce", login_url, dialect, self.budget, self.usage)
        self._data = Http("Salesforce", login_url, SalesforceDialect(), self.budget, self.usage)
        self._root = f"/services/data/v{settings.api_version}"

    def now(self) -> datetime:
        """The server's clock, naive UTC."""
        return self._data.now()

    def ahead(self) -> timedelta:
        """How far it is ahead of ours."""
        return self._data.ahead

    def describe(self, object_name: str) -> dict[str, Any]:
        """Metadata of an object and its fields."""
        described: dict[str, Any] = self._get(f"/sobjects/{object_name}/describe")
        return described

    def count(self, soql: str) -> int:
        """Answer of a `SELECT COUNT()` query, deleted records included."""
        return int(self._get("/queryAll", params={"q": soql})["totalSize"])

    def query(self, soql: str) -> tuple[list[dict[str, Any]], bool]:
        """One answer's records, deleted ones included, and whether they are all."""
        answer = self._get("/queryAll", params={"q": soql})
        return answer["records"], answer["done"]

    def fits_in_url(self, soql: str, more: int) -> bool:
        """Whether a query, `more` characters longer, can be asked over REST, where it is part of the URL."""
        fixed = len(self._data.base_url + self._root) + len("/queryAll?q=")
        return fixed + len(quote_plus(soql)) + more <= LONGEST_URL

    def deleted(self, object_name: str, start: datetime, end: datetime) -> dict[str, Any]:
        """What was deleted in a span (naive UTC): `earliestDateAvailable` says how far back that is known."""
        span = {"start": f"{start:%Y-%m-%dT%H:%M:%S}+00:00", "end": f"{end:%Y-%m-%dT%H:%M:%S}+00:00"}
        answer: dict[str, Any] = self._get(f"/sobjects/{object_name}/deleted/", params=span)
        return answer

    def create_job(self, soql: str) -> str:
        """Start a query as a Bulk API 2.0 job; returns its id."""
        order = {
            "operation": "queryAll",
            "query": soql,
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        return str(self._call("POST", f"{self._root}/jobs/query", parse=read_json, json=order)["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """The state of a job."""
        found: dict[str, Any] = self._get(f"/jobs/query/{job_id}")
        return found

    def abort_job(self, job_id: str) -> None:
        """End a job that makes no progress."""
        path = f"{self._root}/jobs/query/{job_id}"
        self._call("PATCH", path, parse=read_json, json={"state": "Aborted"})

    def job_results(
        self, job_id: str, locator: str, read_csv: Callable[[bytes], pa.Table]
    ) -> tuple[pa.Table, str]:
        """One result file, read by `read_csv`, and the locator of the next; a short one is asked for again.

        Raises:
            SourceUnavailable: the file stays short.
        """
        found: tuple[pa.Table, str] = self._call(
            "GET",
            f"{self._root}/jobs/query/{job_id}/results",
            parse=partial(_chunk, read_csv=read_csv),
            params={"maxRecords": str(BULK_CHUNK)} | ({"locator": locator} if locator else {}),
            headers={"Accept": "text/csv", "Accept-Encoding": "gzip"},
        )
        return found

    def _get(self, path: str, **request: Any) -> Any:
        return self._call("GET", self._root + path, parse=read_json, **request)

    def _call(self, method: str, path: str, **request: Any) -> Any:
        """Send a request with a session; a 401 buys one new login, a second one is final."""
        if self._data.auth is None:
            self._log_in()
        try:
            return self._sent(method, path, request)
        except RequestRefused as refusal:
            if refusal.status != 401:
                raise
        self._log_in()
        try:
            return self._sent(method, path, request)
        except RequestRefused as refusal:
            if refusal.status != 401:
                raise
            raise ConfigurationError(
                f"Salesforce refuses the sessions that it just granted ({refusal.code}). Check that the user "
                f"of {setting(SOURCE, 'credentials', 'client_id')} may use the API."
            ) from None

    def _sent(self, method: str, path: str, request: Mapping[str, Any]) -> Any:
        try:
            return self._data.send(method, path, **request)
        except RequestRefused as refusal:
            if refusal.code not in FIELDS_GONE:
                raise
            raise FieldsChanged(f"{refusal}") from None

    def _log_in(self) -> None:
        """Get a session and the address of the org's API."""
        if self._credentials.client_secret:
            form = client_credentials(self._credentials)
        else:
            self._login.send("GET", "/services/data/", parse=bool)  # sets the clock that an assertion goes by
            form = jwt_bearer(self._credentials, self._login.base_url, self._login.now())
        token = self._login.send("POST", TOKEN_PATH, parse=_token, data=form)
        self._data.base_url = require_secure("The instance_url that Salesforce returned", token.instance_url)
        self._data.auth = Bearer(token.access_token)


@dataclass(frozen=True)
class Token:
    """A session."""

    access_token: str = field(repr=False)
    instance_url: str


def _token(response: requests.Response) -> Token:
    body = read_json(response)
    if not isinstance(body, dict) or not {"access_token", "instance_url"} <= body.keys():
        raise TryAgain("the token answer holds no access_token and instance_url")
    return Token(body["access_token"], body["instance_url"])


def _chunk(response: requests.Response, read_csv: Callable[[bytes], pa.Table]) -> tuple[pa.Table, str]:
    """The rows of a result file and the locator of the next one."""
    if response.status_code == 204:
        raise TryAgain("the results of a finished bulk job are not there yet")
    rows = read_csv(response.content)
    expected = int(response.headers["Sforce-NumberOfRecords"])
    if rows.num_rows != expected:
        raise TryAgain(f"a bulk result file has {rows.num_rows} rows instead of {expected}")
    return rows, response.headers.get("Sforce-Locator") or LAST_LOCATOR
