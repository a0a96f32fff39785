"""Window arithmetic: closed spans, overlap, lag, and a server clock that may go back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.window import next_window

NOON = datetime(2026, 11, 10, 12)
TEN_MINUTES = timedelta(minutes=10)
ZERO = timedelta(0)


def test_the_first_window_is_a_backfill_up_to_the_servers_now():
    window = next_window(None, NOON, TEN_MINUTES, ZERO)
    assert (window.start, window.end, window.is_backfill) == (None, NOON, True)
    assert window.overlap_is_empty


def test_the_next_window_reaches_back_behind_the_watermark():
    window = next_window(NOON, NOON + timedelta(hours=1), TEN_MINUTES, ZERO)
    assert (window.start, window.seam) == (NOON - TEN_MINUTES, NOON)
    assert not window.is_backfill
    assert not window.overlap_is_empty


def test_a_window_ends_the_lag_behind_the_servers_now():
    assert next_window(NOON, NOON + timedelta(hours=1), TEN_MINUTES, TEN_MINUTES).end == NOON + timedelta(
        minutes=50
    )


def test_where_a_server_clock_was_set_back_nothing_beyond_now_is_read():
    window = next_window(NOON, NOON - timedelta(minutes=3), TEN_MINUTES, ZERO)
    assert (window.seam, window.end) == (NOON - timedelta(minutes=3), NOON - timedelta(minutes=3))


@pytest.mark.parametrize("overlap", [ZERO, TEN_MINUTES])
@given(steps=st.lists(st.integers(min_value=-600, max_value=86_400), min_size=1, max_size=20))
def test_consecutive_windows_leave_no_gap(overlap, steps):
    now, watermark = NOON, None
    for step in steps:
        now += timedelta(seconds=step)
        window = next_window(watermark, now, overlap, ZERO)
        assert window.end <= now
        if watermark is not None:
            assert window.start is not None
            assert window.start <= watermark
            assert window.seam is not None
            assert window.seam <= watermark
        watermark = window.end
