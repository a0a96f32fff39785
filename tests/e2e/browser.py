"""Headless Chromium, driven through its own pipe: what a page asks for and complains of, how it looks."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# As root in a container there is no sandbox; the rest keeps it from calling its maker.
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    *("--disable-dev-shm-usage", "--remote-debugging-pipe"),
)


@dataclass
class Page:
    """One tab. Every address it asked for, and every complaint: failed requests, errors on the console."""

    _send: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hear(self, event: dict[str, Any]) -> None:
        """Keep what the browser reports."""
        method, said = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Network.loadingFailed":
            self.complaints.append(f"failed: {said['errorText']}")
        elif method == "Network.responseReceived" and said["response"]["status"] >= 400:
            self.complaints.append(f"{said['response']['status']}: {said['response']['url']}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(f"exception: {said['exceptionDetails']['text']}")
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            self.complaints.append(f"console: {[each.get('value') for each in said['args']]}")
        elif method == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.complaints.append(f"log: {said['entry']['text']}")

    def open(self, address: str, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Open a page in a window of this size and in light or dark, and wait until it is loaded."""
        self.requests.clear()
        self.complaints.clear()
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._send("Emulation.setDeviceMetricsOverride", **size)
        wanted = {"name": "prefers-color-scheme", "value": scheme}
        self._send("Emulation.setEmulatedMedia", features=[wanted])
        self._send("Page.navigate", address, url=address)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        found = self._send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def shoot(self, path: Path, *, whole: bool = False) -> None:
        """A picture of the window, or of the whole page."""
        more = {"captureBeyondViewport": True} if whole else {}
        if whole:
            size = self._send("Page.getLayoutMetrics")["cssContentSize"]
            more["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        found = self._send("Page.captureScreenshot", format="png", **more)
        path.write_bytes(base64.b64decode(found["data"]))


class _Pipe:
    """Chromium's protocol: JSON, each message ended by a zero byte; a command waits for its own answer."""

    def __init__(self, reading: int, writing: int) -> None:
        self._in = os.fdopen(reading, "rb", buffering=0)
        self._out = os.fdopen(writing, "wb", buffering=0)
        self._left = b""
        self._id = 0
        self.session: str | None = None
        self.listener: Page | None = None

    def send(self, method: str, _until_loaded: str = "", /, **parameters: Any) -> dict[str, Any]:
        self._id += 1
        message: dict[str, Any] = {"id": self._id, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self._out.write(json.dumps(message).encode() + b"\0")
        answer: dict[str, Any] | None = None
        loaded = not _until_loaded
        while answer is None or not loaded:
            said = self._next()
            if said.get("id") == self._id:
                assert "error" not in said, said
                answer = said["result"]
                loaded = loaded or "loaderId" not in answer  # only the place within the page has changed
            elif self.listener:
                self.listener.hear(said)
                loaded = loaded or said.get("method") == "Page.loadEventFired"
        return answer

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = self._in.read(1 << 16)
            assert more, "Chromium has ended"
            self._left += more
        line, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(line))


@contextmanager
def chromium() -> Iterator[Page]:
    """A browser with one empty tab, and nothing kept from an earlier one."""
    assert CHROMIUM, "there is no Chromium"
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()

    def as_three_and_four() -> None:
        # above both numbers first, so that neither overwrites the other
        one, other = os.dup(to_browser), os.dup(to_us)
        high = [os.dup2(each, place) for each, place in ((one, 103), (other, 104))]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [CHROMIUM, *SWITCHES, f"--user-data-dir={home}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=as_three_and_four,
            pass_fds=(3, 4),
            env={**os.environ, "HOME": home},
        )
        os.close(to_browser)
        os.close(to_us)
        try:
            yield _tab(_Pipe(from_browser, from_us))
        finally:
            process.kill()
            process.wait()


def _tab(pipe: _Pipe) -> Page:
    target = pipe.send("Target.createTarget", url="about:blank")["targetId"]
    pipe.session = pipe.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Runtime", "Log"):
        pipe.send(f"{domain}.enable")
    pipe.listener = Page(pipe.send)
    return pipe.listener
