"""Keep the bytes that a load receives, so that DuckDB's own readers can be measured on the same ones."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests

BULK_RESULTS = re.compile(r"/jobs/query/(\w+)/results$")
HUBSPOT_PAGE = re.compile(r"/crm/v\d/(?:objects/(\w+)$|(owners)$|associations/(\w+)/(\w+)/batch/read$)")


class Recorder:
    """Writes the bodies that hold records to `<folder>/<object>/<number>.<json or csv>`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: dict[str, str] = {}
        self._files: Counter[str] = Counter()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record whatever is requested in the block."""
        request = requests.Session.request

        def recorded(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
            response = request(session, method, url, **options)
            self._note(response)
            return response

        with patch.object(requests.Session, "request", recorded):
            yield

    def _note(self, response: requests.Response) -> None:
        if not response.ok or response.status_code == 204:
            return
        url = urlsplit(str(response.url))
        if job := BULK_RESULTS.search(url.path):
            self._keep(self._jobs[job[1]], "csv", response.content)
        elif url.path.endswith("/jobs/query"):
            created = response.json()
            self._jobs[created["id"]] = created["object"]
        elif url.path.endswith("/queryAll"):
            asked = re.search(r"\bFROM (\w+)", parse_qs(url.query)["q"][0])
            self._keep_json(asked[1] if asked else "", response.content, "records")
        elif page := HUBSPOT_PAGE.search(url.path):
            self._keep_json("_".join(filter(None, page.groups())), response.content, "results")

    def _keep_json(self, name: str, body: bytes, key: str) -> None:
        if json.loads(body)[key]:
            self._keep(name, "json", body)

    def _keep(self, name: str, kind: str, body: bytes) -> None:
        self._files[name] += 1
        path = self._folder / name / f"{self._files[name]:06d}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
