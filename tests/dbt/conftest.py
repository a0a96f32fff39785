"""The project as dbt sees it, compiled once for all tests of this folder."""

from typing import Any

import pytest
import yaml

from tests.dbt.manifest import REPOSITORY, Project, compiled


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project as it is."""
    return compiled(tmp_path_factory.mktemp("target"))


@pytest.fixture(scope="session")
def policy() -> dict[str, Any]:
    """The policy block of dbt_project.yml."""
    loaded: dict[str, Any] = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]
    return loaded
