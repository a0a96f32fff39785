"""Suites of `expectations/` on staged measures: green on a healthy one, red on what they are there for.

Which numbers are too large is the policy's to say, and tested with the measures (dbt's unit tests): here it
is about what becomes of a verdict.
"""

import re
from pathlib import Path

import pytest

from canon.settings import Settings
from canon.validate import PASS, RUNBOOKS, read_suites
from tests.canon.measures import HEALTHY, measure
from tests.canon.test_validate import BOTH, results

REPOSITORY = Path(__file__).parents[2]


def bad(settings: Settings, suite: str, edit: str = "*", where: str = "true") -> dict[str, str]:
    """The checks that do not pass on an edited healthy measure, each with its severity."""
    found = results(settings, suite, measure(suite, edit, where))
    return {name: each.severity for name, each in found.items() if each.status != PASS}


VERDICTS = [(suite, verdict) for suite, (_, verdicts) in HEALTHY.items() for verdict in verdicts]


def checks(settings: Settings, suite: str, column: str | None = None) -> set[str]:
    """The checks of a suite, or those that look at one column."""
    return {
        each["description"]
        for found in read_suites(settings.root / "expectations", BOTH)
        if found["name"] == suite
        for each in found["expectations"]
        if column is None or each["kwargs"].get("column") == column
    }


def test_every_suite_is_tested(settings: Settings):
    assert {each["name"] for each in read_suites(settings.root / "expectations", BOTH)} == set(HEALTHY)


@pytest.mark.parametrize("suite", HEALTHY)
def test_a_healthy_measure_is_green(settings: Settings, suite: str):
    assert bad(settings, suite) == {}


@pytest.mark.parametrize("suite", HEALTHY)
def test_no_rows_pass_no_check(settings: Settings, suite: str):
    assert bad(settings, suite, where="false").keys() == checks(settings, suite)


@pytest.mark.parametrize(("suite", "verdict"), VERDICTS)
@pytest.mark.parametrize("edit", ["* replace (null::varchar as {})", "* exclude ({})"])
def test_neither_null_nor_a_missing_column_passes(settings: Settings, suite: str, verdict: str, edit: str):
    judging = checks(settings, suite, verdict)
    assert judging
    assert bad(settings, suite, edit.format(verdict)).keys() == judging


@pytest.mark.parametrize(("suite", "verdict"), VERDICTS)
@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_a_check_is_as_bad_as_the_policy_says(settings: Settings, suite: str, verdict: str, severity: str):
    found = bad(settings, suite, f"* replace ('{severity}' as {verdict})")
    assert found == dict.fromkeys(checks(settings, suite, verdict), severity)


def test_a_source_that_is_not_measured_is_red(settings: Settings):
    for suite in read_suites(settings.root / "expectations", BOTH):
        asked = [
            each["description"]
            for each in suite["expectations"]
            if each["type"] == "expect_column_distinct_values_to_contain_set"
            and each["kwargs"]["column"] == "source"
        ]
        found = bad(settings, suite["name"], where="source != 'hubspot'") if asked else {}
        assert found == dict.fromkeys(asked, "critical")


def test_a_result_says_what_was_seen_where_and_what_is_allowed(settings: Settings):
    edit = "* replace (if(object = 'Lead', 'critical', 'ok') as verdict)"
    found = results(settings, "measure_suppressions", measure("measure_suppressions", edit))
    late = found["Every opt-out and bounce was read in time"]
    assert (late.observed, late.threshold, late.is_red) == ("salesforce Lead: 1.5", "at most 5", True)


def test_one_critical_row_outweighs_warnings(settings: Settings):
    edit = "* replace (if(object = 'Lead', 'critical', 'warning') as verdict)"
    assert set(bad(settings, "measure_rejects", edit).values()) == {"critical"}


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
