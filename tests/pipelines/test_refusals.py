"""What stops a load before or while it reads: which error, which words, and that no secret is among them."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipelines import load, salesforce
from pipelines.errors import BudgetReached, ConfigurationError, NameCollision, SourceUnavailable
from pipelines.http import require_secure
from sandbox.credentials import JWT_USERNAME
from tests.pipelines.loading import Warehouse

CREDENTIALS = "SOURCES__SALESFORCE__CREDENTIALS__"


def refusal(warehouse: Warehouse, *sources: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        warehouse.load(*sources)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("source_name", "missing", "named"),
    [
        ("salesforce", "SOURCES__SALESFORCE__LOGIN_URL", "SOURCES__SALESFORCE__LOGIN_URL"),
        ("salesforce", f"{CREDENTIALS}CLIENT_ID", f"{CREDENTIALS}CLIENT_ID"),
        ("salesforce", f"{CREDENTIALS}CLIENT_SECRET", f"{CREDENTIALS}CLIENT_SECRET"),
        ("salesforce", f"{CREDENTIALS}CLIENT_SECRET", f"{CREDENTIALS}PRIVATE_KEY"),
        ("hubspot", "SOURCES__HUBSPOT__ACCESS_TOKEN", "SOURCES__HUBSPOT__ACCESS_TOKEN"),
    ],
)
def test_a_missing_setting_is_named(empty, source, monkeypatch, source_name, missing, named):
    monkeypatch.delenv(missing)
    source.clear_log()
    assert named in refusal(empty, source_name)
    assert source.log() == []


def test_all_settings_are_checked_before_the_first_source_is_read(empty, source, monkeypatch):
    monkeypatch.delenv("SOURCES__HUBSPOT__ACCESS_TOKEN")
    source.clear_log()
    refusal(empty, "salesforce", "hubspot")
    assert source.log() == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "SOURCES__SALESFORCE__BULK_THRESHOLD",
            "many",
            "SOURCES__SALESFORCE__BULK_THRESHOLD has a value of the wrong",
        ),
        ("SOURCES__SALESFORCE__OVERLAP", "10 minutes", "SOURCES__SALESFORCE__OVERLAP is not a duration"),
        ("SOURCES__SALESFORCE__LAG", "-PT1M", "SOURCES__SALESFORCE__LAG is not a duration"),
        ("SOURCES__SALESFORCE__LAG", "P1M", "SOURCES__SALESFORCE__LAG is not a duration"),
        (
            "SOURCES__SALESFORCE__LOGIN_URL",
            "acme.my.salesforce.com",
            "SOURCES__SALESFORCE__LOGIN_URL is not a web",
        ),
        ("SOURCES__SALESFORCE__LOGIN_URL", "http://acme.my.salesforce.com", "in clear text"),
    ],
)
def test_an_unusable_setting_is_named(empty, source, monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    message = refusal(empty, "salesforce")
    assert words in message
    assert name in message


def test_http_to_another_machine_is_refused_before_the_token_travels(empty, source, monkeypatch):
    monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", "http://api.hubapi.com")
    message = refusal(empty, "hubspot")
    assert "SOURCES__HUBSPOT__BASE_URL starts with http://" in message


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:80", "http://localhost/", "http://[::1]:8080", "https://x.test"]
)
def test_loopback_and_https_addresses_are_accepted(url):
    assert require_secure("S", url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.com", "http://10.0.0.1", "ftp://127.0.0.1", "//x", ""]
)
def test_other_addresses_are_not(url):
    with pytest.raises(ConfigurationError, match=r"^S "):
        require_secure("S", url)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("CLIENT_ID", "invalid_client_id client identifier invalid"),
        ("CLIENT_SECRET", "invalid_client invalid client credentials"),
    ],
)
def test_refused_salesforce_credentials(empty, source, monkeypatch, waits, name, said):
    monkeypatch.setenv(CREDENTIALS + name, "wrong-value")
    message = refusal(empty, "salesforce")
    assert said in message
    assert f"{CREDENTIALS}CLIENT_ID, {CREDENTIALS}CLIENT_SECRET" in message
    assert "wrong-value" not in message
    assert "sandbox-client-secret" not in message
    assert waits == []


def test_a_refused_hubspot_token(empty, source, monkeypatch, waits):
    monkeypatch.setenv("SOURCES__HUBSPOT__ACCESS_TOKEN", "pat-na1-wrong")
    message = refusal(empty, "hubspot")
    assert "SOURCES__HUBSPOT__ACCESS_TOKEN" in message
    assert "Authentication credentials not found" in message
    assert "pat-na1-wrong" not in message
    assert waits == []


def test_missing_scopes_are_named(empty, source):
    source.fault("missing_scopes", path="/crm/v3/properties", scope="crm.schemas.contacts.read")
    assert "crm.schemas.contacts.read" in refusal(empty, "hubspot")


def test_the_jwt_bearer_flow_logs_in_without_a_client_secret(source, monkeypatch, private_key):
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    monkeypatch.delenv(f"{CREDENTIALS}CLIENT_SECRET")
    monkeypatch.setenv(f"{CREDENTIALS}USERNAME", JWT_USERNAME)
    monkeypatch.setenv(f"{CREDENTIALS}PRIVATE_KEY", pem.replace("\n", "\\n"))
    source.clock(now=datetime.now(UTC).isoformat())
    assert salesforce.connect().fields(salesforce.OBJECTS[0])


def test_a_private_key_that_is_none_is_named(empty, source, monkeypatch):
    monkeypatch.delenv(f"{CREDENTIALS}CLIENT_SECRET")
    monkeypatch.setenv(f"{CREDENTIALS}USERNAME", JWT_USERNAME)
    monkeypatch.setenv(f"{CREDENTIALS}PRIVATE_KEY", "no-key-at-all")
    message = refusal(empty, "salesforce")
    assert f"{CREDENTIALS}PRIVATE_KEY" in message
    assert "no-key-at-all" not in message


def test_a_server_that_is_down(empty, source, monkeypatch, waits):
    monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", "http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable) as caught:
        empty.load("hubspot")
    message = str(caught.value)
    assert message.startswith(
        "HubSpot could not be read: GET http://127.0.0.1:9/crm/v3/properties/contacts failed 5 "
    )
    assert "ConnectionError" in message
    assert "run the same command again" in message
    assert "?" not in message
    assert [round(wait - 0.25) for wait in waits] == [1, 2, 4, 8]


def test_a_used_up_allowance_stops_cleanly(empty, source, waits):
    source.fault("request_limit", path="/queryAll")
    with pytest.raises(BudgetReached, match="TotalRequests Limit exceeded"):
        empty.load("salesforce")
    source.fault("rate_limit", path="/search|/contacts", policy="DAILY")
    with pytest.raises(BudgetReached, match="You have reached your daily limit"):
        empty.load("hubspot")
    assert waits == []


def test_two_fields_for_one_column_are_refused(empty, source):
    source.fault(
        "status",
        path="/sobjects/User/describe",
        status=200,
        body={
            "name": "User",
            "fields": [
                {"name": name, "type": "string", "label": name} for name in ("Id", "Foo__c", "foo__C")
            ],
        },
    )
    with pytest.raises(NameCollision, match=r"User: the field foo__C and the field Foo__c .* 'foo__c'"):
        empty.load("salesforce")
    assert empty.ask("select table_name from duckdb_tables() where table_name = 'user'") == []


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(
        ConfigurationError, match="There is no source crm; the sources are salesforce, hubspot"
    ):
        load(["crm"], warehouse=tmp_path / "w.duckdb", sync_id="s", sync_seq=1)
    with pytest.raises(
        ConfigurationError, match="There is no mode fast; the modes of a load are delta, sweep, backfill"
    ):
        load(["hubspot"], warehouse=tmp_path / "w.duckdb", sync_id="s", sync_seq=1, mode="fast")
