"""Authentication and rate limits of HubSpot: sliding windows, headers, and the three kinds of 429."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.http import Call, Reply
from sandbox.hubspot.errors import NO_CREDENTIALS, HubspotError, error_reply

if TYPE_CHECKING:
    from sandbox.world import World

BURST_SECONDS, SEARCH_SECONDS, DAY_SECONDS = 10, 1, 86_400
MESSAGES = {
    "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    "SECONDLY": "You have reached your secondly limit.",
    "DAILY": "You have reached your daily limit.",
}


def require_token(world: World, call: Call) -> None:
    """Raise the 401 of a missing, unknown or expired token."""
    token = call.bearer()
    if token == world.credentials.hubspot_token and not _is_retired(world):
        return
    ends = world.hubspot.tokens.get(token)
    if ends is None:
        raise HubspotError(401, NO_CREDENTIALS, "INVALID_AUTHENTICATION")
    if ends <= world.clock.now():
        minutes = int((world.clock.now() - ends).total_seconds() // 60)
        message = f"The OAuth token used to make this call expired {minutes} minute(s) ago."
        raise HubspotError(401, message, "EXPIRED_AUTHENTICATION")


def _is_retired(world: World) -> bool:
    """Tell whether private apps are no longer let in."""
    ends = world.switches.private_app_ends
    return bool(ends) and world.clock.now() >= datetime.fromisoformat(ends).replace(tzinfo=UTC)


def rate_limited(policy: str, retry_after: str = "") -> Reply:
    """Return a 429 of one of the three policies."""
    reply = error_reply(
        429, MESSAGES[policy], errorType="RATE_LIMIT", policyName=policy, groupName="publicapi:private-apps"
    )
    headers = dict(reply.headers) | ({"Retry-After": retry_after} if retry_after else {})
    return Reply(reply.status, reply.body, headers=headers)


def missing_scopes(scope: str) -> Reply:
    """Return the 403 of an app that was not granted a scope."""
    page = "https://developers.hubspot.com/scopes"
    message = (
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {page}."
    )
    needed = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": [scope]},
    }
    return error_reply(403, message, "MISSING_SCOPES", errors=[needed], links={"scopes": page})


def count_call(world: World, is_search: bool) -> Reply | None:
    """Count a call; returns a 429 instead when limits are enforced and one is used up."""
    now, switches, store = world.clock.now(), world.switches, world.hubspot
    windows = [
        (store.day_calls, DAY_SECONDS, switches.hubspot_daily_limit, "DAILY"),
        (store.calls, BURST_SECONDS, switches.hubspot_burst_limit, "TEN_SECONDLY_ROLLING"),
    ]
    if is_search:
        windows.append((store.searches, SEARCH_SECONDS, switches.hubspot_search_limit, "SECONDLY"))
    for window, seconds, maximum, policy in windows:
        if _used(window, seconds, now) >= maximum and switches.enforce_rate_limits:
            return rate_limited(policy, str(seconds) if switches.retry_after and policy != "DAILY" else "")
    for window, *_ in windows:
        window.append(now)
    return None


def _used(window: deque[datetime], seconds: int, now: datetime) -> int:
    while window and window[0] <= now - timedelta(seconds=seconds):
        window.popleft()
    return len(window)


def headers(world: World) -> dict[str, str]:
    """Return the rate-limit headers of a reply; search replies carry none of them."""
    switches, store = world.switches, world.hubspot
    burst = max(0, switches.hubspot_burst_limit - len(store.calls))
    return {
        "X-HubSpot-RateLimit-Daily": str(switches.hubspot_daily_limit),
        "X-HubSpot-RateLimit-Daily-Remaining": str(
            max(0, switches.hubspot_daily_limit - len(store.day_calls))
        ),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": str(switches.hubspot_burst_limit),
        "X-HubSpot-RateLimit-Remaining": str(burst),
        "X-HubSpot-RateLimit-Secondly": str(switches.hubspot_burst_limit // 10),
        "X-HubSpot-RateLimit-Secondly-Remaining": str(min(burst, switches.hubspot_burst_limit // 10)),
    }
