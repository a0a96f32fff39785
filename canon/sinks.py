"""Where metrics go: a text file for Prometheus' node exporter, StatsD, a collector of OpenTelemetry.

Their libraries are the extra `metrics`, imported when a sink is set.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from canon.channels import LOOPBACK
from canon.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Observation

    from canon.metrics import Metric

# A collector that does not answer may hold a sync up for this long, in seconds.
PATIENCE = 5


def to_prometheus(metrics: Sequence["Metric"], given: Mapping[str, str]) -> None:
    """Replace the text file at `path` in one move; the exporter sees names in .prom only."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    path = Path(_needed(given, "prometheus", "path"))
    if path.suffix != ".prom":
        raise ConfigurationError("CANON_METRICS__PROMETHEUS__PATH: expected a file whose name ends in .prom")
    registry = CollectorRegistry()
    for metric in metrics:
        names = sorted({name for labels, _ in metric.points for name in labels})
        gauge = Gauge(metric.prometheus_name, metric.description, names, registry=registry)
        for labels, value in metric.points:
            (gauge.labels(*(labels.get(name, "") for name in names)) if names else gauge).set(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_to_textfile(str(path), registry)


def to_statsd(metrics: Sequence["Metric"], given: Mapping[str, str]) -> None:
    """Send gauges to the `address`, host:port. StatsD knows no labels: they stand behind the name, dotted."""
    from statsd import StatsClient

    host, _, port = _needed(given, "statsd", "address").rpartition(":")
    if not host or not port.isdigit():
        raise ConfigurationError(
            "CANON_METRICS__STATSD__ADDRESS: expected host:port, for instance 127.0.0.1:8125"
        )
    client = StatsClient(host.strip("[]"), int(port), ipv6=":" in host)
    with client.pipeline() as batch:
        for metric in metrics:
            for labels, value in metric.points:
                name = ".".join([metric.name, *(re.sub(r"[^\w-]+", "_", each) for each in labels.values())])
                batch.gauge(name, value)


def to_otlp(metrics: Sequence["Metric"], given: Mapping[str, str]) -> None:
    """Export gauges once, over HTTP, to the `endpoint`; `headers` are name=value, comma-separated."""
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult
    from opentelemetry.sdk.resources import Resource

    endpoint = _needed(given, "otlp", "endpoint")
    parts = urlsplit(endpoint)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigurationError(
            "CANON_METRICS__OTLP__ENDPOINT: expected https://…, or http:// on this machine"
        )
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource({"service.name": "canon"}), shutdown_on_exit=False)
    for metric in metrics:
        provider.get_meter("canon").create_observable_gauge(
            metric.name, [_observing(metric)], metric.unit, metric.description
        )
    exporter = OTLPMetricExporter(endpoint, headers=_headers(given.get("headers", "")), timeout=PATIENCE)
    data = reader.get_metrics_data()
    taken = exporter.export(data) if data is not None else MetricExportResult.SUCCESS
    exporter.shutdown()
    provider.shutdown()
    if taken is not MetricExportResult.SUCCESS:
        raise ConnectionError


def _observing(metric: "Metric") -> Callable[["CallbackOptions"], Iterable["Observation"]]:
    from opentelemetry.metrics import Observation

    return lambda _: [Observation(value, labels) for labels, value in metric.points]


def _headers(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _needed(given: Mapping[str, str], sink: str, key: str) -> str:
    if not given.get(key):
        raise ConfigurationError(f"CANON_METRICS__{sink.upper()}__{key.upper()} is not set")
    return given[key]


SINKS: dict[str, Callable[[Sequence["Metric"], Mapping[str, str]], None]] = {
    "prometheus": to_prometheus,
    "statsd": to_statsd,
    "otlp": to_otlp,
}
