"""One sandbox on a small world for the whole session; what a test changes is put back after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hubspot import HubSpot
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

from sandbox.client import Sandbox
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, HUBSPOT_TOKEN, Credentials
from sandbox.server import running

DATA = Path(__file__).parent / "data"

# An hour after the last record of the small world, so that tests can name their moments.
START = "2026-01-01T02:00:00+00:00"


class LoopbackAdapter(HTTPAdapter):
    """Sends what is addressed to *.salesforce.com to the sandbox, with the original host in a header."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._target = urlsplit(base_url)

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        stated = urlsplit(str(request.url))
        request.headers["X-Forwarded-Host"] = stated.netloc
        request.url = urlunsplit((self._target.scheme, self._target.netloc, *stated[2:]))
        kwargs["proxies"] = {}
        return super().send(request, *args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def served(private_key: rsa.RSAPrivateKey) -> Iterator[Sandbox]:
    """The running sandbox, for tests that change nothing."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public = private_key.public_key().public_bytes(encoding, form).decode()
    with running(DATA, credentials=Credentials(public_key=public)) as sandbox:
        sandbox.clock(now=START)
        yield sandbox


@pytest.fixture
def world(served: Sandbox) -> Iterator[Sandbox]:
    """The running sandbox, for tests that change it: everything is put back afterwards."""
    yield served
    start_anew(served)


def start_anew(sandbox: Sandbox) -> None:
    """Put everything back, the clock included."""
    sandbox.reset()
    sandbox.clock(now=START)


def loopback_session(sandbox: Sandbox) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", LoopbackAdapter(sandbox.base_url))
    return session


def salesforce(sandbox: Sandbox) -> Salesforce:
    """An unchanged simple-salesforce client, logged in by client credentials."""
    return Salesforce(
        domain="acme.my",
        consumer_key=CLIENT_ID,
        consumer_secret=CLIENT_SECRET,
        version="62.0",
        session=loopback_session(sandbox),
    )


def hubspot(sandbox: Sandbox, token: str = HUBSPOT_TOKEN) -> HubSpot:
    """An unchanged hubspot-api-client."""
    return HubSpot(access_token=token, host=sandbox.base_url, base_url=sandbox.base_url)


@pytest.fixture
def sf(served: Sandbox) -> Salesforce:
    return salesforce(served)


@pytest.fixture
def hs(served: Sandbox) -> HubSpot:
    return hubspot(served)


@pytest.fixture
def login(served: Sandbox) -> dict[str, str]:
    """Headers of a Salesforce session, for plain requests."""
    return log_in(served)


def log_in(sandbox: Sandbox) -> dict[str, str]:
    """Headers of a new Salesforce session."""
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    reply = requests.post(f"{sandbox.base_url}/services/oauth2/token", data=form, timeout=10)
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


BEARER = {"Authorization": f"Bearer {HUBSPOT_TOKEN}"}


def get(world: Sandbox, path: str, headers: dict[str, str] | None = None, **query: str) -> requests.Response:
    return requests.get(f"{world.base_url}{path}", params=query, headers=headers or BEARER, timeout=10)


def post(world: Sandbox, path: str, body: object, headers: dict[str, str] | None = None) -> requests.Response:
    return requests.post(f"{world.base_url}{path}", json=body, headers=headers or BEARER, timeout=10)


@pytest.fixture
def token(world: Sandbox) -> dict[str, str]:
    """A session made after the reset of the world."""
    return log_in(world)


def query(world: Sandbox, token: dict[str, str], soql: str) -> list[dict[str, Any]]:
    """The records of one answer, deleted ones included."""
    reply = get(world, "/services/data/v62.0/queryAll", token, q=soql)
    assert reply.status_code == 200, reply.text
    return list(reply.json()["records"])


def searched(world: Sandbox, object_type: str = "contacts", **body: object) -> dict[str, Any]:
    """The answer of a search."""
    reply = post(world, f"/crm/v3/objects/{object_type}/search", body)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())
