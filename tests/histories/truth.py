"""What the sources really hold, read over HTTP without any code of `pipelines/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

Values = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """A record as its source shows it: values by lower-case field name, null as ''."""

    stamp: datetime
    is_deleted: bool
    values: Values

    @property
    def version(self) -> tuple[datetime, bool]:
        """What tells versions apart without looking at values."""
        return self.stamp, self.is_deleted


# Records of one source: object name, then id.
Snapshot = Mapping[str, Mapping[str, Known]]


def as_text(value: Any) -> str:
    """A JSON value as the log spells it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def moment(text: str) -> datetime:
    """Naive UTC from either system's spelling."""
    return datetime.fromisoformat(text.replace("+0000", "").replace("Z", ""))


class _Client:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._session = requests.Session()
        self._environment = environment
        self.date = datetime.min

    def log_in(self) -> None:
        """Get a new session, where there are sessions."""

    def ask(self, method: str, url: str, **request: Any) -> Any:
        """The answer as JSON; numbers stay the text that was sent."""
        answer = self._session.request(method, url, timeout=60, **request)
        if answer.status_code == 401:
            self.log_in()
            answer = self._session.request(method, url, timeout=60, **request)
        self.date = parsedate_to_datetime(answer.headers["Date"]).replace(tzinfo=None)
        if answer.status_code >= 300 or (answer.status_code == 207 and "associations" not in url):
            raise AssertionError(f"{method} {url} answered {answer.status_code}: {answer.text[:500]}")
        return json.loads(answer.content, parse_float=str, parse_int=str)


class SalesforceTruth(_Client):
    """One org, read with `queryAll`."""

    def __init__(self, environment: Mapping[str, str], objects: tuple[str, ...]) -> None:
        super().__init__(environment)
        self.objects = objects

    def snapshot(self) -> Snapshot:
        """Every record of every object with all fields that the user may see; deleted ones included."""
        return {name: self._records(name) for name in self.objects}

    def stubs(self, name: str) -> list[tuple[str, bool, datetime]]:
        """(id, is deleted, stamp) of all records of an object, oldest id first."""
        rows = self._query(f"SELECT Id, IsDeleted, SystemModstamp FROM {name} ORDER BY Id")
        return [(row["Id"], row["IsDeleted"], moment(row["SystemModstamp"])) for row in rows]

    def _records(self, name: str) -> dict[str, Known]:
        described = self.ask("GET", f"{self._root}/sobjects/{name}/describe")["fields"]
        names = [entry["name"] for entry in described if entry["type"] not in {"address", "location"}]
        return {
            row["Id"]: Known(
                moment(row["SystemModstamp"]),
                row["IsDeleted"],
                {field.lower(): as_text(row[field]) for field in names},
            )
            for row in self._query(f"SELECT {', '.join(names)} FROM {name}")
        }

    def _query(self, soql: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", f"{self._root}/queryAll", params={"q": soql})
        assert answer["done"], f"more than one page: {soql}"
        records: list[dict[str, Any]] = answer["records"]
        return records

    @property
    def _root(self) -> str:
        return f"{self._environment['SOURCES__SALESFORCE__LOGIN_URL']}/services/data/v62.0"

    def log_in(self) -> None:
        """Sessions end when the clock moves, and with a reset."""
        url = self._environment["SOURCES__SALESFORCE__LOGIN_URL"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self._environment["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_ID"],
            "client_secret": self._environment["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET"],
        }
        token = self.ask("POST", f"{url}/services/oauth2/token", data=form)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"


class HubspotTruth(_Client):
    """One account, read by its lists and associations."""

    cursors: Mapping[str, str] = {"contacts": "lastmodifieddate", "companies": "hs_lastmodifieddate"}

    def __init__(self, environment: Mapping[str, str], objects: tuple[str, ...]) -> None:
        super().__init__(environment)
        self.objects = objects
        self._root = f"{environment['SOURCES__HUBSPOT__BASE_URL']}/crm"
        self._session.headers["Authorization"] = f"Bearer {environment['SOURCES__HUBSPOT__ACCESS_TOKEN']}"

    def snapshot(self) -> Snapshot:
        """Every live and archived record of every object with all live properties."""
        return {name: self._records(name) for name in self.objects}

    def stubs(self, name: str) -> list[tuple[str, bool, datetime]]:
        """(id, is archived, stamp) of all records of an object, oldest id first."""
        rows = [row for archived in (False, True) for row in self._listed(name, archived, [])]
        return sorted((row["id"], row["archived"], moment(row["updatedAt"])) for row in rows)

    def links(self, ids: list[str]) -> dict[str, str]:
        """The companies of these contacts, as the log spells them; contacts without any are left out."""
        body = {"inputs": [{"id": record_id} for record_id in ids]}
        url = f"{self._root}/v4/associations/contacts/companies/batch/read"
        found = self.ask("POST", url, json=body)["results"] if ids else []
        ends = {entry["from"]["id"]: {int(to["toObjectId"]) for to in entry["to"]} for entry in found}
        return {record_id: ";".join(map(str, sorted(to_ids))) for record_id, to_ids in ends.items()}

    def _records(self, name: str) -> dict[str, Known]:
        answer = self.ask("GET", f"{self._root}/v3/properties/{name}", params={"archived": "false"})
        names = [entry["name"] for entry in answer["results"]]
        rows = [row for archived in (False, True) for row in self._listed(name, archived, names)]
        return {
            row["id"]: Known(
                moment(row["properties"][self.cursors[name]]),
                row["archived"],
                {field.lower(): as_text(row["properties"][field]) for field in names},
            )
            for row in rows
        }

    def _listed(self, name: str, archived: bool, names: list[str]) -> list[dict[str, Any]]:
        query = {"limit": "100", "archived": str(archived).lower(), "properties": ",".join(names)}
        found: list[dict[str, Any]] = []
        while True:
            answer = self.ask("GET", f"{self._root}/v3/objects/{name}", params=query)
            found += answer["results"]
            following = (answer.get("paging") or {}).get("next")
            if not following:
                return found
            query["after"] = following["after"]
