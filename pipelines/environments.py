"""Another environment beside this one: its settings out of a profile's files, and how its fields differ.

A profile is `.dlt/<profile>.secrets.toml` and, where there is one, `.dlt/<profile>.config.toml`, with the
keys of `secrets.toml` and `config.toml`. Nothing else is asked for its settings, least of all the
environment: the credentials of one system would else be sent to another.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import CustomLoaderDocProvider
from dlt.common.configuration.specs.config_providers_context import ConfigProvidersContainer
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from pipelines.errors import ConfigurationError, RequestRefused
from pipelines.extract import Reader
from pipelines.fields import Field

# Fields of each object by its name; None where the environment does not show the object.
Described = Mapping[str, Sequence[Field] | None]

# What a field may say of itself, as a difference names it.
ASPECTS = ("type", "required", "picklist")


@dataclass(frozen=True)
class Difference:
    """One way in which two environments differ. `field` is "" where it is about the whole object.

    `kind` is `only here`, `only there`, or what differs: `type`, `required`, `picklist`.
    """

    source: str
    object: str
    field: str
    kind: str
    here: str = ""
    there: str = ""


def read_profile(root: Path, profile: str) -> dict[str, Any]:
    """The settings of a profile, nested as in its files; secrets win over config.

    Raises:
        ConfigurationError: the name is none, the file of secrets is missing, or a file is not TOML.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", profile):
        raise ConfigurationError(
            f"{profile!r} is no name of a profile: use letters, digits, - and _. The profile `staging` is "
            "the file .dlt/staging.secrets.toml."
        )
    secrets, config = (root / ".dlt" / f"{profile}.{kind}.toml" for kind in ("secrets", "config"))
    if not secrets.is_file():
        raise ConfigurationError(
            f"There is no {secrets}. Write the other environment's settings into it; "
            ".dlt/example.secrets.toml shows the form."
        )
    return _merged(_toml(config) if config.is_file() else {}, _toml(secrets))


def describe(source: str, settings: Mapping[str, Any] | None = None) -> dict[str, Sequence[Field] | None]:
    """Ask an environment for the fields of every object of a source that has records.

    Args:
        source: name of the source.
        settings: those of a profile, and no other are used, also where a reader looks one up again while it
            reads; None: this environment's.

    Raises:
        ConfigurationError: a setting is missing, unusable or was refused.
        SourceUnavailable: the source did not answer.
    """
    with nullcontext() if settings is None else _only(settings):
        reader: Reader = import_module(f"pipelines.{source}").connect()
        specs = import_module(f"pipelines.{source}.objects").OBJECTS
        return {spec.name: _fields(reader, spec) for spec in specs if spec.kind == "records"}


def differences(source: str, here: Described, there: Described) -> list[Difference]:
    """Where two environments differ, by object and field in alphabetical order."""
    found: list[Difference] = []
    for name in sorted({*here, *there}):
        mine, theirs = here.get(name), there.get(name)
        if mine is None or theirs is None:
            found += _one_sided(source, name, "", is_here=mine is not None, is_there=theirs is not None)
        else:
            found += _of_object(source, name, mine, theirs)
    return found


def _of_object(source: str, name: str, here: Sequence[Field], there: Sequence[Field]) -> Iterator[Difference]:
    mine, theirs = ({field.name: field for field in fields} for fields in (here, there))
    for field in sorted({*mine, *theirs}):
        if field not in mine or field not in theirs:
            yield from _one_sided(source, name, field, is_here=field in mine, is_there=field in theirs)
            continue
        for kind, ours, other in zip(ASPECTS, _said(mine[field]), _said(theirs[field]), strict=True):
            if ours != other:
                only_ours, only_other = (_beyond(ours, other), _beyond(other, ours))
                yield Difference(source, name, field, kind, only_ours, only_other)


def _one_sided(source: str, name: str, field: str, *, is_here: bool, is_there: bool) -> Iterator[Difference]:
    if is_here != is_there:
        yield Difference(source, name, field, "only here" if is_here else "only there")


def _said(field: Field) -> tuple[Sequence[str], ...]:
    """What a field says about each of the aspects; the order of a picklist is no difference."""
    return [field.type], ["yes" if field.is_required else "no"], sorted(set(field.picklist_values))


def _beyond(values: Sequence[str], others: Sequence[str]) -> str:
    """The values that the other side does not have."""
    return ";".join(value for value in values if value not in others)


def _fields(reader: Reader, spec: Any) -> Sequence[Field] | None:
    try:
        return reader.fields(spec) or None
    except RequestRefused as refusal:
        if refusal.status != 404:
            raise
        return None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Not what the parser says: it may repeat a secret.
        raise ConfigurationError(f"{path} is not valid TOML; check its quotes and brackets.") from None


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested mappings as one; where both have a value, that of `over`."""
    both = {
        key: _merged(under[key], value)
        for key, value in over.items()
        if isinstance(value, dict) and isinstance(under.get(key), dict)
    }
    return {**under, **over, **both}


@contextmanager
def _only(settings: Mapping[str, Any]) -> Iterator[None]:
    """Let dlt find these settings in the block, and neither environment variables nor files."""
    context = Container()[PluggableRunContext]
    kept = context.providers
    provider = CustomLoaderDocProvider("profile", lambda: dict(settings), supports_secrets=True)
    context.providers = ConfigProvidersContainer([provider])
    try:
        yield
    finally:
        context.providers = kept
