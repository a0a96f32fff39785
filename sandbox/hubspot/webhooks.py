"""Webhooks: the events of changes, posted to a receiver on this machine, as unruly as asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import requests

if TYPE_CHECKING:
    from sandbox.world import World

MAX_BATCH = 100
PATIENCE_SECONDS = 5
"""A receiver that takes longer has failed."""
STALE_SECONDS = 600
PORTAL, APP = 1, 54321
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_DECODED = re.compile(r"%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)

Event = dict[str, Any]


def delivery(world: World, order: Mapping[str, Any]) -> Callable[[], dict[str, Any]]:
    """Prepare what an order asks for; calling the result sends it, and needs no lock.

    An order is {"url": loopback address, "events": [event, ...] or "since": number of the first event}, with
    `duplicate` (how often each event comes again), `shuffle` (seed), `late_seconds`, `batch` (at most 100),
    `signature` ("good", "bad" or "none"), `stale` (the signature's time is ten minutes ago), `signed_url`
    (the address as the sender knew it) and `attempt`. Raises ValueError for an address elsewhere. The call
    returns {"statuses": HTTP status per batch, 0 for none, "next": number of the first event yet to come}.
    """
    url = str(order["url"])
    if urlsplit(url).hostname not in _LOOPBACK:
        raise ValueError(f"Webhooks go to this machine only, not to {url!r}.")
    events = _events(world, order)
    size = max(1, min(int(order.get("batch", MAX_BATCH)), MAX_BATCH))
    bodies = [orjson.dumps(events[start : start + size]) for start in range(0, len(events), size)]
    requests_ = [(body, _headers(world, order, body)) for body in bodies]
    following = len(world.hubspot.events)

    def send() -> dict[str, Any]:
        return {"statuses": [_post(url, *each) for each in requests_], "next": following}

    return send


def signature(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """Return version 3 of the signature; `timestamp` is epoch milliseconds."""
    decoded = _DECODED.sub(lambda found: chr(int(found[1], 16)), url)
    signed = method.encode() + decoded.encode() + body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _events(world: World, order: Mapping[str, Any]) -> list[Event]:
    since = int(order.get("since", 0))
    stated = order.get("events")
    chosen = list(stated) if stated is not None else world.hubspot.events[since:]
    late = round(float(order.get("late_seconds", 0)) * 1000)
    events = [
        _complete(world, order, number, event, late)
        for number, event in enumerate(chosen, start=since + 1)
        for _ in range(1 + int(order.get("duplicate", 0)))
    ]
    if "shuffle" in order:
        random.Random(int(order["shuffle"])).shuffle(events)
    return events


def _complete(world: World, order: Mapping[str, Any], number: int, event: Event, late: int) -> Event:
    """Add what every event carries; one that is late happened so many milliseconds earlier."""
    now = int(world.clock.now().timestamp() * 1000)
    own = {"eventId": number, "subscriptionId": 1000, "portalId": PORTAL, "appId": APP}
    told = own | {"attemptNumber": int(order.get("attempt", 0)), "changeSource": "API"} | dict(event)
    return told | {"occurredAt": int(event.get("occurredAt", now)) - late}


def _headers(world: World, order: Mapping[str, Any], body: bytes) -> dict[str, str]:
    moment = world.clock.now().timestamp() - (STALE_SECONDS if order.get("stale") else 0)
    timestamp = str(int(moment * 1000))
    headers = {"Content-Type": "application/json", "X-HubSpot-Request-Timestamp": timestamp}
    kind = order.get("signature", "good")
    if kind != "none":
        secret = world.credentials.client_secret if kind == "good" else "another secret"
        url = str(order.get("signed_url", order["url"]))
        headers["X-HubSpot-Signature-v3"] = signature(secret, "POST", url, body, timestamp)
    return headers


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False  # no proxy between two addresses of one machine
        try:
            reply = session.post(
                url, data=body, headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return 0
    return reply.status_code
