"""Why a value changed: the policy, the logic or the source, each in a row of its own, also in one sync."""

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import World

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.long]

CAUSES = """
select changes.cause, count(*) from marts.customer_changes as changes
join ops.sync_runs as runs using (sync_id)
where changes.field = ? and runs.sync_seq > 1 group by 1 order by 1
"""
OF_ONE = """
select changes.cause, changes.new_value from marts.customer_changes as changes
join marts.customer_sources as records using (customer_id)
where records.source_record_id = ? and changes.field = ? order by changes.changed_at
"""
# Ottoline Marchetti, whose title stands in Salesforce; and a phone of which the two systems say two things.
CONTACT = "003Qy00000i5x9HIAQ"


def edit_policy(world: World, lines: dict[str, Any] | None = None, **cells: Any) -> None:
    """Change lines of the customers' matrix, and of the field map of Salesforce's contacts."""
    project = world.root / "dbt_project.yml"
    text = yaml.safe_load(project.read_text(encoding="utf-8"))
    text["vars"]["ownership"]["customer"].update(lines or {})
    text["vars"]["field_map"]["customer"]["salesforce"]["Contact"].update(cells)
    project.write_text(yaml.safe_dump(text, sort_keys=False, allow_unicode=True), encoding="utf-8")


def test_a_changed_line_is_the_policys_a_changed_normaliser_the_loaders_and_a_source_has_its_own_row(
    world: World,
) -> None:
    hubspot_first = {"rule": "source_priority", "sources": ["hubspot", "salesforce"], "steward": "x"}
    edit_policy(
        world,
        {"phone": hubspot_first | {"why": "a test"}},
        Title={"to": "job_title", "type": "string", "normalize": "lower"},
    )
    world.edit("salesforce", "Contact", CONTACT, Title="Chief of Tests")
    report = world.sync()

    assert report.exit_code == 0
    phones = dict(world.warehouse.rows(CAUSES, "phone"))
    assert phones.keys() == {"policy"}
    assert phones["policy"] > 10
    titles = dict(world.warehouse.rows(CAUSES, "job_title"))
    assert titles.keys() == {"loader", "source"}
    assert (titles["loader"] > 10, titles["source"]) == (True, 1)
    told = world.warehouse.rows(OF_ONE, CONTACT, "job_title")
    assert [cause for cause, _ in told] == ["loader", "source"]
    assert told[-1][1] == "chief of tests"
    modes = world.warehouse.rows("select mode, status from ops.sync_runs order by sync_seq")
    assert modes[1:] == [("build", "succeeded"), ("delta", "succeeded")]
    assert world.sync().build.ran is False
