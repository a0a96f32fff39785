"""The committed .dlt files say what the code does."""

import tomllib
from pathlib import Path

from pipelines.hubspot.settings import HubspotSettings
from pipelines.salesforce.settings import SalesforceCredentials, SalesforceSettings

DLT = Path(__file__).parents[2] / ".dlt"


def read(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((DLT / name).read_text(encoding="utf-8"))


def test_the_defaults_in_the_file_are_those_of_the_code():
    config = read("config.toml")
    assert config["runtime"] == {"dlthub_telemetry": False}
    for spec, stated in ((SalesforceSettings(), "salesforce"), (HubspotSettings(), "hubspot")):
        for name, value in config["sources"][stated].items():
            assert getattr(spec, name) == value


def test_the_example_of_the_secrets_names_settings_that_exist():
    sources = read("example.secrets.toml")["sources"]
    credentials = sources["salesforce"].pop("credentials")
    assert set(credentials) <= set(SalesforceCredentials().keys())
    assert set(sources["salesforce"]) <= set(SalesforceSettings().keys())
    assert set(sources["hubspot"]) <= set(HubspotSettings().keys())
