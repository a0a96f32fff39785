"""`canon build --as-of` and `canon diff`: what was believed once, built from the log again."""

import json

import pytest
import yaml

from canon.diff import diff
from canon.replay import NOW, THEN, replay
from tests.e2e.conftest import World

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.long]

# Where the journals do not stand: what a replay may not touch.
UNTOUCHED = ("marts", "snapshots", "ops")
HUBSPOT_FIRST = {"rule": "source_priority", "sources": ["hubspot", "salesforce"], "steward": "x", "why": "y"}

# What a replay has and the snapshot had not, and the reverse, at the start of a sync.
UNLIKE = """
with believed as (
    select * from snapshots.customers_snapshot
    where dbt_valid_from <= $1 and (dbt_valid_to is null or dbt_valid_to > $1)
)
select
    (select count(*) from (select {columns} from {schema}.customers except select {columns} from believed)),
    (select count(*) from (select {columns} from believed except select {columns} from {schema}.customers)),
    (select count(*) from believed)
"""


def unlike_the_snapshot(world: World, schema: str, sync_seq: int) -> tuple[int, int, int]:
    """Rows that only the replay has, rows that only the snapshot had, rows of the snapshot."""
    at = world.warehouse.one("select started_at from ops.sync_runs where sync_seq = ?", sync_seq)
    shared = world.warehouse.one(
        "select string_agg('\"' || column_name || '\"', ', ') from (select column_name from duckdb_columns() "
        "where schema_name = ? and table_name = 'customers' intersect select column_name from "
        "duckdb_columns() where schema_name = 'snapshots' and table_name = 'customers_snapshot')",
        schema,
    )
    ((ours, theirs, rows),) = world.warehouse.rows(UNLIKE.format(columns=shared, schema=schema), at)
    return ours, theirs, rows


def change_policy(world: World) -> None:
    project = world.root / "dbt_project.yml"
    text = yaml.safe_load(project.read_text(encoding="utf-8"))
    text["vars"]["ownership"]["customer"]["phone"] = HUBSPOT_FIRST
    project.write_text(yaml.safe_dump(text, sort_keys=False, allow_unicode=True), encoding="utf-8")
    blocked = world.root / "dbt_project" / "seeds" / "blocked_values.csv"
    with blocked.open("a", encoding="utf-8") as seed:
        seed.write("mailbox,nobody-in-particular,a test blocks it\n")


def test_a_past_day_under_its_own_policy_is_what_the_snapshot_says(world: World):
    record = world.warehouse.one(
        "select source_record_id from marts.customer_sources where source = 'salesforce' "
        "and object = 'Contact' and match_rule = 'crm_link' and not is_deleted order by all limit 1"
    )
    (first,) = world.warehouse.rows("select started_at, policy_version from ops.sync_runs")
    change_policy(world)
    world.edit("salesforce", "Contact", record, Title="Chief Replayer")
    world.sync()
    assert world.warehouse.one("select max(policy_version) from marts.customers") != first[1]
    content = world.warehouse.content(*UNTOUCHED)

    then = replay(world.settings(), first[0], THEN)
    assert (then.sync_seq, then.policy_version) == (1, first[1])
    ours, theirs, rows = unlike_the_snapshot(world, then.schema, 1)
    assert (ours, theirs) == (0, 0)
    assert rows > 300

    now = replay(world.settings(), first[0], NOW)
    found = diff(world.settings(), then.schema, now.schema)
    assert {(each.entity, each.field) for each in found.fields} == {("customer", "phone")}
    assert found.cells > 10
    since = diff(world.settings(), now.schema)
    assert {(each.entity, each.field) for each in since.fields} == {("customer", "job_title")}

    assert world.warehouse.content(*UNTOUCHED) == content
    assert not list(world.warehouse.path.parent.glob("canon-copy-*"))


def test_what_cannot_be_replayed_is_told_with_exit_code_2(world: World):
    done = world.canon("build", "--as-of", "2001-01-01", "--as-json")
    assert done.returncode == 2, done.stderr
    assert "Nothing had been built by 2001-01-01" in json.loads(done.stdout)["message"]
    done = world.canon("diff", "as_of_20010101t000000")
    assert done.returncode == 2
    assert "There is no state 'as_of_20010101t000000'. States are marts" in done.stderr
