"""Salesforce → raw_salesforce: the objects of one org, soft-deleted records included."""

from collections.abc import Iterable

import dlt
from dlt.sources import DltResource

from pipelines.extract import Reader, Run
from pipelines.resource import resources
from pipelines.salesforce.objects import OBJECTS, histories
from pipelines.salesforce.reader import SalesforceReader
from pipelines.salesforce.settings import SOURCE, SalesforceSettings
from pipelines.settings import resolve


def connect() -> SalesforceReader:
    """A reader with the configured settings; nothing is sent yet.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    return SalesforceReader(resolve(SalesforceSettings(), SOURCE))


def secret() -> str | None:
    """The consumer secret, or the private key of the JWT-bearer flow.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    credentials = resolve(SalesforceSettings(), SOURCE).credentials
    return credentials.client_secret or credentials.private_key


@dlt.source(name=SOURCE, section=SOURCE, max_table_nesting=0)
def source(reader: Reader, run: Run) -> Iterable[DltResource]:
    """The dlt resources of Salesforce; give them to dlt in one extraction."""
    tracked = histories(run.sync.tracked.get(SOURCE, {}))
    yield from resources([*OBJECTS, *tracked], reader, run)
