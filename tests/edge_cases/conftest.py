"""The sandbox and the loaded warehouse of the loaders' own tests, and settings that keep worlds small."""

from collections.abc import Callable
from importlib import import_module

import pytest

from tests.edge_cases.variants import SLOW
from tests.pipelines.conftest import (
    empty,
    loaded,
    private_key,
    renewable,
    server,
    source,
    waits,
    warehouse,
)

__all__ = ["empty", "loaded", "private_key", "renewable", "server", "source", "waits", "warehouse"]

Only = Callable[..., None]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the variants that are left to CI."""
    for item in items:
        name, _, variant = item.name.partition("[")
        if variant.removesuffix("]") in SLOW.get(name, ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _unpaced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """HubSpot's calls are held back only where a test is about that: searches take 0.2 s each otherwise."""
    if "paced" not in request.fixturenames:
        monkeypatch.setattr("pipelines.hubspot.pace.HubspotPace.wait", lambda *_: None)


@pytest.fixture(autouse=True)
def _changed(request: pytest.FixtureRequest) -> None:
    """Faults change the world, too: the sandbox starts over after each test."""
    if "source" in request.fixturenames:
        request.getfixturevalue("source").is_changed = True


@pytest.fixture
def paced() -> None:
    """The pace that HubSpot is really read at."""


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Only:
    """Makes the loaders read these objects and no others."""

    def choose(*names: str) -> None:
        for system in ("salesforce", "hubspot"):
            path = f"pipelines.{system}.OBJECTS"
            objects = import_module(f"pipelines.{system}").OBJECTS
            monkeypatch.setattr(path, tuple(spec for spec in objects if spec.name in names))

    return choose


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty records a page and a batch, so that a few dozen records go through all the motions."""
    for name in (
        "salesforce.soql.PAGE",
        "salesforce.client.BULK_CHUNK",
        "hubspot.client.LIST_PAGE",
        "hubspot.client.SEARCH_PAGE",
        "hubspot.reader.LIST_PAGE",
        "hubspot.reader.ROWS",
        "reading.BATCH",
    ):
        monkeypatch.setattr(f"pipelines.{name}", 20)


@pytest.fixture
def in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Salesforce read whose size is asked for goes by a Bulk job, be it of no rows."""
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "-1")
