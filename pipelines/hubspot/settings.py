"""What Canon must know to read a HubSpot account; see the settings table of the documentation."""

from dlt.common.configuration import configspec
from dlt.common.configuration.specs import BaseConfiguration
from dlt.common.typing import TSecretStrValue

SOURCE = "hubspot"


@configspec
class HubspotSettings(BaseConfiguration):
    """Settings under SOURCES__HUBSPOT__; durations are ISO 8601."""

    access_token: TSecretStrValue = None  # type: ignore[assignment]  # dlt: no default means required
    base_url: str = "https://api.hubapi.com"
    # HubSpot's search index has been seen to lag by an hour.
    overlap: str = "PT1H10M"
    lag: str = "PT0S"
    api_budget: float = 0.6
