"""Fields and objects that appear, vanish, change their type or are hidden while they are being read."""

import pytest

from tests.edge_cases.acting import (
    TABLES,
    calls,
    change,
    current,
    fired,
    modes,
    some,
    system_of,
    table_of,
    unlike,
    update,
    versions,
    written,
)
from tests.histories.copy import Copy

pytestmark = pytest.mark.usefixtures("waits")

OPT_OUT = "HasOptedOutOfEmail"


def field_news(warehouse, system, sync_seq=2):
    """(object.field, type, vanished) of what a sync wrote to the metadata log."""
    rows = warehouse.ask(
        f"select _record_id, type, _is_deleted from raw_{system}.fields where _sync_seq = ? order by 1",
        sync_seq,
    )
    return [(field, kind, gone) for field, kind, gone in rows]


def extract_ids(warehouse, name, sync_seq=2):
    schema = table_of(name).partition(".")[0]
    rows = warehouse.ask(
        f"select extract_id from {schema}.extracts where object = ? and sync_seq = ? order by 1",
        name,
        sync_seq,
    )
    return [extract_id for (extract_id,) in rows]


def archive_property(name):
    return {"system": "hubspot", "action": "archive_property", "object": "contacts", "name": name}


@pytest.mark.parametrize("mode", ["delta", "backfill"])
def test_edge_16_a_property_archived_after_it_was_described(warehouse, source, only, mode):
    """A property is archived between its description and the read -> described again; absent, not empty."""
    only("contacts")
    chosen = some(warehouse, "contacts", 3)
    for record_id in chosen:
        update(source, "contacts", record_id, city="Bern")
    path = "/batch/read" if mode == "delta" else "/objects/contacts$"
    source.fault("change", path=path, action=archive_property("hs_email_optout"))
    warehouse.load("hubspot", mode=mode)
    assert fired(source) == [1]
    assert extract_ids(warehouse, "contacts") == ["sync-2.hubspot.contacts", "sync-2.hubspot.contacts.002"]
    assert field_news(warehouse, "hubspot") == [("contacts.hs_email_optout", "bool", True)]
    for record_id in chosen:
        before, after = versions(warehouse, "contacts", record_id)
        assert before["hs_email_optout"] is not None
        assert (after["hs_email_optout"], after["city"]) == (None, "Bern")
        assert after["_extract_id"] == "sync-2.hubspot.contacts.002"
    assert unlike(source, warehouse, "contacts") == {}


VANISHING = {
    "contacts": ("/objects/contacts$", "change", {"action": archive_property("hs_email_optout")}),
    "Contact": ("/queryAll", "switch", {"hidden_fields": [f"Contact.{OPT_OUT}"]}),
}


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("name", VANISHING)
def test_edge_16_a_field_that_vanishes_among_the_pages(empty, source, only, name):
    """Pages are read with a field, then it vanishes.

    -> read again without; of each record one version is last.
    """
    only(name)
    path, kind, fault = VANISHING[name]
    source.fault(kind, path=path, nth=8, **fault)
    empty.load(system_of(name))
    assert fired(source) == [1]
    assert len(extract_ids(empty, name, 1)) == 2
    assert Copy(empty.path, system_of(name)).tied(TABLES[name]) == []
    assert unlike(source, empty, name) == {}


@pytest.mark.parametrize("mode", ["delta", "backfill"])
def test_edge_16_a_property_made_again_with_another_type(warehouse, source, only, mode):
    """A text property comes back as a number, without its values.

    -> the type changes, both kinds of text stay.
    """
    only("companies")
    (record_id,) = some(warehouse, "companies")
    update(source, "companies", record_id, city="Bern")
    warehouse.load("hubspot")
    made = {"name": "city", "type": "number", "label": "City"}
    change(source, "recreate_property", "companies", values=made)
    update(source, "companies", record_id, city="7")
    warehouse.load("hubspot", mode=mode)
    assert field_news(warehouse, "hubspot", 3) == [("companies.city", "number", False)]
    assert [row["city"] for row in versions(warehouse, "companies", record_id)][1:] == ["Bern", "7"]
    if mode == "backfill":
        assert unlike(source, warehouse, "companies") == {}


def test_edge_16_fields_that_never_hold_still(warehouse, source, only):
    """Each time that the object is described another property is archived.

    -> an end with words, then a whole read.
    """
    only("contacts")
    update(source, "contacts", some(warehouse, "contacts")[0], jobtitle="Bern")
    for nth, name in enumerate(("zip", "state", "fax", "address"), 1):
        source.fault("change", path="/batch/read", nth=nth, action=archive_property(name))
    with pytest.raises(Exception, match="does not know a property of contacts"):
        warehouse.load("hubspot")
    source.clear_faults()
    warehouse.load("hubspot")
    assert unlike(source, warehouse, "contacts") == {}


