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
