"""Another environment: its settings come from its own files alone, and its fields are compared one by one."""

from pathlib import Path

import pytest

from pipelines import environments
from pipelines.environments import Difference, differences, read_profile
from pipelines.errors import ConfigurationError
from pipelines.fields import Field
from sandbox.client import Sandbox
from tests.pipelines.conftest import Source
from tests.pipelines.loading import point_at


def profile(root: Path, server: Sandbox, name: str = "staging") -> None:
    (root / ".dlt").mkdir(exist_ok=True)
    settings = server.environment
    (root / ".dlt" / f"{name}.secrets.toml").write_text(
        f"""
        [sources.salesforce]
        login_url = "{settings["SOURCES__SALESFORCE__LOGIN_URL"]}"
        [sources.salesforce.credentials]
        client_id = "{settings["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_ID"]}"
        client_secret = "{settings["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET"]}"
        [sources.hubspot]
        access_token = "{settings["SOURCES__HUBSPOT__ACCESS_TOKEN"]}"
        """
    )
    (root / ".dlt" / f"{name}.config.toml").write_text(
        f'[sources.hubspot]\nbase_url = "{settings["SOURCES__HUBSPOT__BASE_URL"]}"\n'
    )


def test_a_profile_is_both_of_its_files(tmp_path: Path, server: Sandbox):
    profile(tmp_path, server)
    assert set(read_profile(tmp_path, "staging")["sources"]["hubspot"]) == {"access_token", "base_url"}


@pytest.mark.parametrize("name", ["", "../other", "a/b", "a b", "a.b", "ü"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str):
    with pytest.raises(ConfigurationError, match=r"is no name of a profile"):
        read_profile(tmp_path, name)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"There is no .*/\.dlt/staging\.secrets\.toml"):
        read_profile(tmp_path, "staging")


def test_a_file_that_is_no_toml_is_named_and_not_repeated(tmp_path: Path):
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "staging.secrets.toml").write_text("access_token = pat-na1-very-secret")
    with pytest.raises(ConfigurationError, match=r"staging\.secrets\.toml is not valid TOML") as refused:
        read_profile(tmp_path, "staging")
    assert "very-secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_nothing_of_this_environment_reaches_the_other(
    tmp_path: Path, server: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """Its address with our secret would send the secret to a stranger, at once or when its own is refused."""
    point_at(server, monkeypatch)
    theirs = {"login_url": "https://other.example", "credentials": {"client_id": "x"}}
    with pytest.raises(ConfigurationError, match="CLIENT_SECRET"):
        environments.describe("salesforce", {"sources": {"salesforce": theirs}})
    account = {"access_token": "pat-of-somebody-else", "base_url": server.base_url}
    with pytest.raises(ConfigurationError, match="HubSpot refused the access token"):
        environments.describe("hubspot", {"sources": {"hubspot": account}})
    assert environments.describe("hubspot")["contacts"]


def read_profile_of(root: Path, server: Sandbox) -> dict[str, object]:
    profile(root, server)
    return read_profile(root, "staging")


@pytest.mark.parametrize("system", ["salesforce", "hubspot"])
def test_an_environment_is_no_different_from_itself(
    tmp_path: Path, server: Sandbox, renewable: Source, monkeypatch: pytest.MonkeyPatch, system: str
):
    server.reset()
    renewable.is_changed = True
    point_at(server, monkeypatch)
    here = environments.describe(system)
    there = environments.describe(system, read_profile_of(tmp_path, server))
    assert len(here["Contact" if system == "salesforce" else "contacts"] or ()) > 20
    assert differences(system, here, there) == []


def test_a_field_that_the_other_environment_hides_is_only_here(
    tmp_path: Path, server: Sandbox, renewable: Source
):
    server.reset()
    renewable.is_changed = True
    settings = read_profile_of(tmp_path, server)
    here = environments.describe("salesforce", settings)
    server.switch(hidden_fields=["Contact.HasOptedOutOfEmail"])
    there = environments.describe("salesforce", settings)
    assert differences("salesforce", here, there) == [
        Difference("salesforce", "Contact", "HasOptedOutOfEmail", "only here")
    ]
    assert [each.kind for each in differences("salesforce", there, here)] == ["only there"]


def test_an_object_that_the_other_environment_hides_is_one_difference(
    tmp_path: Path, server: Sandbox, renewable: Source
):
    renewable.is_changed = True
    settings = read_profile_of(tmp_path, server)
    here = environments.describe("salesforce", settings)
    server.fault("status", path="/Lead/describe", count=0, status=404, body=[{"errorCode": "NOT_FOUND"}])
    there = environments.describe("salesforce", settings)
    server.clear_faults()
    assert differences("salesforce", here, there) == [Difference("salesforce", "Lead", "", "only here")]


def test_each_aspect_of_a_field_is_a_difference_of_its_own():
    here = [Field("A", type="picklist", picklist_values=("x", "y"), is_required=True), Field("Only")]
    there = [Field("A", type="string", picklist_values=("y", "z")), Field("Other")]
    assert differences("hubspot", {"contacts": here}, {"contacts": there}) == [
        Difference("hubspot", "contacts", "A", "type", "picklist", "string"),
        Difference("hubspot", "contacts", "A", "required", "yes", "no"),
        Difference("hubspot", "contacts", "A", "picklist", "x", "z"),
        Difference("hubspot", "contacts", "Only", "only here"),
        Difference("hubspot", "contacts", "Other", "only there"),
    ]


def test_the_order_and_the_label_of_things_are_no_difference():
    here = [Field("A", label="One", picklist_values=("x", "y")), Field("B")]
    there = [Field("B"), Field("A", label="Two", picklist_values=("y", "x"))]
    assert differences("hubspot", {"contacts": here}, {"contacts": there}) == []


def test_an_object_that_one_environment_lacks_is_one_difference():
    lead = [Field("Id"), Field("Email")]
    assert differences("salesforce", {"Lead": None}, {"Lead": lead}) == [
        Difference("salesforce", "Lead", "", "only there")
    ]
    (only,) = differences("salesforce", {"Lead": lead}, {})
    assert only == Difference("salesforce", "Lead", "", "only here")
    assert differences("salesforce", {"Lead": None}, {"Lead": None}) == []
