"""The first sync, a process of its own: one object on standard output, and no secret anywhere."""

import secrets

import duckdb
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.credentials import Credentials
from sandbox.server import running

pytestmark = pytest.mark.xdist_group("world")

# How every session token that the sandbox gives out begins.
SESSION = "00DSB0000000001!"


def leaks(root, words):
    """Files below a folder that hold one of the words; DuckDB files are also searched as tables."""
    needles = [word.encode() for word in words]
    found = []
    for path in [path for path in root.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        found += [(path.name, word) for word, needle in zip(words, needles, strict=True) if needle in content]
        if path.suffix == ".duckdb":
            found += [(path.name, table, word) for table, word in leaking_tables(path, words)]
    return found


def leaking_tables(path, words):
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return [
            (table, word)
            for schema, table in tables
            for word in words
            if con.execute(
                f'select count(*) from "{schema}"."{table}" as t where contains(cast(t as varchar), ?)',
                [word],
            ).fetchone()
            != (0,)
        ]


def test_standard_output_is_one_json_object(world, json_of):
    report = json_of(world.first.stdout)
    assert (report["status"], report["health"], report["exit_code"]) == ("succeeded", "green", 0)
    assert report["rows_written"] == report["rows_read"] > 1000
    assert report["build"]["ran"]
    assert report["build"]["reason"] == "everything anew: there is no complete build to go on from"
    assert {each["source"] for each in report["extracts"]} == {"salesforce", "hubspot"}
    assert [check["status"] for check in report["checks"]] == ["pass"] * len(report["checks"])


def test_progress_goes_to_standard_error(world):
    assert world.first.stderr.splitlines() == [
        "Loading salesforce and hubspot",
        "Building the customers",
        "Checking the result",
        "Writing the docs of every column",
    ]


def test_a_sync_leaves_its_pages_and_its_copy(world):
    site = {path.name for path in (world.root / "data/site").glob("*.html")}
    assert {"index.html", "health.html", "dbt_docs.html", "lineage.html"} <= site
    schemas = "select distinct schema_name from duckdb_tables()"
    assert {name for (name,) in world.published.rows(schemas)} == {"marts", "snapshots", "ops"}


def test_no_secret_is_left_in_any_file(world):
    said = world.sandbox.environment
    words = [
        said["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET"],
        said["SOURCES__HUBSPOT__ACCESS_TOKEN"],
        SESSION,
    ]
    assert [word for word in words if word in world.first.stdout + world.first.stderr] == []
    assert leaks(world.root, words) == []
    assert leaks(world.root.parent / "home", words) == []


def test_the_hash_key_is_its_owners_alone(world):
    path = world.root / "data" / "canon.hash_key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert {name for name, *_ in leaks(world.root, [path.read_text(encoding="ascii")])} == {path.name}


def test_nothing_is_written_outside_the_project(world):
    home = world.root.parent / "home"
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_a_private_key_stays_where_it_was(world):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    accepted = Credentials(client_id=secrets.token_hex(8), public_key=public.decode())
    with running(credentials=accepted) as sandbox:
        done = world.canon(
            "load",
            "--source",
            "salesforce",
            SOURCES__SALESFORCE__LOGIN_URL=sandbox.base_url,
            SOURCES__SALESFORCE__CREDENTIALS__CLIENT_ID=accepted.client_id,
            SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET="",
            SOURCES__SALESFORCE__CREDENTIALS__USERNAME=accepted.username,
            SOURCES__SALESFORCE__CREDENTIALS__PRIVATE_KEY=private,
        )
        logins = [each for each in sandbox.log() if each["path"].endswith("/oauth2/token")]
    assert done.returncode == 0, done.stderr
    assert [each["status"] for each in logins] == [200]
    words = [*private.splitlines()[1:3], "PRIVATE KEY", "eyJhbGciOi", SESSION]
    assert [word for word in words if word in done.stdout + done.stderr] == []
    assert leaks(world.root / "data", words) == []


def test_a_failure_is_one_json_object_too(world, json_of):
    done = world.canon("sync", "--as-json", SOURCES__SALESFORCE__LOGIN_URL="")
    answer = json_of(done.stdout)
    assert (answer["status"], answer["exit_code"], done.returncode) == ("failed", 2, 2)
    assert "SOURCES__SALESFORCE__LOGIN_URL" in answer["message"]
    assert done.stderr == f"Loading salesforce and hubspot\n{answer['message']}\n"
