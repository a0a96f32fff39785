"""What a handler gets and gives: plain values, so that the APIs are functions of (world, call)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

if TYPE_CHECKING:
    from sandbox.faults import Fault
    from sandbox.world import World

JSON = "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Reply:
    """A complete HTTP response. `pieces` are the sizes in which its body is sent, if it is sent in pieces."""

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[int, ...] = ()


class ApiError(Exception):
    """A refusal that a handler raises; carries the whole reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"HTTP {reply.status}")
        self.reply = reply


class BadParameter(Exception):
    """A query parameter that is no number where one is needed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Call:
    """One request, completely read. Header names are lower case; query pairs keep their order."""

    method: str
    path: str
    parameters: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    faults: tuple[Fault, ...] = ()

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def many(self, name: str) -> list[str]:
        """Return all values of a parameter that is repeated, comma-joined, or both."""
        joined = [value for key, value in self.query if key == name]
        return [part.strip() for value in joined for part in value.split(",") if part.strip()]

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean parameter, whatever its case."""
        text = self.first(name).strip().lower()
        return default if not text else text == "true"

    def whole(self, name: str, default: int) -> int:
        """Return a parameter that is a whole number, not negative; raises BadParameter."""
        text = self.first(name)
        if text and not (text.isascii() and text.isdigit()):
            raise BadParameter(name)
        return int(text) if text else default

    def json(self) -> Any:
        """Return the parsed body; raises ValueError when it is not JSON."""
        return orjson.loads(self.body) if self.body else {}

    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def bearer(self) -> str:
        """Return the token of the Authorization header, or an empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in ("bearer", "oauth") else ""

    def fault(self, kind: str) -> Fault | None:
        """Return the first injected fault of a kind that matched this call."""
        return next((fault for fault in self.faults if fault.kind == kind), None)


Handler = Callable[["World", Call], Reply]


def json_reply(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a JSON response."""
    return Reply(status, orjson.dumps(value), headers=headers or {})
