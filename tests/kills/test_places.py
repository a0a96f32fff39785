"""The places at which the long tests kill a run are there: a renamed function is noticed at once."""

from pkgutil import resolve_name

import pytest

from tests.kills.runner import PLACES, STEPS


@pytest.mark.parametrize(
    "place", sorted({*STEPS.values(), *(each for some in PLACES.values() for each in some)})
)
def test_a_place_to_be_killed_at_is_there(place: str) -> None:
    assert callable(resolve_name(place))
