"""Checks: green, red, and everything that proves nothing is red too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from canon.errors import ConfigurationError
from canon.journal import open_run
from canon.settings import Settings
from canon.steps import validate_only
from canon.validate import CheckResult, check_frame, read_suites, validate
from canon.warehouse import connect, rows

BOTH = ("salesforce", "hubspot")


def suite(settings: Settings, name: str, sources: Sequence[str] = BOTH) -> dict[str, Any]:
    return next(each for each in read_suites(settings.root / "expectations", sources) if each["name"] == name)


def results(settings: Settings, name: str, sql: str) -> dict[str, CheckResult]:
    frame = duckdb.sql(sql).df()
    found = check_frame(suite(settings, name), frame, {"sources": list(BOTH)})
    return {each.check_name: each for each in found}


def freshness(salesforce: str = "1.0", columns: str = "*", where: str = "true") -> str:
    return f"""
        select {columns} from (
            select 'salesforce' as source, 'Contact' as object, now()::timestamp as last_loaded_at,
                1.0::double as minutes_behind, {salesforce}::double as intervals_behind, 3 as records,
                true as expected
            union all
            select 'hubspot', 'contacts', now()::timestamp, 1.0, 0.5, 3, true
        ) where {where}
    """


IN_TIME = "Every object was loaded within two sync intervals"


def test_a_healthy_warehouse_is_green_and_the_results_are_journalled(settings: Settings, warehouse: Path):
    found = validate(settings, "s2")
    assert {each.status for each in found} == {"pass"}
    with connect(warehouse, read_only=True) as con:
        kept = rows(con, "select * from ops.health_checks")
    assert [(row["sync_id"], row["check_name"]) for row in kept] == [
        ("s2", each.check_name) for each in found
    ]
    assert all(row["checked_at"] for row in kept)


def test_to_the_checks_alone_a_run_that_died_is_a_failure(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        open_run(con, "delta")
    validate_only(settings)
    with connect(warehouse, read_only=True) as con:
        last = rows(con, "select status, error from ops.sync_runs order by sync_seq desc limit 1")
    assert last == [{"status": "failed", "error": "interrupted"}]


def test_a_late_object_is_red_and_named(settings: Settings):
    late = results(settings, "measure_freshness", freshness(salesforce="7.25"))[IN_TIME]
    assert late.is_red
    assert late.observed == "salesforce Contact: 7.25"
    assert late.threshold == "at most 2"


def test_an_object_that_is_not_expected_may_be_late(settings: Settings):
    sql = freshness(salesforce="7.25", columns="* replace (source = 'hubspot' as expected)")
    assert results(settings, "measure_freshness", sql)[IN_TIME].status == "pass"


def test_a_missing_value_never_passes(settings: Settings):
    found = results(settings, "measure_freshness", freshness(salesforce="null"))[IN_TIME]
    assert (found.status, found.observed) == ("fail", "1 of 2 values are missing")


def test_an_empty_table_never_passes(settings: Settings):
    found = results(settings, "measure_freshness", freshness(where="false"))
    assert all(each.status != "pass" for each in found.values())


def test_a_missing_column_is_an_error(settings: Settings):
    found = results(settings, "measure_freshness", freshness(columns="* exclude (intervals_behind)"))[IN_TIME]
    assert found.status == "error"
    assert found.is_red
    assert "intervals_behind" in found.observed


def test_a_source_without_loads_is_red(settings: Settings):
    found = results(settings, "measure_freshness", freshness(where="source = 'hubspot'"))
    missing = found["Every source that should be loaded has loads on record"]
    assert missing.is_red
    assert missing.observed == "missing: salesforce"


def test_a_missing_table_is_an_error(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        con.execute("drop view ops.measure_join_coverage")
    found = [each for each in validate(settings, "s2") if "does not exist" in each.observed]
    assert len(found) == 5
    assert {each.status for each in found} == {"error"}


@pytest.mark.parametrize(
    ("salesforce", "hubspot", "red", "warned"), [(70, 70, 0, 0), (40, 70, 1, 0), (70, 40, 0, 1)]
)
def test_too_few_matches_are_red_for_salesforce_and_a_warning_for_hubspot(
    settings: Settings, salesforce: int, hubspot: int, red: int, warned: int
):
    found = results(
        settings,
        "measure_join_coverage",
        "select source, 10 as customers, 7 as matched, percent::double as matched_percent "
        f"from (values ('salesforce', {salesforce}), ('hubspot', {hubspot})) as t (source, percent)",
    ).values()
    assert sum(each.is_red for each in found) == red
    assert sum(each.status == "fail" and not each.is_red for each in found) == warned


def test_with_one_crm_alone_matching_is_not_asked_for(settings: Settings):
    asked = [
        each["description"] for each in suite(settings, "measure_join_coverage", ["hubspot"])["expectations"]
    ]
    assert asked == ["Matching between the systems is measured at all"]


def test_a_folder_without_suites_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no suites"):
        read_suites(tmp_path, BOTH)


def test_an_expectation_without_words_is_refused(tmp_path: Path):
    (tmp_path / "bare.json").write_text('{"name": "bare", "expectations": [{"type": "x", "kwargs": {}}]}')
    with pytest.raises(ConfigurationError, match="description"):
        read_suites(tmp_path, BOTH)


GONE = "No mapped field has vanished at its source"
UNKNOWN = "Every mapped field is known to its source"


def fields(vanished: str = "none", unknown: str = "none", known: int = 15, where: str = "true") -> str:
    return f"""
        select * from (
            select 'salesforce' as source, 'Contact' as object, 15 as mapped_fields,
                {known} as known_fields,
                '{vanished}' as vanished_fields, '{unknown}' as unknown_fields, true as expected
            union all
            select 'hubspot', 'contacts', 18, 18, 'none', 'none', true
            union all
            select 'product', 'users', 2, 0, 'none', 'usage_score', false
        ) where {where}
    """


def test_fields_that_are_all_there_are_green_and_sources_that_are_not_loaded_do_not_count(settings: Settings):
    found = results(settings, "measure_vanished_fields", fields())
    assert {each.status for each in found.values()} == {"pass"}


def test_a_vanished_field_is_red_and_named(settings: Settings):
    gone = results(settings, "measure_vanished_fields", fields(vanished="HasOptedOutOfEmail, Phone"))[GONE]
    assert gone.is_red
    assert gone.observed == "salesforce Contact: HasOptedOutOfEmail, Phone"
    assert gone.threshold == "none"


def test_a_field_that_never_was_there_is_a_warning(settings: Settings):
    found = results(settings, "measure_vanished_fields", fields(unknown="Product_User_Id__c"))
    assert found[UNKNOWN].observed == "salesforce Contact: Product_User_Id__c"
    assert [each.check_name for each in found.values() if each.status != "pass"] == [UNKNOWN]
    assert not any(each.is_red for each in found.values())


@pytest.mark.parametrize(("known", "where"), [(15, "false"), (0, "true"), (15, "source = 'hubspot'")])
def test_fields_that_nobody_looked_at_are_red(settings: Settings, known: int, where: str):
    found = results(settings, "measure_vanished_fields", fields(known=known, where=where))
    assert any(each.is_red for each in found.values())
