"""One sandbox and one loaded warehouse for all tests here; tests that change something work on a copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.client import Sandbox
from sandbox.credentials import Credentials
from sandbox.server import running
from tests.pipelines.loading import Warehouse, point_at


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    """The key of the JWT-bearer flow; the sandbox knows its public half."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Source:
    """The sandbox, which remembers whether anything but faults was changed (a reset takes a second)."""

    def __init__(self, server: Sandbox) -> None:
        self.server = server
        self.is_changed = False

    def __getattr__(self, name: str) -> Any:
        self.is_changed |= name in {"change", "clock", "switch", "day_two"}
        return getattr(self.server, name)

    def renew(self) -> None:
        """As it was loaded, a day later."""
        self.server.clear_faults()
        if self.is_changed:
            self.server.reset()
            self.server.clock(advance=86_400)
        self.is_changed = False


@pytest.fixture(scope="session")
def renewable(server: Sandbox) -> Source:
    return Source(server)


@pytest.fixture(scope="session")
def server(private_key: RSAPrivateKey) -> Iterator[Sandbox]:
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with running(credentials=Credentials(public_key=public.decode())) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def loaded(renewable: Source, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The sample, loaded once. Read-only for tests."""
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse") / "canon.duckdb")
    renewable.server.reset()  # a test that needs no warehouse may have changed it
    with pytest.MonkeyPatch.context() as patch:
        point_at(renewable.server, patch)
        warehouse.load()
    renewable.is_changed = True  # the clock's day is still to come
    return warehouse


@pytest.fixture
def source(renewable: Source, loaded: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Source:
    """The sandbox as it was loaded, a day later, with the settings that point at it."""
    renewable.renew()
    point_at(renewable.server, monkeypatch)
    return renewable


@pytest.fixture
def warehouse(source: Source, loaded: Warehouse, tmp_path: Path) -> Warehouse:
    """A copy of the loaded warehouse, for one test."""
    return loaded.copy(tmp_path)


@pytest.fixture
def empty(source: Source, tmp_path: Path) -> Warehouse:
    """A warehouse that does not exist yet."""
    return Warehouse(tmp_path / "new" / "canon.duckdb")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been slept; nothing sleeps."""
    slept: list[float] = []
    monkeypatch.setattr("pipelines.http.pause", slept.append)
    return slept
