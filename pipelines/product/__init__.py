"""The product's own database → raw_product: its users, as far as the policy names their columns."""

from collections.abc import Iterable

import dlt
from dlt.sources import DltResource

from pipelines.extract import Reader, Run
from pipelines.product.database import password
from pipelines.product.objects import OBJECTS
from pipelines.product.reader import ProductReader
from pipelines.product.settings import SOURCE, ProductSettings
from pipelines.resource import resources
from pipelines.settings import resolve


def connect() -> ProductReader:
    """A reader with the configured settings; nothing is sent yet.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    return ProductReader(resolve(ProductSettings(), SOURCE))


def secret() -> str | None:
    """The password in the URL of the database; None where it has none.

    Raises:
        ConfigurationError: a setting is missing or unusable.
    """
    return password(resolve(ProductSettings(), SOURCE).credentials)


@dlt.source(name=SOURCE, section=SOURCE, max_table_nesting=0)
def source(reader: Reader, run: Run) -> Iterable[DltResource]:
    """The dlt resources of the product; give them to dlt in one extraction."""
    yield from resources(OBJECTS, reader, run)
