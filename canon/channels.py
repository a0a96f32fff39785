"""Where alerts go: any service that Apprise knows, one URL each. A URL is a secret: it is never shown."""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from canon.errors import ConfigurationError
from canon.sections import group

GROUP = "canon_alerts"
LEVELS = ("critical", "warning")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# Plain web hooks go out as JSON; Apprise knows the https:// addresses of Slack, Teams and others.
HOOKS = {"https": "jsons", "http": "json"}


@dataclass(frozen=True)
class Channel:
    """One place to tell. `level` is the severity from which on it is told: critical, or warning for all."""

    name: str
    level: str
    url: str = field(repr=False)

    def send(self, title: str, text: str, kind: str) -> str | None:
        """Deliver one message. Returns why it was not taken, or None.

        Args:
            title: One line.
            text: Plain text, a few lines.
            kind: `failure`, `warning` or `success`, for colours and icons.
        """
        import apprise

        target = apprise.Apprise()
        target.add(opened(self))
        with _Heard() as said:
            taken = target.notify(body=text, title=title, notify_type=apprise.NotifyType(kind))
        return None if taken else without_secrets(said.last or "it gave no reason", self.url)


def read_channels(root: Path) -> tuple[Channel, ...]:
    """The channels that the settings name, in order.

    Raises:
        ConfigurationError: A channel has no URL, or a level that does not exist.
    """
    channels = []
    for name, keys in sorted(group(root, GROUP).items()):
        url, level = (keys[key].value if key in keys else "" for key in ("url", "severity"))
        if not url or (level or LEVELS[0]) not in LEVELS:
            wrong = f"{GROUP}__{name}__".upper()
            raise ConfigurationError(
                f"{wrong}URL is missing." if not url else f"{wrong}SEVERITY: expected critical or warning."
            )
        channels.append(Channel(name, level or LEVELS[0], url))
    return tuple(channels)


def opened(channel: Channel) -> Any:
    """What Apprise makes of a channel's URL.

    Raises:
        ConfigurationError: It knows no such service, or the words would travel in the clear; without the URL.
    """
    import apprise

    setting = f"{GROUP}__{channel.name}__URL".upper()
    scheme, _, rest = channel.url.partition("://")
    with _Heard():
        service = apprise.Apprise.instantiate(channel.url, suppress_exceptions=True)
        if service is None and scheme in HOOKS:
            service = apprise.Apprise.instantiate(f"{HOOKS[scheme]}://{rest}", suppress_exceptions=True)
    if service is None:
        raise ConfigurationError(
            f"{setting} is no address that Apprise knows: expected https://…, jsons://…, mailtos://…, slack://…"
        )
    if _in_the_clear(service) and str(service.host) not in LOOPBACK:
        raise ConfigurationError(f"{setting} is not encrypted: only loopback addresses may be.")
    return service


def _in_the_clear(service: Any) -> bool:
    """Whether a service was addressed by its unencrypted scheme: json:// beside jsons://, for one."""
    plain = service.protocol or ()
    return service.schema in ((plain,) if isinstance(plain, str) else tuple(plain))


class _Heard(logging.Handler):
    """Keeps the last warning of Apprise, which goes nowhere else: it may repeat an address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.last = record.getMessage()

    def __enter__(self) -> "_Heard":
        logger = logging.getLogger("apprise")
        self._propagated, logger.propagate = logger.propagate, False
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger("apprise")
        logger.removeHandler(self)
        logger.propagate = self._propagated


def without_secrets(text: str, url: str) -> str:
    """A reason that repeats no part of an address but its host."""
    parts = urlsplit(url)
    secret = f"{parts.path} {parts.query} {parts.username or ''} {parts.password or ''}"
    if any(len(word) > 3 and word in text for word in re.split(r"[/&=?@: ]", secret)):
        return "its reason repeats the address and is not shown"
    return text
