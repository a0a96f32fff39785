"""A sync that cannot be done says why, loses nothing, and the next one completes."""

import socket

import pytest

from canon.errors import ConfigurationError, SourceUnavailable

pytestmark = pytest.mark.xdist_group("world")

JOURNAL = "ops.sync_runs"
# What a load that fails leaves all the same: that it failed, and what the checks make of it.
JOURNALS = (JOURNAL, "ops.source_access", "ops.health_checks", "ops.measurements")

# Xiomara Delacroix-Huang, whom both systems know.
CONTACT = "003Qy000000a23ZIAQ"


@pytest.fixture
def _no_waiting(monkeypatch):
    monkeypatch.setattr("pipelines.http.pause", lambda seconds: None)


@pytest.fixture
def nobody():
    """An address at which nothing answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def everything(world):
    """The warehouse but for journals of runs, and the bytes of the published copy."""
    return world.warehouse.content(but=JOURNALS), world.published.path.read_bytes()


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        ("salesforce", "SOURCES__SALESFORCE__CREDENTIALS__CLIENT_SECRET", "invalid client credentials"),
        ("hubspot", "SOURCES__HUBSPOT__ACCESS_TOKEN", "Authentication credentials not found"),
    ],
)
def test_refused_credentials_are_named(world, json_of, source, name, said):
    before = everything(world)
    secret = f"wrong-secret-of-{source}"

    done = world.canon("sync", "--source", source, "--as-json", **{name: secret})

    assert done.returncode == 2
    answer = json_of(done.stdout)
    assert (answer["status"], answer["exit_code"]) == ("failed", 2)
    for text in (answer["message"], done.stderr):
        assert name in text
        assert said in text
    assert secret not in done.stdout + done.stderr
    after = everything(world)
    assert {name for name, rows in after[0].items() if rows != before[0].get(name)} == set()
    assert after == before
    last = (
        f"select status, contains(error, ?), contains(error, ?) from {JOURNAL} order by sync_seq desc limit 1"
    )
    assert world.warehouse.rows(last, name, secret) == [("failed", True, False)]


@pytest.mark.parametrize(
    "name", ["SOURCES__SALESFORCE__CREDENTIALS__CLIENT_ID", "SOURCES__HUBSPOT__ACCESS_TOKEN"]
)
def test_missing_settings_are_named(world, monkeypatch, name):
    monkeypatch.delenv(name)
    with pytest.raises(ConfigurationError, match=name):
        world.sync(name.split("__")[1].lower())


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize("source", ["salesforce", "hubspot"])
def test_a_server_that_is_down_changes_nothing(world, monkeypatch, nobody, source):
    before = everything(world)
    monkeypatch.setenv("SOURCES__SALESFORCE__LOGIN_URL", nobody)
    monkeypatch.setenv("SOURCES__HUBSPOT__BASE_URL", nobody)

    with pytest.raises(SourceUnavailable) as failure:
        world.sync(source)

    assert failure.value.exit_code == 1
    assert nobody in str(failure.value)
    assert "run the same command again" in str(failure.value)
    assert everything(world) == before
    last = f"select status, error is null from {JOURNAL} order by sync_seq desc limit 1"
    assert world.warehouse.rows(last) == [("failed", False)]


@pytest.mark.long
@pytest.mark.usefixtures("_no_waiting")
def test_a_server_that_goes_down_half_way_delays_the_change(world):
    world.edit("salesforce", "Contact", CONTACT, Title="Chief Product Officer")
    world.sandbox.fault("maintenance", "^/crm/", count=0)
    before, copy = world.warehouse.content("marts", "snapshots"), world.published.path.read_bytes()

    with pytest.raises(SourceUnavailable):
        world.sync()

    assert world.warehouse.content("marts", "snapshots") == before
    assert world.published.path.read_bytes() == copy
    versions = "select count(*) from raw_salesforce.contact where _record_id = ?"
    assert world.warehouse.one(versions, CONTACT) == 2

    world.sandbox.clear_faults()
    report = world.sync()

    assert (report.exit_code, report.rows_written) == (0, 0)
    changes = "select field, old_value, new_value, cause from marts.customer_changes where sync_id = ?"
    assert world.published.rows(changes, report.sync_id) == [
        ("job_title", "Product Manager", "Chief Product Officer", "source")
    ]
    statuses = "select list(status order by sync_seq) from ops.sync_runs"
    assert world.published.one(statuses) == ["succeeded", "failed", "succeeded"]
