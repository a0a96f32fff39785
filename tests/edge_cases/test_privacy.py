"""What a sync prints and logs: never a person, never a secret."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sandbox.client import Sandbox
from sandbox.credentials import JWT_USERNAME, Credentials
from sandbox.server import running
from tests.e2e.conftest import CANON, copy_project, run_in

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("privacy")]

DATA = Path(__file__).parents[2] / "data"
PEM = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PREFIX = "SOURCES__SALESFORCE__CREDENTIALS__"
PERSONAL = {"email", "phone", "mobilephone", "fax", "lastname"}
SHORT = 5  # letters of a last name that is looked for as a word of its own, like Ash or Lee


@dataclass(frozen=True)
class Office:
    """A project folder, the sandbox that it reads from, and what must not leave it."""

    root: Path
    sandbox: Sandbox
    secrets: frozenset[str]

    def canon(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run the command with the sandbox's settings."""
        return run_in(self.root, [*CANON, *arguments], {**self.sandbox.environment, **variables})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    key = PEM.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = PEM.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    credentials = Credentials(
        client_secret="kV7-client-secret-Qz41", hubspot_token="pat-na1-7f3d-token-Kw93", public_key=public
    )
    secrets = {credentials.client_secret, credentials.hubspot_token, *key.splitlines()[1:-1]}
    root = copy_project(tmp_path_factory.mktemp("office") / "project")
    with running(credentials=credentials) as sandbox:
        environment = {**sandbox.environment, f"{PREFIX}PRIVATE_KEY": key, f"{PREFIX}USERNAME": JWT_USERNAME}
        yield Office(root, Sandbox(sandbox.base_url, sandbox.control_url, environment), frozenset(secrets))


def people() -> dict[str, set[str]]:
    """Every e-mail address, phone number and last name of the sample."""
    found: dict[str, set[str]] = {"word": set(), "text": set()}
    for path in [*DATA.glob("salesforce/*.jsonl"), *DATA.glob("hubspot/*.jsonl")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            for name, value in {**record, **record.get("properties", {})}.items():
                if name.lower() in PERSONAL and isinstance(value, str) and value:
                    found["word" if name.lower() == "lastname" else "text"].add(value)
    return found


def leaks(office: Office, *texts: str) -> list[str]:
    """What of people and secrets stands in the texts. Session tokens begin with the org's id and `!`."""
    told = "\n".join(texts)
    known = people()
    found = [value for value in {*known["text"], *office.secrets} if value in told]
    found += [name for name in known["word"] if re.search(rf"\b{re.escape(name)}\b", told)]
    return found + re.findall(r"00D\w{12,15}![\w.]+|eyJ[\w-]{20,}|Bearer \S+", told)


def logged(root: Path) -> list[str]:
    """All log files of a project folder: dbt's, dlt's and others."""
    paths = [path for path in root.rglob("*") if path.is_file() and path.suffix in {".log", ".txt", ".trace"}]
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths]


def test_edge_privacy_of_syncs_that_go_well_badly_and_not_at_all(office):
    """A first sync, one in spite of faults, a failing one, refused credentials.

    -> nothing of anybody is told.
    """
    first = office.canon("sync")
    assert first.returncode == 0, first.stderr
    told = [first]
    faults = (("reset", "/queryAll", {}), ("session_expired", "/queryAll", {}), ("gateway", "/search", {}))
    for kind, path, rule in faults:
        office.sandbox.fault(kind, path=path, **rule)
    told.append(office.canon("sync", "--mode", "sweep"))
    assert told[-1].returncode == 0
    # Servers repeat what was asked for, addresses and names among it.
    said = [
        {"errorCode": "MALFORMED_QUERY", "message": f"near '{name}'"}
        for name in sorted(people()["text"])[:50]
    ]
    office.sandbox.fault("status", path="/queryAll", count=0, status=400, body=said)
    told.append(office.canon("sync"))
    assert told[-1].returncode == 1
    told.append(office.canon("sync", SOURCES__HUBSPOT__ACCESS_TOKEN="pat-na1-wrong-one"))
    told.append(office.canon("sync", **{f"{PREFIX}CLIENT_SECRET": ""}))  # logs in with the key
    assert [done.returncode != 0 for done in told] == [False, False, True, True, True]
    printed = [text for done in told for text in (done.stdout, done.stderr)]
    assert all(done.stderr for done in told)
    assert leaks(office, *printed) == []
    assert leaks(office, *logged(office.root)) == []
    assert "pat-na1-wrong-one" not in "".join([*printed, *logged(office.root)])


def test_edge_privacy_looks_for_what_there_is(office):
    """The search itself: it finds an address, a name, a secret and a session token in a text."""
    known = people()
    assert len(known["text"]) > 500
    assert len(known["word"]) > 50
    for value in (min(known["text"]), max(known["word"]), min(office.secrets), "00DSBX000000001AAA!AQ0.x"):
        assert leaks(office, f"failed at {value}: again") != []
    assert leaks(office, f"{sys.platform} {os.getpid()} GET /services/data/v62.0/queryAll failed") == []
