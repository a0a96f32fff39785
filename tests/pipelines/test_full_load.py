"""The first load: everything that the source holds, exactly as it says it; the next one writes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.fields import SYSTEM_TYPES

DATA = Path(__file__).parents[2] / "data"
SALESFORCE = {
    "Account": "account",
    "Contact": "contact",
    "Lead": "lead",
    "Opportunity": "opportunity",
    "OpportunityContactRole": "opportunity_contact_role",
    "User": "user",
}
HUBSPOT = ("contacts", "companies", "deals")


def records(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_float=str, parse_int=str) for line in lines]


def text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("name", "table"), SALESFORCE.items())
def test_salesforce_rows_say_what_the_source_says(loaded, name, table):
    rows = {row["_record_id"]: row for row in loaded.rows(f'raw_salesforce."{table}"')}
    source = records(DATA / "salesforce" / f"{name}.jsonl")
    assert rows.keys() == {record["Id"] for record in source}
    for record in source:
        said = {field.lower(): text(value) for field, value in record.items()}
        row = rows[record["Id"]]
        assert said == {field: row[field] for field in said}
        assert row["_is_deleted"] == record.get("IsDeleted", False)
        assert row["_stamp"].isoformat() + ".000+0000" == record["SystemModstamp"]


@pytest.mark.parametrize("name", HUBSPOT)
def test_hubspot_rows_say_what_the_source_says(loaded, name):
    rows = {row["_record_id"]: row for row in loaded.rows(f"raw_hubspot.{name}")}
    source = records(DATA / "hubspot" / f"{name}.jsonl")
    assert rows.keys() == {record["id"] for record in source}
    for record in source:
        said = {field: text(value) for field, value in record["properties"].items()}
        row = rows[record["id"]]
        assert said == {field: row[field] for field in said}
        assert row["_is_deleted"] == record["archived"]


@pytest.mark.parametrize("table", [*SALESFORCE.values(), *HUBSPOT])
def test_what_was_asked_for_is_never_null(loaded, table):
    schema = "raw_hubspot" if table in HUBSPOT else "raw_salesforce"
    columns = [
        name
        for (name,) in loaded.ask(
            "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", schema, table
        )
        if name not in SYSTEM_TYPES
    ]
    nulls = " or ".join(f'"{name}" is null' for name in columns)
    assert columns
    assert loaded.count(f'{schema}."{table}"', nulls) == 0


def test_system_columns_have_their_types(loaded):
    types = dict(
        loaded.ask(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = 'raw_hubspot' and table_name = 'contacts' and starts_with(column_name, '_')"
        )
    )
    assert types == {
        "_record_id": "VARCHAR",
        "_stamp": "TIMESTAMP",
        "_is_deleted": "BOOLEAN",
        "_content_hash": "VARCHAR",
        "_extract_id": "VARCHAR",
        "_sync_seq": "BIGINT",
    }


def test_every_association_is_there_once(loaded):
    source = records(DATA / "hubspot" / "associations.jsonl")
    for from_type, to_type in (("contacts", "companies"), ("deals", "companies"), ("deals", "contacts")):
        pairs = {
            (entry["from_id"], entry["to_id"])
            for entry in source
            if (entry["from_type"], entry["to_type"]) == (from_type, to_type)
        }
        gone = {row["_record_id"] for row in loaded.rows(f"raw_hubspot.{from_type}", "_is_deleted")}
        rows = loaded.rows(f"raw_hubspot.{from_type}_{to_type}")
        assert {(row["_record_id"], to_id) for row in rows for to_id in row["to_ids"].split(";")} == {
            pair for pair in pairs if pair[0] not in gone
        }
        assert all(len(row["to_ids"].split(";")) == len(row["association_types"].split(";")) for row in rows)


def test_owners_and_stages_are_whole(loaded):
    owners = records(DATA / "hubspot" / "owners.jsonl")
    pipelines = json.loads((DATA / "hubspot" / "pipelines.json").read_text(encoding="utf-8"))
    pipelines = pipelines["results"] if isinstance(pipelines, dict) else pipelines
    stages = {f"{pipeline['id']}:{stage['id']}" for pipeline in pipelines for stage in pipeline["stages"]}
    rows = loaded.rows("raw_hubspot.owners")
    assert {(row["_record_id"], row["email"], row["_is_deleted"]) for row in rows} == {
        (owner["id"], owner["email"], owner["archived"]) for owner in owners
    }
    assert {row["_record_id"] for row in loaded.rows("raw_hubspot.pipelines")} == stages


def test_the_metadata_log_lists_every_field(loaded):
    described = json.loads((DATA / "salesforce" / "describe" / "Lead.json").read_text(encoding="utf-8"))
    rows = {row["field"]: row for row in loaded.rows("raw_salesforce.fields", "object = 'Lead'")}
    assert rows.keys() == {field["name"] for field in described["fields"]}
    status = next(field for field in described["fields"] if field["name"] == "Status")
    assert rows["Status"]["picklist_values"] == ";".join(value["value"] for value in status["picklistValues"])
    assert (rows["Address"]["type"], rows["Id"]["is_writable"], rows["LastName"]["is_required"]) == (
        "address",
        "false",
        "true",
    )
    properties = json.loads((DATA / "hubspot" / "properties" / "deals.json").read_text(encoding="utf-8"))
    assert loaded.count("raw_hubspot.fields", "object = 'deals'") == len(properties)


def test_the_journal_has_a_row_per_object(loaded):
    rows = loaded.rows("raw_salesforce.extracts") + loaded.rows("raw_hubspot.extracts")
    assert {row["object"] for row in rows} == {
        *SALESFORCE,
        *HUBSPOT,
        "owners",
        "pipelines",
        "contacts_companies",
        "deals_companies",
        "deals_contacts",
    }
    contact = next(row for row in rows if row["object"] == "Contact")
    expected = len(records(DATA / "salesforce" / "Contact.jsonl"))
    assert (contact["mode"], contact["transport"], contact["window_from"]) == ("backfill", "rest", None)
    assert (contact["rows_read"], contact["rows_written"], contact["retries"]) == (expected, expected, 0)
    assert contact["api_calls"] == 3
    assert 0 < contact["api_used"] < contact["api_limit"]
    assert "Email" in contact["fields"].split(",")
    assert "MailingAddress" not in contact["fields"].split(",")
    assert loaded.count("raw_salesforce.contact", f"_extract_id <> '{contact['extract_id']}'") == 0
    assert loaded.count("raw_salesforce.contact", "_sync_seq <> 1") == 0


def test_nothing_is_left_behind_beside_the_warehouse(loaded):
    left = [path for path in loaded.path.parent.rglob("*") if path.is_file() and path != loaded.path]
    assert not [path for path in left if path.suffix in {".parquet", ".jsonl", ".pickle", ".gz"}]


def test_a_second_run_writes_nothing(warehouse):
    result = warehouse.load()
    assert result.rows_written == 0
    assert {extract.mode for extract in result.extracts} == {"delta"}
    assert warehouse.count("raw_salesforce.extracts") == 2 * len(SALESFORCE)
    assert sum(extract.api_calls for extract in result.extracts) < 40


def test_a_backfill_reads_everything_again_and_writes_nothing(warehouse):
    result = warehouse.load(mode="backfill")
    assert result.rows_written == 0
    both = "(from raw_salesforce.extracts union all by name from raw_hubspot.extracts)"
    read = warehouse.ask(f"select sum(rows_read) from {both} group by sync_seq")
    assert read[0] == read[1]


def test_rest_and_bulk_give_the_same_rows(loaded, empty, source, monkeypatch, waits):
    monkeypatch.setenv("SOURCES__SALESFORCE__BULK_THRESHOLD", "0")
    result = empty.load("salesforce")
    assert {extract.transport for extract in result.extracts} == {"bulk"}
    for table in SALESFORCE.values():
        where = "select * exclude (_extract_id) from raw_salesforce"
        assert sorted(empty.ask(f'{where}."{table}"')) == sorted(loaded.ask(f'{where}."{table}"'))


def test_a_field_list_too_long_for_a_url_is_read_in_parts(warehouse, source, monkeypatch):
    monkeypatch.setattr("pipelines.salesforce.rest.LONGEST_CONDITION", 300)
    monkeypatch.setattr("pipelines.salesforce.client.LONGEST_URL", 1000)
    source.clear_log()
    result = warehouse.load("salesforce", mode="backfill")
    assert result.rows_written == 0
    contact = next(extract for extract in result.extracts if extract.object == "Contact")
    assert contact.rows_read == warehouse.count("raw_salesforce.contact")
    assert sum("/queryAll" in call["path"] for call in source.log()) > 2 * 6


def test_properties_too_long_for_a_url_are_read_by_id(warehouse, source, monkeypatch):
    monkeypatch.setattr("pipelines.hubspot.client.LONGEST_URL", 200)
    source.clear_log()
    result = warehouse.load("hubspot", mode="backfill")
    assert result.rows_written == 0
    assert any(request["path"].endswith("/contacts/batch/read") for request in source.log())
