"""A value changes at its source: one row says so, and the explanation tells the whole story."""

import pytest

pytestmark = pytest.mark.xdist_group("world")

# Ottoline Marchetti: the same phone in both systems until HubSpot hears of another.
CONTACT, RECORD = "003Qy00000i5x9HIAQ", "77565320495"
EMAIL = "ottoline.marchetti@harbourpine-logistics.com"
OLD, NEW = "+494066969068", "+494066969777"


def test_a_changed_phone_is_one_row_with_its_story_and_a_blank_beside_it_none(world, json_of):
    before = world.published.customer(CONTACT)
    known = world.published.content("marts")["marts.customer_changes"]
    assert before["job_title_source"] == "salesforce"
    # HubSpot does not own the title: that it is blank there now clears nothing.
    world.edit("hubspot", "contacts", RECORD, phone="+49 40 66969 777", jobtitle="")

    report = world.sync()

    assert (report.rows_written, report.exit_code) == (1, 0)
    assert report.build.reason == "what changed since the last one"
    after = world.published.customer(CONTACT)
    assert (before["phone"], after["phone"], after["phone_source"]) == (OLD, NEW, "hubspot")
    customer_id, old_source = before["customer_id"], before["phone_source"]
    started = world.published.one("select started_at from ops.sync_runs where sync_id = ?", report.sync_id)
    new = set(world.published.content("marts")["marts.customer_changes"]) - set(known)
    assert new == {(customer_id, "phone", OLD, NEW, old_source, "hubspot", "source", started, report.sync_id)}
    assert after["changed_at"] == started
    assert_the_log_has_it(world, report)
    assert_the_snapshot_has_it(world, customer_id, started)
    assert_explained(world, json_of, report)


def assert_the_log_has_it(world, report):
    rows = world.published.rows(
        "select source, object, source_record_id, field, old_value, new_value, clock, "
        "source_changed_at is not null, split_part(extract_id, '.', 1) "
        "from ops.source_changes where sync_id = ?",
        report.sync_id,
    )
    told = ("040 669 690 68", "+49 40 66969 777")
    phone, title = sorted(rows, key=lambda row: row[3] != "phone")
    assert phone[:6] == ("hubspot", "contacts", RECORD, "phone", *told)
    assert phone[7:] == (True, report.sync_id)
    assert (title[3], title[5]) == ("jobtitle", None)


def assert_the_snapshot_has_it(world, customer_id, started):
    versions = world.published.rows(
        "select phone, dbt_valid_from = ?, dbt_valid_to = ? from snapshots.customers_snapshot "
        "where customer_id = ? order by dbt_valid_from",
        started,
        started,
        customer_id,
    )
    assert versions == [(OLD, False, True), (NEW, True, None)]
    assert (
        world.published.one(
            "select count(*) from snapshots.customers_snapshot where dbt_valid_from = ?", started
        )
        == 1
    )


def assert_explained(world, json_of, report):
    answer = json_of(world.canon("explain", EMAIL, "phone", "--as-json").stdout)
    assert {(link["source"], link["source_record_id"]) for link in answer["links"]} == {
        ("salesforce", CONTACT),
        ("hubspot", RECORD),
    }
    (phone,) = answer["fields"]
    assert (phone["value"], phone["source"], phone["rule"]) == (NEW, "hubspot", "recency")
    said = {each["source"]: (each["value"], each["eliminated_by"]) for each in phone["candidates"]}
    assert said["hubspot"] == (NEW, None)
    assert said["salesforce"][0] == OLD
    assert said["salesforce"][1]
    assert [
        (each["old_value"], each["new_value"], each["cause"], each["sync_id"]) for each in phone["history"]
    ] == [(OLD, NEW, "source", report.sync_id)]

    text = world.canon("explain", EMAIL, "phone", COLUMNS="140").stdout
    assert answer["customer_id"] in text
    for word in (OLD, NEW, "salesforce", "hubspot", CONTACT, RECORD, "recency", "source"):
        assert word in text
