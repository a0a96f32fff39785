"""Opt-outs of people who turn out to be two: both keep them, until nobody says so any more."""

import pytest

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("world")]

# Ottoline Marchetti: opted out in Salesforce, not in HubSpot, whose record is the older one.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"
CONSENT = "email_opted_out"


def split(world):
    """HubSpot's record becomes that of somebody else, who keeps the customer's id."""
    before = world.published.customer(RECORD)
    assert before == world.published.customer(CONTACT)
    world.edit(
        "hubspot", "contacts", RECORD, email="t.quince@example.org", firstname="Tamsin", lastname="Quince"
    )
    world.sync()
    stays, leaves = world.published.customer(RECORD), world.published.customer(CONTACT)
    assert stays["customer_id"] == before["customer_id"] != leaves["customer_id"]
    return stays


def cell(world, customer_id):
    """(value, system, record, rule) of a customer's consent, as the mart explains it."""
    ((found),) = world.published.rows(
        "select value, source, source_record_id, rule from marts.customer_fields "
        "where customer_id = ? and field = ?",
        customer_id,
        CONSENT,
    )
    return found


def test_a_split_copies_an_opt_out_to_the_part_whose_records_do_not_say_so(world, json_of):
    stays = split(world)

    assert (stays[CONSENT], stays[f"{CONSENT}_source"]) == (True, "salesforce")
    assert cell(world, stays["customer_id"]) == (
        "true",
        "salesforce",
        CONTACT,
        "consent_most_restrictive",
    )
    ids = "select source_record_id from marts.customer_sources where customer_id = ?"
    assert world.published.rows(ids, stays["customer_id"]) == [(RECORD,)]
    answer = json_of(world.canon("explain", stays["customer_id"], CONSENT, "--as-json").stdout)
    verdicts = {each["source_record_id"]: each["eliminated_by"] for each in answer["fields"][0]["candidates"]}
    assert verdicts == {CONTACT: None, RECORD: "overruled"}
    changes = "select count(*) from marts.customer_changes where customer_id = ? and field = ?"
    assert world.published.one(changes, stays["customer_id"], CONSENT) == 0, "it said so before, and does"


def test_a_copied_opt_out_ends_with_the_statement_and_no_later_one_is_copied(world):
    whose = split(world)["customer_id"]
    built = world.warehouse.content("marts", "snapshots")
    done = world.canon("sync", "--full-refresh")
    assert done.returncode == 0, done.stderr
    again = world.warehouse.content("marts", "snapshots")
    assert {name for name in built if built[name] != again[name]} == set()

    world.sandbox.clock(advance=3600)
    world.edit("salesforce", "Contact", CONTACT, HasOptedOutOfEmail=False)
    world.sync()
    assert cell(world, whose)[:3] == ("false", "hubspot", RECORD)
    marketable = "select count(*) from marts.marketable_customers where customer_id = ?"
    assert world.published.one(marketable, whose) == 1

    world.sandbox.clock(advance=3600)
    world.edit("salesforce", "Contact", CONTACT, HasOptedOutOfEmail=True)
    world.sync()
    assert cell(world, whose)[:3] == ("false", "hubspot", RECORD), "what somebody else said since"
    assert world.published.one(marketable, whose) == 0, "nobody is mailed on a doubt"
