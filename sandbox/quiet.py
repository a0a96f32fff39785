"""The server's own log: where an unexpected error happened, never what it happened with."""

from __future__ import annotations

import logging
import traceback


class WithoutValues(logging.Filter):
    """Keep the stack and the type of an exception, drop its message: it may quote a record or a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what injected connection resets cause, shorten the rest."""
        if "without completing response" in record.getMessage():
            return False
        if record.exc_info and record.exc_info[0]:
            kind, _, stack = record.exc_info
            record.msg = "".join(["Unexpected ", kind.__name__, " at\n", *traceback.format_tb(stack)])
            record.args, record.exc_info = (), None
        return True


def configure() -> None:
    """Apply the filter to the server's logger."""
    logging.getLogger("uvicorn.error").addFilter(WithoutValues())
