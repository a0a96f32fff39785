"""The shortest histories that went wrong once."""

from collections.abc import Iterator

import pytest

from tests.histories.history import Stage
from tests.histories.hubspot import HubspotHistory
from tests.histories.salesforce import SalesforceHistory


@pytest.fixture
def org(salesforce_stage: Stage) -> Iterator[SalesforceHistory]:
    history = SalesforceHistory(salesforce_stage)
    yield history
    history.has_failed = True
    history.teardown()


def first(history: SalesforceHistory, name: str = "Contact") -> str:
    return history.pick(name, 0)


def title(history: SalesforceHistory, record_id: str) -> str | None:
    return history.copy.latest("contact")[record_id].values["title"]


def test_a_second_change_in_the_second_of_a_load_survives_a_sweep(org: SalesforceHistory) -> None:
    """The seam's second is read again by a delta. A sweep compares stamps, and moves the watermark on."""
    record_id = first(org)
    org.change("update", "Contact", record_id, values={"Title": "First"})
    org._loaded("delta")
    org.change("update", "Contact", record_id, values={"Title": "Second"})  # the same stamp
    org.advance(60)
    org._loaded("sweep")
    org.advance(60)
    org._loaded("delta")
    assert title(org, record_id) == "Second"


def test_a_field_that_is_shown_again_is_filled_by_a_sweep(org: SalesforceHistory) -> None:
    """What changed while the field was hidden came without it; its stamp has not moved since."""
    record_id = first(org)
    org.change("update", "Contact", record_id, values={"Title": "Before"})
    org._loaded("delta")
    org.hide_or_show_a_field("Contact.Title")
    org.advance(60)
    org.change("update", "Contact", record_id, values={"Title": "After"})
    org._loaded("delta")
    org.advance(60)
    org._loaded("delta")
    org.advance(3600)
    org.hide_or_show_a_field("Contact.Title")
    org._loaded("delta")
    org._loaded("sweep")
    assert title(org, record_id) == "After"


def test_a_stamp_that_went_back_is_repaired_by_a_sweep(org: SalesforceHistory) -> None:
    """A clock that was ahead when the record was stamped, or a record put back from a backup."""
    record_id = first(org)
    ahead = org.now.replace(microsecond=0)
    org.advance(60)
    org.change("update", "Contact", record_id, values={"Title": "Ahead"})
    org._loaded("delta")
    org.change("update", "Contact", record_id, values={"Title": "Back"}, stamp=ahead.isoformat())
    org.advance(60)
    org._loaded("delta")
    org._loaded("sweep")
    assert title(org, record_id) == "Back"


def test_a_date_header_that_was_ahead_costs_nothing(org: SalesforceHistory) -> None:
    """The watermark is ahead then, and the second that a load saw half of is never the seam."""
    record_id = first(org)
    org.server.fault("clock_skew", count=0, seconds=300)
    org._loaded("delta")
    org.server.clear_faults()
    org.advance(60)
    org.change("update", "Contact", record_id, values={"Title": "First"})
    org._loaded("delta")
    org.change("update", "Contact", record_id, values={"Title": "Second"})  # the same stamp
    org.advance(60)
    org._loaded("delta")
    org.advance(600)
    org._loaded("delta")
    org._loaded("sweep")
    assert title(org, record_id) == "Second"


@pytest.fixture
def account(hubspot_stage: Stage) -> Iterator[HubspotHistory]:
    history = HubspotHistory(hubspot_stage)
    yield history
    history.has_failed = True
    history.teardown()


def test_a_merge_that_a_backfill_sees_first_leaves_no_ghosts(account: HubspotHistory) -> None:
    """Losers vanish from every list. A delta asks for those that a survivor names; a backfill does not."""
    loser, survivor = account.pick("contacts", 0), account.pick("contacts", 1)
    account.change("merge", "contacts", survivor, loser_ids=[loser])
    account.advance(60)
    account._loaded("backfill")
    account.advance(60)
    account._loaded("delta")
    held = account.copy.latest("contacts")
    assert held[loser].is_deleted
    assert held[survivor].is_deleted


def test_a_calculated_property_that_changes_without_stamp_is_found_by_a_sweep(
    account: HubspotHistory,
) -> None:
    """Salesforce's formulas are compared by a sweep; HubSpot's calculated properties are not."""
    record_id = account.pick("contacts", 0)
    account.change("recalculate", "contacts", record_id, values={"num_associated_deals": "99"})
    account.advance(60)
    account._loaded("sweep")
    assert account.copy.latest("contacts")[record_id].values["num_associated_deals"] == "99"


def test_a_change_in_the_millisecond_of_a_load_is_beyond_it(account: HubspotHistory) -> None:
    """The window ends with a whole second, so a stamp within the present one comes with the next load."""
    record_id = account.pick("contacts", 0)
    account.advance(0.4)
    account.change("update", "contacts", record_id, values={"jobtitle": "First"})
    account._loaded("delta")
    account.change("update", "contacts", record_id, values={"jobtitle": "Second"})
    account.advance(60)
    account._loaded("delta")
    assert account.copy.latest("contacts")[record_id].values["jobtitle"] == "Second"
