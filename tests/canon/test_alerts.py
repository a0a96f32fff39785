"""Incidents and alerts: once when it opens, once when it is over, whatever dies or refuses in between."""

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from canon.alerts import anchor, tell
from canon.channels import Channel, opened, read_channels, without_secrets
from canon.doctor_settings import console_settings
from canon.errors import ConfigurationError
from canon.settings import Settings
from canon.steps import validate_only
from canon.warehouse import connect, rows

LATE, REJECTS = "Every object was loaded in time", "At most 5 % was rejected"
START = datetime(2999, 1, 1, 10, 0)  # later than any channel that a test opens


class Receiver(ThreadingHTTPServer):
    """A web hook on loopback: keeps what it is sent, answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.status = 200
        self.heard: list[dict[str, Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/services/s3cr3t-token"

    @property
    def titles(self) -> list[str]:
        return [each["title"] for each in self.heard]


class _Hook(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.heard.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("CANON_ALERTS__OPS__URL", server.url)
        yield server
        server.shutdown()


def validated(settings: Settings, start: datetime = START, **statuses: str) -> None:
    """One more validation, a minute after the last, with these results: pass or fail by severity and name."""
    names = {"late": (LATE, "critical"), "rejects": (REJECTS, "warning")}
    with connect(settings.warehouse) as con:
        last = rows(con, "select max(checked_at) as at from ops.health_checks")[0]["at"]
        now = (last or start) + timedelta(minutes=1)
        con.executemany(
            "insert into ops.health_checks values (?, ?, ?, ?, ?, ?, ?)",
            [
                [
                    f"s{now:%M}",
                    names[key][0],
                    status,
                    "hubspot contacts: 7.25",
                    "at most 2",
                    names[key][1],
                    now,
                ]
                for key, status in statuses.items()
            ],
        )


def incidents(settings: Settings) -> list[dict[str, Any]]:
    with connect(settings.warehouse, read_only=True) as con:
        return rows(con, "select * from ops.incidents order by opened_at, check_name")


def test_an_incident_opens_with_the_first_red_result_and_ends_with_the_first_green(
    settings: Settings, warehouse: Path
):
    for status in ("pass", "fail", "error", "pass", "pass", "fail"):
        validated(settings, late=status, rejects="pass")
    first, second = incidents(settings)
    assert (first["opened_at"], first["closed_at"]) == (
        START + timedelta(minutes=2),
        START + timedelta(minutes=4),
    )
    assert (first["check_name"], first["severity"], first["validations"]) == (LATE, "critical", 2)
    assert (first["closed_because"], first["sync_id"]) == ("passed", "s02")
    assert (second["opened_at"], second["closed_at"]) == (START + timedelta(minutes=6), None)
    assert first["incident_id"] != second["incident_id"]


def test_a_check_that_is_gone_leaves_no_incident_open(settings: Settings, warehouse: Path):
    validated(settings, late="fail", rejects="fail")
    validated(settings, rejects="fail")
    by_name = {each["check_name"]: each for each in incidents(settings)}
    assert by_name[LATE]["closed_because"] == "not checked"
    assert by_name[REJECTS]["closed_at"] is None


def test_one_alert_when_it_opens_and_one_when_it_is_over(settings: Settings, warehouse: Path, hook: Receiver):
    for status in ("pass", "fail", "fail", "fail", "pass", "pass"):
        validated(settings, late=status)
        tell(settings)
    assert hook.titles == [f"Critical: {LATE}", f"Over: {LATE}"]
    assert [each["type"] for each in hook.heard] == ["failure", "success"]


def test_an_alert_says_what_was_seen_and_allowed_and_where_it_says_what_to_do(
    settings: Settings, warehouse: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CANON_SITE_URL", "https://canon.example.com/pages/")
    validated(settings, late="fail")
    tell(Settings.load())
    said = hook.heard[0]["message"]
    for part in (
        "Seen: hubspot contacts: 7.25",
        "Allowed: at most 2",
        "Severity: critical",
        "Red since: 2999-01-01 10:01 UTC",
        f"https://canon.example.com/pages/runbooks.html#{anchor(LATE)}",
    ):
        assert part in said


def test_what_a_dead_run_did_not_tell_the_next_one_tells(settings: Settings, warehouse: Path, hook: Receiver):
    validated(settings, late="pass")
    tell(settings)
    validated(settings, late="fail")  # and died
    validated(settings, late="fail")
    tell(settings)
    assert hook.titles == [f"Critical: {LATE}"]


def test_an_incident_that_came_and_went_untold_is_told_once(
    settings: Settings, warehouse: Path, hook: Receiver
):
    tell(settings)
    for status in ("fail", "pass"):
        validated(settings, late=status)
    tell(settings)
    tell(settings)
    assert hook.titles == [f"Over: {LATE}"]


def test_a_new_channel_hears_what_is_open_and_no_history(settings: Settings, warehouse: Path, hook: Receiver):
    for status in ("fail", "pass", "fail"):
        validated(settings, datetime(2026, 1, 1), late=status)
    tell(settings)
    assert hook.titles == [f"Critical: {LATE}"]


def test_a_warning_is_told_where_warnings_are_wanted(
    settings: Settings, warehouse: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch
):
    validated(settings, late="pass", rejects="fail")
    tell(settings)
    assert hook.titles == []
    monkeypatch.setenv("CANON_ALERTS__OPS__SEVERITY", "warning")
    tell(settings)
    assert (hook.titles, hook.heard[0]["type"]) == ([f"Warning: {REJECTS}"], "warning")


def test_a_channel_that_refuses_fails_nothing_is_named_and_is_asked_again(
    settings: Settings, warehouse: Path, hook: Receiver, capsys: pytest.CaptureFixture[str]
):
    validated(settings, late="fail")
    hook.status = 500
    tell(settings)
    told = capsys.readouterr()
    assert "The channel ops did not take an alert" in told.err
    assert "s3cr3t" not in told.out + told.err
    hook.status = 200
    tell(settings)
    tell(settings)
    assert hook.titles == [f"Critical: {LATE}"]


def test_nobody_listening_and_a_wrong_setting_fail_nothing(
    settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    validated(settings, late="fail")
    monkeypatch.setenv("CANON_ALERTS__GONE__URL", "http://127.0.0.1:9/s3cr3t-token")
    tell(settings)
    monkeypatch.setenv("CANON_ALERTS__GONE__URL", "https://user:s3cr3t-token@10.255.255.1 :x/")
    tell(settings)
    monkeypatch.setenv("CANON_ALERTS__GONE__SEVERITY", "loud")
    tell(settings)
    said = capsys.readouterr().err
    assert "The channel gone did not take an alert" in said
    assert "CANON_ALERTS__GONE__SEVERITY: expected critical or warning" in said
    assert "s3cr3t" not in said


def test_checks_alone_tell_too(settings: Settings, warehouse: Path, hook: Receiver):
    with connect(warehouse) as con:
        con.execute("update ops.loads set loaded_at = timestamp '2026-01-01 00:00:00'")
    validate_only(settings)
    validate_only(settings)
    assert f"Critical: {LATE}" in hook.titles
    assert len(hook.titles) == len(set(hook.titles))


class Post(socketserver.StreamRequestHandler):
    """As much of an SMTP server as a sender needs; keeps the letters."""

    letters: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.letters.append(letter.decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")


def test_an_alert_goes_out_as_a_letter(settings: Settings, warehouse: Path, monkeypatch: pytest.MonkeyPatch):
    Post.letters = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        url = f"mailto://127.0.0.1:{port}?mode=insecure&from=canon@example.com&to=ops@example.com&format=text"
        monkeypatch.setenv("CANON_ALERTS__MAIL__URL", url)
        validated(settings, late="fail")
        tell(settings)
        server.shutdown()
    (letter,) = Post.letters
    assert f"Subject: Critical: {LATE}" in letter
    assert "Allowed: at most 2" in letter


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "NotifySlack"),
        ("https://alerts.example.com/hook?team=ops", "NotifyJSON"),
        ("http://127.0.0.1:8080/hook", "NotifyJSON"),
        ("mailtos://user:word@smtp.example.com?to=ops@example.com", "NotifyEmail"),
    ],
)
def test_a_url_says_what_service_it_is(url: str, service: str):
    assert type(opened(Channel("c", "critical", url))).__name__ == service


@pytest.mark.parametrize(
    "url", ["http://alerts.example.com/hook", "json://10.0.0.1/x", "mailto://u:p@smtp.example.com"]
)
def test_nothing_travels_in_the_clear_but_on_this_machine(url: str):
    with pytest.raises(ConfigurationError, match="CANON_ALERTS__C__URL is not encrypted"):
        opened(Channel("c", "critical", url))


def test_the_environment_wins_over_the_file_and_the_url_shows_nowhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    (settings.root / ".dlt").mkdir()
    (settings.root / ".dlt/secrets.toml").write_text('[canon_alerts.ops]\nurl = "https://a.example/s3cr3t"\n')
    (channel,) = read_channels(settings.root)
    assert channel.url == "https://a.example/s3cr3t"
    monkeypatch.setenv("CANON_ALERTS__OPS__URL", "https://b.example/s3cr3t")
    (channel,) = read_channels(settings.root)
    assert channel.url == "https://b.example/s3cr3t"
    assert "s3cr3t" not in repr(channel) + repr(console_settings(settings.root))
    assert "CANON_ALERTS__OPS__URL" in [each.name for each in console_settings(settings.root)]


def test_a_reason_that_repeats_the_address_is_not_shown():
    url = "https://hooks.example.com/services/T0P53CR3T?key=other"
    assert without_secrets("error=500", url) == "error=500"
    assert "T0P53CR3T" not in without_secrets("no route to /services/T0P53CR3T", url)