def test_edge_16_a_property_that_is_left_out_though_it_is_there(warehouse, source, only):
    """A description lists a property that no record shows -> asked once more, then taken as empty."""
    only("companies")
    update(source, "companies", some(warehouse, "companies")[0], city="Bern")
    described = {"results": [{"name": name, "type": "string", "label": name} for name in (
        "ghost", "name", "city", "hs_lastmodifieddate")]}  # fmt: skip
    source.fault("status", path="/properties/companies", count=0, status=200, body=described)
    assert written(warehouse.load("hubspot")) == {"companies": 1}
    assert len(calls(source, "/properties/companies")) >= 2
    assert warehouse.rows("raw_hubspot.companies", "_sync_seq = 2")[0]["ghost"] == ""


@pytest.mark.parametrize("transport", ["rest", "bulk"])
def test_edge_17_a_field_hidden_after_it_was_described(warehouse, source, only, monkeypatch, transport):
    """The opt-out flag is hidden between describe and query.

    -> described again; absent, neither false nor ''.
    """
    only("Contact")
    if transport == "bulk":
        monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "-1")
    (record_id,) = some(warehouse, "Contact")
    update(source, "Contact", record_id, Title="Changed", HasOptedOutOfEmail=True)
    path = "/queryAll" if transport == "rest" else "/jobs/query$"
    method = "POST" if transport == "bulk" else "GET"
    source.fault("switch", path=path, method=method, hidden_fields=[f"Contact.{OPT_OUT}"])
    warehouse.load("salesforce", mode="delta" if transport == "rest" else "backfill")
    assert fired(source) == [1]
    assert field_news(warehouse, "salesforce") == [(f"Contact.{OPT_OUT}", "boolean", True)]
    row = current(warehouse, "Contact", record_id)
    assert (row["title"], row[OPT_OUT.lower()]) == ("Changed", None)
    assert unlike(source, warehouse, "Contact") == {}
    fields = warehouse.ask(
        "select fields from raw_salesforce.extracts where sync_seq = 2 order by extract_id"
    )
    # a job is refused while the read is planned, before it has a row in the journal
    assert [OPT_OUT in text.split(",") for (text,) in fields] == [True, False][transport == "bulk" :]


def test_edge_17_a_bulk_job_that_fails_for_a_hidden_field(warehouse, source, only, monkeypatch):
    """The field is hidden while the job runs: it fails with INVALID_FIELD -> described again."""
    only("Contact")
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "-1")
    message = f"INVALID_FIELD: No such column '{OPT_OUT}' on entity 'Contact'."
    source.fault("bulk_failed", path="/jobs/query/", message=message)
    source.fault("switch", path="/jobs/query/", hidden_fields=[f"Contact.{OPT_OUT}"])
    warehouse.load("salesforce", mode="backfill")
    assert fired(source) == [1, 1]
    assert len(extract_ids(warehouse, "Contact")) == 2
    assert unlike(source, warehouse, "Contact") == {}


@pytest.mark.parametrize("mode", ["delta", "sweep"])
def test_edge_17_a_field_is_hidden_and_shown_again(warehouse, source, only, mode):
    """Hidden for a load, shown again -> vanished, returned; untouched records keep what they said before."""
    only("Contact")
    (touched, untouched) = some(warehouse, "Contact", 2)
    source.switch(hidden_fields=[f"Contact.{OPT_OUT}"])
    update(source, "Contact", touched, Title="Hidden")
    warehouse.load("salesforce", mode=mode)
    source.switch(hidden_fields=[])
    update(source, "Contact", touched, Title="Shown")
    warehouse.load("salesforce", mode=mode)
    assert field_news(warehouse, "salesforce", 3) == [(f"Contact.{OPT_OUT}", "boolean", False)]
    flags = [row[OPT_OUT.lower()] for row in versions(warehouse, "Contact", touched)]
    assert flags[1] is None
    assert flags[2] == flags[0] != ""
    assert len(versions(warehouse, "Contact", untouched)) == 1


