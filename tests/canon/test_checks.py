"""Suites of `expectations/` on staged measures: green on a healthy one, red on what they are there for."""

import re
from pathlib import Path
from typing import Any

import pytest

from canon.settings import Settings
from canon.validate import PASS, RUNBOOKS, read_suites
from tests.canon.test_validate import BOTH, results

REPOSITORY = Path(__file__).parents[2]

# A measure in which nothing is wrong, by suite.
HEALTHY: dict[str, str] = {}

# By suite, a column that its checks judge and its null must not pass.
JUDGED: dict[str, str] = {}


def bad(settings: Settings, suite: str, edit: str = "*", where: str = "true") -> dict[str, str]:
    """The checks that do not pass on an edited healthy measure, each with its severity."""
    found = results(settings, suite, f"select {edit} from ({HEALTHY[suite]}) where {where}")
    return {name: each.severity for name, each in found.items() if each.status != PASS}


HEALTHY["measure_suppressions"] = """
    select source, object, intervals_behind::double as intervals_behind,
        source in ('salesforce', 'hubspot') as expected
    from (values ('salesforce', 'Contact', 0.1), ('salesforce', 'Lead', 1.5), ('hubspot', 'contacts', 0),
        ('esp', 'subscribers', null), ('product', 'none', 0)) as t (source, object, intervals_behind)
"""
JUDGED["measure_suppressions"] = "intervals_behind"
OPT_OUTS = "Every opt-out and bounce was read within one and a half sync intervals"


def test_opt_outs_that_were_read_late_are_red_before_they_are_late_for_freshness(settings: Settings):
    late = "* replace (if(object = 'Lead', 1.6, intervals_behind) as intervals_behind)"
    assert bad(settings, "measure_suppressions", late) == {OPT_OUTS: "critical"}


def test_opt_outs_of_a_source_that_is_not_measured_are_red(settings: Settings):
    found = bad(settings, "measure_suppressions", where="source != 'hubspot'")
    assert found == {"It is known of every source whether opt-outs are read from it": "critical"}


def test_a_source_that_states_no_consent_can_be_loaded_alone(settings: Settings):
    alone = "* replace (source = 'product' as expected)"
    assert OPT_OUTS not in bad(settings, "measure_suppressions", alone)


HEALTHY["measure_review"] = """
    select kind, items, oldest_days
    from (values ('conflict', 3, 30), ('identity', 1, 0), ('all', 4, 30)) as t (kind, items, oldest_days)
"""
JUDGED["measure_review"] = "oldest_days"


def test_a_question_that_waits_too_long_is_a_warning_and_its_kind_is_named(settings: Settings):
    late = "* replace (if(kind = 'identity', 0, 31) as oldest_days)"
    waits = "No question has waited for a steward longer than 30 days"
    assert bad(settings, "measure_review", late) == {waits: "warning"}
    found = results(settings, "measure_review", f"select {late} from ({HEALTHY['measure_review']})")
    assert found[waits].observed == "conflict: 31; all: 31"


def test_an_empty_queue_is_green_only_where_the_measure_says_that_it_is_empty(settings: Settings):
    none = "select 'all' as kind, 0 as items, 0 as oldest_days"
    assert {each.status for each in results(settings, "measure_review", none).values()} == {PASS}
    uncounted = bad(settings, "measure_review", where="kind != 'all'")
    assert uncounted == {"Open questions are counted at all": "critical"}


HEALTHY["measure_rejects"] = """
    select source, object, rejected_percent::double as rejected_percent, source != 'product' as expected
    from (values ('salesforce', 'Contact', 5), ('salesforce', 'Lead', 0), ('hubspot', 'contacts', 0.4),
        ('product', 'users', 100)) as t (source, object, rejected_percent)
"""
JUDGED["measure_rejects"] = "rejected_percent"
SOME_REJECTED = "At most 5 % of what the last sync wrote was rejected"
HALF_REJECTED = "At most half of what the last sync wrote was rejected"


@pytest.mark.parametrize(
    ("percent", "found"),
    [
        (5.1, {SOME_REJECTED: "warning"}),
        (50, {SOME_REJECTED: "warning"}),
        (51, {SOME_REJECTED: "warning", HALF_REJECTED: "critical"}),
    ],
)
def test_many_rejects_are_a_warning_and_more_than_half_are_red(
    settings: Settings, percent: float, found: dict[str, str]
):
    edit = f"* replace (if(object = 'Lead', {percent}, rejected_percent) as rejected_percent)"
    assert bad(settings, "measure_rejects", edit) == found


def test_rejects_that_are_not_counted_for_a_source_are_red(settings: Settings):
    found = bad(settings, "measure_rejects", where="source != 'salesforce'")
    assert found == {"Rejected values are counted for every source that should be loaded": "critical"}


