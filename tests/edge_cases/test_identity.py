"""Merges, conversions, associations and owners: what another record stands for, and who belongs to whom."""

import json

import pytest
import requests

from tests.edge_cases.acting import (
    calls,
    change,
    current,
    fired,
    some,
    twice,
    unlike,
    update,
    versions,
    written,
)

pytestmark = pytest.mark.usefixtures("waits")

PRIMARY = [{"category": "HUBSPOT_DEFINED", "typeId": 279}, {"category": "HUBSPOT_DEFINED", "typeId": 1}]


def pointer(warehouse, record_id):
    row = current(warehouse, "Contact", record_id)
    return row["_is_deleted"], row["masterrecordid"]


@pytest.mark.parametrize("bumps", [True, False])
def test_edge_22_a_chain_of_merges(warehouse, source, only, bumps):
    """A into B, B into C, C deleted and undeleted, B purged -> A and B deleted, both pointers kept."""
    only("Contact", "OpportunityContactRole")
    source.switch(merge_bumps_children=bumps)
    (role,) = warehouse.rows("raw_salesforce.opportunity_contact_role", "not _is_deleted")[:1]
    first = role["contactid"]
    second, third = [each for each in some(warehouse, "Contact", 3) if each != first][:2]
    change(source, "merge", "Contact", second, loser_ids=[first])
    warehouse.load("salesforce")
    change(source, "merge", "Contact", third, loser_ids=[second])
    change(source, "delete", "Contact", third)
    warehouse.load("salesforce")
    change(source, "undelete", "Contact", third)
    change(source, "purge", "Contact", second)
    warehouse.load("salesforce", mode="sweep")
    assert [pointer(warehouse, each) for each in (first, second)] == [(True, second), (True, third)]
    assert pointer(warehouse, third) == (False, "")
    assert current(warehouse, "OpportunityContactRole", role["_record_id"])["contactid"] == third
    assert unlike(source, warehouse, "Contact", "OpportunityContactRole") == {}


@pytest.mark.parametrize("bumps", [True, False])
def test_edge_22_children_that_a_merge_moves(warehouse, source, only, bumps):
    """A merge moves a role to the winner, with a new stamp or without.

    -> right at once, or after a backfill.
    """
    only("Contact", "OpportunityContactRole")
    source.switch(merge_bumps_children=bumps)
    (role,) = warehouse.rows("raw_salesforce.opportunity_contact_role", "not _is_deleted")[:1]
    winner = next(each for each in some(warehouse, "Contact", 2) if each != role["contactid"])
    change(source, "merge", "Contact", winner, loser_ids=[role["contactid"]])
    assert ("OpportunityContactRole" in written(warehouse.load("salesforce"))) == bumps
    warehouse.load("salesforce", mode="backfill")
    assert current(warehouse, "OpportunityContactRole", role["_record_id"])["contactid"] == winner
    assert unlike(source, warehouse, "Contact", "OpportunityContactRole") == {}


@pytest.mark.parametrize("follows", [True, False])
@pytest.mark.parametrize("style", ["new", "old"])
@pytest.mark.parametrize("between", [True, False], ids=["a load after each merge", "one load"])
def test_edge_23_merges_of_either_style(warehouse, source, only, style, follows, between):
    """A + B give C (or stay A), C + D give E, old ids answer with E -> no ghost is left, children move."""
    only("contacts", "companies", "contacts_companies")
    source.switch(merge_style=style, batch_read_follows_merges=follows)
    linked = warehouse.ask("select _record_id, to_ids from raw_hubspot.contacts_companies order by 1")
    live = set(some(warehouse, "contacts", 400))
    (first, companies), (second, others), (third, _) = [each for each in linked if each[0] in live][:3]
    survivor = change(source, "merge", "contacts", first, loser_ids=[second])
    if between:
        warehouse.load("hubspot")
    last = change(source, "merge", "contacts", survivor, loser_ids=[third])
    warehouse.load("hubspot")
    assert unlike(source, warehouse, "contacts") == {}
    ghosts = {first, second, third} - {last}
    assert all(current(warehouse, "contacts", each)["_is_deleted"] for each in ghosts)
    histories = [versions(warehouse, "contacts", each) for each in ghosts]
    assert all(rows[-1]["email"] == rows[-2]["email"] for rows in histories if len(rows) > 1)
    row = current(warehouse, "contacts", last)
    assert ghosts <= set(row["hs_merged_object_ids"].split(";"))
    links = warehouse.rows("raw_hubspot.contacts_companies", f"_record_id = '{last}'")
    held = max(links, key=lambda link: link["_sync_seq"])["to_ids"].split(";")
    assert {*companies.split(";"), *others.split(";")} <= set(held)
    assert written(warehouse.load("hubspot")) == {}


