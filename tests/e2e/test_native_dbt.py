"""What dbt does alone, with no flags, from the root of the project, on the warehouse that a sync left."""

import json
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.xdist_group("world"), pytest.mark.long]

DBT = str(Path(sys.executable).with_name("dbt"))


def test_dbt_works_alone(world, run_process):
    before = world.warehouse.content("marts", "snapshots")
    runs = world.warehouse.rows("from ops.sync_runs")

    built = run_process(world.root, [DBT, "build"], {})

    assert built.returncode == 0, built.stdout[-3000:]
    assert world.warehouse.content("marts", "snapshots") == before
    after = world.warehouse.rows("from ops.sync_runs order by sync_seq")
    assert after[: len(runs)] == runs
    own = "select sync_seq, status, mode, policy_version, error, finished_at >= started_at from ops.sync_runs"
    policy = world.warehouse.one("select max(policy_version) from marts.customers")
    assert world.warehouse.rows(f"{own} where starts_with(sync_id, 'dbt-')") == [
        (2, "succeeded", "build", policy, None, True)
    ]

    documented = run_process(world.root, [DBT, "docs", "generate"], {})

    assert documented.returncode == 0, documented.stdout[-3000:]
    assert world.warehouse.one("select count(*) from ops.sync_runs") == 2
    catalog = json.loads((world.root / "target/catalog.json").read_text(encoding="utf-8"))
    assert catalog["nodes"]["model.canon.customers"]["columns"]["phone"]["comment"]
