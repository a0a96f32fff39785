"""`canon sandbox`: the emulated APIs in the foreground."""

import os
from pathlib import Path

from canon.errors import ConfigurationError, UsageError
from canon.output import messages, results


def serve(port: int, data: Path) -> None:
    """Serve until interrupted.

    Raises:
        ConfigurationError: The extra `sandbox` is not installed.
        UsageError: The port is taken.
    """
    try:
        from sandbox import server
        from sandbox.client import Sandbox
        from sandbox.credentials import Credentials
    except ImportError as error:
        raise ConfigurationError(
            f"The sandbox cannot start, {error.name} is not installed. Run: pip install -e '.[sandbox]'"
        ) from error
    accepted = Credentials.from_environment(os.environ)

    def tell(served: int) -> None:
        """Say where it answers, and how to point Canon at it."""
        apis, control = (f"http://127.0.0.1:{number}" for number in (served, served + 1))
        messages.print(f"Salesforce and HubSpot answer at {apis}, the control plane at {control}.")
        messages.print("Point canon at them in another shell, then run canon sync:\n")
        for name, value in Sandbox.on(apis, control, accepted).environment.items():
            results.print(f"export {name}={value}", markup=False, soft_wrap=True)

    try:
        server.serve(port, data, accepted, started=tell)
    except OSError as error:
        raise UsageError(
            f"The sandbox cannot listen on port {port}: {error.strerror}. Try --port 0."
        ) from error
