"""Every setting, where its value comes from, and the value itself unless it is a secret."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from canon.sections import group
from canon.settings import origins

HIDDEN = "(hidden)"
SECRETS = ("CANON_HASH_KEY",)
GROUPS = ("canon_alerts", "canon_metrics")

# dlt's name of a place to the reader's.
PLACES = {
    "Environment Variables": "environment",
    "secrets.toml": ".dlt/secrets.toml",
    "config.toml": ".dlt/config.toml",
}
DEFAULT, NOT_SET = "default", "not set"


@dataclass(frozen=True)
class Stated:
    """A setting in its environment form. `value` is "" where it is not set."""

    name: str
    origin: str
    value: str


def console_settings(root: Path) -> list[Stated]:
    """The `CANON_` settings; those of groups without their values, which may be secrets."""
    listed = [
        _stated(name, origin, value, name in SECRETS) for name, (origin, value) in origins(root).items()
    ]
    grouped = [keys for name in GROUPS for keys in group(root, name).values()]
    return listed + [
        _stated(each.name, each.origin, each.value, is_secret=True)
        for keys in grouped
        for each in keys.values()
    ]


def source_settings(source: str) -> list[Stated]:
    """The settings of a source, as dlt would find them; empty for a source that does not exist."""
    try:
        module = import_module(f"pipelines.{source}.settings")
    except ModuleNotFoundError:
        return []
    return list(_of_spec(getattr(module, f"{source.capitalize()}Settings")(), ("sources", source)))


def _of_spec(spec: Any, sections: tuple[str, ...]) -> Iterator[Stated]:
    from dlt.common.configuration.specs import base_configuration as dlt

    for key, hint in spec.get_resolvable_fields().items():
        if dlt.is_base_configuration_inner_hint(hint):
            yield from _of_spec(dlt.extract_inner_hint(hint)(), (*sections, key))
            continue
        is_secret = dlt.is_secret_hint(hint)
        origin, value = _found(key, hint, sections, is_secret) or (DEFAULT, getattr(spec, key))
        yield _stated("__".join((*sections, key)).upper(), origin, value, is_secret)


def _found(key: str, hint: Any, sections: tuple[str, ...], is_secret: bool) -> tuple[str, Any] | None:
    """The first place that has a value, and the value; dlt also takes one from an outer section."""
    from dlt.common.configuration.container import Container
    from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

    for provider in Container()[PluggableRunContext].providers.providers:
        if is_secret and not provider.supports_secrets:
            continue
        for depth in range(len(sections), -1, -1):
            value, _ = provider.get_value(key, hint, None, *sections[:depth])
            if value is not None:
                return PLACES.get(provider.name, provider.name), value
    return None


def _stated(name: str, origin: str, value: Any, is_secret: bool) -> Stated:
    if value is None or value == "":
        return Stated(name, NOT_SET, "")
    return Stated(name, origin, HIDDEN if is_secret else str(value))
