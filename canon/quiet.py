"""Nothing that Canon runs reports home: the switches of every library, set before it is imported."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "DISABLE_COLIBRI_TELEMETRY": "1",
}


def no_telemetry() -> None:
    """Switch off usage statistics of dbt, dlt, Great Expectations and the page makers for this process."""
    os.environ.update(NO_TELEMETRY)


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the block, then put back what was there."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
