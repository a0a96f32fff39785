"""Checks: green, red, and everything that proves nothing is red too."""

from collections.abc import Sequence
from dataclasses import replace
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
            select *, case when intervals_behind is null then null when intervals_behind > 2 then 'critical'
                else 'ok' end as verdict, 'at most 2' as allowed
            from (
                select 'salesforce' as source, 'Contact' as object, now()::timestamp as last_loaded_at,
                    1.0::double as minutes_behind, {salesforce}::double as intervals_behind, 3 as records
                union all
                select 'hubspot', 'contacts', now()::timestamp, 1.0, 0.5, 3
            )
        ) where {where}
    """


IN_TIME = "Every object was loaded in time"


def test_a_healthy_warehouse_is_green_and_the_results_are_journalled(settings: Settings, warehouse: Path):
    found = validate(settings, "s2")
    assert {each.status for each in found} == {"pass"}
    with connect(warehouse, read_only=True) as con:
        kept = rows(con, "select * from ops.health_checks")
    assert [(row["sync_id"], row["check_name"]) for row in kept] == [
        ("s2", each.check_name) for each in found
    ]
    assert all(row["checked_at"] for row in kept)


def test_what_was_measured_is_kept_and_thinned_out_after_a_month(settings: Settings, warehouse: Path):
    validate(settings, "s2")
    measured = "select distinct measured_at from ops.measurements order by 1"
    with connect(warehouse) as con:
        kept = rows(
            con,
            "select source, object, value from ops.measurements "
            "where measure = 'measure_join_coverage' and metric = 'matched_percent' order by source",
        )
        assert [each["source"] for each in kept] == ["hubspot", "salesforce"]
        assert all(each["value"] > 0 and each["object"] is None for each in kept)
        con.execute(
            "insert into ops.measurements by name select * exclude (i) replace ("
            "date_trunc('day', measured_at) - interval 40 day + i * interval 1 hour as measured_at"
            ") from ops.measurements, range(30) as hours (i)"
        )
        assert len(rows(con, measured)) == 31
    validate(settings, "s2")
    with connect(warehouse, read_only=True) as con:
        assert len(rows(con, measured)) == 4  # two days of before, and two of now


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


def test_an_object_that_is_not_expected_may_be_late(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        con.execute("update ops.loads set loaded_at = loaded_at - interval 1 day where source = 'salesforce'")
    for sources, status in ((BOTH, "fail"), (("hubspot",), "pass")):
        found = validate(replace(settings, sources=sources), "s2")
        assert [each.status for each in found if each.check_name == IN_TIME] == [status]


def test_a_missing_value_never_passes(settings: Settings):
    found = results(settings, "measure_freshness", freshness(salesforce="null"))[IN_TIME]
    assert (found.status, found.observed) == ("fail", "1 of 2 values are missing")


def test_an_empty_table_never_passes(settings: Settings):
    found = results(settings, "measure_freshness", freshness(where="false"))
    assert all(each.status != "pass" for each in found.values())


def test_a_missing_column_is_an_error(settings: Settings):
    found = results(settings, "measure_freshness", freshness(columns="* exclude (verdict)"))[IN_TIME]
    assert found.status == "error"
    assert found.is_red
    assert "verdict" in found.observed


def test_a_source_without_loads_is_red(settings: Settings):
    found = results(settings, "measure_freshness", freshness(where="source = 'hubspot'"))
    missing = found["Every source that should be loaded has loads on record"]
    assert missing.is_red
    assert missing.observed == "missing: salesforce"


def test_a_missing_table_is_an_error(settings: Settings, warehouse: Path):
    with connect(warehouse) as con:
        con.execute("drop view ops.measure_join_coverage")
    found = [each for each in validate(settings, "s2") if "does not exist" in each.observed]
    assert len(found) == 4
    assert {each.status for each in found} == {"error"}


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
        select *, 'none' as retyped_fields, 'ok' as verdict, 'at most 0' as allowed from (
            select 'salesforce' as source, 'Contact' as object, 15 as mapped_fields,
                {known} as known_fields, '{vanished}' as vanished_fields, '{unknown}' as unknown_fields
            union all
            select 'hubspot', 'contacts', 18, 18, 'none', 'none'
        ) where {where}
    """


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
