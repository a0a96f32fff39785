"""OAuth of Salesforce: client credentials and JWT bearer; one new session per login."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import jwt

from sandbox.http import ApiError, Call, Reply, json_reply
from sandbox.salesforce.errors import SalesforceError, invalid_session
from sandbox.salesforce.store import Session

if TYPE_CHECKING:
    from sandbox.world import World

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ORGANISATION = "00DSB0000000001"
MY_DOMAIN = "https://acme.my.salesforce.com"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com", MY_DOMAIN)


def token(world: World, call: Call) -> Reply:
    """`POST /services/oauth2/token`; unknown query parameters are ignored."""
    form = call.form()
    grant = form.get("grant_type", "")
    if not grant:
        raise _refused("invalid_request", "missing required parameter: grant_type")
    if grant == "client_credentials":
        _check_client(world, call, form)
    elif grant == JWT_GRANT:
        _check_assertion(world, form.get("assertion", ""), _instance(call))
    else:
        raise _refused("unsupported_grant_type", "grant type not supported")
    return json_reply(200, _issue(world, _instance(call)))


def revoke(world: World, call: Call) -> Reply:
    """`POST /services/oauth2/revoke`: ends the session of a token."""
    given = call.form().get("token") or call.first("token")
    if given not in world.salesforce.sessions:
        raise _refused("unsupported_token_type", "this token is not supported")
    world.salesforce.end_session(given)
    return Reply(200)


def require_session(world: World, call: Call) -> Session:
    """Return the caller's session and extend it; raises INVALID_SESSION_ID."""
    now = world.clock.now()
    session = world.salesforce.sessions.get(call.bearer())
    if session is None:
        raise invalid_session()
    if _is_over(world, session, now):
        world.salesforce.end_session(session.token)
        raise invalid_session()
    session.last_used = now
    session.calls += 1
    return session


def _is_over(world: World, session: Session, now: datetime) -> bool:
    """Tell whether a session has ended: idle for too long, too old, or used up."""
    switches = world.switches
    if now - session.last_used > timedelta(seconds=switches.session_seconds):
        return True
    life = switches.session_life_seconds
    if life and now - session.started > timedelta(seconds=life):
        return True
    return bool(switches.session_calls) and session.calls >= switches.session_calls


def expire_sessions(world: World) -> int:
    """End all sessions; their locators stay dead for any later session. Returns how many ended."""
    tokens = list(world.salesforce.sessions)
    for entry in tokens:
        world.salesforce.end_session(entry)
    return len(tokens)


def require_budget(world: World) -> None:
    """Count the call; raises REQUEST_LIMIT_EXCEEDED when the day's allowance is used up."""
    if world.salesforce.used(world.clock.now()) >= world.switches.salesforce_daily_limit:
        raise SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    world.salesforce.count_call(world.clock.now())


def _check_client(world: World, call: Call, form: dict[str, str]) -> None:
    identifier, secret = _basic(call.headers.get("authorization", ""))
    identifier = identifier or form.get("client_id", "")
    secret = secret or form.get("client_secret", "")
    host = _original_host(call)
    if host.split(".")[0] in ("login", "test") and host.endswith("salesforce.com"):
        raise _refused("invalid_grant", "request not supported on this domain")
    if identifier != world.credentials.client_id:
        raise _refused("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), world.credentials.client_secret.encode()):
        raise _refused("invalid_client", "invalid client credentials")


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        identifier, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return identifier, secret


def _check_assertion(world: World, assertion: str, instance: str) -> None:
    """Check a JWT against the public key of the credentials; without one no JWT is accepted."""
    key = world.credentials.public_key
    if not key:
        raise _refused("invalid_grant", "invalid assertion")
    try:
        claims = jwt.decode(assertion, key, algorithms=["RS256"], options={"verify_aud": False})
    except jwt.ExpiredSignatureError:
        raise _refused("invalid_grant", "expired access/refresh token") from None
    except jwt.PyJWTError:
        raise _refused("invalid_grant", "invalid assertion") from None
    if claims.get("aud") not in (*AUDIENCES, instance):
        raise _refused("invalid_grant", "audience is invalid")
    if claims.get("iss") != world.credentials.client_id:
        raise _refused("invalid_client_id", "client identifier invalid")
    if claims.get("sub") != world.credentials.username:
        raise _refused("invalid_grant", "user hasn't approved this consumer")


def _original_host(call: Call) -> str:
    stated = call.headers.get("x-forwarded-host") or call.headers.get("x-original-host") or ""
    return stated.split(",")[0].strip().lower()


def _instance(call: Call) -> str:
    if _original_host(call).endswith("salesforce.com"):
        return MY_DOMAIN
    return f"http://{call.headers.get('host', '127.0.0.1')}"


def _issue(world: World, instance: str) -> dict[str, str]:
    now = world.clock.now()
    _end_idle(world, now)
    access_token = f"{ORGANISATION}!{secrets.token_urlsafe(48)}"
    world.salesforce.sessions[access_token] = Session(access_token, now, now)
    identity = f"https://login.salesforce.com/id/{ORGANISATION}/{world.salesforce.user_id}"
    issued = str(int(now.timestamp() * 1000))
    key = world.credentials.client_secret.encode()
    signed = hmac.new(key, f"{identity}{issued}".encode(), hashlib.sha256).digest()
    return {
        "access_token": access_token,
        "signature": base64.b64encode(signed).decode(),
        "scope": "api",
        "instance_url": instance,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }


def _end_idle(world: World, now: datetime) -> None:
    """Forget sessions that have run out, so that their locators free their memory."""
    for session in [entry for entry in world.salesforce.sessions.values() if _is_over(world, entry, now)]:
        world.salesforce.end_session(session.token)


def _refused(code: str, description: str) -> ApiError:
    return ApiError(json_reply(400, {"error": code, "error_description": description}))
