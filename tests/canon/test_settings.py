"""Settings: environment over config.toml over defaults, and messages that name the setting."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from canon.errors import ConfigurationError
from canon.settings import Settings


def test_defaults_stand_where_nothing_is_set(project: Path):
    settings = Settings.load()
    assert settings.warehouse == project / "data" / "canon.duckdb"
    assert settings.published == project / "data" / "published" / "canon.duckdb"
    assert settings.site == project / "data" / "site"
    assert settings.sources == ("salesforce", "hubspot")
    assert settings.interval == timedelta(minutes=15)
    assert settings.default_region == "US"
    assert settings.integration_users == ()


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    (project / ".dlt").mkdir()
    (project / ".dlt" / "config.toml").write_text(
        'canon_warehouse = "from/file.duckdb"\ncanon_default_region = "DE"\n[runtime]\nlog_level = "INFO"\n'
    )
    monkeypatch.setenv("CANON_WAREHOUSE", "from/environment.duckdb")
    settings = Settings.load()
    assert settings.warehouse == project / "from" / "environment.duckdb"
    assert settings.default_region == "DE"


def test_a_list_in_the_file_equals_commas_in_the_environment(project: Path):
    (project / ".dlt").mkdir()
    (project / ".dlt" / "config.toml").write_text('canon_sources = ["hubspot", "product"]\n')
    assert Settings.load().sources == ("hubspot", "product")


@pytest.mark.parametrize("name", ["canon_hash_key", "canon_memory"])
def test_what_only_the_environment_may_say_is_refused_in_the_file(project: Path, name: str):
    (project / ".dlt").mkdir()
    (project / ".dlt" / "config.toml").write_text(f'{name} = "2GB"\n')
    with pytest.raises(
        ConfigurationError, match=f"{name}, which is read from the environment only"
    ) as caught:
        Settings.load()
    assert "2GB" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set(project: Path):
    assert Settings.load(environ={"CANON_INTERVAL": " "}).interval == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CANON_INTERVAL", "15 minutes"),
        ("CANON_INTERVAL", "PT0S"),
        ("CANON_INTERVAL", "P1M"),
        ("CANON_SOURCES", ","),
        ("CANON_SOURCES", "Sales Force"),
        ("CANON_DEFAULT_REGION", "Germany"),
        ("CANON_INTEGRATION_USERS", "0058a00000B1cD2AAJ"),
        ("CANON_WAREHOUSE", "expectations"),
    ],
)
def test_a_refused_setting_is_named(project: Path, name: str, value: str):
    with pytest.raises(ConfigurationError, match=name):
        Settings.load(environ={name: value})


def test_outside_a_project_the_message_says_what_is_missing(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no dbt_project"):
        Settings.load(tmp_path)


def test_the_hash_key_is_made_once_and_is_readable_by_its_owner_only(settings: Settings):
    key = settings.hash_key()
    path = settings.warehouse.with_suffix(".hash_key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) == 64
    assert Settings.load().hash_key() == key
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_threads_that_need_the_hash_key_at_once_get_the_same(settings: Settings):
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: settings.hash_key(), range(64)))) == 1


def test_a_given_hash_key_is_used_and_never_shown(project: Path):
    settings = Settings.load(environ={"CANON_HASH_KEY": "pepper"})
    assert settings.hash_key() == b"pepper"
    assert "pepper" not in repr(settings)
    assert "pepper" not in str(settings.environment())
    assert not settings.warehouse.with_suffix(".hash_key").exists()
