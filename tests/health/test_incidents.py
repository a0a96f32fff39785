"""Twelve incidents in a healthy world: each turns the check red that is there for it, and no other.

They are staged at the sandbox, over HTTP, wherever they can be. Where time itself would have to pass, or the
copy would have to be lost, the journals or the log are written directly, and the test says so.
"""

import duckdb
import pytest
import requests

from canon.errors import ConfigurationError
from canon.steps import publish_only
from canon.sync import SyncReport
from tests.e2e.conftest import CREDENTIALS, World

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("incidents")]

CONTACTS = (
    "select source_record_id from marts.customer_sources where source = 'salesforce' and object = 'Contact' "
    "and not is_deleted order by 1 limit "
)


def bad(report: SyncReport) -> dict[str, str]:
    """The checks that did not pass, with how bad each is."""
    return {each.check_name: each.severity for each in report.checks if each.status != "pass"}


def contacts(world: World, count: int) -> list[str]:
    return [record_id for (record_id,) in world.warehouse.rows(f"{CONTACTS}{count}")]


def change(world: World, action: str, record_id: str = "", **rest: object) -> None:
    named = {"id": record_id} if record_id else {}
    order = {"system": "salesforce", "object": "Contact", "action": action, **named, **rest}
    world.sandbox.change(order)


def write(world: World, sql: str) -> None:
    with duckdb.connect(str(world.warehouse.path)) as con:
        con.execute(sql)


def deltas(world: World, source: str, name: str, rows: list[int]) -> None:
    """Write reads of before into the journal of reads, oldest first: they would take hours."""
    values = ", ".join(f"({place - 1000}, {count})" for place, count in enumerate(rows))
    write(
        world,
        f"insert into raw_{source}.extracts by name select 'staged' || seq as extract_id, "
        f"'staged' || seq as sync_id, seq as sync_seq, '{source}' as source, '{name}' as object, "
        f"'delta' as mode, n as rows_read, n as rows_written from (values {values}) as t (seq, n)",
    )


def test_a_healthy_world_is_all_green(world: World):
    assert bad(world.sync()) == {}


def test_1_a_token_that_has_expired(world: World):
    world.sandbox.switch(private_app_ends="2026-01-01T00:00:00")
    with pytest.raises(ConfigurationError):
        world.sync()
    found = world.warehouse.rows(
        "select check_name, severity from ops.health_checks where status <> 'pass' "
        "and checked_at = (select max(checked_at) from ops.health_checks)"
    )
    assert found == [("Every source lets Canon in", "critical")]


def test_2_a_query_that_returns_nothing(world: World):
    """The deltas of before are written into the journal; what is hidden now is hidden by the source."""
    deltas(world, "salesforce", "Contact", [80, 95, 120, 100, 88, 130, 99, 105, 92, 110, 101, 97])
    ids = contacts(world, 90)
    for record_id in ids:
        change(world, "update", record_id, values={"Title": "Promoted"})
    world.sandbox.switch(hidden_records=ids)
    assert bad(world.sync()) == {"No delta was much smaller than usual": "critical"}


def test_3_half_of_the_records_rejected(world: World):
    for place, record_id in enumerate(contacts(world, 60)):
        values = {"Phone": "ask the desk"} if place % 2 else {"Title": "Promoted"}
        change(world, "update", record_id, values=values)
    report = world.sync()
    assert bad(report) == {"Few of the values that the last sync wrote were rejected": "critical"}
    (red,) = [each for each in report.checks if each.is_red]
    assert red.observed == "salesforce Contact: 31 values of 60 rows, 30 of them no valid phone number"


def test_4_a_field_that_is_hidden(world: World):
    world.sandbox.switch(hidden_fields=["Contact.Phone"])
    assert bad(world.sync()) == {"No mapped field has vanished at its source": "critical"}


def test_5_a_field_of_another_type(world: World):
    change(
        world, "define_field", values={"name": "Title", "type": "textarea", "label": "Title", "length": 128}
    )
    assert bad(world.sync()) == {"No mapped field is of another type than before": "critical"}


