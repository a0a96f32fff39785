"""dbt's own view of the project: parsed and compiled on an empty in-memory database."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canon.quiet import NO_TELEMETRY, environment

REPOSITORY = Path(__file__).parents[2]

Node = dict[str, Any]

# What dbt makes of something else.
MADE = ("model", "snapshot")


@dataclass(frozen=True)
class Project:
    """The manifest after `dbt compile`, and the folder it describes."""

    root: Path
    manifest: dict[str, Any]

    @property
    def models(self) -> dict[str, Node]:
        """Model name to its node."""
        return self._nodes("model")

    @property
    def snapshots(self) -> dict[str, Node]:
        """Snapshot name to its node."""
        return self._nodes("snapshot")

    @property
    def tests(self) -> list[Node]:
        """Every data test."""
        return list(self._nodes("test").values())

    @property
    def unit_tests(self) -> list[Node]:
        """Every unit test."""
        return list(self.manifest["unit_tests"].values())

    @property
    def sources(self) -> list[Node]:
        """Every raw table that the project declares."""
        return list(self.manifest["sources"].values())

    def parents(self, node: Node) -> list[Node]:
        """What a node reads, each a node or a source."""
        every = self.manifest["nodes"] | self.manifest["sources"]
        return [every[unique_id] for unique_id in node["depends_on"]["nodes"]]

    def above(self, node: Node) -> set[str]:
        """The names of all that is made before a node, its own among them."""
        found: dict[str, Node] = {}
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if each["unique_id"] not in found:
                found[each["unique_id"]] = each
                waiting.extend(self.parents(each) if each["resource_type"] in MADE else [])
        return {each["name"] for each in found.values()}

    def _nodes(self, kind: str) -> dict[str, Node]:
        return {
            node["name"]: node for node in self.manifest["nodes"].values() if node["resource_type"] == kind
        }


def compiled(folder: Path, *arguments: str) -> Project:
    """Compile the project into `folder` with nothing behind it: no warehouse, no earlier parse."""
    from dbt.cli.main import dbtRunner

    at = ["--project-dir", str(REPOSITORY), "--profiles-dir", str(REPOSITORY)]
    into = ["--target", "lint", "--target-path", str(folder), "--log-path", str(folder)]
    alone = {"CANON_WAREHOUSE": str(folder / "none.duckdb"), "CANON_HASH_KEY": "00" * 32}
    with environment({**NO_TELEMETRY, **alone}):
        outcome = dbtRunner().invoke(["compile", "--quiet", "--log-level", "none", *at, *into, *arguments])
    assert outcome.success, outcome.exception or [each.message for each in outcome.result]
    return Project(REPOSITORY, json.loads((folder / "manifest.json").read_text()))
