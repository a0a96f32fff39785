"""Settings in groups whose members nobody lists: GROUP__MEMBER__KEY, `key` in the table `[group.member]`."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canon.errors import ConfigurationError

ENVIRONMENT = "environment"

# Later wins. Secrets may stand in either; only one of them is git-ignored.
FILES = (".dlt/config.toml", ".dlt/secrets.toml")


@dataclass(frozen=True)
class Given:
    """A setting of a group: its environment form, where it comes from, and its value, maybe a secret."""

    name: str
    origin: str
    value: str = field(repr=False)


def group(root: Path, name: str, environ: Mapping[str, str] = os.environ) -> dict[str, dict[str, Given]]:
    """The settings of a group by member and key, all in lower case; a blank value counts as not set.

    Args:
        root: The project.
        name: The group, for instance `canon_alerts`.
        environ: Wins over the files.

    Raises:
        ConfigurationError: A file is not TOML.
    """
    found: dict[str, dict[str, Given]] = {}
    for given in (*_from_files(root, name), *_from_environment(name, environ)):
        _, member, key = given.name.lower().split("__", 2)
        found.setdefault(member, {})[key] = given
    return {member: keys for member, keys in found.items() if any(each.value for each in keys.values())}


def _from_files(root: Path, name: str) -> Iterator[Given]:
    for file in FILES:
        members = _table(root / file).get(name, {})
        for member, keys in members.items() if isinstance(members, dict) else ():
            for key, value in keys.items() if isinstance(keys, dict) else ():
                yield Given(f"{name}__{member}__{key}".upper(), file, str(value).strip())


def _table(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error


def _from_environment(name: str, environ: Mapping[str, str]) -> Iterator[Given]:
    for variable in sorted(environ):
        if (
            variable.startswith(f"{name.upper()}__")
            and variable.count("__") >= 2
            and environ[variable].strip()
        ):
            yield Given(variable, ENVIRONMENT, environ[variable].strip())
