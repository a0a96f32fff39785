"""Webhooks: what changes tell a receiver, how it is signed, and how unruly it may come."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.client import Sandbox
from sandbox.credentials import CLIENT_SECRET
from sandbox.hubspot.webhooks import signature
from tests.sandbox.conftest import get

ADA, BO, DEE, EVE = (str(72_000_000_000 + number) for number in (1, 2, 4, 5))
HS = {"system": "hubspot", "object": "contacts"}
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent, and answers with `status`."""

    status = 200
    world: Sandbox | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=b"

    @property
    def batches(self) -> list[list[dict[str, Any]]]:
        return [json.loads(body) for _, body in self.received]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.world:
            get(self.server.world, f"/crm/v3/objects/contacts/{ADA}").raise_for_status()
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def change(world: Sandbox, action: str, identifier: str, **more: object) -> dict[str, Any]:
    return world.change(HS | {"action": action, "id": identifier, **more})


def is_signed(headers: dict[str, str], body: bytes, url: str) -> bool:
    expected = signature(CLIENT_SECRET, "POST", url, body, headers["X-HubSpot-Request-Timestamp"])
    return headers.get("X-HubSpot-Signature-v3") == expected


@pytest.mark.parametrize(
    "url", ["https://www.example.com/webhook_uri", "https%3a%2f%2Fwww.example.com%2Fwebhook_uri"]
)
def test_the_signature_is_the_documented_one(url: str) -> None:
    expected = "vnX5Als0n2OhEZQxOS/1ftERzeabHuxE8jEarlPWRdE="
    assert signature(SECRET, "POST", url, b'[{"eventId":1}]', "1700000000000") == expected


def test_only_some_characters_of_the_address_are_decoded() -> None:
    plain, encoded = "https://x.example/a b?q=1:2", "https://x.example/a%20b?q=1%3a2"
    assert signature(SECRET, "POST", encoded, b"", "1") != signature(SECRET, "POST", plain, b"", "1")
    halfway = "https://x.example/a%20b?q=1:2"
    assert signature(SECRET, "POST", encoded, b"", "1") == signature(SECRET, "POST", halfway, b"", "1")


def test_changes_are_told_in_their_order(world: Sandbox, receiver: Receiver) -> None:
    created = world.change(HS | {"action": "create", "values": {"email": "new@x.example"}})["id"]
    change(world, "update", ADA, values={"phone": "9"})
    change(world, "archive", BO)
    change(world, "restore", BO)
    assert world.webhooks(receiver.url) == {"statuses": [200], "next": 5}
    told = [(event["subscriptionType"], event["objectId"]) for event in receiver.events]
    assert told == [
        ("contact.creation", int(created)),
        ("contact.propertyChange", int(created)),
        ("contact.propertyChange", int(ADA)),
        ("contact.deletion", int(BO)),
        ("contact.restore", int(BO)),
    ]
    phone = receiver.events[2]
    assert (phone["propertyName"], phone["propertyValue"], phone["attemptNumber"]) == ("phone", "9", 0)
    assert {"eventId", "subscriptionId", "portalId", "appId", "occurredAt", "changeSource"} <= set(phone)
    headers, body = receiver.received[0]
    assert is_signed(headers, body, receiver.url)


def test_merges_are_told(world: Sandbox) -> None:
    survivor = change(world, "merge", DEE, loser_id=EVE)["id"]
    (merged,) = [event for event in world.events() if event["subscriptionType"] == "contact.merge"]
    assert (merged["primaryObjectId"], merged["mergedObjectIds"]) == (int(DEE), [int(EVE)])
    assert merged["newObjectId"] == int(survivor)


def test_a_privacy_deletion_comes_with_a_deletion(world: Sandbox) -> None:
    change(world, "gdpr_delete", ADA)
    kinds = [(event["subscriptionType"], event["objectId"]) for event in world.events()]
    assert kinds == [("contact.deletion", int(ADA)), ("contact.privacyDeletion", int(ADA))]


