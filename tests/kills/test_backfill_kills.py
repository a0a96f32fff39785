"""A backfill that is killed between or inside its loads goes on where it was, and loses nothing."""

import pytest

from tests.kills.ground import COPIED, TABLES, Ground
from tests.kills.orders import KILLED, Kill

pytestmark = pytest.mark.xdist_group("kills")

# A load after every page, and pages of a few records.
PAUSING = {
    "pipelines.engine:LOAD_SECONDS": 0.0,
    "pipelines.salesforce.soql:PAGE": 6,
    "pipelines.hubspot.client:LIST_PAGE": 6,
    "pipelines.hubspot.reader:LIST_PAGE": 6,
    "pipelines.hubspot.reader:ROWS": 6,
    "pipelines.reading:BATCH": 6,
    "pipelines.hubspot.pace:SEARCHES": (1000, 1.0),
    "pipelines.hubspot.pace:BURST": (10_000, 10.0),
}
WHOLE_LOAD = "dlt.pipeline.pipeline:Pipeline.load"


def calls(ground: Ground) -> int:
    """How many API calls there were since the last time this was asked."""
    found = len(ground.server.log())
    ground.server.clear_log()
    return found


def killed_backfill(ground: Ground, source: str, kill: Kill) -> None:
    """Kill a first load, finish it, and compare calls and content with one that nobody disturbed."""
    name = f"{source}-{kill.when}-{kill.nth}-{kill.place[-8:]}"
    calls(ground)
    ground.runner.complete(**ground.order(f"whole-{name}", source, set=PAUSING))
    whole = calls(ground)
    order = ground.order(f"broken-{name}", source, set=PAUSING, step="load", kill=kill.as_json())
    assert ground.runner.run(**order).status == KILLED
    first = calls(ground)
    ground.change(source)
    ground.runner.complete(**ground.order(f"broken-{name}", source, set=PAUSING))
    second = calls(ground)
    assert second < whole, f"{first} calls before the kill and {second} after it; a whole one takes {whole}"
    ground.runner.complete(**ground.order(f"broken-{name}", source))
    ground.runner.complete(**ground.order(f"whole-{name}", source))
    assert ground.content(f"broken-{name}", source) == ground.content(f"whole-{name}", source)


@pytest.mark.long
def test_a_killed_backfill_goes_on_where_it_was(ground: Ground) -> None:
    killed_backfill(ground, "salesforce", Kill(WHOLE_LOAD, 4, "after"))


@pytest.mark.long
@pytest.mark.parametrize("source", TABLES)
@pytest.mark.parametrize(
    "kill",
    [
        Kill(WHOLE_LOAD, 3, "before"),
        Kill(WHOLE_LOAD, 5, "after"),
        Kill(WHOLE_LOAD, 8, "before"),
        Kill(WHOLE_LOAD, 8, "after"),
        Kill(COPIED, 9, "after"),
    ],
    ids=str,
)
def test_a_backfill_may_be_killed_between_its_loads(ground: Ground, source: str, kill: Kill) -> None:
    killed_backfill(ground, source, kill)
