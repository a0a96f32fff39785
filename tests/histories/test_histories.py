"""After any history of changes and loads the log says what the source says."""

from collections.abc import Callable

import pytest

from tests.histories.history import History, Stage, chosen_seed, play
from tests.histories.hubspot import HubspotHistory
from tests.histories.salesforce import SalesforceHistory

MACHINES: dict[str, Callable[[Stage], History]] = {
    "salesforce": SalesforceHistory,
    "hubspot": HubspotHistory,
}
SEED = 20261122  # the short ones are the same every time; the long ones never, unless a seed is set
LONG = 30  # histories of up to 40 steps per source: more than 2,000 steps together


@pytest.fixture(params=MACHINES)
def stage(request: pytest.FixtureRequest) -> Stage:
    made: Stage = request.getfixturevalue(f"{request.param}_stage")
    made.counted.clear()
    return made


@pytest.mark.long
def test_a_few_histories(stage: Stage) -> None:
    make = MACHINES[stage.source]
    play(lambda: make(stage), examples=2, steps=20, seed=SEED, shrinks=False)


@pytest.mark.long
def test_many_histories(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    make = MACHINES[stage.source]
    play(lambda: make(stage), examples=LONG, steps=40, seed=chosen_seed(), shrinks=False)
    with capsys.disabled():
        print(f"\n{stage.told()}")  # noqa: T201
    assert stage.counted["steps"] >= 1000
