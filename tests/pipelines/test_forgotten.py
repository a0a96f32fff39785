"""Erased people do not come back, innocent ones wait for a steward, privacy deletions are recognised."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from canon.find import Record
from canon.journal import ensure_journals
from canon.normalize import keyed_hash
from pipelines.forgotten import Erasure
from tests.edge_cases.acting import change, some, update, written
from tests.pipelines.loading import Warehouse

KEY = b"of these tests"
ADDRESSES = {"salesforce": {"Contact": ("email",), "Lead": ("email",)}, "hubspot": {"contacts": ("email",)}}
ERASURE = Erasure(KEY, ADDRESSES)
TRACKED = {"salesforce": {"Contact": ("Phone",)}, "hubspot": {"contacts": ("phone",)}}
EMAIL = "quorra.zellweg@velvetquarry-mail.com"
DAY = 86_400


def tombstones(warehouse: Warehouse, **texts: Sequence[str]) -> None:
    with duckdb.connect(str(warehouse.path)) as con:
        ensure_journals(con)
        for kind, found in texts.items():
            for text in found:
                con.execute("insert into ops.tombstones values ('e', ?, ?)", [kind, keyed_hash(text, KEY)])


def erased(warehouse: Warehouse, *records: Record) -> None:
    """What an erasure leaves of records: nothing in the log, and tombstones."""
    tombstones(warehouse, record=[record.key for record in records])
    with duckdb.connect(str(warehouse.path)) as con:
        for source, name, record_id in records:
            table = {"Contact": "contact", "contacts": "contacts"}[name]
            con.execute(f"delete from raw_{source}.{table} where _record_id = ?", [record_id])


def test_nothing_that_a_source_says_of_an_erased_person_lands(source: Any, warehouse: Warehouse) -> None:
    people = [
        Record("salesforce", "Contact", some(warehouse, "Contact")[0]),
        Record("hubspot", "contacts", some(warehouse, "contacts")[0]),
    ]
    erased(warehouse, *people)
    for record, field in zip(people, ("Phone", "phone"), strict=True):
        update(source, record.object, record.source_record_id, **{field: "+1 312 555 0163"})

    for mode in ("delta", "sweep", "backfill"):
        warehouse.load(mode=mode, erasure=ERASURE, tracked=TRACKED)
        held = [
            warehouse.count(table, f"{column} = '{record.source_record_id}'")
            for record, places in zip(
                people,
                (
                    (
                        ("raw_salesforce.contact", "_record_id"),
                        ("raw_salesforce.contact_history", "contactid"),
                    ),
                    (("raw_hubspot.contacts", "_record_id"), ("raw_hubspot.contacts_history", "record_id")),
                ),
                strict=True,
            )
            for table, column in places
        ]
        assert held == [0, 0, 0, 0], mode
    assert warehouse.count("raw_hubspot.contacts_history") > 0
    assert warehouse.ask("select sum(missing) from raw_salesforce.counts") == [(0,)]
    assert warehouse.ask("select sum(missing) from raw_hubspot.counts") == [(0,)]


def test_a_new_record_with_an_erased_address_is_held_back_and_a_known_one_is_not(
    source: Any, warehouse: Warehouse
) -> None:
    (mate,) = some(warehouse, "contacts")
    update(source, "contacts", mate, email=EMAIL)
    tombstones(warehouse, email=[EMAIL])
    new = change(source, "create", "contacts", values={"email": f" {EMAIL.upper()}", "firstname": "Quorra"})
    lead = change(source, "create", "Lead", values={"Email": EMAIL, "LastName": "Q", "Company": "V"})

    loaded = warehouse.load(erasure=ERASURE)

    assert written(loaded)["contacts"] == 1
    assert warehouse.count("raw_hubspot.contacts", f"_record_id = '{mate}' and email = '{EMAIL}'") == 1
    assert warehouse.ask("select distinct object, _record_id from raw_hubspot.held") == [("contacts", new)]
    assert warehouse.ask("select distinct object, _record_id from raw_salesforce.held") == [("Lead", lead)]
    for table in ("raw_hubspot.contacts", "raw_salesforce.lead"):
        assert warehouse.count(table, f"_record_id in ('{new}', '{lead}')") == 0

    with duckdb.connect(str(warehouse.path)) as con:
        answer = "insert into ops.erasure_questions by name select 'q' || $1 as question_id, 'held' as kind, "
        answer += "$2 as source, $3 as object, $1 as source_record_id, now() as asked_at, $4 as answer"
        con.execute(answer, [new, "hubspot", "contacts", "released"])
        con.execute(answer, [lead, "salesforce", "Lead", None])
    warehouse.load(mode="sweep", erasure=ERASURE)

    assert warehouse.count("raw_hubspot.contacts", f"_record_id = '{new}'") == 1
    assert warehouse.count("raw_salesforce.lead", f"_record_id = '{lead}'") == 0
    missing = "select object, missing from raw_salesforce.counts where missing > 0"
    assert warehouse.ask(missing) == []  # what waits for an answer is no drift


@pytest.mark.parametrize("follows", [True, False])
def test_a_privacy_deletion_is_told_from_an_archive_and_a_merge(
    source: Any, warehouse: Warehouse, follows: bool
) -> None:
    live, archived, merged, survivor, kept = some(warehouse, "contacts", 5)
    source.switch(batch_read_follows_merges=follows)
    change(source, "archive", "contacts", archived)
    warehouse.load("hubspot")
    for record_id in (live, archived):
        change(source, "gdpr_delete", "contacts", record_id)
    change(source, "archive", "contacts", kept)
    change(source, "merge", "contacts", survivor, loser_ids=[merged])

    warehouse.load("hubspot", mode="sweep")

    told = "select object, _record_id from raw_hubspot.privacy_deletions order by all"
    assert warehouse.ask(told) == [("contacts", record_id) for record_id in sorted((live, archived))]


def test_an_archived_record_whose_time_is_over_was_not_deleted_for_privacy(
    source: Any, warehouse: Warehouse
) -> None:
    """HubSpot lists archived records for 90 days: after a longer pause nobody can tell."""
    archived, live = some(warehouse, "contacts", 2)
    change(source, "archive", "contacts", archived)
    warehouse.load("hubspot")
    source.clock(advance=95 * DAY)
    for record_id in (archived, live):
        change(
            source, "gdpr_delete", "contacts", record_id
        )  # no trace is left of either, whatever became of it
    warehouse.load("hubspot", mode="sweep")
    tables = "select count(*) from duckdb_tables() where table_name = 'privacy_deletions'"
    assert warehouse.ask(tables) == [(0,)]
