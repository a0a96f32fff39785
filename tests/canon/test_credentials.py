"""Since when a source is read with its secret, and that nothing of the secret is kept that could be read."""

from pathlib import Path

import duckdb
import pytest

from canon.credentials import NO_SECRET, fingerprint, note_credentials
from canon.publish import publish_copy
from canon.settings import Settings
from canon.warehouse import connect, rows

TOKEN = "SOURCES__HUBSPOT__ACCESS_TOKEN"


def noted(settings: Settings) -> list[dict[str, object]]:
    with connect(settings.warehouse, read_only=True) as con:
        return rows(con, "select * from ops.credentials order by first_used_at")


def test_a_secret_is_as_old_as_its_first_use(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(TOKEN, "pat-na1-first")
    note_credentials(settings, ["hubspot"])
    note_credentials(settings, ["hubspot"])
    (first,) = noted(settings)
    assert first["first_used_at"] < first["last_used_at"]

    monkeypatch.setenv(TOKEN, "pat-na1-second")
    note_credentials(settings, ["hubspot"])
    assert [each["fingerprint"] == first["fingerprint"] for each in noted(settings)] == [True, False]

    monkeypatch.setenv(TOKEN, "pat-na1-first")
    note_credentials(settings, ["hubspot"])
    again = noted(settings)[0]
    assert len(noted(settings)) == 2
    assert again["first_used_at"] == first["first_used_at"]
    assert again["last_used_at"] > first["last_used_at"]


def test_each_flow_and_system_has_its_secret(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    login = {"LOGIN_URL": "https://acme.my.salesforce.com", "CREDENTIALS__CLIENT_ID": "id"}
    flow = {"CREDENTIALS__USERNAME": "ann@acme.com", "CREDENTIALS__PRIVATE_KEY": "-----BEGIN"}
    for name, value in {**login, **flow}.items():
        monkeypatch.setenv(f"SOURCES__SALESFORCE__{name}", value)
    url = "SOURCES__PRODUCT__CREDENTIALS"
    monkeypatch.setenv(url, "postgresql+psycopg://canon:pass-word@db.example.com/product")
    note_credentials(settings, ["salesforce", "product"])
    expected = {
        "salesforce": fingerprint(settings, "salesforce", "-----BEGIN"),
        "product": fingerprint(settings, "product", "pass-word"),
    }
    assert {each["source"]: each["fingerprint"] for each in noted(settings)} == expected

    monkeypatch.setenv("SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET", "consumer secret")
    monkeypatch.setenv(url, "sqlite:///product.db")
    note_credentials(settings, ["salesforce", "product"])
    newest = {each["source"]: each["fingerprint"] for each in noted(settings)}
    assert newest == {
        "salesforce": fingerprint(settings, "salesforce", "consumer secret"),
        "product": NO_SECRET,
    }


def test_nothing_of_a_secret_is_in_the_warehouse_and_its_hash_not_in_the_copy(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(TOKEN, "pat-na1-0b3c6f7e-secret")
    note_credentials(settings, ["hubspot"])
    kept = str(noted(settings)[0]["fingerprint"])
    assert len(kept) == 16
    assert b"0b3c6f7e-secret" not in settings.warehouse.read_bytes()

    publish_copy(settings.warehouse, settings.published)
    with duckdb.connect(str(settings.published), read_only=True) as con:
        names = {name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()}
    assert "credentials" not in names
    assert kept.encode() not in settings.published.read_bytes()


def test_a_hash_goes_by_the_key_and_the_source(settings: Settings, warehouse: Path):
    here = fingerprint(settings, "hubspot", "token")
    assert here == fingerprint(settings, "hubspot", "token")
    assert here != fingerprint(settings, "salesforce", "token")
    settings.warehouse.with_suffix(".hash_key").write_text("another key")
    assert here != fingerprint(settings, "hubspot", "token")
