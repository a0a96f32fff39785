"""Starting the sandbox: `serve` blocks, `running` starts it in a process of its own.

`python -m sandbox.server --port 8080` serves the APIs on 8080 and the control plane on 8081.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from sandbox import quiet
from sandbox.app import Api
from sandbox.client import Sandbox
from sandbox.control import control_app
from sandbox.credentials import Credentials
from sandbox.world import World

HOST = "127.0.0.1"
DEFAULT_DATA = Path(__file__).resolve().parent.parent / "data"
START_SECONDS = 60
"""How long a start may take by default; the sample needs one, a million records half a minute."""
STOP_SECONDS = 5
_PORT_ATTEMPTS = 50


def serve(
    port: int,
    data_dir: Path = DEFAULT_DATA,
    credentials: Credentials | None = None,
    started: Callable[[int], None] | None = None,
) -> None:
    """Serve the APIs on `port` and the control plane on the next one until interrupted.

    Port 0 picks two free neighbours. `started` is called with the API's port once both listen.
    Raises OSError when a port is taken and FileNotFoundError when there is no data folder.
    """
    if not data_dir.is_dir():
        raise FileNotFoundError(f"The sandbox serves sample records, but there is no folder {data_dir}.")
    quiet.configure()
    world = World(data_dir, credentials or Credentials.from_environment(os.environ))
    api_socket, control_socket = _neighbours(port)
    if started:
        started(api_socket.getsockname()[1])
    asyncio.run(_serve_both(Api(world), control_app(world), api_socket, control_socket))


@contextmanager
def running(
    data_dir: Path = DEFAULT_DATA,
    port: int = 0,
    credentials: Credentials | None = None,
    start_seconds: float = START_SECONDS,
) -> Iterator[Sandbox]:
    """Run the sandbox in a process of its own; it always stops on exit, and when this process dies.

    Raises RuntimeError when it is not there after `start_seconds`.
    """
    accepted = credentials or Credentials.from_environment(os.environ)
    command = [
        sys.executable,
        "-m",
        "sandbox.server",
        "--port",
        str(port),
        "--data-dir",
        str(data_dir),
        "--child",
    ]
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **accepted.environment(), "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=root, text=True
    ) as process:
        try:
            ready_port = _ready_port(process, start_seconds)
            yield Sandbox.on(f"http://{HOST}:{ready_port}", f"http://{HOST}:{ready_port + 1}", accepted)
        finally:
            _stop(process)


def _ready_port(process: subprocess.Popen[str], start_seconds: float) -> int:
    """Return the port the child reports; raises RuntimeError when it ends or stays silent."""
    timer = threading.Timer(start_seconds, process.kill)
    timer.start()
    line = process.stdout.readline() if process.stdout else ""
    timer.cancel()
    if not line:
        raise RuntimeError(
            f"The sandbox did not start within {start_seconds:g} seconds, or ended; its errors are above."
        )
    return int(json.loads(line)["port"])


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def _serve_both(
    api: ASGIApp, control: ASGIApp, api_socket: socket.socket, control_socket: socket.socket
) -> None:
    servers = [_Server(_config(api)), _Server(_config(control))]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(servers[0].serve([api_socket]), servers[1].serve([control_socket]))


class _Server(uvicorn.Server):
    """A server that leaves the signals alone: two share one process, and one handler stops both."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install nothing."""
        yield


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
        ws="none",
        h11_max_incomplete_event_size=256 * 1024,
    )


def _neighbours(port: int) -> tuple[socket.socket, socket.socket]:
    """Return listening sockets on `port` and the next one, on any such pair when port is 0."""
    if port:
        return _listening(port), _listening(port + 1)
    for _ in range(_PORT_ATTEMPTS):
        first = _listening(0)
        try:
            return first, _listening(first.getsockname()[1] + 1)
        except (OSError, OverflowError):
            first.close()
    raise OSError("No two neighbouring free ports were found on 127.0.0.1.")


def _listening(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where the socket names its protocol: 48 ms a call otherwise
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _end_with_parent() -> None:
    """Stop this process when its standard input closes, which happens however the parent ends."""

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin: its buffer's lock would be held at shutdown
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _report(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(
        description="Serve the emulated Salesforce and HubSpot APIs on loopback."
    )
    parser.add_argument(
        "--port", type=int, default=8080, help="API port; the control plane is on the next one"
    )
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA, help="folder of sample records")
    parser.add_argument("--child", action="store_true", help="report the port, end with the parent process")
    arguments = parser.parse_args()
    if arguments.child:
        _end_with_parent()
    serve(arguments.port, arguments.data_dir, started=_report)


if __name__ == "__main__":
    main()
