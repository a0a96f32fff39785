"""From API answers to text rows: exact text, '' for null, the same rows from JSON and from CSV."""

import json
from datetime import datetime

import pytest

from pipelines.hubspot import rows as hubspot
from pipelines.salesforce import rows as salesforce

TYPES = {
    "Id": "id",
    "IsDeleted": "boolean",
    "Name": "string",
    "Amount": "currency",
    "Description": "textarea",
    "SystemModstamp": "datetime",
}
CURSOR = "SystemModstamp"
ANSWER = b"""[
 {"Id":"006000000000001AAA","IsDeleted":false,"Name":"A \\"quoted\\", caf\\u00e9 \\ud83d\\ude00",
  "Amount":12.50,"Description":"two\\r\\nlines\\u0000","SystemModstamp":"2024-09-24T03:26:07.000+0000"},
 {"Id":"006000000000002AAA","IsDeleted":true,"Name":null,"Amount":1234567890123456.78,
  "Description":"","SystemModstamp":"2024-09-24T03:26:08.000+0000"}
]"""
CSV = (
    '"Id","IsDeleted","Name","Amount","Description","SystemModstamp"\n'
    '"006000000000001AAA","false","A ""quoted"", café 😀","12.50","two\r\nlines\x00",'
    '"2024-09-24T03:26:07.000Z"\n'
    '"006000000000002AAA","true","","1234567890123456.78","","2024-09-24T03:26:08.000Z"\n'
).encode()


def from_json():
    records = json.loads(ANSWER, parse_float=str, parse_int=str)
    return salesforce.table_of(records, TYPES, CURSOR)


def test_rest_and_bulk_give_the_same_rows():
    assert salesforce.table_of_csv(CSV, TYPES, CURSOR).to_pylist() == from_json().to_pylist()


def test_a_bulk_file_without_header_gives_the_same_rows():
    assert (
        salesforce.table_of_csv(CSV.split(b"\n", 1)[1], TYPES, CURSOR).to_pylist() == from_json().to_pylist()
    )


@pytest.mark.parametrize(
    ("kind", "rest", "bulk", "text"),
    [
        ("currency", "1.0E7", "10000000.0", "10000000.0"),
        ("double", "-1.2345678E7", "-12345678.0", "-12345678.0"),
        ("int", "3", "3.0", "3"),
        ("int", "30", "30", "30"),
        ("double", "0.50", "0.50", "0.50"),
        ("string", "1.0E7", "1.0E7", "1.0E7"),
        (
            "datetime",
            "2024-09-24T03:26:07.000+0000",
            "2024-09-24T03:26:07.000Z",
            "2024-09-24T03:26:07.000+0000",
        ),
        ("time", "13:45:00.000Z", "13:45:00.000Z", "13:45:00.000Z"),
    ],
)
def test_a_value_has_one_spelling_whichever_api_sent_it(kind, rest, bulk, text):
    types = {"Id": "id", "SystemModstamp": "datetime", "Value": kind}
    record = {"Id": "1", "SystemModstamp": "2024-09-24T03:26:07.000+0000", "Value": rest}
    body = f'"Id","SystemModstamp","Value"\n"1","2024-09-24T03:26:07.000Z","{bulk}"\n'.encode()
    assert salesforce.table_of([record], types, CURSOR).column("value").to_pylist() == [text]
    assert salesforce.table_of_csv(body, types, CURSOR).column("value").to_pylist() == [text]


def test_values_are_the_text_that_the_source_sent():
    first, second = from_json().to_pylist()
    assert first["name"] == 'A "quoted", café 😀'
    assert first["amount"] == "12.50"
    assert second["amount"] == "1234567890123456.78"
    assert first["description"] == "two\r\nlines"
    assert (second["name"], second["description"]) == ("", "")
    assert (first["isdeleted"], first["_is_deleted"], second["_is_deleted"]) == ("false", False, True)
    assert first["_stamp"] == datetime(2024, 9, 24, 3, 26, 7)
    assert first["systemmodstamp"] == "2024-09-24T03:26:07.000+0000"


@pytest.mark.parametrize("body", [b"", CSV.split(b"\n", 1)[0] + b"\n"])
def test_an_empty_bulk_result_has_no_rows_but_all_columns(body):
    table = salesforce.table_of_csv(body, TYPES, CURSOR)
    assert table.num_rows == 0
    assert table.column_names == from_json().column_names


@pytest.mark.parametrize("body", [CSV[:-60], CSV.replace(b"Name", b"Title")])
def test_a_cut_or_foreign_bulk_result_is_an_error(body):
    with pytest.raises(ValueError, match=r".+"):
        salesforce.table_of_csv(body, TYPES, CURSOR)


def test_hubspot_null_and_empty_are_both_empty_text_and_long_numbers_stay_whole():
    number = "8.600000000000000477395900588817312382161617279052734375"
    record = {
        "id": "7",
        "properties": {
            "email": None,
            "phone": "",
            "score": number,
            "hs_lastmodifieddate": "2026-01-12T12:32:00.101Z",
        },
        "archived": False,
    }
    row = hubspot.table_of(
        [record], ["email", "phone", "score", "hs_lastmodifieddate"], "hs_lastmodifieddate"
    )
    assert row.to_pylist()[0] == {
        "_record_id": "7",
        "_stamp": datetime(2026, 1, 12, 12, 32, 0, 101000),
        "_is_deleted": False,
        "email": "",
        "phone": "",
        "score": number,
        "hs_lastmodifieddate": "2026-01-12T12:32:00.101Z",
    }


def test_a_record_without_cursor_property_is_stamped_by_its_envelope():
    record = {
        "id": "7",
        "properties": {"email": "a@example.com"},
        "updatedAt": "2026-01-12T12:32:00Z",
        "archived": True,
    }
    row = hubspot.table_of([record], ["email"], "lastmodifieddate").to_pylist()[0]
    assert (row["_stamp"], row["_is_deleted"]) == (datetime(2026, 1, 12, 12, 32), True)


def test_links_are_one_row_per_record_in_ascending_numeric_order():
    entries = [
        {"toObjectId": "100", "associationTypes": [{"typeId": "279"}]},
        {"toObjectId": "9", "associationTypes": [{"typeId": "279"}, {"typeId": "1"}]},
        {"toObjectId": "100", "associationTypes": [{"typeId": "12"}, {"typeId": "279"}]},
    ]
    rows = hubspot.link_table({"1": entries, "2": []}, primary_type="1").to_pylist()
    assert [
        (row["_record_id"], row["to_ids"], row["primary_to_id"], row["association_types"]) for row in rows
    ] == [
        ("1", "9;100", "9", "1,279;12,279"),
        ("2", "", "", ""),
    ]


def test_a_stage_row_carries_its_pipeline():
    pipeline = {
        "id": "default",
        "label": "Sales",
        "archived": False,
        "stages": [
            {
                "id": "won",
                "label": "Won",
                "displayOrder": "5",
                "metadata": {"probability": "1.0", "isClosed": "true"},
            }
        ],
    }
    assert hubspot.stage_table([pipeline]).to_pylist()[0] == {
        "_record_id": "default:won",
        "_stamp": None,
        "_is_deleted": False,
        "pipeline_id": "default",
        "pipeline_label": "Sales",
        "stage_id": "won",
        "stage_label": "Won",
        "display_order": "5",
        "probability": "1.0",
        "is_closed": "true",
        "archived": "false",
    }
