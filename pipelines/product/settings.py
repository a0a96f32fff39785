"""What Canon must know to read the product's own database; see the settings table of the documentation."""

from dlt.common.configuration import configspec
from dlt.common.configuration.specs import BaseConfiguration
from dlt.common.typing import TSecretStrValue

SOURCE = "product"


@configspec
class ProductSettings(BaseConfiguration):
    """Settings under SOURCES__PRODUCT__; durations are ISO 8601."""

    # A SQLAlchemy URL, which has the password in it.
    credentials: TSecretStrValue = None  # type: ignore[assignment]  # dlt: no default means required
    overlap: str = "PT10M"  # transactions that were open while a window was read commit with older stamps
    lag: str = "PT0S"
