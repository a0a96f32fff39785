"""What a loader must know of the policy: which fields of a source anything downstream uses."""

from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import ConfigurationError

POLICY = Path("dbt_project.yml")  # canon runs in the project's folder, where dlt looks for its files, too


def mapped_fields(path: Path) -> dict[str, dict[str, set[str]]]:
    """System to object to the names of the fields that the policy maps, or that a mapped id leads to."""
    found: dict[str, dict[str, set[str]]] = {}
    for systems in _policy(path).get("field_map", {}).values():
        for system, objects in systems.items():
            known = found.setdefault(system, {})
            for name, lines in objects.items():
                known.setdefault(name, set()).update(lines)
                for line in lines.values():
                    for place in filter(None, (line.get("through"), line.get("else"))):
                        other, _, field = place.partition(".")
                        known.setdefault(other, set()).add(field)
    return found


def external_id(path: Path, source: str, object_name: str) -> str | None:
    """The field with the id by which other systems know an object's people; None where there is none."""
    ids = (_policy(path).get("identity") or {}).get("external_id") or {}
    field: str | None = ids.get(source, {}).get(object_name)
    return field


def _policy(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError:
        raise ConfigurationError(
            f"The policy cannot be read: there is no {path.absolute()}. Run canon from the root of the "
            "project."
        ) from None
    except yaml.YAMLError as problem:
        raise ConfigurationError(f"{path} is no YAML: {problem}") from None
    return dict(content.get("vars") or {})
