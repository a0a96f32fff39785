"""The policy as Python reads it: the variables of the project, and the lines of its field map."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import ConfigurationError

POLICY = Path("dbt_project.yml")  # canon runs in the project's folder, where dlt looks for its files, too


def read_policy(path: Path) -> dict[str, Any]:
    """The policy of a project: the variables of its `dbt_project.yml`.

    Raises:
        ConfigurationError: It cannot be read, or is no YAML.
    """
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


def map_lines(policy: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines of the field map, each with where it stands: entity, source, object, name of the field."""
    for entity, sources in policy.get("field_map", {}).items():
        for source, objects in sources.items():
            for object_name, lines in objects.items():
                for name, line in lines.items():
                    yield {**line, "entity": entity, "source": source, "object": object_name, "name": name}


def mapped_fields(path: Path) -> dict[str, dict[str, set[str]]]:
    """System to object to the names of the fields that the policy maps, or that a mapped id leads to."""
    found: dict[str, dict[str, set[str]]] = {}
    for line in map_lines(read_policy(path)):
        known = found.setdefault(line["source"], {})
        known.setdefault(line["object"], set()).add(line["name"])
        for place in filter(None, (line.get("through"), line.get("else"))):
            other, _, field = place.partition(".")
            known.setdefault(other, set()).add(field)
    return found


def external_id(path: Path, source: str, object_name: str) -> str | None:
    """The field with the id by which other systems know an object's people; None where there is none."""
    ids = (read_policy(path).get("identity") or {}).get("external_id") or {}
    field: str | None = ids.get(source, {}).get(object_name)
    return field
