"""What Canon must know to read a Salesforce org; see the settings table of the documentation."""

from dlt.common.configuration import configspec
from dlt.common.configuration.specs import BaseConfiguration, CredentialsConfiguration
from dlt.common.typing import TSecretStrValue

from pipelines.errors import ConfigurationError
from pipelines.settings import setting

SOURCE = "salesforce"


@configspec
class SalesforceCredentials(CredentialsConfiguration):
    """OAuth client-credentials flow with a secret; without one the JWT-bearer flow with user and key."""

    client_id: str = None  # type: ignore[assignment]  # dlt: no default means required
    client_secret: TSecretStrValue | None = None
    username: str | None = None
    private_key: TSecretStrValue | None = None


@configspec
class SalesforceSettings(BaseConfiguration):
    """Settings under SOURCES__SALESFORCE__; durations are ISO 8601."""

    login_url: str = None  # type: ignore[assignment]  # dlt: no default means required
    credentials: SalesforceCredentials = None  # type: ignore[assignment]
    api_version: str = "62.0"
    bulk_threshold: int = 10_000
    api_budget: float = 0.6
    overlap: str = "PT10M"
    lag: str = "PT0S"


def require_a_flow(credentials: SalesforceCredentials) -> None:
    """Check that the credentials are complete for one of the two OAuth flows.

    Raises:
        ConfigurationError: names what is missing.
    """
    if credentials.client_secret or (credentials.username and credentials.private_key):
        return
    names = [setting(SOURCE, "credentials", name) for name in ("client_secret", "username", "private_key")]
    raise ConfigurationError(
        f"salesforce can not be read: {names[0]} not set (client-credentials flow); without it, "
        f"{names[1]} and {names[2]} are needed (JWT-bearer flow)."
    )
