"""What a test or the demo holds while a sandbox runs: its addresses, and requests to its control plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from sandbox.credentials import Credentials

TIMEOUT = 600
"""Seconds; a reset loads the data anew, which takes a while where there is much."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox. `environment` holds the settings that point Canon's loaders at it."""

    base_url: str
    control_url: str
    environment: Mapping[str, str]

    @classmethod
    def on(cls, base_url: str, control_url: str, credentials: Credentials) -> Sandbox:
        """Return the handle of a sandbox at these addresses."""
        environment = {
            "SOURCES__SALESFORCE__LOGIN_URL": base_url,
            "SOURCES__SALESFORCE__CREDENTIALS__CLIENT_ID": credentials.client_id,
            "SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET": credentials.client_secret,
            "SOURCES__HUBSPOT__BASE_URL": base_url,
            "SOURCES__HUBSPOT__ACCESS_TOKEN": credentials.hubspot_token,
        }
        return cls(base_url, control_url, environment)

    def change(self, action: Mapping[str, Any]) -> dict[str, Any]:
        """Apply one change, in the form of an entry of `day_two.json`; returns {"id": ...}."""
        return self._send("POST", "change", action)

    def webhooks(self, url: str, **order: Any) -> dict[str, Any]:
        """Deliver events of changes to a receiver on loopback; see `sandbox.hubspot.webhooks.delivery`."""
        return self._send("POST", "webhooks", {"url": url} | order)

    def events(self) -> list[dict[str, Any]]:
        """Return the events that HubSpot's changes left so far."""
        return list(self._send("GET", "webhooks")["events"])

    def day_two(self, advance: float = 0) -> list[dict[str, Any]]:
        """Let `advance` seconds pass and apply `day_two.json`; returns its stories in order."""
        return list(self._send("POST", "day-two", {"advance": advance})["stories"])

    def clock(self, **settings: Any) -> dict[str, Any]:
        """Read the clock, or set it: `now` (ISO), `advance` (seconds), `frozen`."""
        return self._send("POST" if settings else "GET", "clock", settings)

    def fault(self, kind: str, path: str = "", **rule: Any) -> dict[str, Any]:
        """Add a fault: `method`, `nth`, `count`, and further keywords are the kind's parameters."""
        own = {name: rule.pop(name) for name in ("method", "nth", "count") if name in rule}
        return self._send("POST", "faults", {"kind": kind, "path": path, "parameters": rule, **own})

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self._send("DELETE", "faults")

    def log(self) -> list[dict[str, Any]]:
        """Return the requests the APIs answered so far, oldest first."""
        return list(self._send("GET", "log")["requests"])

    def clear_log(self) -> None:
        """Empty the log."""
        self._send("DELETE", "log")

    def switch(self, **values: Any) -> dict[str, Any]:
        """Change switches; returns all of them."""
        return self._send("POST" if values else "GET", "switches", values)

    def reset(self) -> None:
        """Load the data folder anew; faults, switches, sessions and the log are forgotten."""
        self._send("POST", "reset")

    def _send(self, method: str, name: str, body: Any = None) -> dict[str, Any]:
        reply = requests.request(method, f"{self.control_url}/__emulator/{name}", json=body, timeout=TIMEOUT)
        if reply.status_code != 200:
            raise RuntimeError(f"The sandbox refused {name}: {reply.json()['error']}")
        return dict(reply.json())
