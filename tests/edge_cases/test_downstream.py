"""Edge cases whose end is what analysts see: opt-outs, merged and converted people, erased ones."""

import pytest

from tests.e2e.conftest import _made, json_of, world
from tests.edge_cases.acting import change

__all__ = ["_made", "json_of", "world"]

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("downstream")]

OPT_OUTS = "select email_opted_out, customer_id from marts.customers"
OF = "select customer_id from marts.customer_sources where source_record_id = ?"


def opt_outs(world):
    """Customers that opted out, did not, and of whom it is not known."""
    rows = world.published.rows(OPT_OUTS)
    return {state: {customer for said, customer in rows if said is state} for state in (True, False, None)}


def customers_of(world, *record_ids):
    """The customers that these records belong to."""
    return {customer for each in record_ids for (customer,) in world.published.rows(OF, each)}


@pytest.fixture
def waits(monkeypatch):
    monkeypatch.setattr("pipelines.http.pause", lambda seconds: None)


@pytest.mark.usefixtures("waits")
def test_edge_17_an_opt_out_never_becomes_false(world):
    """The flag is hidden while contacts are read again in full.

    -> a red check, and no opt-out is forgotten.
    """
    before = opt_outs(world)
    assert before[True]
    # Each of the six objects is counted first; then come the pages of users, accounts and contacts.
    world.sandbox.fault("switch", path="/queryAll", nth=9, hidden_fields=["Contact.HasOptedOutOfEmail"])
    report = world.sync("salesforce", mode="backfill")
    assert report.exit_code == 3
    vanished = "select field from ops.schema_changes where sync_id = ? and change = 'vanished'"
    assert world.published.rows(vanished, report.sync_id) == [("HasOptedOutOfEmail",)]
    after = opt_outs(world)
    assert after[True] == before[True]
    assert after[False] < before[False]  # what cannot be seen any more is unknown, and never false


@pytest.mark.usefixtures("waits")
def test_edge_22_and_24_people_are_counted_once(world):
    """A into B, B into C, B purged; a lead becomes a contact that exists.

    -> one customer each, nobody twice.
    """
    live = world.warehouse.rows(
        "select _record_id from raw_salesforce.contact where not _is_deleted order by _record_id limit 3"
    )
    first, second, third = (record_id for (record_id,) in live)
    (lead,), (contact,) = (
        world.warehouse.rows(
            f"select _record_id from raw_salesforce.{table} where not _is_deleted {more} limit 1"
        )[0]
        for table, more in (
            ("lead", "and isconverted = 'false' order by 1"),
            ("contact", "order by _record_id desc"),
        )
    )
    change(world.sandbox, "merge", "Contact", second, loser_ids=[first])
    change(world.sandbox, "merge", "Contact", third, loser_ids=[second])
    change(world.sandbox, "convert", "Lead", lead, contact_id=contact)
    world.sync("salesforce")
    change(world.sandbox, "purge", "Contact", second)
    world.sync("salesforce", mode="sweep")
    assert len(customers_of(world, first, second, third)) == 1
    assert len(customers_of(world, lead, contact)) == 1
    twice = "select source_record_id from marts.customer_sources group by 1 having count(*) > 1"
    assert world.published.rows(twice) == []


@pytest.mark.usefixtures("waits")
def test_edge_20_a_person_who_was_erased_is_no_customer_any_more(world):
    """A contact that only HubSpot has is deleted for privacy.

    -> after a sweep no customer holds its address.
    """
    (record_id, email) = world.warehouse.rows(
        "select source_record_id, email from marts.customer_sources join marts.customers using (customer_id) "
        "where customer_id in "
        "(select customer_id from marts.customer_sources group by 1 having count(*) = 1) "
        "and source_record_id in (select _record_id from raw_hubspot.contacts) and email is not null "
        "order by 1 limit 1"
    )[0]
    change(world.sandbox, "gdpr_delete", "contacts", record_id)
    world.sync("hubspot", mode="sweep")
    assert world.published.rows("select 1 from marts.customers where email = ?", email) == []
