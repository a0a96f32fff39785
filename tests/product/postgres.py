"""A PostgreSQL server of the tests' own: a new cluster in a temporary folder, reached by a socket in it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The server does not run as root; who runs it there, the first of these that exists.
UNPRIVILEGED = ("postgres", "nobody")
START_SECONDS = 30
OWNER, PASSWORD = "owner", "pg-0wner/p@ss word"


def binaries() -> Path | None:
    """Where the newest server's programs are, which Debian keeps off the PATH; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


@contextmanager
def running(programs: Path) -> Iterator[Path]:
    """A server with the superuser `OWNER`, who has a password; gives the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="canon-pg-"))
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    as_user = _unprivileged(folder, secret)
    try:
        options = ["--username", OWNER, "--pwfile", str(secret), "--auth", "scram-sha-256"]
        _run([programs / "initdb", "--pgdata", data, *options, "--no-sync", "--encoding", "UTF8"], as_user)
        command = [
            programs / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
        try:
            _wait(programs, folder, server)
            yield folder
        finally:
            server.terminate()
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(*paths: Path) -> dict[str, Any]:
    """Whom to run programs as, and theirs the paths: nobody else where we are not root ourselves."""
    if os.geteuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(known[name] for name in UNPRIVILEGED if name in known)
    for path in paths:
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": paths[0]}


def _run(command: Sequence[str | Path], as_user: dict[str, Any]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **as_user)
    assert done.returncode == 0, done.stderr


def _wait(programs: Path, folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        assert server.poll() is None, "the server ended while it started"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