@pytest.mark.parametrize("restores", [True, False])
def test_edge_23_a_loser_that_is_restored(warehouse, source, only, restores):
    """The loser of a merge is restored, where HubSpot can.

    -> live again; where it cannot, deleted for good.
    """
    only("contacts")
    source.switch(restore_after_merge=restores)
    kept, lost = some(warehouse, "contacts", 2)
    change(source, "merge", "contacts", kept, loser_ids=[lost])
    warehouse.load("hubspot")
    assert current(warehouse, "contacts", lost)["_is_deleted"]
    if restores:
        change(source, "restore", "contacts", lost)
    else:
        with pytest.raises(RuntimeError, match="merged into another"):
            change(source, "restore", "contacts", lost)
    warehouse.load("hubspot")
    assert current(warehouse, "contacts", lost)["_is_deleted"] != restores
    assert unlike(source, warehouse, "contacts") == {}


@pytest.mark.parametrize("into", ["existing", "new"])
def test_edge_24_a_converted_lead(warehouse, source, only, into):
    """A lead becomes a contact that exists, or a new one -> the lead stays, live, and names the contact."""
    only("Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole")
    (lead,) = warehouse.rows("raw_salesforce.lead", "not _is_deleted and isconverted = 'false'")[:1]
    (contact,) = some(warehouse, "Contact")
    there = warehouse.count("raw_salesforce.contact")
    more = {"contact_id": contact} if into == "existing" else {}
    change(source, "convert", "Lead", lead["_record_id"], opportunity_name="Deal", **more)
    warehouse.load("salesforce")
    row = current(warehouse, "Lead", lead["_record_id"])
    assert (row["_is_deleted"], row["isconverted"]) == (False, "true")
    assert (row["convertedcontactid"] == contact) == (into == "existing")
    assert warehouse.ask("select count(distinct _record_id) from raw_salesforce.contact") == [
        (there + (into == "new"),)
    ]
    assert current(warehouse, "Opportunity", row["convertedopportunityid"])["name"] == "Deal"
    names = ("Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole")
    assert unlike(source, warehouse, *names) == {}
    assert twice(warehouse, *names) == []


def link(source, verb, contact, company):
    types = {"types": PRIMARY} if verb == "associate" else {}
    change(source, verb, "contacts", contact, to_type="companies", to_id=company, **types)


def links_of(warehouse, contact):
    rows = warehouse.rows("raw_hubspot.contacts_companies", f"_record_id = '{contact}'")
    row = max(rows, key=lambda each: each["_sync_seq"], default={"to_ids": ""})
    return [each for each in row["to_ids"].split(";") if each]


@pytest.fixture
def alone(warehouse):
    """A live contact without company, and a company."""
    query = (
        "select _record_id from raw_hubspot.contacts where not _is_deleted "
        "and _record_id not in (select _record_id from raw_hubspot.contacts_companies) order by 1 limit 1"
    )
    return warehouse.ask(query)[0][0], some(warehouse, "companies")[0]


@pytest.mark.parametrize("mode", ["sweep", "backfill"])
@pytest.mark.parametrize("bumps", [True, False])
def test_edge_28_a_change_of_an_association_only(warehouse, source, only, alone, bumps, mode):
    """Linked, later unlinked, with or without a new stamp.

    -> a delta where there is one, else the next sweep.
    """
    only("contacts", "companies", "contacts_companies")
    source.switch(association_bumps=bumps)
    contact, company = alone
    for verb, expected in (("associate", [company]), ("dissociate", [])):
        before = links_of(warehouse, contact)
        link(source, verb, contact, company)
        warehouse.load("hubspot")
        assert links_of(warehouse, contact) == (expected if bumps else before)
        warehouse.load("hubspot", mode=mode)
        assert links_of(warehouse, contact) == expected
    assert len(warehouse.rows("raw_hubspot.contacts_companies", f"_record_id = '{contact}'")) == 2


def test_edge_28_links_are_caught_up_after_a_load_that_failed_before_them(warehouse, source, only, alone):
    """A contact is edited and linked; the load fails at the associations -> the next one reads its links."""
    only("contacts", "companies", "contacts_companies")
    contact, company = alone
    link(source, "associate", contact, company)
    update(source, "contacts", contact, city="Bern")
    source.fault("status", path="/v4/associations", count=0, status=400)
    with pytest.raises(Exception, match="HTTP 400"):
        warehouse.load("hubspot")
    assert current(warehouse, "contacts", contact)["city"] == "Bern"
    source.clear_faults()
    warehouse.load("hubspot")
    assert links_of(warehouse, contact) == [company]


