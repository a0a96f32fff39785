"""Sessions and tokens that end, limits that are reached, and answers that are none."""

import json

import pytest
import requests

from pipelines.errors import BudgetReached, ConfigurationError, SourceUnavailable
from tests.edge_cases.acting import calls, change, fired, some, twice, unfinished, unlike, update, written
from tests.histories.truth import SalesforceTruth

TOKEN = "SOURCES__HUBSPOT__ACCESS_TOKEN"
LIST = "/crm/v3/objects/contacts$"


def outcomes(warehouse, name, sync_seq):
    """HTTP outcomes of all reads of an object in a sync."""
    system = "salesforce" if name[0].isupper() else "hubspot"
    rows = warehouse.ask(
        f"select outcomes from raw_{system}.extracts where object = ? and sync_seq = ?", name, sync_seq
    )
    found: dict[str, int] = {}
    for (text,) in rows:
        for outcome, count in json.loads(text).items():
            found[outcome] = found.get(outcome, 0) + count
    return found


@pytest.mark.usefixtures("small_pages", "waits")
def test_edge_06_a_commit_four_minutes_after_its_stamp(warehouse, source, only):
    """A record surfaces whose stamp is four minutes before the last load's end.

    -> read once, by the overlap.
    """
    only("Contact")
    update(source, "Contact", some(warehouse, "Contact")[0], Title="Before")
    warehouse.load("salesforce")
    stamp = source.clock(advance=-240)["now"]
    source.clock(advance=245)
    late = change(source, "create", "Contact", values={"LastName": "Late"}, stamp=stamp)
    assert written(warehouse.load("salesforce")) == {"Contact": 1}
    assert unlike(source, warehouse, "Contact") == {}
    assert late


@pytest.mark.usefixtures("waits")
def test_edge_06_a_lag_does_what_an_overlap_does(warehouse, source, only, monkeypatch):
    """No overlap, windows end five minutes before now -> a commit four minutes late is read once, in time."""
    only("Contact")
    monkeypatch.setenv("SOURCES__SALESFORCE__OVERLAP", "PT0S")
    monkeypatch.setenv("SOURCES__SALESFORCE__LAG", "PT5M")
    warehouse.load("salesforce")
    stamp = source.clock(advance=-240)["now"]
    source.clock(advance=240)
    late = change(source, "create", "Contact", values={"LastName": "Late"}, stamp=stamp)
    source.clock(advance=300)
    assert written(warehouse.load("salesforce")) == {"Contact": 1}
    assert unlike(source, warehouse, "Contact") == {}
    assert late


@pytest.mark.usefixtures("small_pages", "waits")
@pytest.mark.parametrize("transport", ["rest", "bulk"])
def test_edge_08_sessions_that_end_after_every_few_calls(empty, source, only, monkeypatch, transport):
    """A session ends after four calls, again and again -> as many logins as that takes, every row once."""
    only("Contact")
    if transport == "bulk":
        monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "-1")
    source.switch(session_calls=4)
    source.clear_log()
    assert empty.load("salesforce").rows_written == 230
    assert unlike(source, empty, "Contact") == {}
    refused, logins = calls(source, status=401), calls(source, "/oauth2/token")
    assert len(refused) >= 2
    assert len(logins) == len(refused) + 1


@pytest.mark.usefixtures("small_pages", "waits")
def test_edge_08_a_session_that_ends_among_the_pages_of_a_delta(warehouse, source, only):
    """70 new rows, pages of 20, the session ends before the fourth -> nothing lost, nothing twice."""
    only("Contact")
    change(source, "fill", "Contact", count=70)
    source.fault("session_expired", path="/queryAll", nth=4)
    assert warehouse.load("salesforce").rows_written == 70
    assert fired(source) == [1]
    assert unlike(source, warehouse, "Contact") == {}
    assert outcomes(warehouse, "Contact", 2)["401"] == 1


