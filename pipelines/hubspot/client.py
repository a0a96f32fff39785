"""HubSpot's CRM API (v3, associations v4): the only code that talks to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import requests

from pipelines.errors import BudgetReached, ConfigurationError, RequestRefused, SourceUnavailable
from pipelines.http import (
    Bearer,
    Budget,
    Dialect,
    Http,
    TryAgain,
    Usage,
    read_json,
    require_secure,
    retry_after,
)
from pipelines.hubspot.pace import HubspotPace
from pipelines.hubspot.settings import SOURCE, HubspotSettings
from pipelines.settings import setting

Record = dict[str, Any]

LIST_PAGE = 100  # records; the most that a list page or a batch read gives
SEARCH_PAGE = 200  # records; the most that a search page gives
HISTORY_BATCH = 50  # records whose property histories one batch read gives
LINK_BATCH = 1000  # records whose associations one call reads
OWNER_PAGE = 500
LONGEST_AFTER = 50  # characters of a paging position
LONGEST_URL = 8000  # bytes; longer property lists go into the body of a batch read
# Seconds to wait after a 429 that names no time: bursts are counted over ten seconds, searches over one.
BURST_WAIT, SEARCH_WAIT = 10.0, 1.0
MIGRATING = 477  # the account is being moved to another data centre, which takes up to a day
HARMLESS = ("crm.associations.NO_ASSOCIATIONS_FOUND", "OBJECT_NOT_FOUND")


class HubspotDialect(Dialect):
    """Errors are JSON objects `{category, message ...}`; the allowance is in X-HubSpot-RateLimit-Daily."""

    def judge(self, response: requests.Response) -> Exception | None:
        """Tell apart: token refused, scope missing, daily limit, short limits, migration."""
        error = _error(response)
        message = str(error.get("message", ""))
        if response.status_code in {401, 403}:
            return _refused_token(response.status_code, error, message)
        if response.status_code == 429:
            return _too_fast(error, message, retry_after(response.headers))
        if response.status_code == MIGRATING:
            return SourceUnavailable(
                "HubSpot is moving this account to another data centre (HTTP 477), which can take a day. "
                "Nothing was lost; run the same command again later."
            )
        return None

    def code(self, response: requests.Response) -> str:
        """The error's category."""
        return str(_error(response).get("category", ""))

    def allowance(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Daily calls used and allowed; search answers carry neither."""
        limit = headers.get("X-HubSpot-RateLimit-Daily", "")
        remaining = headers.get("X-HubSpot-RateLimit-Daily-Remaining", "")
        return (int(limit) - int(remaining), int(limit)) if limit.isdigit() and remaining.isdigit() else None


def _refused_token(status: int, error: Record, message: str) -> Exception:
    said = message or f"HTTP {status}."
    kind = TokenRefused if status == 401 else ConfigurationError
    return kind(
        f"HubSpot refused the access token: {said}{_scopes(error)} Check {setting(SOURCE, 'access_token')}."
    )


def _too_fast(error: Record, message: str, wait: float | None) -> Exception:
    if error.get("policyName") == "DAILY":
        return BudgetReached(f"HubSpot's daily API allowance is used up: {message} Run again after midnight.")
    default = SEARCH_WAIT if error.get("policyName") == "SECONDLY" else BURST_WAIT
    return TryAgain("HTTP 429", default if wait is None else wait)


def _scopes(error: Record) -> str:
    contexts = [entry.get("context") or {} for entry in error.get("errors") or () if isinstance(entry, dict)]
    scopes = [scope for context in contexts for scope in context.get("requiredGranularScopes") or ()]
    return f" (missing scopes: {', '.join(scopes)})." if scopes else ""


def _error(response: requests.Response) -> Record:
    try:
        body = read_json(response)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


class TokenRefused(ConfigurationError):
    """HTTP 401: the token has expired, was revoked, or never was one."""


@dataclass(frozen=True)
class Found:
    """A page of search results; `total` is how many records the whole search matches."""

    total: int
    records: Sequence[Record]
    after: str | None


class HubspotClient:
    """One HubSpot account. `token` looks the access token up again when HubSpot refuses the present one."""

    def __init__(self, settings: HubspotSettings, token: Callable[[], str]) -> None:
        base_url = require_secure(setting(SOURCE, "base_url"), settings.base_url)
        self.budget, self.usage = Budget("HubSpot", settings.api_budget), Usage()
        self._http = Http("HubSpot", base_url, HubspotDialect(), self.budget, self.usage)
        self._http.auth = Bearer(settings.access_token)
        self._http.pace = HubspotPace()
        self._token = token

    def now(self) -> datetime:
        """The server's clock, naive UTC."""
        return self._http.now()

    def ahead(self) -> timedelta:
        """How far it is ahead of ours."""
        return self._http.ahead

    def properties(self, object_name: str) -> list[Record]:
        """Definitions of the object's live properties."""
        return list(self._get(f"/crm/v3/properties/{object_name}", {"archived": "false"})["results"])

    def fits_in_url(self, object_name: str, properties: Sequence[str]) -> bool:
        """Whether a list page can name all these properties."""
        query = urlencode({"limit": LIST_PAGE, "archived": "false", "properties": ",".join(properties)})
        return (
            len(self._http.base_url) + len(f"/crm/v3/objects/{object_name}?") + len(query) + 50 <= LONGEST_URL
        )

    def listed(
        self, object_name: str, properties: Sequence[str], *, archived: bool, after: str = ""
    ) -> Iterator[tuple[list[Record], str]]:
        """All live or all archived records of an object, a page at a time, in the order of their ids.

        Each page comes with where the next one starts, "" after the last.
        """
        query = {
            "limit": str(LIST_PAGE),
            "archived": str(archived).lower(),
            "properties": ",".join(properties),
        }
        return self._pages(f"/crm/v3/objects/{object_name}", query, after)

    def search(self, object_name: str, body: Mapping[str, Any]) -> Found:
        """One page of a search; archived records are never found."""
        path = f"/crm/v3/objects/{object_name}/search"
        answer = self._send("POST", path, json={"limit": SEARCH_PAGE, **body})
        return Found(int(answer["total"]), answer["results"], _after(answer))

    def total(self, object_name: str) -> int:
        """How many live records the search knows."""
        body = {"filterGroups": [], "limit": 1}
        return int(self._send("POST", f"/crm/v3/objects/{object_name}/search", json=body)["total"])

    def batch_read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str], *, archived: bool
    ) -> list[Record]:
        """Up to 100 records by id; ids that do not exist (or not in this state) are left out."""
        answer = self._send(
            "POST",
            f"/crm/v3/objects/{object_name}/batch/read",
            params={"archived": str(archived).lower()},
            json={"inputs": [{"id": record_id} for record_id in ids], "properties": list(properties)},
        )
        return list(answer["results"])

    def missing(self, object_name: str, ids: Sequence[str], archived: bool) -> list[str]:
        """Of up to 100 ids, those that a batch read does not know in this state; a merged one it may know."""
        answer = self._send(
            "POST",
            f"/crm/v3/objects/{object_name}/batch/read",
            params={"archived": str(archived).lower()},
            json={"inputs": [{"id": record_id} for record_id in ids], "properties": []},
        )
        told = (error.get("context") or {} for error in answer.get("errors") or ())
        unknown = {str(record_id) for context in told for record_id in context.get("ids") or ()}
        return [record_id for record_id in ids if record_id in unknown]

    def answers(self, object_name: str, record_id: str) -> bool:
        """Whether an id leads to a record: itself, live or archived, or the one that it was merged into."""
        for archived in ("false", "true"):
            try:
                self._get(f"/crm/v3/objects/{object_name}/{record_id}", {"archived": archived})
            except RequestRefused as refusal:
                if refusal.status != HTTPStatus.NOT_FOUND:
                    raise
            else:
                return True
        return False

    def histories(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, Mapping[str, list[Record]]]:
        """For up to 50 live records, by id, the entries of these properties' histories, newest first."""
        answer = self._send(
            "POST",
            f"/crm/v3/objects/{object_name}/batch/read",
            params={"archived": "false"},
            json={
                "inputs": [{"id": record_id} for record_id in ids],
                "properties": [],
                "propertiesWithHistory": list(properties),
            },
        )
        return {record["id"]: record.get("propertiesWithHistory") or {} for record in answer["results"]}

    def owners(self, *, archived: bool) -> Iterator[list[Record]]:
        """All active or all deactivated owners, a page at a time."""
        query = {"limit": str(OWNER_PAGE), "archived": str(archived).lower()}
        return (page for page, _ in self._pages("/crm/v3/owners", query))

    def pipelines(self, object_name: str) -> list[Record]:
        """The pipelines of an object with their stages."""
        return list(self._get(f"/crm/v3/pipelines/{object_name}", {})["results"])

    def associations(self, from_object: str, to_object: str, ids: Sequence[str]) -> dict[str, list[Record]]:
        """For up to 1,000 records the `{toObjectId, associationTypes}` entries of those that have any."""
        path = f"/crm/v4/associations/{from_object}/{to_object}/batch/read"
        found: dict[str, list[Record]] = {}
        inputs = [{"id": record_id} for record_id in ids]
        while inputs:
            answer = self._send("POST", path, json={"inputs": inputs})
            _check_links(answer, path)
            inputs = []
            for result in answer["results"]:
                found.setdefault(result["from"]["id"], []).extend(result["to"])
                if after := _after(result):
                    inputs.append({"id": result["from"]["id"], "after": after})
        return found

    def _send(self, method: str, path: str, **request: Any) -> Any:
        """Send a request; a token that is refused is looked up once more, as whoever rotates it may have."""
        try:
            return self._http.send(method, path, parse=read_json, **request)
        except TokenRefused:
            self._http.auth = Bearer(self._token())
        return self._http.send(method, path, parse=read_json, **request)

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return self._send("GET", path, params=query)

    def _pages(
        self, path: str, query: Mapping[str, str], after: str = ""
    ) -> Iterator[tuple[list[Record], str]]:
        while True:
            answer = self._get(path, {**query, "after": after} if after else query)
            after = _after(answer) or ""
            yield answer["results"], after
            if not after:
                return


def _after(answer: Mapping[str, Any]) -> str | None:
    """Where the next page starts; None on the last one."""
    following = (answer.get("paging") or {}).get("next") or {}
    return str(following["after"]) if "after" in following else None


def _check_links(answer: Mapping[str, Any], path: str) -> None:
    """A record without associations is reported as an error, and is none; anything else is."""
    for error in answer.get("errors") or ():
        if error.get("subCategory") not in HARMLESS and error.get("category") not in HARMLESS:
            raise SourceUnavailable(
                f"HubSpot could not give all associations (POST {path}: {error.get('category')}). "
                "Nothing was lost; run the same command again."
            )
