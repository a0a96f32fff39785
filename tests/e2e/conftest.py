"""One world for the tests here: a copy of the project, a running sandbox, and what its first sync left.

Every test gets the world as that sync left it: files are put back and the sandbox starts over, so that a test
may change both. Paths stay the same throughout, which lets dbt keep what it has parsed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from canon.settings import DEFAULTS, Settings
from canon.sync import SyncReport, sync
from sandbox.client import Sandbox
from sandbox.credentials import Credentials
from sandbox.server import running

REPOSITORY = Path(__file__).parents[2]
CANON = (sys.executable, "-c", "from canon.cli import main; main()")
TIMEOUT = 600

# Files of the policy: tests change them.
POLICY = ("dbt_project.yml", "dbt_project/seeds/blocked_values.csv")

# What a person keeps in version control; where a run writes (data, target, logs) starts empty.
PROJECT = ("dbt_project.yml", "profiles.yml", "dbt_project", "expectations", "docs", ".dlt/config.toml")
PUBLISHED_SCHEMAS = ("marts", "snapshots", "ops")

# Unlike anything that stands in the code, so that a hit in a file is a leak.
CREDENTIALS = Credentials(
    client_id="3MVG9-client-of-the-tests",
    client_secret="kV7-client-secret-Qz41",
    hubspot_token="pat-na1-7f3d-token-of-the-tests",
)


@dataclass(frozen=True)
class Question:
    """A closed DuckDB file that can be asked."""

    path: Path

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect(str(self.path), read_only=True) as con:
            return con.execute(query, list(parameters)).fetchall()

    def one(self, query: str, *parameters: Any) -> Any:
        """The only value of a query's only row."""
        ((value,),) = self.rows(query, *parameters)
        return value

    def customer(self, record_id: str) -> dict[str, Any]:
        """The canonical row of the person that a source record belongs to."""
        with duckdb.connect(str(self.path), read_only=True) as con:
            con.execute(
                "select customers.* from marts.customers join marts.customer_sources using (customer_id) "
                "where source_record_id = ?",
                [record_id],
            )
            names = [column[0] for column in con.description or []]
            (row,) = [dict(zip(names, values, strict=True)) for values in con.fetchall()]
        return row

    def content(self, *schemas: str, but: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table of the schemas (all without any), in a fixed order."""
        with duckdb.connect(str(self.path), read_only=True) as con:
            names = con.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = current_catalog() and (len(?) = 0 or list_contains(?, schema_name))",
                [list(schemas), list(schemas)],
            ).fetchall()
            wanted = sorted({name for (name,) in names} - set(but))
            return {name: con.execute(f"from {name} order by all").fetchall() for name in wanted}


@dataclass(frozen=True)
class World:
    """A project folder with default settings, the sandbox that it reads from, and the run that filled it."""

    root: Path
    sandbox: Sandbox
    first: subprocess.CompletedProcess[str]

    @property
    def warehouse(self) -> Question:
        """The file that a sync writes."""
        return Question(self.root / "data" / "canon.duckdb")

    @property
    def published(self) -> Question:
        """The copy that analysts open."""
        return Question(self.root / "data" / "published" / "canon.duckdb")

    def settings(self) -> Settings:
        """The settings of a run in this folder."""
        return Settings.load(self.root)

    def sync(self, *sources: str, mode: str = "delta") -> SyncReport:
        """A sync in this process."""
        return sync(self.settings(), sources=sources, mode=mode)

    def canon(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The command in a process of its own, with the sandbox's settings; a blank variable is not set."""
        return run_in(self.root, [*CANON, *arguments], {**self.sandbox.environment, **variables})

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command and leave it running."""
        return subprocess.Popen(
            [*CANON, *arguments],
            cwd=self.root,
            env=environment_of(self.root, self.sandbox.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def edit(self, system: str, object_name: str, record_id: str, **values: Any) -> None:
        """Change a record through the API that everybody else writes through."""
        send = {"salesforce": _edit_salesforce, "hubspot": _edit_hubspot}[system]
        send(self.sandbox, object_name, record_id, values).raise_for_status()


def _edit_salesforce(
    sandbox: Sandbox, object_name: str, record_id: str, values: dict[str, Any]
) -> requests.Response:
    login = requests.post(
        f"{sandbox.base_url}/services/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CREDENTIALS.client_id,
            "client_secret": CREDENTIALS.client_secret,
        },
        timeout=60,
    )
    return requests.patch(
        f"{sandbox.base_url}/services/data/v62.0/sobjects/{object_name}/{record_id}",
        json=values,
        headers={"Authorization": f"Bearer {login.json()['access_token']}"},
        timeout=60,
    )


def _edit_hubspot(
    sandbox: Sandbox, object_name: str, record_id: str, values: dict[str, Any]
) -> requests.Response:
    return requests.patch(
        f"{sandbox.base_url}/crm/v3/objects/{object_name}/{record_id}",
        json={"properties": values},
        headers={"Authorization": f"Bearer {CREDENTIALS.hubspot_token}"},
        timeout=60,
    )


def environment_of(root: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """A process's environment without any setting of the machine, and with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    stated = {name: value for name, value in variables.items() if value}
    return {**kept, "HOME": str(root.parent / "home"), "PYTHONPATH": str(REPOSITORY), **stated}


def _is_setting(name: str) -> bool:
    return name in DEFAULTS or name.startswith(("SOURCES__", "DBT_"))


def run_in(root: Path, command: list[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a project folder to its end."""
    environment = environment_of(root, variables)
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT
    )


def copy_project(root: Path, *also: str) -> Path:
    """A project folder with what the repository holds and nothing that a run has made."""
    for name in (*PROJECT, *also):
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copyfile
        copy(REPOSITORY / name, place)
    (root.parent / "home").mkdir()
    return root


@pytest.fixture(scope="session")
def new_project() -> Callable[..., Path]:
    """Makes another project folder."""
    return copy_project


@pytest.fixture(scope="session")
def canon_command() -> list[str]:
    """What starts `canon` from wherever it is installed."""
    return [*CANON]


@pytest.fixture(scope="session")
def run_process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in a project folder, with no setting but those it is given."""
    return run_in


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """The world after its first sync, and the folder that keeps its files as they were then."""
    folder = tmp_path_factory.mktemp("world")
    root = copy_project(folder / "project")
    with running(credentials=CREDENTIALS) as sandbox:
        _to_the_present(sandbox)
        first = run_in(root, [*CANON, "sync", "--as-json"], sandbox.environment)
        assert first.returncode == 0, first.stderr
        _copy(root, folder / "kept")
        yield World(root, sandbox, first), folder / "kept"


@pytest.fixture
def world(_made: tuple[World, Path], monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as its first sync left it; a test may change it."""
    return _entered(*_made, monkeypatch)


@pytest.fixture(scope="module")
def world_of_module(_made: tuple[World, Path]) -> Iterator[World]:
    """The same for tests that share what happens to it; they are the only ones of their module."""
    with pytest.MonkeyPatch.context() as patch:
        yield _entered(*_made, patch)


def _entered(world: World, kept: Path, patch: pytest.MonkeyPatch) -> World:
    _copy(kept, world.root)
    world.sandbox.reset()
    _to_the_present(world.sandbox)
    for name in filter(_is_setting, [*os.environ]):
        patch.delenv(name)
    for name, value in world.sandbox.environment.items():
        patch.setenv(name, value)
    patch.chdir(world.root)
    return world


def _copy(source: Path, target: Path) -> None:
    """Put the policy and the data of a project folder where they shall be, and nothing else there."""
    target.mkdir(exist_ok=True)
    for name in POLICY:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target / name)
    if (target / "data").exists():
        shutil.rmtree(target / "data")
    shutil.copytree(source / "data", target / "data")


def _to_the_present(sandbox: Sandbox) -> None:
    """Let the sandbox live now, but never before its data ends."""
    start = datetime.fromisoformat(sandbox.clock()["now"])
    sandbox.clock(now=max(start, datetime.now(UTC)).isoformat())


@contextmanager
def _process(popen: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    try:
        yield popen
    finally:
        if popen.poll() is None:
            popen.kill()
        popen.communicate()


@pytest.fixture(scope="session")
def alive() -> Callable[..., Any]:
    """A block at whose end a started process is over, whatever happened."""
    return _process


@pytest.fixture(scope="session")
def json_of() -> Callable[[str], dict[str, Any]]:
    """The one JSON object that a text is, and nothing around it but the line's end."""

    def read(text: str) -> dict[str, Any]:
        assert text.endswith("}\n")
        assert text.count("\n") == 1
        found = json.loads(text)
        assert isinstance(found, dict)
        return found

    return read
