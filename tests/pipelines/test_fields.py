"""Column names: everything survives lower-casing, and what can not is refused before anything is loaded."""

import pytest

from pipelines.errors import NameCollision
from pipelines.fields import Field, columns_of, field_rows
from pipelines.naming import NamingConvention


def test_custom_field_and_its_namesake_keep_separate_columns():
    assert columns_of("Contact", ["Foo__c", "Foo_c"]) == {"Foo__c": "foo__c", "Foo_c": "foo_c"}


@pytest.mark.parametrize(
    "name", ["Foo__c", "_dlt_loads", "ns__Foo__c", "X__pc", "hs_v2_date_entered_1", "a-b", "a_"]
)
def test_the_naming_convention_only_lowers_the_case(name):
    assert NamingConvention().normalize_path(name) == name.lower()


def test_two_fields_that_differ_in_case_only_are_refused():
    with pytest.raises(NameCollision, match=r"Contact: the field foo__C and the field Foo__c .* 'foo__c'"):
        columns_of("Contact", ["Foo__c", "foo__C"])


def test_a_field_with_the_name_of_a_system_column_is_refused():
    with pytest.raises(NameCollision, match="the log's own column _record_id"):
        columns_of("contacts", ["email", "_Record_Id"])


def test_a_metadata_row_says_what_the_source_said():
    field = Field("Type", "Kind", "picklist", ("A", "B; C"), is_required=True, is_writable=False)
    row = field_rows("Account", [field]).to_pylist()[0]
    assert row == {
        "_record_id": "Account.Type",
        "object": "Account",
        "field": "Type",
        "label": "Kind",
        "type": "picklist",
        "picklist_values": "A;B; C",
        "is_required": "true",
        "is_writable": "false",
        "is_calculated": "false",
        "_stamp": None,
        "_is_deleted": False,
    }
