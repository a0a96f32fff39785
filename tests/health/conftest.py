"""One healthy loaded world, put back before every incident: an org and a portal of some thousand people."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import world as replicas
from canon.settings import Settings
from sandbox.server import running
from tests.e2e.conftest import (
    CREDENTIALS,
    REPOSITORY,
    World,
    _copy,
    _entered,
    _is_setting,
    _to_the_present,
    copy_project,
    run_in,
)

PEOPLE = 4_500  # contacts in each system, so that 2,300 of them are many and not most


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """The world after a sync that read everything and one that found nothing new, and its files of then."""
    folder = tmp_path_factory.mktemp("incidents")
    root = copy_project(folder / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replicas, "HUBSPOT_SHARE", 1)
        replicas.replicate(REPOSITORY / "data", folder / "world", PEOPLE)
        for name in filter(_is_setting, [*os.environ]):
            patch.delenv(name)
        with running(data_dir=folder / "world", credentials=CREDENTIALS, start_seconds=120) as sandbox:
            sandbox.switch(hubspot_burst_limit=1_000_000)
            _to_the_present(sandbox)
            for name, value in sandbox.environment.items():
                patch.setenv(name, value)
            patch.chdir(root)
            first = run_in(root, ["true"], {})
            world = World(root, sandbox, first)
            assert Settings.load(root).warehouse.parent == root / "data"
            world.sync()
            world.sync()
            _copy(root, folder / "kept")
            yield world, folder / "kept"


@pytest.fixture
def world(made: tuple[World, Path], monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as those two syncs left it."""
    entered = _entered(*made, monkeypatch)
    entered.sandbox.switch(hubspot_burst_limit=1_000_000)
    return entered
