"""Which span of modification stamps one read covers. Naive UTC datetimes throughout."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Window:
    """A closed span of stamps, `start <= stamp <= end`; `start` None reaches back to the beginning.

    `seam` is where the previous window ended: stamps before it were read once already (the overlap), stamps
    from it on are new. The seam itself is new again: its second was not over when the previous read saw it.
    """

    start: datetime | None
    seam: datetime | None
    end: datetime

    @property
    def is_backfill(self) -> bool:
        """Whether the window has no lower end."""
        return self.start is None

    @property
    def overlap_is_empty(self) -> bool:
        """Whether nothing of an earlier window has to be looked at again."""
        return self.start is None or self.seam is None or self.start >= self.seam


def next_window(watermark: datetime | None, now: datetime, overlap: timedelta, lag: timedelta) -> Window:
    """The window that follows one that ended at `watermark` (None: the first one, a backfill).

    Args:
        watermark: the end of the last window that was read completely.
        now: the source's clock, never ours.
        overlap: how far the window reaches back behind the watermark.
        lag: how far behind `now` it ends. With a longer lag, or a server clock set back, it may end before
            the watermark.
    """
    end = now - lag
    if watermark is None:
        return Window(start=None, seam=None, end=end)
    return Window(start=watermark - overlap, seam=min(watermark, end), end=end)