HEALTHY["measure_api_budget"] = """
    select source, used_percent::double as used_percent, source != 'product' as expected
    from (values ('salesforce', 59.9), ('hubspot', 0.007), ('product', 99)) as t (source, used_percent)
"""
JUDGED["measure_api_budget"] = "used_percent"
USED_UP = "More than 5 % of the day's API calls are left"
MUCH_USED = "Less than 60 % of the day's API calls are used"


@pytest.mark.parametrize(
    ("percent", "found"),
    [
        (60, {MUCH_USED: "warning"}),
        (94.9, {MUCH_USED: "warning"}),
        (95, {MUCH_USED: "warning", USED_UP: "critical"}),
    ],
)
def test_an_allowance_that_is_used_up_is_a_warning_first_and_red_in_the_end(
    settings: Settings, percent: float, found: dict[str, str]
):
    edit = f"* replace (if(source = 'hubspot', {percent}, used_percent) as used_percent)"
    assert bad(settings, "measure_api_budget", edit) == found
    checks = results(settings, "measure_api_budget", f"select {edit} from ({HEALTHY['measure_api_budget']})")
    assert checks[MUCH_USED].threshold == "below 60"
    assert checks[MUCH_USED].observed == f"hubspot: {percent:g}"


def test_a_source_whose_calls_are_not_counted_is_red(settings: Settings):
    found = bad(settings, "measure_api_budget", where="source != 'salesforce'")
    assert found == {"The use of the API is known for every source that should be loaded": "critical"}


HEALTHY["measure_runs"] = """
    select '24 hours' as period, 96 as syncs, 0 as failed, 99::double as success_percent,
        2::double as intervals_since_success
"""
JUDGED["measure_runs"] = "success_percent"
SUCCEEDED = "A sync succeeded within two sync intervals"
MOST_DID_NOT_FAIL = "At least 95 % of the syncs of the last day did not fail"
NEARLY_NONE_FAILED = "At least 99 % of the syncs of the last day did not fail"


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        ("98.9::double as success_percent", {NEARLY_NONE_FAILED: "warning"}),
        ("95::double as success_percent", {NEARLY_NONE_FAILED: "warning"}),
        ("94::double as success_percent", {NEARLY_NONE_FAILED: "warning", MOST_DID_NOT_FAIL: "critical"}),
        ("2.1::double as intervals_since_success", {SUCCEEDED: "critical"}),
        ("null::double as intervals_since_success", {SUCCEEDED: "critical"}),
    ],
)
def test_syncs_that_fail_or_do_not_run_are_red(settings: Settings, edit: str, found: dict[str, str]):
    assert bad(settings, "measure_runs", f"* replace ({edit})") == found


def test_a_red_share_of_runs_says_how_large_it_is(settings: Settings):
    edited = f"select * replace (80::double as success_percent) from ({HEALTHY['measure_runs']})"
    assert results(settings, "measure_runs", edited)[MOST_DID_NOT_FAIL].observed == "24 hours: 80"


# --- every suite ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", HEALTHY)
def test_a_healthy_measure_is_green(settings: Settings, suite: str):
    assert bad(settings, suite) == {}


@pytest.mark.parametrize("suite", HEALTHY)
def test_no_rows_pass_no_check(settings: Settings, suite: str):
    asked = {
        each["description"]
        for found in read_suites(settings.root / "expectations", BOTH)
        if found["name"] == suite
        for each in found["expectations"]
    }
    assert bad(settings, suite, where="false").keys() == asked


@pytest.mark.parametrize("suite", HEALTHY)
@pytest.mark.parametrize("edit", ["* replace (null::double as {})", "* exclude ({})"])
def test_neither_null_nor_a_missing_column_passes(settings: Settings, suite: str, edit: str):
    found = bad(settings, suite, edit.format(JUDGED[suite]))
    assert found.keys() == {
        name for name, column in judged_columns(settings, suite) if column == JUDGED[suite]
    }


def judged_columns(settings: Settings, suite: str) -> list[tuple[str, Any]]:
    """Each check of a suite, with the column that it looks at."""
    return [
        (each["description"], each["kwargs"].get("column"))
        for found in read_suites(settings.root / "expectations", BOTH)
        if found["name"] == suite
        for each in found["expectations"]
    ]


def test_every_check_has_a_line_in_the_runbooks_and_no_other_has():
    listed = re.findall(
        r"^- (.+?)(?: \((a warning)\))?$", (REPOSITORY / RUNBOOKS).read_text(encoding="utf-8"), flags=re.M
    )
    asked = [
        (each["description"], "a warning" if each["severity"] == "warning" else "")
        for suite in read_suites(REPOSITORY / "expectations", [*BOTH, "product"])
        for each in suite["expectations"]
    ]
    assert sorted(listed) == sorted(asked)
