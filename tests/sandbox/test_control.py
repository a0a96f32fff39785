"""The control plane: clock, changes, switches, log; and starting and stopping."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from simple_salesforce.exceptions import SalesforceResourceNotFound

from sandbox.client import Sandbox
from sandbox.ids import to_18
from sandbox.server import running
from sandbox.switches import Switches
from tests.sandbox.conftest import BEARER, DATA, hubspot, salesforce

ADA, BO = to_18("003TT0000000001"), to_18("003TT0000000002")
ACME, BIRCH = to_18("001TT0000000001"), to_18("001TT0000000002")
LEAD = to_18("00QTT0000000001")


def sf_record(world: Sandbox, name: str, identifier: str) -> dict[str, object]:
    soql = f"SELECT FIELDS(ALL) FROM {name} WHERE Id = '{identifier}' LIMIT 1"
    return dict(salesforce(world).query_all(soql, include_deleted=True)["records"][0])


def test_the_clock_starts_in_the_present(world: Sandbox) -> None:
    world.reset()
    assert abs(datetime.fromisoformat(world.clock()["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_clock_moves_and_stops(world: Sandbox) -> None:
    world.clock(now="2026-03-01T00:00:00Z", frozen=True)
    world.clock(advance=60)
    reply = requests.get(f"{world.base_url}/crm/v3/owners/", headers=BEARER, timeout=10)
    assert reply.headers["Date"] == "Sun, 01 Mar 2026 00:01:00 GMT"


def test_day_two_tells_its_stories(world: Sandbox) -> None:
    stories = world.day_two(advance=86_400)
    assert [story["story"] for story in stories] == [
        "Bo gets a title.",
        "A lead becomes a contact.",
        "Dee and Eve were one person.",
    ]
    assert sf_record(world, "Contact", BO)["Title"] == "Chief"
    assert world.clock()["now"].startswith("2026-01-02")


def test_a_salesforce_merge_moves_the_children(world: Sandbox) -> None:
    role = to_18("00KTT0000000001")
    deb = to_18("003TT0000000004")
    world.change(
        {"system": "salesforce", "action": "merge", "object": "Contact", "id": ADA, "loser_ids": [deb]}
    )
    loser, winner = sf_record(world, "Contact", deb), sf_record(world, "Contact", ADA)
    assert (loser["IsDeleted"], loser["MasterRecordId"]) == (True, ADA)
    assert winner["SystemModstamp"] == loser["SystemModstamp"]
    assert sf_record(world, "OpportunityContactRole", role)["ContactId"] == ADA


def test_deleting_an_account_deletes_what_hangs_on_it(world: Sandbox) -> None:
    world.change({"system": "salesforce", "action": "delete", "object": "Account", "id": ACME})
    sf = salesforce(world)
    assert sf.query("SELECT COUNT() FROM Contact")["totalSize"] == 2
    assert sf.query("SELECT COUNT() FROM Opportunity")["totalSize"] == 1
    assert sf.query("SELECT COUNT() FROM OpportunityContactRole")["totalSize"] == 0


def test_undelete_and_purge(world: Sandbox) -> None:
    gone = to_18("003TT0000000005")
    base = {"system": "salesforce", "object": "Contact", "id": gone}
    world.change(base | {"action": "undelete"})
    assert sf_record(world, "Contact", gone)["IsDeleted"] is False
    world.change(base | {"action": "purge"})
    sf = salesforce(world)
    assert sf.query_all("SELECT Id FROM Contact", include_deleted=True)["totalSize"] == 5


def test_a_lead_is_converted_to_a_new_contact_and_account(world: Sandbox) -> None:
    action = {
        "system": "salesforce",
        "action": "convert",
        "object": "Lead",
        "id": LEAD,
        "opportunity": "New deal",
    }
    outcome = world.change(action)
    lead = sf_record(world, "Lead", LEAD)
    assert (lead["IsConverted"], lead["Status"]) == (True, "Closed - Converted")
    assert lead["ConvertedContactId"] == outcome["ConvertedContactId"]
    contact = sf_record(world, "Contact", outcome["ConvertedContactId"])
    assert (contact["Email"], contact["AccountId"]) == ("lee0@lead.example", outcome["ConvertedAccountId"])
    assert sf_record(world, "Opportunity", outcome["ConvertedOpportunityId"])["Name"] == "New deal"


def test_a_lead_converted_to_an_existing_contact_fills_only_gaps(world: Sandbox) -> None:
    world.change(
        {
            "system": "salesforce",
            "action": "update",
            "object": "Lead",
            "id": LEAD,
            "values": {"Title": "T", "Phone": "1"},
        }
    )
    world.change(
        {
            "system": "salesforce",
            "action": "update",
            "object": "Contact",
            "id": ADA,
            "values": {"Title": "Boss"},
        }
    )
    world.change(
        {"system": "salesforce", "action": "convert", "object": "Lead", "id": LEAD, "contact_id": ADA}
    )
    ada = sf_record(world, "Contact", ADA)
    assert (ada["Title"], ada["Phone"], ada["Email"]) == ("Boss", "1", "ada@acme.example")
    assert sf_record(world, "Lead", LEAD)["ConvertedAccountId"] == ACME


def test_a_change_may_state_its_own_stamp(world: Sandbox) -> None:
    stamp = "2025-01-01T00:00:00.000+0000"
    values = {"Title": "late", "SystemModstamp": stamp}
    world.change(
        {"system": "salesforce", "action": "update", "object": "Contact", "id": ADA, "values": values}
    )
    assert sf_record(world, "Contact", ADA)["SystemModstamp"] == stamp


def test_a_field_appears_and_changes_its_type(world: Sandbox) -> None:
    define = {"system": "salesforce", "action": "define_field", "object": "Contact"}
    world.change(define | {"values": {"name": "Fresh__c", "type": "string", "length": 20}})
    salesforce(world).Contact.update(ADA, {"Fresh__c": "12"})
    world.change(define | {"values": {"name": "Fresh__c", "type": "double"}})
    assert sf_record(world, "Contact", ADA)["Fresh__c"] == 12.0


def test_hidden_records_are_not_shared(world: Sandbox) -> None:
    world.switch(hidden_records=[ADA])
    sf = salesforce(world)
    assert sf.query("SELECT COUNT() FROM Contact")["totalSize"] == 3
    with pytest.raises(SalesforceResourceNotFound):
        sf.Contact.get(ADA)


def test_associations_are_changed(world: Sandbox) -> None:
    link = {
        "system": "hubspot",
        "object": "deals",
        "id": "31000000003",
        "to_type": "contacts",
        "to_id": "72000000002",
    }
    world.change(link | {"action": "associate", "types": [{"category": "HUBSPOT_DEFINED", "typeId": 3}]})
    api = hubspot(world).crm.associations.v4.basic_api
    assert len(api.get_page("contacts", "72000000002", "deals").results) == 1
    world.change(link | {"action": "dissociate"})
    assert api.get_page("contacts", "72000000002", "deals").results == []


def test_association_changes_may_move_the_stamp(world: Sandbox) -> None:
    world.switch(association_bumps=True)
    link = {
        "system": "hubspot",
        "object": "deals",
        "id": "31000000003",
        "to_type": "contacts",
        "to_id": "72000000002",
    }
    world.change(link | {"action": "associate", "types": [{"category": "HUBSPOT_DEFINED", "typeId": 3}]})
    reply = requests.get(f"{world.base_url}/crm/v3/objects/deals/31000000003", headers=BEARER, timeout=10)
    assert reply.json()["updatedAt"].startswith("2026-01-01T02:")


def test_a_lost_merge_can_be_restored_when_the_switch_allows_it(world: Sandbox) -> None:
    world.switch(restore_after_merge=True)
    merge = {"system": "hubspot", "action": "merge", "object": "contacts", "id": "72000000004"}
    world.change(merge | {"loser_id": "72000000005"})
    world.change({"system": "hubspot", "action": "restore", "object": "contacts", "id": "72000000005"})
    record = hubspot(world).crm.contacts.basic_api.get_by_id("72000000005")
    assert (record.id, record.properties["firstname"]) == ("72000000005", "Eve")


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"system": "sap", "action": "update"}, "system is"),
        ({"system": "hubspot", "action": "explode"}, "There is no hubspot action"),
        ({"system": "salesforce", "action": "update", "object": "Nope", "id": ADA}, "no Salesforce object"),
        (
            {"system": "salesforce", "action": "update", "object": "Contact", "id": ADA, "values": {"X": 1}},
            "no field X",
        ),
        ({"system": "hubspot", "action": "archive", "object": "contacts", "id": "1"}, "resource not found"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    served: Sandbox, action: dict[str, object], message: str
) -> None:
    with pytest.raises(RuntimeError, match=message):
        served.change(action)


def test_an_unknown_switch_is_refused(served: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="There is no switch"):
        served.switch(nonsense=1)


def test_switches_have_documented_defaults(world: Sandbox) -> None:
    assert world.switch()["locator_seconds"] == Switches().locator_seconds


@pytest.mark.parametrize(
    ("switch", "expected"),
    [({"bulk_datetime": "+0000"}, "10:00:00.000+0000"), ({"bulk_integer_suffix": ".0"}, '"30.0"')],
)
def test_bulk_switches(world: Sandbox, switch: dict[str, str], expected: str) -> None:
    world.switch(**switch)
    soql = "SELECT SystemModstamp, NumberOfEmployees FROM Account"
    (text,) = salesforce(world).bulk2.Account.query(soql, wait=0)
    assert expected in text


def test_later_chunks_may_lack_the_header(world: Sandbox) -> None:
    world.switch(bulk_header_every_chunk=False)
    chunks = list(salesforce(world).bulk2.Lead.query("SELECT Id FROM Lead", max_records=400, wait=0))
    assert [chunk.startswith('"Id"') for chunk in chunks] == [True, False]


def test_large_numbers_may_be_written_with_an_exponent(world: Sandbox) -> None:
    world.switch(exponent_numbers=True)
    sf = salesforce(world)
    url = f"{world.base_url}/services/data/v62.0/query"
    soql = "SELECT AnnualRevenue FROM Account WHERE Name = 'Acme'"
    reply = requests.get(
        url, params={"q": soql}, headers={"Authorization": f"Bearer {sf.session_id}"}, timeout=10
    )
    assert '"AnnualRevenue":1.2E7' in reply.text


def test_the_log_says_what_was_asked_but_no_secrets(world: Sandbox) -> None:
    world.clear_log()
    sf = salesforce(world)
    sf.query("SELECT COUNT() FROM Account")
    requests.get(f"{world.base_url}/crm/v3/owners/?hapikey=topsecret", headers=BEARER, timeout=10)
    login, query, owners = world.log()
    assert (login["method"], login["path"], login["status"]) == ("POST", "/services/oauth2/token", 200)
    assert query["query"] == [["q", "SELECT COUNT() FROM Account"]]
    assert owners["query"] == [["hapikey", ""]]
    assert "sandbox-client-secret" not in str(world.log())


@pytest.mark.parametrize(
    "path",
    [
        "/crm/objects/2026-03/contacts?properties=email%2Cphone&archived=false",
        "/crm/objects/2025-09/contacts/72000000001/associations/companies",
        "/crm/properties/2026-09/contacts",
        "/crm/owners/2026-03",
        "/crm/pipelines/2026-03/deals",
        "/crm/associations/2026-03/contacts/companies/labels",
        "/crm/v3/objects/0-2/?archived=False",
        "/crm/v3/objects/contact/72000000001/",
    ],
)
def test_paths_have_aliases(served: Sandbox, path: str) -> None:
    assert requests.get(f"{served.base_url}{path}", headers=BEARER, timeout=10).status_code == 200


def test_lists_may_be_repeated_or_joined(served: Sandbox) -> None:
    url = f"{served.base_url}/crm/v3/objects/contacts"
    joined = requests.get(f"{url}?properties=email,phone&limit=1", headers=BEARER, timeout=10)
    repeated = requests.get(f"{url}?properties=email&properties=phone&limit=1", headers=BEARER, timeout=10)
    assert joined.json()["results"] == repeated.json()["results"]


def test_search_takes_the_old_form_of_filters(served: Sandbox) -> None:
    body = {"filters": [{"propertyName": "email", "operator": "EQ", "value": "ada@acme.example"}]}
    url = f"{served.base_url}/crm/v3/objects/contacts/search"
    assert requests.post(url, json=body, headers=BEARER, timeout=10).json()["total"] == 1


def test_the_token_reply_names_the_host_that_was_asked(served: Sandbox) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "sandbox-client-id",
        "client_secret": "sandbox-client-secret",
    }
    url = f"{served.base_url}/services/oauth2/token?x=.salesforce.com/services/oauth2/token"
    assert requests.post(url, data=form, timeout=10).json()["instance_url"] == served.base_url
    original = {"X-Original-Host": "acme.my.salesforce.com"}
    reply = requests.post(url, data=form, headers=original, timeout=10).json()
    assert reply["instance_url"] == "https://acme.my.salesforce.com"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "invalid_client_id"),
    ],
)
def test_token_errors(served: Sandbox, form: dict[str, str], error: str) -> None:
    reply = requests.post(f"{served.base_url}/services/oauth2/token", data=form, timeout=10)
    assert (reply.status_code, reply.json()["error"]) == (400, error)


def test_versions_need_no_login(served: Sandbox) -> None:
    versions = requests.get(f"{served.base_url}/services/data/", timeout=10).json()
    assert {"label": "Winter '24", "url": "/services/data/v59.0", "version": "59.0"} in versions
    assert "62.0" in [entry["version"] for entry in versions]


def is_open(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def wait_until_closed(url: str) -> bool:
    deadline = time.monotonic() + 5
    while is_open(url) and time.monotonic() < deadline:
        pass
    return not is_open(url)


def test_it_starts_quickly_and_stops_with_the_block() -> None:
    started = time.monotonic()
    with running(DATA) as sandbox:
        assert requests.get(f"{sandbox.control_url}/__emulator/health", timeout=10).json()["ready"]
        assert time.monotonic() - started < 5
    assert wait_until_closed(sandbox.base_url)
    assert wait_until_closed(sandbox.control_url)


def test_a_start_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(RuntimeError, match=r"within 0\.1 seconds"), running(DATA, start_seconds=0.1):
        pytest.fail("it started")


def test_it_stops_when_its_parent_is_killed() -> None:
    script = (
        "import sys, signal; from pathlib import Path; from sandbox.server import running\n"
        f"with running(Path({str(DATA)!r})) as sandbox:\n"
        "    print(sandbox.base_url, flush=True)\n"
        "    signal.pause()\n"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root)
    assert parent.stdout
    url = parent.stdout.readline().strip()
    assert is_open(url)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until_closed(url)


def test_the_sample_of_the_repository_is_served_and_has_a_second_day() -> None:
    with running() as sandbox:
        assert salesforce(sandbox).query("SELECT COUNT() FROM Contact")["totalSize"] > 100
        assert len(hubspot(sandbox).crm.contacts.get_all()) > 100
        assert len(sandbox.day_two()) >= 10


def test_a_missing_data_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="did not start"), running(tmp_path / "none"):
        pytest.fail("it started")