def oauth_token(source):
    """A token that lives half an hour."""
    form = client(source) | {"grant_type": "refresh_token", "refresh_token": source.environment[TOKEN]}
    reply = requests.post(f"{source.base_url}/oauth/v1/token", data=form, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.json()["access_token"]


@pytest.fixture
def half_an_hour(source, only, monkeypatch, small_pages):
    """A load of half an hour and more: the token that it began with ends among the pages."""
    only("contacts")
    monkeypatch.setattr("pipelines.reading.BATCH", 40)
    source.switch(token_seconds=1800)
    monkeypatch.setenv(TOKEN, oauth_token(source))

    def passes(then):
        seen = []

        def report(progress):
            seen.append(progress)
            if len(seen) == 2:
                then()
                source.clock(advance=1900)

        return report

    return passes


@pytest.mark.usefixtures("waits")
def test_edge_09_a_token_that_ends_at_minute_30(empty, source, half_an_hour, monkeypatch):
    """The token ends among the pages, whoever rotates it has put another one in place -> no gap."""
    source.clear_log()

    def rotate():
        source.switch(token_seconds=7200)
        monkeypatch.setenv(TOKEN, oauth_token(source))

    empty.load("hubspot", progress=half_an_hour(rotate))
    assert len(calls(source, status=401)) == 1
    assert outcomes(empty, "contacts", 1)["401"] == 1
    assert twice(empty, "contacts") == []
    assert empty.ask("select count(distinct _record_id) from raw_hubspot.contacts") == [(300,)]
    monkeypatch.setenv(TOKEN, source.environment[TOKEN])
    assert unlike(source, empty, "contacts") == {}


@pytest.mark.usefixtures("waits")
def test_edge_09_a_token_that_nobody_rotates(empty, source, half_an_hour, monkeypatch):
    """The token ends and there is no other -> one more try, words that name it; the next load goes on."""
    source.clear_log()
    with pytest.raises(ConfigurationError, match=TOKEN):
        empty.load("hubspot", progress=half_an_hour(lambda: None))
    refused = calls(source, status=401)
    assert len(refused) == 2
    assert refused[0]["query"] == refused[1]["query"]
    came = empty.count("raw_hubspot.contacts")
    assert 0 < came < 300
    assert unfinished(empty, "contacts") == [1]
    monkeypatch.setenv(TOKEN, source.environment[TOKEN])
    assert sum(extract.rows_read for extract in empty.load("hubspot").extracts) == 300 - came
    assert unlike(source, empty, "contacts") == {}


@pytest.mark.usefixtures("small_pages")
def test_edge_10_the_three_kinds_of_429(warehouse, source, only, waits):
    """429 for the burst, 429 on search, no Retry-After.

    -> 10 s and 1 s; then the daily one -> a clean stop.
    """
    only("contacts")
    for record_id in (chosen := some(warehouse, "contacts", 50)):
        source.change(
            {"system": "hubspot", "action": "update", "object": "contacts", "id": record_id}
            | {"values": {"city": "Bern"}}
        )
    source.clock(advance=1)
    source.fault("rate_limit", path="/search", nth=2, policy="SECONDLY")
    source.fault("rate_limit", path="/batch/read", policy="TEN_SECONDLY_ROLLING")
    source.fault("rate_limit", path="/batch/read", nth=3, policy="DAILY", count=0)
    with pytest.raises(BudgetReached) as stop:
        warehouse.load("hubspot")
    assert stop.value.exit_code == 5
    assert waits == [1.0, 10.0]
    assert warehouse.count("raw_hubspot.contacts", "_sync_seq = 2") == 20
    assert unfinished(warehouse, "contacts") == [2]
    source.clear_faults()
    assert warehouse.load("hubspot").rows_written == 30
    assert len(chosen) == 50
    assert unlike(source, warehouse, "contacts") == {}
    assert twice(warehouse, "contacts") == []


@pytest.mark.usefixtures("small_pages", "waits")
@pytest.mark.parametrize("mode", ["backfill", "delta"])
def test_edge_11_an_allowance_that_ends_on_page_5(empty, warehouse, source, only, mode):
    """All 24-hour calls are used up on page 5.

    -> what came is kept, nothing counts as read, the next goes on.
    """
    only("Contact")
    change(source, "fill", "Contact", count=100)
    copy = empty if mode == "backfill" else warehouse
    nth = 6 if mode == "backfill" else 7  # counts and stubs are asked for before
    source.fault("request_limit", path="/queryAll", nth=nth, count=0)
    with pytest.raises(BudgetReached) as stop:
        copy.load("salesforce")
    assert stop.value.exit_code == 5
    assert fired(source) == [1]  # asked once and left alone
    assert unfinished(copy, "Contact") == [copy.syncs]
    assert copy.count("raw_salesforce.contact", f"_sync_seq = {copy.syncs}") == 80
    source.clear_faults()
    assert copy.load("salesforce").rows_written == (250 if mode == "backfill" else 20)
    assert unlike(source, copy, "Contact") == {}
    assert twice(copy, "Contact") == []


@pytest.mark.usefixtures("small_pages", "waits")
def test_edge_11_canons_own_share_of_the_allowance(empty, source, only, monkeypatch):
    """Canon may make 8 of 100 calls a day, a load needs 15.

    -> done after three days, never more than its share.
    """
    only("Contact")
    monkeypatch.setenv("SOURCES__SALESFORCE__API_BUDGET", "0.08")
    source.switch(salesforce_daily_limit=100)
    for _ in range(2):
        source.clear_log()
        for most in (8, 8 + 2):  # the first answer of a load tells what is left
            with pytest.raises(BudgetReached, match=r"SOURCES__SALESFORCE__API_BUDGET = 0\.08"):
                empty.load("salesforce")
            assert len(source.log()) <= most
        source.clock(advance=86_401)
    empty.load("salesforce")
    assert unlike(source, empty, "Contact") == {}
    assert twice(empty, "Contact") == []


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("system", "name"), [("salesforce", "Account"), ("hubspot", "companies")])
def test_edge_11_the_last_twentieth_is_left_to_others(warehouse, source, only, system, name):
    """Others used all but 5 % of the day's calls -> Canon makes none of them and says so."""
    only(name)
    used = [calls_of_others(source, system) for _ in range(60)][-1]
    source.switch(**{f"{system}_daily_limit": used + 3})
    source.clear_log()
    with pytest.raises(BudgetReached, match="the last 5% are left to them"):
        warehouse.load(system)
    assert len(source.log()) <= 2  # a login, and the call whose answer tells


