"""HubSpot → raw_hubspot: records, owners, pipelines and associations, archived records included."""

from collections.abc import Iterable

import dlt
from dlt.sources import DltResource

from pipelines.extract import Reader, Run
from pipelines.hubspot.objects import OBJECTS, histories
from pipelines.hubspot.reader import HubspotReader
from pipelines.hubspot.settings import SOURCE, HubspotSettings
from pipelines.resource import resources
from pipelines.settings import resolve


def connect() -> HubspotReader:
    """A reader with the configured settings; nothing is sent yet.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    return HubspotReader(resolve(HubspotSettings(), SOURCE))


def secret() -> str | None:
    """The private app's token, or the service key.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    return resolve(HubspotSettings(), SOURCE).access_token


@dlt.source(name=SOURCE, section=SOURCE, max_table_nesting=0)
def source(reader: Reader, run: Run) -> Iterable[DltResource]:
    """The dlt resources of HubSpot; give them to dlt in one extraction."""
    tracked = histories(run.sync.tracked.get(SOURCE, {}))
    yield from resources([*OBJECTS, *tracked], reader, run)
