"""The settings of a run: environment over `.dlt/config.toml` over defaults, checked once, then frozen."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import get_ident

from canon.errors import ConfigurationError

DEFAULTS = {
    "CANON_WAREHOUSE": "data/canon.duckdb",
    "CANON_PUBLISHED": "data/published/canon.duckdb",
    "CANON_SITE": "data/site",
    "CANON_SITE_URL": "",
    "CANON_SOURCES": "salesforce,hubspot",
    "CANON_INTERVAL": "PT15M",
    "CANON_DEFAULT_REGION": "US",
    "CANON_MEMORY": "1GB",
    "CANON_HASH_KEY": "",
    "CANON_INTEGRATION_USERS": "",
}

# A key does not belong into a file that is committed; what a machine may take is said on that machine.
ENVIRONMENT_ONLY = ("CANON_HASH_KEY", "CANON_MEMORY")

# 32 random bytes: as long as the output of the hash that they key.
HASH_KEY_BYTES = 32


@dataclass(frozen=True)
class Settings:
    """What a run was told. Paths are absolute; `interval` is positive; `sources` is not empty."""

    root: Path
    warehouse: Path
    published: Path
    site: Path
    site_url: str
    sources: tuple[str, ...]
    interval: timedelta
    interval_text: str
    default_region: str
    integration_users: tuple[str, ...]
    given_hash_key: str = field(default="", repr=False)

    @classmethod
    def load(cls, root: Path | None = None, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check every setting.

        Raises:
            ConfigurationError: There is no project in this folder, or a setting has no usable value.
        """
        home = _project_root(root or Path.cwd())
        texts = {**DEFAULTS, **_from_file(home), **_from_environment(environ)}
        return cls(
            root=home,
            warehouse=_path(home, texts, "CANON_WAREHOUSE"),
            published=_path(home, texts, "CANON_PUBLISHED"),
            site=_path(home, texts, "CANON_SITE"),
            site_url=_site_url(texts["CANON_SITE_URL"]),
            sources=_sources(texts["CANON_SOURCES"]),
            interval=parse_interval(texts["CANON_INTERVAL"]),
            interval_text=texts["CANON_INTERVAL"],
            default_region=_region(texts["CANON_DEFAULT_REGION"]),
            integration_users=_integration_users(texts["CANON_INTEGRATION_USERS"]),
            given_hash_key=texts["CANON_HASH_KEY"],
        )

    @property
    def target(self) -> Path:
        """Where dbt keeps its manifest and logs: `DBT_TARGET_PATH`, else `target/` of the project."""
        return self.root / os.environ.get("DBT_TARGET_PATH", "target")

    def page(self, name: str) -> str:
        """The address of a published page: below `CANON_SITE_URL`, else the file."""
        folder = self.site_url or self.site.as_uri()
        return f"{folder}/{name}.html"

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, so that dbt sees what this run decided."""
        return {
            "CANON_WAREHOUSE": str(self.warehouse),
            "CANON_PUBLISHED": str(self.published),
            "CANON_SITE": str(self.site),
            "CANON_SOURCES": ",".join(self.sources),
            "CANON_INTERVAL": self.interval_text,
            "CANON_DEFAULT_REGION": self.default_region,
            "CANON_INTEGRATION_USERS": ",".join(self.integration_users),
        }

    def hash_key(self) -> bytes:
        """The key for hashed personal data; created beside the warehouse on first use, mode 0600."""
        if self.given_hash_key:
            return self.given_hash_key.encode()
        path = self.warehouse.with_suffix(".hash_key")
        if not path.exists():
            _create_secret(path)
        return path.read_text(encoding="ascii").strip().encode()


def origins(root: Path, environ: Mapping[str, str] = os.environ) -> dict[str, tuple[str, str]]:
    """Every setting's name to where its value comes from and the value, in rank order of the places."""
    file, environment = _from_file(_project_root(root)), _from_environment(environ)
    return {
        name: ("environment", environment[name])
        if name in environment
        else (".dlt/config.toml", file[name])
        if name in file
        else ("default", default)
        for name, default in DEFAULTS.items()
    }


def parse_interval(text: str) -> timedelta:
    """An ISO 8601 duration of a fixed, positive length, such as PT15M.

    Raises:
        ConfigurationError: The text is no such duration.
    """
    import isodate

    try:
        found = isodate.parse_duration(text)
    except (isodate.ISO8601Error, ValueError):
        found = None
    if not isinstance(found, timedelta) or found <= timedelta(0):
        raise ConfigurationError(
            f"CANON_INTERVAL is {text!r}: expected an ISO 8601 duration in weeks, days, hours, minutes or "
            "seconds, longer than zero, for instance PT15M."
        )
    return found


def _project_root(folder: Path) -> Path:
    if not (folder / "dbt_project.yml").is_file():
        raise ConfigurationError(
            f"There is no dbt_project.yml in {folder}. Run canon from the root of the project."
        )
    return folder.resolve()


def _from_file(root: Path) -> dict[str, str]:
    """Top-level `canon_*` keys of .dlt/config.toml, in environment form; lists become comma-separated."""
    path = root / ".dlt" / "config.toml"
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from error
    known = {key.upper(): value for key, value in content.items() if key.upper() in DEFAULTS}
    for name in filter(known.__contains__, ENVIRONMENT_ONLY):
        raise ConfigurationError(
            f"{path} has {name.lower()}, which is read from the environment only. Set {name}."
        )
    return {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in known.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings of the environment; an empty variable counts as not set."""
    return {name: environ[name].strip() for name in DEFAULTS if environ.get(name, "").strip()}


def _path(root: Path, texts: Mapping[str, str], name: str) -> Path:
    if not texts[name]:
        raise ConfigurationError(f"{name} is empty: expected a path.")
    path = root / Path(texts[name]).expanduser()
    if name != "CANON_SITE" and path.is_dir():
        raise ConfigurationError(f"{name} is {path}: that is a folder, expected the path of a DuckDB file.")
    return path


def _site_url(text: str) -> str:
    if text and not re.match(r"https?://[^/\s]", text):
        raise ConfigurationError(f"CANON_SITE_URL is {text!r}: expected the https:// address of the pages.")
    return text.rstrip("/")


def _words(text: str) -> tuple[str, ...]:
    """The comma-separated parts of a text, trimmed, without blanks and repetitions, in order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _sources(text: str) -> tuple[str, ...]:
    names = _words(text)
    if not names or not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names):
        raise ConfigurationError(
            f"CANON_SOURCES is {text!r}: expected comma-separated names of sources, "
            "for instance salesforce,hubspot."
        )
    return names


def _region(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise ConfigurationError(
            f"CANON_DEFAULT_REGION is {text!r}: expected a two-letter country code, for instance US."
        )
    return text


def _integration_users(text: str) -> tuple[str, ...]:
    users = _words(text)
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*:\S+", user) for user in users):
        raise ConfigurationError(
            "CANON_INTEGRATION_USERS: expected comma-separated system:id pairs, "
            "for instance salesforce:0058a00000B1cD2AAJ,hubspot:51234."
        )
    return users


def _create_secret(path: Path) -> None:
    """Write a new random key that only its owner can read; of two writers at once the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(HASH_KEY_BYTES))
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