def calls_of_others(source, system):
    """Make a call with another client; returns how many were made today."""
    if system == "hubspot":
        reply = requests.get(
            f"{source.base_url}/crm/v3/owners",
            headers={"Authorization": f"Bearer {source.environment[TOKEN]}"},
            timeout=60,
        )
        limit, left = (reply.headers[f"X-HubSpot-RateLimit-Daily{what}"] for what in ("", "-Remaining"))
        return int(limit) - int(left)
    truth = SalesforceTruth(source.environment, ())
    session = truth.ask("POST", f"{source.base_url}/services/oauth2/token", data=client(source))
    reply = requests.get(
        f"{source.base_url}/services/data/v62.0/limits",
        headers={"Authorization": f"Bearer {session['access_token']}"},
        timeout=60,
    )
    return int(reply.headers["Sforce-Limit-Info"].partition("=")[2].partition("/")[0])


def client(source):
    """The form of a login."""
    prefix = "SOURCES__SALESFORCE__CREDENTIALS__"
    return {
        "grant_type": "client_credentials",
        "client_id": source.environment[f"{prefix}CLIENT_ID"],
        "client_secret": source.environment[f"{prefix}CLIENT_SECRET"],
    }


NO_ANSWERS = (
    ("maintenance", {}, "503"),
    ("status", {"status": 502, "body": ""}, "502"),
    ("gateway", {"status": 504}, "504"),
    ("reset", {}, "broken"),
    ("reset", {"after_bytes": 0}, "broken"),
    ("status", {"status": 200, "body": "<html>Please log in</html>"}, ""),
    ("status", {"status": 200, "body": ""}, ""),
)


@pytest.mark.usefixtures("small_pages", "waits")
@pytest.mark.parametrize(("system", "name"), [("salesforce", "Contact"), ("hubspot", "contacts")])
def test_edge_12_answers_that_are_none(empty, source, only, system, name):
    """HTML and empty bodies, with status 200 too, and connections that break -> asked again, never rows."""
    only(name)
    path = "/queryAll" if system == "salesforce" else LIST
    for place, (kind, parameters, _) in enumerate(NO_ANSWERS):
        source.fault(kind, path=path, nth=2 + 2 * place, **parameters)
    source.clear_log()
    empty.load(system)
    made = len(source.log())
    assert fired(source) == [1] * len(NO_ANSWERS)
    assert unlike(source, empty, name) == {}
    assert twice(empty, name) == []
    told = outcomes(empty, name, 1)
    assert {outcome for _, _, outcome in NO_ANSWERS if outcome} <= told.keys()
    assert sum(told.values()) == made


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("system", "name"), [("salesforce", "Account"), ("hubspot", "companies")])
def test_edge_36_refusals_without_end(warehouse, source, only, system, name):
    """Every call is a 401, new session or not.

    -> a bounded number of them, and words that name the setting.
    """
    only(name)
    source.fault("unauthorized", path="/services/data|/crm/", count=0)
    with pytest.raises(ConfigurationError) as refusal:
        warehouse.load(system)
    assert f"SOURCES__{system.upper()}__" in str(refusal.value)
    assert fired(source) == [2]
    source.clear_faults()
    assert warehouse.load(system).rows_written == 0


@pytest.mark.usefixtures("waits")
def test_edge_36_a_failing_source_does_not_keep_the_other_from_being_read(warehouse, source, only):
    """Salesforce cannot be read -> HubSpot's changes come all the same, and the failure is told."""
    only("Account", "companies")
    update(source, "companies", some(warehouse, "companies")[0], city="Bern")
    source.fault("maintenance", path="/services/data", count=0)
    with pytest.raises(SourceUnavailable, match="Salesforce could not be read"):
        warehouse.load()
    assert warehouse.count("raw_hubspot.companies", "_sync_seq = 2") == 1
