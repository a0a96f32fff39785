"""What Python does with the objects that dlt, dbt and Great Expectations bring, and at the end of all."""

import atexit
import gc
import logging
import os
import sys
from contextlib import suppress

# New objects until the collector looks for cycles among them, and how many such looks until it looks at older
# ones. Its own 700 means that it walks what the imports brought again and again: a sixth of their time.
COLLECT_AFTER = (10_000, 20, 50)


class Process:
    """Ends with `code` as soon as all that libraries registered for the end has run.

    Python would then take those objects apart, one by one, for a second; the system takes them back at once,
    and files, locks and connections are closed by that time. Made before anything large is imported, for what
    is registered first runs last. Without a code (the command failed) Python ends as it always does.
    """

    def __init__(self) -> None:
        self.code: str | int | None = None
        gc.set_threshold(*COLLECT_AFTER)
        atexit.register(self._end)

    def _end(self) -> None:
        if not isinstance(self.code, int):
            return
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # whoever read it has gone
                stream.flush()
        os._exit(self.code)
