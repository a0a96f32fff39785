"""A stage per source, set up once: a small world in a sandbox, loaded with small pages."""

from collections.abc import Iterator

import pytest

from sandbox.server import running
from tests.histories import hubspot, salesforce
from tests.histories.history import Stage, quick
from tests.histories.truth import HubspotTruth, SalesforceTruth
from tests.histories.world import small_world
from tests.pipelines.loading import point_at


@pytest.fixture(scope="module")
def _salesforce_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("salesforce")
    with running(small_world(folder / "world")) as server, quick() as patch:
        point_at(server, patch)
        salesforce.shrink_pages(patch)
        truth = SalesforceTruth(server.environment, tuple(salesforce.TABLES))
        stage = Stage("salesforce", salesforce.TABLES, server, truth, folder)
        stage.prepare()
        yield stage


@pytest.fixture(scope="module")
def _hubspot_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("hubspot")
    with running(small_world(folder / "world")) as server, quick() as patch:
        point_at(server, patch)
        hubspot.shrink_pages(patch)
        truth = HubspotTruth(server.environment, tuple(hubspot.TABLES))
        stage = Stage("hubspot", hubspot.TABLES, server, truth, folder)
        stage.prepare()
        yield stage


@pytest.fixture
def salesforce_stage(_salesforce_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, with the settings that point at its own sandbox: each stage serves both systems."""
    point_at(_salesforce_stage.server, monkeypatch)
    return _salesforce_stage


@pytest.fixture
def hubspot_stage(_hubspot_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage, with the settings that point at its own sandbox."""
    point_at(_hubspot_stage.server, monkeypatch)
    return _hubspot_stage