def test_edge_33_an_id_that_comes_once_per_type_and_page(warehouse, source, only, alone):
    """A contact's companies come in two pages, one of them in both -> each once, with all its types."""
    only("contacts", "contacts_companies")
    contact, _ = alone
    update(source, "contacts", contact, city="Bern")
    pages = (
        ([(11, 279), (12, 279), (11, 1)], {"paging": {"next": {"after": "12"}}}),
        ([(12, 1), (13, 279)], {}),
    )
    for nth, (entries, paging) in enumerate(pages, 1):
        to = [{"toObjectId": far, "associationTypes": [{"typeId": kind}]} for far, kind in entries]
        body = {"status": "COMPLETE", "results": [{"from": {"id": contact}, "to": to, **paging}]}
        source.fault("status", path="/contacts/companies/batch/read", nth=nth, status=200, body=body)
    warehouse.load("hubspot")
    assert fired(source) == [1, 1]
    (row,) = warehouse.rows("raw_hubspot.contacts_companies", f"_record_id = '{contact}'")
    assert (row["to_ids"], row["association_types"], row["primary_to_id"]) == (
        "11;12;13",
        "1,279;1,279;279",
        "11",
    )


@pytest.mark.long
def test_edge_33_more_associations_than_one_answer_holds(warehouse, source, only, alone, monkeypatch):
    """520 companies of a contact, two types each: an id comes once per type, in nested pages -> each once."""
    only("contacts", "companies", "contacts_companies")
    contact, _ = alone
    first = int(change(source, "fill", "companies", count=520))
    headers = {"Authorization": f"Bearer {source.environment['SOURCES__HUBSPOT__ACCESS_TOKEN']}"}
    labels = [
        {"associationCategory": kind["category"], "associationTypeId": kind["typeId"]} for kind in PRIMARY
    ]
    with requests.Session() as session:
        for company in range(first, first + 520):
            path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
            session.put(source.base_url + path, json=labels, headers=headers, timeout=60).raise_for_status()
    update(source, "contacts", contact, city="Bern")
    source.clear_log()
    warehouse.load("hubspot")
    assert links_of(warehouse, contact) == [str(company) for company in range(first, first + 520)]
    assert len(calls(source, "/contacts/companies/batch/read")) == 2
    assert written(warehouse.load("hubspot")) == {}


def owners_page(source, archived):
    headers = {"Authorization": f"Bearer {source.environment['SOURCES__HUBSPOT__ACCESS_TOKEN']}"}
    reply = requests.get(
        f"{source.base_url}/crm/v3/owners", params={"archived": archived}, headers=headers, timeout=60
    )
    return json.loads(reply.content)["results"]


def test_edge_38_an_owner_is_deactivated(warehouse, source, only):
    """An owner moves to the archived ones and loses its user id -> marked, and its records keep naming it."""
    only("owners", "contacts")
    live, gone = owners_page(source, "false"), owners_page(source, "true")
    (owner_id,) = warehouse.ask(
        "select hubspot_owner_id from raw_hubspot.contacts where hubspot_owner_id <> '' and not _is_deleted "
        "and hubspot_owner_id in (select _record_id from raw_hubspot.owners where not _is_deleted) limit 1"
    )[0]
    leaver = next(owner for owner in live if owner["id"] == owner_id)
    left = leaver | {"archived": True, "userId": None}
    answers = ([*gone, left], [owner for owner in live if owner is not leaver])
    for nth, owners in enumerate(answers, 1):
        source.fault("status", path="/crm/v3/owners", nth=nth, status=200, body={"results": owners})
    assert written(warehouse.load("hubspot")) == {"owners": 1}
    row = warehouse.rows("raw_hubspot.owners", f"_record_id = '{owner_id}' and _sync_seq = 2")[0]
    assert (row["_is_deleted"], row["userid"]) == (True, "")
    assert row["useridincludinginactive"] == str(leaver["userIdIncludingInactive"])
    assert warehouse.count("raw_hubspot.contacts", f"hubspot_owner_id = '{owner_id}'") > 0
    assert written(warehouse.load("hubspot")) == {"owners": 1}  # the sandbox shows it again


def test_edge_38_an_owner_that_vanishes(warehouse, source, only):
    """An owner is in neither list any more -> marked as deleted with its values."""
    only("companies", "owners")
    live, gone = owners_page(source, "false"), owners_page(source, "true")
    for nth, owners in enumerate((gone, live[1:]), 1):
        source.fault("status", path="/crm/v3/owners", nth=nth, status=200, body={"results": owners})
    assert written(warehouse.load("hubspot")) == {"owners": 1}
    row = warehouse.rows("raw_hubspot.owners", "_sync_seq = 2")[0]
    assert (row["_record_id"], row["_is_deleted"], row["email"]) == (live[0]["id"], True, live[0]["email"])
