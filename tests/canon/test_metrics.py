"""Metrics: what the tables say, at real receivers on this machine; a sink out of order fails nothing."""

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from canon.metrics import Metric, read_metrics, reported
from canon.settings import Settings
from canon.sinks import _headers
from canon.validate import validate
from canon.warehouse import connect

LATE = "Every object was loaded in time"


@pytest.fixture
def measured(settings: Settings, warehouse: Path) -> Settings:
    """A warehouse with a run that read something and was checked, with one red check."""
    with connect(warehouse) as con:
        con.execute(
            "insert into ops.sync_extracts by name select 's2' as sync_id, 2 as sync_seq, "
            "'hubspot' as source, "
            "'contacts' as object, 12 as rows_read, 3 as rows_written, 1 as rows_rejected, 4 as api_calls, "
            "0 as retries, 250 as api_used, 1000 as api_limit"
        )
        con.execute("update ops.loads set loaded_at = loaded_at - interval 1 hour where source = 'hubspot'")
        con.execute("insert into ops.storage values ('s2', 'file', 1000, 200, now()::timestamp)")
    validate(settings, "s2")
    return settings


def by_name(settings: Settings) -> dict[str, Metric]:
    with connect(settings.warehouse, read_only=True) as con:
        return {each.name: each for each in read_metrics(con)}


def send(settings: Settings) -> None:
    with reported(settings):
        pass


def test_metrics_are_what_the_tables_say(measured: Settings):
    found = by_name(measured)
    of = {"source": "hubspot", "object": "contacts"}
    assert found["canon.sync.success"].points == (({"mode": "delta"}, 1),)
    assert found["canon.sync.duration"].points == (({"mode": "delta"}, 60),)
    assert found["canon.source.rows_read"].points == ((of, 12),)
    assert found["canon.source.api_usage"].points == (({"source": "hubspot"}, 0.25),)
    assert found["canon.incident.open"].points == (
        ({"severity": "critical"}, 1),
        ({"severity": "warning"}, 0),
    )
    assert ({"check": LATE, "severity": "critical"}, 0) in found["canon.check.success"].points
    assert found["canon.warehouse.size"].points == (({"state": "used"}, 1000), ({"state": "free"}, 200))
    assert (of, 4) in [
        (labels, round(value)) for labels, value in found["canon.freshness.intervals_behind"].points
    ]


def test_a_name_has_its_unit_in_prometheus_as_its_rules_have_it():
    assert Metric("canon.sync.duration", "s", "", ()).prometheus_name == "canon_sync_duration_seconds"
    assert Metric("canon.source.api_usage", "1", "", ()).prometheus_name == "canon_source_api_usage_ratio"
    assert Metric("canon.source.rows_read", "{row}", "", ()).prometheus_name == "canon_source_rows_read"


def test_prometheus_reads_the_text_file(measured: Settings, monkeypatch: pytest.MonkeyPatch):
    from prometheus_client.parser import text_string_to_metric_families

    path = measured.root / "metrics" / "canon.prom"
    monkeypatch.setenv("CANON_METRICS__PROMETHEUS__PATH", str(path))
    send(measured)
    assert list(path.parent.iterdir()) == [path]
    read = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
    }
    of = (("object", "contacts"), ("source", "hubspot"))
    assert read["canon_source_rows_written", *of] == 3
    assert read["canon_sync_duration_seconds", ("mode", "delta")] == 60
    assert read["canon_incident_open", ("severity", "critical")] == 1


def test_statsd_hears_every_gauge(measured: Settings, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(2)
        monkeypatch.setenv("CANON_METRICS__STATSD__ADDRESS", f"127.0.0.1:{server.getsockname()[1]}")
        send(measured)
        heard = ""
        while "canon.warehouse.size.free" not in heard or "canon.freshness" not in heard:
            heard += server.recv(4096).decode() + "\n"
    assert "canon.source.rows_read.hubspot.contacts:12.0|g" in heard
    assert re.search(r"^canon\.check\.success\.Every_object_\w+\.critical:0\.0\|g$", heard, re.MULTILINE)


class Collector(HTTPServer):
    """A collector on loopback: keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Collecting)
        self.heard: list[bytes] = []
        self.keys: list[str | None] = []


class _Collecting(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers.get("api-key"))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_collector_of_opentelemetry_takes_them(
    measured: Settings, monkeypatch: pytest.MonkeyPatch, collector: Collector
):
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/metrics"
    monkeypatch.setenv("CANON_METRICS__OTLP__ENDPOINT", endpoint)
    monkeypatch.setenv("CANON_METRICS__OTLP__HEADERS", "api-key=s3cr3t")
    send(measured)
    (body,) = collector.heard
    (resource,) = ExportMetricsServiceRequest.FromString(body).resource_metrics
    sent = {each.name: each for each in resource.scope_metrics[0].metrics}
    assert collector.keys == ["s3cr3t"]
    assert (sent["canon.sync.duration"].unit, sent["canon.sync.duration"].gauge.data_points[0].as_double) == (
        "s",
        60,
    )
    assert set(sent) == set(by_name(measured))


def test_a_run_that_fails_is_reported_too(measured: Settings, monkeypatch: pytest.MonkeyPatch):
    path = measured.root / "canon.prom"
    monkeypatch.setenv("CANON_METRICS__PROMETHEUS__PATH", str(path))
    with connect(measured.warehouse) as con:
        con.execute("update ops.sync_runs set status = 'failed' where sync_id = 's2'")
    with pytest.raises(ZeroDivisionError), reported(measured):
        raise ZeroDivisionError
    assert 'canon_sync_success{mode="delta"} 0.0' in path.read_text()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PROMETHEUS__PATH", "/nowhere/canon.txt", "ends in .prom"),
        ("PROMETHEUS__PATH", "/proc/none/canon.prom", "The sink prometheus did not take them"),
        ("STATSD__ADDRESS", "127.0.0.1", "expected host:port"),
        ("OTLP__ENDPOINT", "http://metrics.example.com/s3cr3t", "expected https://"),
        ("OTLP__ENDPOINT", "http://127.0.0.1:9/s3cr3t", "The sink otlp did not take them"),
        ("GRAPHITE__HOST", "x", "there is no sink graphite: expected prometheus, statsd, otlp"),
    ],
)
def test_a_sink_that_is_out_of_order_fails_nothing_and_is_named(
    measured: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
):
    monkeypatch.setattr("canon.sinks.PATIENCE", 1)
    monkeypatch.setenv(f"CANON_METRICS__{name}", value)
    send(measured)
    told = capsys.readouterr()
    assert said in told.err
    assert "s3cr3t" not in told.out + told.err


def test_headers_are_pairs():
    assert _headers("api-key=a=b, x = y") == {"api-key": "a=b", "x": "y"}
