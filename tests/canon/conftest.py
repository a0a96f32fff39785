"""A project folder with a small warehouse in it, in the shapes that dbt builds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from canon.journal import ensure_journals
from canon.publish import publish_copy
from canon.settings import DEFAULTS, Settings
from tests.canon.measures import HEALTHY, measure

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An otherwise empty project folder, made the current one, with no setting in the environment."""
    for name in DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "dbt_project.yml").write_text("name: canon\n")
    (tmp_path / "dbt_project" / "models").mkdir(parents=True)
    (tmp_path / "dbt_project" / "macros").symlink_to(REPOSITORY / "dbt_project" / "macros")
    shutil.copytree(REPOSITORY / "expectations", tmp_path / "expectations")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))  # for the processes that tests start
    return tmp_path


@pytest.fixture
def settings(project: Path) -> Settings:
    """The defaults, in the project folder."""
    return Settings.load()


@pytest.fixture
def warehouse(settings: Settings) -> Path:
    """A built warehouse: three people, two syncs, one contested phone."""
    settings.warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.warehouse)) as con:
        ensure_journals(con)
        con.execute((HERE / "warehouse.sql").read_text())
        for suite in HEALTHY:
            con.execute(f"create view if not exists ops.{suite} as {measure(suite)}")
    return settings.warehouse


@pytest.fixture
def published(settings: Settings, warehouse: Path) -> Path:
    """The published copy of that warehouse."""
    return publish_copy(warehouse, settings.published).path
