"""A warehouse that tests load into."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

import pipelines
from pipelines.extract import Progress, Tracked
from pipelines.forgotten import Erasure
from sandbox.client import Sandbox

BOTH = ("salesforce", "hubspot")


@dataclass
class Warehouse:
    """A warehouse file, loads into it (each a sync of its own) and questions to it."""

    path: Path
    syncs: int = 0

    def load(
        self,
        *sources: str,
        mode: str = "delta",
        progress: Callable[[Progress], None] | None = None,
        tracked: Tracked | None = None,
        erasure: Erasure | None = None,
    ) -> pipelines.LoadResult:
        """Load the named sources (both by default) as the next sync."""
        self.syncs += 1
        return pipelines.load(
            sources or BOTH,
            warehouse=self.path,
            sync_id=f"sync-{self.syncs}",
            sync_seq=self.syncs,
            mode=mode,
            progress=progress,
            tracked=tracked,
            erasure=erasure,
        )

    def ask(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query, list(parameters)).fetchall()

    def rows(self, table: str, where: str = "true") -> list[dict[str, Any]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.sql(f"select * from {table} where {where}").to_arrow_table().to_pylist()

    def count(self, table: str, where: str = "true") -> int:
        return int(self.ask(f"select count(*) from {table} where {where}")[0][0])

    def copy(self, folder: Path) -> "Warehouse":
        """The same log in another file; the file alone carries the state."""
        copied = folder / self.path.name
        shutil.copyfile(self.path, copied)
        return Warehouse(copied, self.syncs)


def point_at(server: Sandbox, patch: pytest.MonkeyPatch) -> None:
    """Set the loaders' settings for a sandbox."""
    for name, value in server.environment.items():
        patch.setenv(name, value)