def test_6_a_mass_delete_of_2300_contacts_holds_the_publish_until_it_is_accepted(world: World):
    before = world.published.path.read_bytes()
    for record_id in contacts(world, 2300):
        change(world, "delete", record_id)
    report = world.sync()
    lost = "No object has lost many of its records since the last publication"
    assert bad(report) == {lost: "critical"}
    assert report.exit_code == 3
    assert report.published.scope == "held"
    assert "salesforce Contact lost 2300 of" in "; ".join(report.published.held)
    assert world.published.path.read_bytes() == before

    publish_only(world.settings(), "the branch was sold")
    assert world.published.path.read_bytes() != before
    again = world.sync()
    assert (bad(again), again.published.held) == ({}, ())


def test_7_an_explosion_of_duplicates(world: World):
    values = {"LastName": "Twice", "Email": "ada.twice@fill.example"}
    change(world, "fill", count=900, values=values)
    assert bad(world.sync()) == {"No system has many more duplicates than usual": "critical"}


def test_8_an_object_falls_silent(world: World):
    """Hours of silence are written into the journal: Canon has no receiver of webhooks to fall silent."""
    deltas(world, "hubspot", "contacts", [2, 1, 3] * 5 + [0] * 30)
    assert bad(world.sync()) == {"No object has been silent much longer than ever": "critical"}


def test_9_a_drift_of_3000_records(world: World):
    """The copy loses them directly, as from a backup of before; the sweep counts at the source."""
    ids = ", ".join(f"'{record_id}'" for record_id in contacts(world, 3000))
    write(world, f"delete from raw_salesforce.contact where _record_id in ({ids})")
    found = bad(world.sync(mode="sweep"))
    assert found == {"Source and copy had nearly the same records when they were last compared": "critical"}


def test_10_the_api_is_used_up_to_70_percent_by_others(world: World):
    world.sandbox.switch(salesforce_daily_limit=1000)
    login = {
        "grant_type": "client_credentials",
        "client_id": CREDENTIALS.client_id,
        "client_secret": CREDENTIALS.client_secret,
    }
    base = world.sandbox.base_url
    with requests.Session() as session:
        token = session.post(f"{base}/services/oauth2/token", data=login, timeout=60).json()["access_token"]
        for _ in range(700):
            session.get(
                f"{base}/services/data/v62.0/limits", headers={"Authorization": f"Bearer {token}"}, timeout=60
            )
    assert bad(world.sync()) == {"Enough of the day's API calls are left": "warning"}


def test_11_opt_outs_that_were_read_too_long_ago(world: World):
    """The time is taken back in the journal of reads: half an hour would have to pass."""
    write(
        world,
        "update raw_hubspot.extracts set window_to = now()::timestamp - interval 27 minute "
        "where object = 'contacts'",
    )
    assert bad(world.sync("salesforce")) == {"Every opt-out and bounce was read in time": "critical"}


def test_12_a_clock_that_is_off(world: World):
    world.sandbox.fault("clock_skew", count=0, seconds=600, path="/services/")
    assert bad(world.sync()) == {"The clocks of the sources go as ours": "critical"}


def test_a_field_that_is_suddenly_blank_and_a_choice_that_took_over(world: World):
    """The deltas of before are written into the journals: a day of them would have to pass."""
    deltas(world, "salesforce", "Contact", [60] * 12)
    write(
        world,
        "insert into ops.field_values by name "
        "select distinct 'staged' || seq as sync_id, seq - 1000 as sync_seq, source, object, "
        "canonical_field, "
        "unnest(if(canonical_field = 'customer.lead_source', ['Web', 'Other'], ['(not told)'])) as value, "
        "if(canonical_field = 'customer.lead_source', 30, 60) as record_count "
        "from ops.field_values, range(12) as t (seq) where source = 'salesforce' and object = 'Contact'",
    )
    for record_id in contacts(world, 210):
        change(world, "update", record_id, values={"MailingCity": "", "LeadSource": "Trade Show"})
    found = bad(world.sync())
    assert found.pop("No delta was much larger than usual", "warning") == "warning"
    assert found == {
        "No mapped field is suddenly blank much more often": "critical",
        "No mapped field suddenly has other choices than usual": "warning",
    }
