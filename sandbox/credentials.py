"""The credentials the sandbox accepts. They open nothing but the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"
HUBSPOT_TOKEN = "pat-na1-sandbox-token"
JWT_USERNAME = "integration@sandbox.example"


@dataclass(frozen=True)
class Credentials:
    """What a client must present; anything else is refused as the real servers refuse it."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    hubspot_token: str = HUBSPOT_TOKEN
    username: str = JWT_USERNAME
    public_key: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Read `CANON_SANDBOX_*` variables; a missing one keeps its constant."""
        return cls(
            client_id=environment.get("CANON_SANDBOX_CLIENT_ID", CLIENT_ID),
            client_secret=environment.get("CANON_SANDBOX_CLIENT_SECRET", CLIENT_SECRET),
            hubspot_token=environment.get("CANON_SANDBOX_HUBSPOT_TOKEN", HUBSPOT_TOKEN),
            username=environment.get("CANON_SANDBOX_USERNAME", JWT_USERNAME),
            public_key=environment.get("CANON_SANDBOX_PUBLIC_KEY", ""),
        )

    def environment(self) -> dict[str, str]:
        """Return the `CANON_SANDBOX_*` variables that reproduce these credentials."""
        return {
            "CANON_SANDBOX_CLIENT_ID": self.client_id,
            "CANON_SANDBOX_CLIENT_SECRET": self.client_secret,
            "CANON_SANDBOX_HUBSPOT_TOKEN": self.hubspot_token,
            "CANON_SANDBOX_USERNAME": self.username,
            "CANON_SANDBOX_PUBLIC_KEY": self.public_key,
        }
