"""OAuth of HubSpot: a refresh token gives an access token of thirty minutes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.http import Call, Reply, json_reply
from sandbox.hubspot.errors import HubspotError

if TYPE_CHECKING:
    from sandbox.world import World


def token(world: World, call: Call) -> Reply:
    """`POST /oauth/v1/token` (or v3); the sandbox's HubSpot token is its refresh token too."""
    form = call.form()
    if form.get("grant_type") != "refresh_token":
        raise HubspotError(400, "missing or unknown grant type", "BAD_GRANT_TYPE")
    known = (world.credentials.client_id, world.credentials.client_secret)
    if (form.get("client_id"), form.get("client_secret")) != known:
        raise HubspotError(400, "missing or invalid client id or secret", "BAD_CLIENT_ID")
    if form.get("refresh_token") != world.credentials.hubspot_token:
        raise HubspotError(400, "missing or unknown refresh token", "BAD_REFRESH_TOKEN")
    access = secrets.token_urlsafe(32)
    life = world.switches.token_seconds
    world.hubspot.tokens[access] = world.clock.now() + timedelta(seconds=life)
    reply = {"token_type": "bearer", "access_token": access, "expires_in": life}
    return json_reply(200, reply | {"refresh_token": form["refresh_token"]})
