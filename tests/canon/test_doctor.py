"""The check-up: every line says what is wrong and what to do, and no line says a secret."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from canon import cli
from canon.doctor import Diagnosis, doctor, of_limits
from canon.errors import ConfigurationError, SourceUnavailable
from canon.findings import FAILED, OK, WARNING, Finding
from canon.journal import close_run, open_run
from canon.lock import run_lock
from canon.settings import Settings
from canon.warehouse import connect
from pipelines.policy import mapped_fields
from sandbox.client import Sandbox
from sandbox.credentials import Credentials
from sandbox.server import running

CREDENTIALS = Credentials(
    client_id="client-of-the-check-up", client_secret="secret-of-the-check-up", hubspot_token="pat-check-up"
)
POLICY = """
name: canon
vars:
  field_map:
    customer:
      salesforce:
        Contact:
          Email: {to: email, type: string}
          HasOptedOutOfEmail: {to: email_opted_out, type: boolean}
          OwnerId: {to: account_owner, type: string, through: User.Email}
      hubspot: {contacts: {email: {to: email, type: string}}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with running(credentials=CREDENTIALS) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A running sandbox as it starts, and a project whose environment points at it."""
    for name in [name for name in os.environ if name.startswith("SOURCES__")]:
        monkeypatch.delenv(name)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    (project / "dbt_project.yml").write_text(POLICY)
    server.switch(hidden_fields=[])
    return server


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["doctor", *arguments])


def lines(project: Path) -> dict[str, Finding]:
    return {f"{each.area} {each.name}": each for each in doctor(project).findings}


def test_a_system_that_works_is_exit_code_0(sandbox: Sandbox, project: Path, published: Path):
    done = asked("--as-json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["status"], told["exit_code"]) == (0, "ok", 0)
    assert {each["status"] for each in told["findings"]} == {OK}
    areas = {each["area"] for each in told["findings"]}
    assert areas == {"credentials", "permissions", "limits", "warehouse", "storage"}
    assert "A sync can work." in asked().stdout


def test_every_setting_says_where_it_comes_from_and_no_secret_is_shown(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
):
    (project / ".dlt").mkdir()
    (project / ".dlt" / "config.toml").write_text('canon_interval = "PT30M"\n')
    monkeypatch.setenv("CANON_HASH_KEY", "key-of-the-check-up")
    done = asked("--as-json")
    stated = {each["name"]: (each["origin"], each["value"]) for each in json.loads(done.stdout)["settings"]}
    assert stated["CANON_INTERVAL"] == (".dlt/config.toml", "PT30M")
    assert stated["CANON_DEFAULT_REGION"] == ("default", "US")
    assert stated["CANON_HASH_KEY"] == ("environment", "(hidden)")
    assert stated["SOURCES__SALESFORCE__LOGIN_URL"] == ("environment", sandbox.base_url)
    assert stated["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET"] == ("environment", "(hidden)")
    assert stated["SOURCES__SALESFORCE__CREDENTIALS__PRIVATE_KEY"] == ("not set", "")
    for text in (done.output, asked().output):
        for secret in (CREDENTIALS.client_secret, CREDENTIALS.hubspot_token, "key-of-the-check-up"):
            assert secret not in text


def test_a_setting_that_makes_no_sense_is_named(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CANON_INTERVAL", "soon")
    done = asked()
    assert done.exit_code == 2
    assert "✗ canon: CANON_INTERVAL is 'soon'" in done.stdout


def test_a_missing_credential_is_named_and_the_other_source_is_still_looked_at(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SOURCES__HUBSPOT__ACCESS_TOKEN")
    found = lines(project)
    assert found["credentials hubspot"].status == FAILED
    assert "SOURCES__HUBSPOT__ACCESS_TOKEN not set" in found["credentials hubspot"].said
    assert found["credentials salesforce"].status == OK
    assert asked().exit_code == 2


def test_a_refused_credential_is_exit_code_2(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET", "wrong")
    done = asked()
    assert done.exit_code == 2
    assert "✗ salesforce: Salesforce refused the login" in done.stdout
    assert "wrong" not in done.stdout


def test_a_source_that_does_not_exist_is_named(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANON_SOURCES", "hubspot,fax")
    assert "the sources are salesforce, hubspot, product" in lines(project)["credentials fax"].said
    assert asked().exit_code == 2


def test_a_mapped_field_that_is_hidden_is_named_with_what_to_do(sandbox: Sandbox, project: Path):
    sandbox.switch(hidden_fields=["Contact.HasOptedOutOfEmail"])
    contact = lines(project)["permissions salesforce Contact"]
    assert contact.status == WARNING
    assert contact.said == "does not show HasOptedOutOfEmail, which the policy maps"
    assert "see it" in contact.advice
    assert asked().exit_code == 0


def test_an_object_that_is_not_shown_is_no_object_without_fields(sandbox: Sandbox, project: Path):
    sandbox.fault("status", path="/Lead/describe", count=0, status=404, body=[{"errorCode": "NOT_FOUND"}])
    try:
        lead = lines(project)["permissions salesforce Lead"]
    finally:
        sandbox.clear_faults()
    assert (lead.status, lead.exit_code) == (FAILED, 2)
    assert "is not shown" in lead.said


def test_an_allowance_that_is_used_up_is_a_warning_and_no_wrong_credential(sandbox: Sandbox, project: Path):
    sandbox.switch(salesforce_daily_limit=1)
    try:
        spent = lines(project)["limits salesforce"]
    finally:
        sandbox.switch(salesforce_daily_limit=1_000_000)
    assert spent.status == WARNING
    assert "allowance is used up" in spent.said


@pytest.mark.parametrize(("used", "status"), [(949, OK), (950, WARNING), (1001, WARNING)])
def test_little_left_of_the_daily_calls_is_a_warning(used: int, status: str):
    reader: Any = SimpleNamespace(usage=SimpleNamespace(used=used, limit=1000))
    (found,) = of_limits("salesforce", reader)
    assert (found.status, found.said) == (status, f"{used} of 1000 calls of the day are used")


def test_a_source_that_does_not_tell_its_limits_has_no_line_about_them():
    reader: Any = SimpleNamespace(usage=SimpleNamespace(used=None, limit=None))
    assert list(of_limits("salesforce", reader)) == []


def test_before_the_first_sync_it_says_what_to_run(sandbox: Sandbox, project: Path):
    found = lines(project)[f"warehouse {project / 'data' / 'canon.duckdb'}"]
    assert (found.status, found.advice) == (WARNING, "Run canon sync.")
    assert asked().exit_code == 0


def test_a_failed_sync_shows_with_its_reason(sandbox: Sandbox, settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        close_run(con, open_run(con, "delta"), "failed", "the build failed in customers")
    last = lines(settings.root)["warehouse last sync"]
    assert last.status == WARNING
    assert "failed" in last.said
    assert last.said.endswith("the build failed in customers")


def test_a_damaged_warehouse_is_exit_code_1(sandbox: Sandbox, settings: Settings):
    settings.warehouse.parent.mkdir()
    settings.warehouse.write_bytes(b"no database" * 1000)
    assert lines(settings.root)[f"warehouse {settings.warehouse}"].status == FAILED
    assert asked().exit_code == 1


def test_a_run_under_way_and_the_note_of_a_killed_one_are_told_apart(sandbox: Sandbox, settings: Settings):
    assert lines(settings.root)["warehouse lock"].status == OK
    note = settings.warehouse.with_name("canon.duckdb.holder.lock")
    with run_lock(settings.warehouse, "sync"):
        assert "canon sync (process" in lines(settings.root)["warehouse lock"].said
        left = note.read_text()
    note.write_text(left)
    assert "ended without a word" in lines(settings.root)["warehouse lock"].said


@pytest.mark.parametrize(
    ("problems", "code"),
    [
        ([], 0),
        ([SourceUnavailable("x")], 1),
        ([ConfigurationError("x")], 2),
        ([SourceUnavailable("x"), ConfigurationError("x")], 2),
    ],
)
def test_a_wrong_setting_outranks_other_failures(problems: list[Any], code: int):
    findings = [Finding("a", "b", FAILED, str(each), exit_code=each.exit_code) for each in problems]
    warning = Finding("a", "b", WARNING, "x", exit_code=2)
    assert Diagnosis((), (*findings, warning)).exit_code == code


def test_the_policy_says_which_fields_are_mapped(project: Path):
    (project / "dbt_project.yml").write_text(POLICY)
    assert mapped_fields(project / "dbt_project.yml") == {
        "salesforce": {"Contact": {"Email", "HasOptedOutOfEmail", "OwnerId"}, "User": {"Email"}},
        "hubspot": {"contacts": {"email"}},
    }
    (project / "dbt_project.yml").write_text("name: canon\n")
    assert mapped_fields(project / "dbt_project.yml") == {}


# --- another environment -------------------------------------------------------------------------


@pytest.fixture
def staging(sandbox: Sandbox, project: Path) -> Path:
    """A profile with the settings of HubSpot alone."""
    (project / ".dlt").mkdir()
    path = project / ".dlt" / "staging.secrets.toml"
    path.write_text(
        f'[sources.hubspot]\naccess_token = "{CREDENTIALS.hubspot_token}"\nbase_url = "{sandbox.base_url}"\n'
    )
    return path


def test_an_environment_like_this_one_has_no_differences(staging: Path):
    done = asked("--against", "staging", "--as-json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "status": "compared",
        "exit_code": 0,
        "against": "staging",
        "sources": ["hubspot"],
        "objects": 3,
        "differences": [],
    }
    assert "No difference to staging" in asked("--against", "staging").stdout


def test_differences_are_rows_and_no_failure(staging: Path, monkeypatch: pytest.MonkeyPatch):
    from pipelines import environments
    from pipelines.environments import Difference

    found = [Difference("hubspot", "contacts", "tier", "picklist", "gold", "silver")]
    monkeypatch.setattr(environments, "differences", lambda *_: found)
    done = asked("--against", "staging", "--as-json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["differences"] == [
        {
            "source": "hubspot",
            "object": "contacts",
            "field": "tier",
            "kind": "picklist",
            "here": "gold",
            "there": "silver",
        }
    ]
    shown = asked("--against", "staging").stdout
    assert [word in shown for word in ("contacts", "tier", "picklist", "gold", "silver")] == [True] * 5


@pytest.mark.parametrize(
    ("profile", "told"),
    [("nowhere", "There is no"), ("../staging", "is no name of a profile"), ("", "is no name of a profile")],
)
def test_a_profile_that_is_not_there_is_exit_code_2(staging: Path, profile: str, told: str):
    problem = asked("--against", profile).exception
    assert isinstance(problem, ConfigurationError)
    assert told in str(problem)


def test_a_profile_of_other_sources_is_refused(staging: Path):
    staging.write_text("[sources.fax]\nnumber = 1\n")
    problem = asked("--against", "staging").exception
    assert isinstance(problem, ConfigurationError)
    assert "[sources.salesforce]" in str(problem)


def test_what_the_other_environment_refuses_names_the_profile(staging: Path):
    staging.write_text(staging.read_text().replace(CREDENTIALS.hubspot_token, "pat-of-somebody-else"))
    problem = asked("--against", "staging").exception
    assert isinstance(problem, ConfigurationError)
    assert str(problem).startswith("In the profile staging (.dlt/staging.secrets.toml")
    assert "pat-of-somebody-else" not in str(problem)
