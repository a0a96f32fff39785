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
    assert verdicts == {CONTACT: None, RECORD: "lower_rank"}
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


def test_an_opt_out_at_an_address_binds_whoever_shares_it_and_no_longer_than_it_stands(world):
    """A delta about one customer says something of another, of whom nothing else changed."""
    ours, email = world.published.rows(
        "select marketable.customer_id, marketable.email from marts.marketable_customers as marketable "
        "join marts.customer_sources as mine on marketable.customer_id = mine.customer_id "
        "group by all having count(*) = 1 order by all limit 1"
    )[0]
    (other,) = world.published.rows(
        "select max(source_record_id) from marts.customer_sources "
        "where source = 'salesforce' and object = 'Contact' and not is_deleted and customer_id != ? "
        "group by customer_id having count(*) = 1 order by all limit 1",
        ours,
    )[0]
    marketable = "select count(*) from marts.marketable_customers where customer_id = ?"

    world.edit("salesforce", "Contact", other, Email=email, FirstName="Zebulon", LastName="Quarrington")
    world.sync()
    assert world.published.one(marketable, ours) == 1, "they share an address, and nobody objects"

    for opted_out in (True, False):
        world.sandbox.clock(advance=3600)
        world.edit("salesforce", "Contact", other, HasOptedOutOfEmail=opted_out)
        world.sync()
        assert world.published.one(marketable, ours) == (0 if opted_out else 1)