@pytest.mark.parametrize("when", ["before", "between"])
def test_edge_17_an_object_that_is_not_visible_any_more(warehouse, source, only, when):
    """The user may not see an object any more, from the start or after its description.

    -> skipped and told.
    """
    only("Lead", "Contact")
    update(source, "Contact", some(warehouse, "Contact")[0], Title="Changed")
    gone = [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
    unknown = [{"errorCode": "INVALID_TYPE", "message": "sObject type 'Lead' is not supported."}]
    nth = 1 if when == "before" else 2
    source.fault("status", path="/sobjects/Lead/describe", nth=nth, count=0, status=404, body=gone)
    if when == "between":
        # Lead comes last here: the queries before are Contact's two.
        source.fault("status", path="/queryAll", nth=3, status=400, body=unknown)
    warehouse.load("salesforce")
    assert warehouse.count("raw_salesforce.contact", "_sync_seq = 2") == 1
    assert warehouse.count("raw_salesforce.lead", "_sync_seq = 2") == 0
    vanished = {field for field, _, is_gone in field_news(warehouse, "salesforce") if is_gone}
    assert {"Lead.Id", "Lead.Email"} <= vanished
    source.clear_faults()
    assert modes(warehouse.load("salesforce"))["Lead"] == "delta"
    assert unlike(source, warehouse, "Lead", "Contact") == {}


@pytest.mark.parametrize("mode", ["delta", "backfill"])
def test_edge_26_currencies_are_switched_on_in_mid_life(warehouse, source, only, mode):
    """Every object gets a currency -> a column; rows read since have it, older versions do not pretend."""
    only("Opportunity", "Account")
    for name in ("Opportunity", "Account"):
        field = {"name": "SecondCurrency", "type": "picklist", "label": "Currency", "length": 3}
        change(source, "define_field", name, values=field)
    (record_id, untouched) = some(warehouse, "Opportunity", 2)
    update(source, "Opportunity", record_id, SecondCurrency="CHF", Amount=1250.5)
    warehouse.load("salesforce", mode=mode)
    before, after = versions(warehouse, "Opportunity", record_id)
    assert (before["secondcurrency"], after["secondcurrency"]) == (None, "CHF")
    assert (before["amount"], after["amount"]) != (None, None)
    assert after["amount"].startswith("1250.5")
    expected = [None] if mode == "delta" else [None, ""]
    assert [row["secondcurrency"] for row in versions(warehouse, "Opportunity", untouched)] == expected
    assert [field for field, _, _ in field_news(warehouse, "salesforce")] == [
        "Account.SecondCurrency",
        "Opportunity.SecondCurrency",
    ]


def test_edge_26_person_accounts_are_switched_on_in_mid_life(warehouse, source, only):
    """Accounts get a person's fields, contacts a flag, both records of one person come -> all as they are."""
    only("Account", "Contact")
    flag = {"name": "IsPersonAccount", "type": "boolean", "label": "Is Person Account"}
    for name in ("Account", "Contact"):
        change(source, "define_field", name, values=flag)
    for field in ("PersonEmail", "PersonContactId", "Nickname__pc"):
        text = {"name": field, "type": "string", "label": field, "length": 80}
        change(source, "define_field", "Account", values=text)
    person = {
        "Name": "Ada Ash",
        "IsPersonAccount": True,
        "PersonEmail": "ada@fill.example",
        "Nickname__pc": "Ad",
    }
    account = change(source, "create", "Account", values=person)
    shadow_values = {"LastName": "Ash", "AccountId": account, "IsPersonAccount": True}
    shadow = change(source, "create", "Contact", values=shadow_values)
    update(source, "Account", account, PersonContactId=shadow)
    accounts, contacts = (warehouse.count(table_of(name)) for name in ("Account", "Contact"))
    # A flag that nobody had before is false for all others: a value that every record gets.
    assert written(warehouse.load("salesforce")) == {"Account": accounts + 1, "Contact": contacts + 1}
    row = current(warehouse, "Account", account)
    assert (row["ispersonaccount"], row["nickname__pc"], row["personcontactid"]) == ("true", "Ad", shadow)
    assert current(warehouse, "Contact", shadow)["accountid"] == account
    untouched = warehouse.rows("raw_salesforce.account", "_sync_seq = 1")
    assert {each["ispersonaccount"] for each in untouched} == {None}


def test_edge_18_a_field_described_with_another_type(warehouse, source, only):
    """A text field is a number from now on: values that do not fit are gone.

    -> new type told, texts as sent.
    """
    only("Contact")
    (record_id,) = some(warehouse, "Contact")
    field = {"name": "Level__c", "type": "string", "label": "Level", "length": 20}
    change(source, "define_field", "Contact", values=field)
    update(source, "Contact", record_id, Level__c="3")
    warehouse.load("salesforce")
    change(source, "define_field", "Contact", values={"name": "Level__c", "type": "int", "label": "Level"})
    update(source, "Contact", record_id, Title="Again")
    warehouse.load("salesforce")
    assert field_news(warehouse, "salesforce", 3) == [("Contact.Level__c", "int", False)]
    assert current(warehouse, "Contact", record_id)["level__c"] == "3"


def test_edge_17_a_query_that_takes_too_long_is_halved(warehouse, source, only):
    """Any window of more than six hours is a QUERY_TIMEOUT -> halved until it answers, every row once."""
    only("Contact")
    chosen = some(warehouse, "Contact", 3)
    for record_id in chosen:
        update(source, "Contact", record_id, Title="Later")
        source.clock(advance=20_000)
    source.fault("query_timeout", path="/queryAll", wider_than_hours=6)
    assert written(warehouse.load("salesforce")) == {"Contact": 3}
    assert fired(source)[0] > 2
    source.clear_faults()
    assert unlike(source, warehouse, "Contact") == {}


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    "rule",
    [{"count": 7}, {"wider_than_hours": 24 * 365 * 3}],
    ids=["seven times", "wider than three years"],
)
def test_edge_01_a_first_load_of_queries_that_take_too_long(empty, source, only, rule):
    """The same from the beginning of time on, and no job can be made -> everything, span by span."""
    only("Contact")
    source.fault("query_timeout", path="/queryAll", **rule)
    source.fault("bulk_quota", path="/jobs/query$", count=0)
    empty.load("salesforce")
    assert fired(source)[0] > 5
    assert fired(source)[1] == 1  # what cannot even be counted is taken for much
    source.clear_faults()
    assert unlike(source, empty, "Contact") == {}
