"""Settings of the sources, resolved by dlt: .dlt/config.toml, .dlt/secrets.toml, environment (which wins)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar

import isodate
from dlt.common.configuration import resolve_configuration
from dlt.common.configuration.exceptions import (
    ConfigFieldMissingException,
    ConfigurationException,
    ConfigValueCannotBeCoercedException,
    LookupTraces,
)
from dlt.common.configuration.specs import BaseConfiguration

from pipelines.errors import ConfigurationError

Settings = TypeVar("Settings", bound=BaseConfiguration)
WHERE = "in the environment or in .dlt/secrets.toml (.dlt/example.secrets.toml shows the form)"


def resolve(settings: Settings, source: str) -> Settings:
    """Fill in a source's settings.

    Raises:
        ConfigurationError: a setting is missing or of the wrong kind; named as in the environment.
    """
    sections = ("sources", source)
    try:
        return resolve_configuration(settings, sections=sections)
    except ConfigFieldMissingException as missing:
        names = ", ".join(_missing(missing.traces, sections))
        raise ConfigurationError(f"{source} can not be read: {names} not set. Set it {WHERE}.") from None
    except ConfigValueCannotBeCoercedException as wrong:
        name = setting(source, wrong.field_name)
        raise ConfigurationError(f"{name} has a value of the wrong kind; give it as {wrong.hint}.") from None
    except ConfigurationException as failure:
        raise ConfigurationError(
            f"The settings of {source} could not be read ({type(failure).__name__}). Check the files in .dlt."
        ) from None


def setting(source: str, *path: str) -> str:
    """A setting's name in its environment form."""
    return "__".join(("sources", source, *path)).upper()


def duration(source: str, name: str, text: str) -> timedelta:
    """Read an ISO 8601 duration such as PT10M.

    Raises:
        ConfigurationError: it is none, or has no fixed length (months, years), or is negative.
    """
    try:
        value = isodate.parse_duration(text)
    except (isodate.ISO8601Error, TypeError):
        value = None
    if not isinstance(value, timedelta) or value < timedelta(0):
        raise ConfigurationError(
            f"{setting(source, name)} is not a duration; give one like PT10M (ten minutes) or P1D (a day)."
        )
    return value


def share(source: str, name: str, value: float) -> float:
    """Check a share of a whole.

    Raises:
        ConfigurationError: it is not above 0 and at most 1.
    """
    if not 0 < value <= 1:
        raise ConfigurationError(
            f"{setting(source, name)} is not a share; give one like 0.6, above 0, at most 1."
        )
    return value


def _missing(traces: Any, sections: tuple[str, ...]) -> Iterator[str]:
    for name, tried in traces.items():
        nested = [trace for trace in tried if isinstance(trace, LookupTraces)]
        if not nested:
            yield "__".join((*sections, name)).upper()
        for trace in nested:
            yield from _missing(trace.traces, (*sections, name))
