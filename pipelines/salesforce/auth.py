"""Salesforce logins: the token request of both OAuth flows, and what a refused one means. No I/O."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from pipelines.errors import ConfigurationError
from pipelines.http import Dialect, TryAgain, read_json
from pipelines.salesforce.settings import SOURCE, SalesforceCredentials
from pipelines.settings import setting

TOKEN_PATH = "/services/oauth2/token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_LIFE = timedelta(minutes=3)  # the longest that Salesforce accepts


class LoginDialect(Dialect):
    """Refused logins are JSON objects `{error, error_description}`."""

    def __init__(self, credentials: SalesforceCredentials, login_url: str) -> None:
        self._credentials = credentials
        self._login_url = login_url

    def judge(self, response: requests.Response) -> Exception | None:
        """Make a refused login a matter of configuration."""
        if response.status_code in {408, 429} or response.status_code >= 500:
            return None
        error, description = _error(response)
        if error == "rate_limit_exceeded":
            return TryAgain("too many logins")
        said = " ".join(part for part in (error, description) if part) or f"HTTP {response.status_code}"
        return ConfigurationError(
            f"Salesforce refused the login at {self._login_url}: {self._without_secrets(said)}. "
            f"Check {_settings_in_use(self._credentials)} and {setting(SOURCE, 'login_url')}."
        )

    def _without_secrets(self, text: str) -> str:
        for secret in (self._credentials.client_secret, self._credentials.private_key):
            text = text.replace(secret, "(hidden)") if secret else text
        return text


def client_credentials(credentials: SalesforceCredentials) -> dict[str, str]:
    """The token request's form for the client-credentials flow."""
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret or "",
    }


def jwt_bearer(credentials: SalesforceCredentials, login_url: str, now: datetime) -> dict[str, str]:
    """The token request's form for the JWT-bearer flow; `now` is the server's clock, naive UTC.

    Raises:
        ConfigurationError: the private key can not be used.
    """
    claims = {
        "iss": credentials.client_id,
        "sub": credentials.username,
        "aud": audience(login_url),
        "exp": int((now.replace(tzinfo=UTC) + JWT_LIFE).timestamp()),
    }
    key = (credentials.private_key or "").replace("\\n", "\n")  # one-line form, as environment files need it
    try:
        return {"grant_type": JWT_GRANT, "assertion": jwt.encode(claims, key, algorithm="RS256")}
    except (ValueError, TypeError, jwt.PyJWTError):
        name = setting(SOURCE, "credentials", "private_key")
        raise ConfigurationError(f"{name} is not a usable RSA private key in PEM form.") from None


def audience(login_url: str) -> str:
    """Whom an assertion is for: production and sandbox orgs each have one login service."""
    host = urlsplit(login_url).hostname or ""
    is_sandbox = host == "test.salesforce.com" or ".sandbox." in host
    return "https://test.salesforce.com" if is_sandbox else "https://login.salesforce.com"


def _settings_in_use(credentials: SalesforceCredentials) -> str:
    used = (
        ("client_id", "client_secret")
        if credentials.client_secret
        else ("client_id", "username", "private_key")
    )
    return ", ".join(setting(SOURCE, "credentials", name) for name in used)


def _error(response: requests.Response) -> tuple[str, str]:
    try:
        body: Any = read_json(response)
    except ValueError:
        return "", ""
    if not isinstance(body, Mapping):
        return "", ""
    return str(body.get("error", "")), str(body.get("error_description", ""))
