"""A policy in a file of its own, as a change of the project's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from canon.clocks import tracked_fields
from canon.errors import UsageError
from pipelines.policy import POLICY, read_policy


def changed_policy(root: Path, matrix: Path) -> dict[str, Any]:
    """The policy as a file would have it, as variables of dbt: only what the file says.

    A line of the matrix replaces the project's own line of that field; lines that are not in the file stay.
    Any other key replaces the project's own.

    Raises:
        UsageError: It cannot be read, is no YAML, or has a key that no policy has.
    """
    own = read_policy(root / POLICY)
    given = _read(matrix)
    given = given["vars"] if isinstance(given.get("vars"), dict) else given
    if unknown := sorted(given.keys() - own.keys()):
        raise UsageError(
            f"{matrix} has the key {unknown[0]!r}, which no policy has. Keys are {', '.join(sorted(own))}; "
            "see the vars of dbt_project.yml."
        )
    changed = {key: value for key, value in given.items() if value != own[key]}
    if isinstance(changed.get("ownership"), dict):
        changed["ownership"] = _with_lines(own["ownership"], changed["ownership"], matrix)
    return changed


def goes_by_now(root: Path) -> bool:
    """Whether a line of the project's matrix asks what time it is: a value may then lose without a change."""
    matrices = read_policy(root / POLICY).get("ownership", {}).values()
    lines = (line for matrix in matrices for line in matrix.values())
    return any(line.get("rule") == "trust_score" or "max_age" in line for line in lines)


def tracked(root: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """Source -> object -> fields of whose changes the project's policy asks when they were."""
    return tracked_fields(read_policy(root / POLICY))


def _read(matrix: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(matrix.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{matrix} cannot be read: {problem.__class__.__name__}.") from problem
    except yaml.YAMLError as problem:
        raise UsageError(f"{matrix} is no YAML: {problem}") from problem
    if not isinstance(found, dict):
        raise UsageError(f"{matrix} says nothing; it needs keys such as `ownership:`.")
    return found


def _with_lines(own: Mapping[str, Any], given: Mapping[str, Any], matrix: Path) -> dict[str, Any]:
    for entity, lines in given.items():
        if entity not in own or not isinstance(lines, dict):
            raise UsageError(
                f"{matrix}: ownership.{entity} must be lines of fields; entities are {', '.join(own)}."
            )
    return {entity: {**lines, **given.get(entity, {})} for entity, lines in own.items()}