def test_a_primary_association_is_told_twice(world: Sandbox) -> None:
    link = HS | {"id": DEE, "to_type": "companies", "to_id": "25000000003"}
    kinds = [{"category": "HUBSPOT_DEFINED", "typeId": type_id} for type_id in (279, 1)]
    world.change(link | {"action": "associate", "types": kinds})
    world.change(link | {"action": "dissociate"})
    told = [
        (event["isPrimaryAssociation"], event["associationRemoved"])
        for event in world.events()
        if event.get("associationType") == "CONTACT_TO_COMPANY"
    ]
    assert told == [(False, False), (True, False), (False, True)]


def test_events_come_in_batches_of_a_hundred(world: Sandbox, receiver: Receiver) -> None:
    events = [{"subscriptionType": "contact.creation", "objectId": number} for number in range(250)]
    assert world.webhooks(receiver.url, events=events)["statuses"] == [200, 200, 200]
    assert [len(batch) for batch in receiver.batches] == [100, 100, 50]
    receiver.received.clear()
    world.webhooks(receiver.url, events=events[:10], batch=3)
    assert [len(batch) for batch in receiver.batches] == [3, 3, 3, 1]


def test_events_come_again_shuffled_and_late(world: Sandbox, receiver: Receiver) -> None:
    for number in range(20):
        change(world, "update", ADA, values={"phone": str(number)})
    noted = world.events()
    world.webhooks(receiver.url, since=10, duplicate=1, shuffle=7, late_seconds=26 * 3600)
    numbers = [event["eventId"] for event in receiver.events]
    assert sorted(numbers) == sorted([*range(11, 21), *range(11, 21)])
    assert numbers != sorted(numbers)
    late = {event["eventId"]: event["occurredAt"] for event in receiver.events}
    assert late[11] == noted[10]["occurredAt"] - 26 * 3600 * 1000


@pytest.mark.parametrize("kind", ["bad", "none"])
def test_signatures_can_be_wrong(world: Sandbox, receiver: Receiver, kind: str) -> None:
    world.webhooks(receiver.url, events=[{"objectId": 1}], signature=kind)
    headers, body = receiver.received[0]
    assert not is_signed(headers, body, receiver.url)
    assert ("X-HubSpot-Signature-v3" in headers) == (kind == "bad")


def test_a_signature_can_be_stale(world: Sandbox, receiver: Receiver) -> None:
    world.clock(frozen=True)
    now = world.clock(now="2026-01-01T02:00:00+00:00")["now"]
    assert now.startswith("2026-01-01T02:00:00")
    world.webhooks(receiver.url, events=[{"objectId": 1}], stale=True)
    headers, body = receiver.received[0]
    assert int(headers["X-HubSpot-Request-Timestamp"]) == 1767232800000 - 600_000
    assert is_signed(headers, body, receiver.url)


def test_the_signed_address_may_be_the_public_one(world: Sandbox, receiver: Receiver) -> None:
    public = "https://hooks.example.com/hook?a=b"
    world.webhooks(receiver.url, events=[{"objectId": 1}], signed_url=public, attempt=3)
    headers, body = receiver.received[0]
    assert is_signed(headers, body, public)
    assert receiver.events[0]["attemptNumber"] == 3


def test_a_receiver_may_refuse_or_be_gone(world: Sandbox, receiver: Receiver) -> None:
    receiver.status = 401
    assert world.webhooks(receiver.url, events=[{"objectId": 1}])["statuses"] == [401]
    assert world.webhooks("http://127.0.0.1:9/", events=[{"objectId": 1}])["statuses"] == [0]


def test_a_receiver_may_ask_the_api_before_it_answers(world: Sandbox, receiver: Receiver) -> None:
    receiver.world = world
    assert world.webhooks(receiver.url, events=[{"objectId": 1}])["statuses"] == [200]


def test_webhooks_stay_on_this_machine(world: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="this machine only"):
        world.webhooks("https://hooks.example.com/", events=[{"objectId": 1}])
