"""One ground for all kills of loads."""

import shutil
from collections.abc import Iterator
from datetime import datetime

import pytest

from sandbox.server import running
from tests.histories.world import small_world
from tests.kills.ground import TABLES, Ground
from tests.kills.orders import runner


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("kills")
    with running(small_world(folder / "world")) as server, runner(folder, server.environment) as forking:
        now = datetime.fromisoformat(server.clock()["now"]).replace(tzinfo=None, microsecond=0)
        server.clock(now=now.isoformat(), frozen=True)
        made = Ground(server, forking, folder, now)
        for source in TABLES:
            forking.complete(**made.order("killed", source))
            shutil.copytree(folder / "killed" / source, folder / "undisturbed" / source)
        yield made
