"""simple-salesforce 1.12.10, unchanged, against the sandbox."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceOperationError,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from sandbox.client import Sandbox
from sandbox.credentials import CLIENT_ID, CLIENT_SECRET, JWT_USERNAME
from sandbox.ids import to_18
from tests.sandbox.conftest import loopback_session, salesforce, start_anew

ADA = to_18("003TT0000000001")
DEB = to_18("003TT0000000004")
ACME = to_18("001TT0000000001")
LEAD = to_18("00QTT0000000001")


def test_client_credentials_log_in_and_learn_the_instance(sf: Salesforce) -> None:
    assert sf.sf_instance == "acme.my.salesforce.com"


def test_a_jwt_logs_in(served: Sandbox, private_key: rsa.RSAPrivateKey) -> None:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = private_key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    session = loopback_session(served)
    sf = Salesforce(username=JWT_USERNAME, consumer_key=CLIENT_ID, privatekey=pem, session=session)
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 3


def test_a_jwt_of_another_key_is_refused(served: Sandbox) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = other.private_bytes(encoding, form, serialization.NoEncryption()).decode()
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
        Salesforce(
            username=JWT_USERNAME, consumer_key=CLIENT_ID, privatekey=pem, session=loopback_session(served)
        )


@pytest.mark.parametrize(
    ("key", "secret", "message"),
    [
        ("nobody", CLIENT_SECRET, "client identifier invalid"),
        (CLIENT_ID, "wrong", "invalid client credentials"),
    ],
)
def test_wrong_credentials_are_refused(served: Sandbox, key: str, secret: str, message: str) -> None:
    with pytest.raises(SalesforceAuthenticationFailed, match=message):
        Salesforce(
            domain="acme.my", consumer_key=key, consumer_secret=secret, session=loopback_session(served)
        )


def test_an_unknown_token_is_an_expired_session(served: Sandbox) -> None:
    session = loopback_session(served)
    sf = Salesforce(instance="acme.my.salesforce.com", session_id="gone", session=session)
    with pytest.raises(SalesforceExpiredSession):
        sf.query("SELECT Id FROM Account")


def test_query_returns_typed_values_and_parents(sf: Salesforce) -> None:
    soql = (
        "SELECT Id, Email, IsDeleted, SystemModstamp, Birthdate, Interests__c, MailingAddress, "
        "Account.Name, Account.Owner.Name FROM Contact WHERE LastName = {}"
    )
    record = sf.query(format_soql(soql, "O'Hara"))["records"][0]
    assert record["attributes"]["url"] == f"/services/data/v62.0/sobjects/Contact/{ADA}"
    assert (record["IsDeleted"], record["Birthdate"]) == (False, "1980-02-29")
    assert record["SystemModstamp"] == "2025-06-01T10:00:00.000+0000"
    assert record["MailingAddress"]["street"] == "Marktg. 1\nEG"
    assert record["Account"]["Owner"]["Name"] == "Integration User"
    assert record["Account"]["attributes"]["type"] == "Account"


def test_query_all_pages_through_locators(sf: Salesforce) -> None:
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = sf.query("SELECT Id FROM Lead", headers=headers)
    seen = [record["Id"] for record in page["records"]]
    assert (page["totalSize"], page["done"], len(seen)) == (450, False, 200)
    while not page["done"]:
        page = sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
        seen += [record["Id"] for record in page["records"]]
    assert len(set(seen)) == 450


def test_query_more_accepts_the_bare_locator(sf: Salesforce) -> None:
    page = sf.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    locator = page["nextRecordsUrl"].rsplit("/", 1)[1]
    assert len(sf.query_more(locator, include_deleted=True)["records"]) == 200


def test_deleted_records_are_seen_by_query_all_only(sf: Salesforce) -> None:
    soql = "SELECT Id, IsDeleted, MasterRecordId FROM Contact"
    assert sf.query(soql)["totalSize"] == 4
    everything = sf.query_all(soql, include_deleted=True)["records"]
    assert sorted(record["IsDeleted"] for record in everything) == [False] * 4 + [True] * 2
    assert [record["MasterRecordId"] for record in everything if record["MasterRecordId"]] == [ADA]


def test_child_records_come_nested(sf: Salesforce) -> None:
    soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account ORDER BY Name"
    acme, birch, cedar = sf.query(soql)["records"]
    assert [record["LastName"] for record in acme["Contacts"]["records"]] == ["O'Hara", "Dunn"]
    assert birch["Contacts"]["totalSize"] == 1
    assert cedar["Contacts"] is None


def test_describe_expands_every_field(sf: Salesforce) -> None:
    described = sf.Contact.describe()
    by_name = {field["name"]: field for field in described["fields"]}
    assert {len(field) for field in by_name.values()} == {57}
    assert by_name["LeadSource"]["picklistValues"][0] == {
        "active": True,
        "defaultValue": False,
        "label": "Web",
        "validFor": None,
        "value": "Web",
    }
    assert by_name["Email"]["byteLength"] == 240
    assert by_name["MailingCity"]["compoundFieldName"] == "MailingAddress"
    assert [child["childSObject"] for child in described["childRelationships"]].count("Contact") == 1


def test_global_describe_and_metadata(sf: Salesforce) -> None:
    names = [entry["name"] for entry in (sf.describe() or {})["sobjects"]]
    assert "OpportunityContactRole" in names
    assert sf.Contact.metadata()["objectDescribe"]["keyPrefix"] == "003"


def test_limits_and_usage(sf: Salesforce) -> None:
    limits = sf.limits()["DailyApiRequests"]
    assert limits["Max"] - limits["Remaining"] == int(sf.api_usage["api-usage"].used)
    assert sf.restful("limits/recordCount", params={"sObjects": "Account,Lead"}) == {
        "sObjects": [{"count": 3, "name": "Account"}, {"count": 450, "name": "Lead"}]
    }


def test_a_record_is_created_read_changed_and_deleted(world: Sandbox) -> None:
    sf = salesforce(world)
    identifier = sf.Contact.create({"LastName": "New", "FirstName": "Nat", "AccountId": ACME[:15]})["id"]
    created = sf.Contact.get(identifier)
    assert (created["Name"], created["AccountId"]) == ("Nat New", ACME)
    world.clock(advance=5)
    assert sf.Contact.update(identifier, {"Title": "CTO"}) == 204
    changed = sf.Contact.get(identifier)
    assert changed["SystemModstamp"] > created["SystemModstamp"]
    assert changed["SystemModstamp"].endswith(".000+0000")
    assert sf.Contact.delete(identifier) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sf.Contact.get(identifier)


def test_upsert_by_external_id(world: Sandbox) -> None:
    sf = salesforce(world)
    assert sf.Contact.upsert("Ext__c/e1", {"LastName": "Extern"}) == 201
    assert sf.Contact.upsert("Ext__c/e1", {"LastName": "Extern", "Title": "x"}) == 200
    assert sf.Contact.get_by_custom_id("Ext__c", "e1")["Title"] == "x"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"FirstName": "x"}, "REQUIRED_FIELD_MISSING"),
        ({"LastName": "x", "Nope": 1}, "INVALID_FIELD"),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG"),
        ({"LastName": "x", "Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ({"LastName": "x", "Tier__c": "Tin"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"LastName": "x", "AccountId": "001TT0000000999"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"LastName": "x", "IsDeleted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"LastName": "x", "AccountId": "nope"}, "MALFORMED_ID"),
    ],
)
def test_bad_records_are_refused(sf: Salesforce, values: dict[str, object], code: str) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        sf.Contact.create(values)
    assert caught.value.content[0]["errorCode"] == code


def test_deleted_and_updated_windows(world: Sandbox) -> None:
    sf = salesforce(world)
    start = datetime.fromisoformat(world.clock()["now"]) - timedelta(days=1)
    end = start + timedelta(days=2)
    sf.Contact.delete(DEB)
    sf.Contact.update(ADA, {"Title": "x"})
    deleted = sf.Contact.deleted(start, end)
    assert [record["id"] for record in deleted["deletedRecords"]] == [DEB]
    assert sf.Contact.updated(start, end)["ids"] == [ADA]


def test_a_naive_window_is_a_400(sf: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest):
        sf.Contact.deleted(datetime(2025, 12, 30), datetime(2025, 12, 31))


def test_a_window_too_far_back_is_refused(sf: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_REPLICATION_DATE"):
        sf.Contact.deleted(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))


def test_bulk_query_in_chunks(sf: Salesforce) -> None:
    chunks = list(sf.bulk2.Lead.query("SELECT Id, Name, LeadSource FROM Lead", max_records=200, wait=0))
    rows = [row for chunk in chunks for row in csv.DictReader(io.StringIO(chunk))]
    assert [len(list(csv.reader(io.StringIO(chunk)))) for chunk in chunks] == [201, 201, 51]
    assert len({row["Id"] for row in rows}) == 450
    assert {row["LeadSource"] for row in rows} == {"Web", "Phone", ""}


def test_bulk_values_are_exact(sf: Salesforce) -> None:
    soql = "SELECT Description, SystemModstamp, HasOptedOutOfEmail, Birthdate, Account.Name FROM Contact"
    (text,) = sf.bulk2.Contact.query(f"{soql} WHERE Id = '{ADA[:15]}'", wait=0)
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["Description"] == 'She said "hi",\r\nthen 👋'
    assert row["SystemModstamp"] == "2025-06-01T10:00:00.000Z"
    assert (row["HasOptedOutOfEmail"], row["Birthdate"], row["Account.Name"]) == (
        "true",
        "1980-02-29",
        "Acme",
    )


def test_bulk_without_rows_is_a_header(sf: Salesforce) -> None:
    assert list(sf.bulk2.Lead.query("SELECT Id FROM Lead WHERE Name = 'none'", wait=0)) == ['"Id"\n']


def test_bulk_query_all_has_deleted_rows(sf: Salesforce) -> None:
    (text,) = sf.bulk2.Contact.query_all("SELECT Id, IsDeleted FROM Contact", wait=0)
    assert text.count('"true"') == 2


@pytest.mark.parametrize(
    ("soql", "message"),
    [
        ("SELECT COUNT(Id) FROM Lead", "not supported in Bulk Query"),
        ("SELECT Id FROM Lead OFFSET 3", "not supported in Bulk Query"),
        ("SELECT MailingAddress FROM Contact", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Nope FROM Contact", "No such column 'Nope'"),
    ],
)
def test_bulk_refuses_what_it_cannot_do(sf: Salesforce, soql: str, message: str) -> None:
    with pytest.raises(SalesforceMalformedRequest, match=message):
        list(sf.bulk2.Contact.query(soql, wait=0))


def test_a_failed_bulk_job_raises(world: Sandbox) -> None:
    world.fault("bulk_failed", path="/jobs/query$", message="InternalServerError : batch failed")
    with pytest.raises(SalesforceOperationError, match="batch failed"):
        list(salesforce(world).bulk2.Lead.query("SELECT Id FROM Lead", wait=0))


def test_deleting_a_job_answers_without_a_body(served: Sandbox, login: dict[str, str]) -> None:
    base = f"{served.base_url}/services/data/v62.0/jobs/query"
    body = {"operation": "query", "query": "SELECT Id FROM Account"}
    job = requests.post(base, json=body, headers=login, timeout=10).json()
    reply = requests.delete(f"{base}/{job['id']}", headers=login, timeout=10)
    assert (reply.status_code, reply.content) == (204, b"")
    assert requests.get(f"{base}/{job['id']}", headers=login, timeout=10).status_code == 404


def test_the_client_logs_in_again_when_its_session_ends(world: Sandbox) -> None:
    sf = salesforce(world)
    world.fault("session_expired", path="/query")
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 3


def test_a_locator_dies_with_its_session(world: Sandbox) -> None:
    sf = salesforce(world)
    page = sf.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    world.clock(advance=7201)
    with pytest.raises(SalesforceExpiredSession):
        sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 450


def test_an_unknown_locator_is_refused(sf: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="invalid query locator"):
        sf.query_more("0r8000000000000000-200")


def test_the_daily_allowance_is_real(world: Sandbox) -> None:
    start_anew(world)
    sf = salesforce(world)
    world.switch(salesforce_daily_limit=2)
    sf.limits()
    sf.limits()
    with pytest.raises(SalesforceRefusedRequest, match=r"TotalRequests Limit exceeded\."):
        sf.limits()
    world.switch(session_seconds=200_000)
    world.clock(advance=86_401)
    assert sf.limits()["DailyApiRequests"]["Remaining"] == 1


def test_an_unknown_object_is_not_found(sf: Salesforce) -> None:
    with pytest.raises(SalesforceResourceNotFound):
        sf.Nonsense__c.describe()


def test_hidden_fields_do_not_exist(world: Sandbox) -> None:
    sf = salesforce(world)
    world.switch(hidden_fields=["Contact.HasOptedOutOfEmail"])
    assert "HasOptedOutOfEmail" not in {field["name"] for field in sf.Contact.describe()["fields"]}
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'HasOptedOutOfEmail'"):
        sf.query("SELECT HasOptedOutOfEmail FROM Contact")


def test_a_described_object_is_not_sent_twice(served: Sandbox, login: dict[str, str]) -> None:
    url = f"{served.base_url}/services/data/v62.0/sobjects/Contact/describe"
    modified = requests.get(url, headers=login, timeout=10).headers["Last-Modified"]
    since = {"If-Modified-Since": modified}
    assert requests.get(url, headers=login | since, timeout=10).status_code == 304
