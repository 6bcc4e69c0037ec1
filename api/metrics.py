"""What Prometheus reads from GET /metrics: requests by address, status and time; one registry an application."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Scope

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The figures of a service.

    Where it has several processes, `shared` is the folder in which Prometheus keeps what they count together
    (PROMETHEUS_MULTIPROC_DIR, which was set before its library was imported).
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._registry = CollectorRegistry()
        self._requests = Counter("tiaowen_requests", "Requests", ["method", "route", "status"], registry=self._registry)
        self._seconds = Histogram(
            "tiaowen_request_seconds", "Seconds until a response began", ["route"], buckets=_BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._running = Gauge(
            "tiaowen_requests_running", "Requests being answered", registry=self._registry, multiprocess_mode="livesum"
        )

    def began(self) -> None:
        """Count a request that came in."""
        self._running.inc()

    def ended(self) -> None:
        """Count a request that is done."""
        self._running.dec()

    def replied(self, scope: Scope, status: int, elapsed_s: float) -> None:
        """Count a response that begins; an address counts by its pattern, so that strangers make no new series."""
        route = scope.get("route")
        inside = "/v1" if scope["path"].startswith("/v1/") else ""  # a route knows its path without the prefix
        name = inside + route.path_format if isinstance(route, APIRoute) else "other"  # the page's own addresses too
        method = scope["method"] if scope["method"] in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS") else "other"
        self._requests.labels(method, name, str(status)).inc()
        self._seconds.labels(name).observe(elapsed_s)

    def text(self, *, documents: int, version: str, store: str, workers_up: int, page_up: bool) -> bytes:
        """All figures in Prometheus' form."""
        now = CollectorRegistry()
        now.register(_Now(documents=documents, version=version, store=store, workers_up=workers_up, page_up=page_up))
        counted = self._registry
        if self._shared is not None:
            counted = CollectorRegistry()
            MultiProcessCollector(counted, path=str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(now)


@dataclass(frozen=True, kw_only=True)
class _Now(Collector):
    """What is so at this moment, whichever process is asked."""

    documents: int
    version: str
    store: str
    workers_up: int
    page_up: bool

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        yield GaugeMetricFamily("tiaowen_documents", "Documents of the serving index", value=self.documents)
        yield GaugeMetricFamily("tiaowen_workers_up", "Processes that answer /v1", value=self.workers_up)
        yield GaugeMetricFamily("tiaowen_page_up", "Whether the page answers", value=self.page_up)
        index = GaugeMetricFamily("tiaowen_index_info", "The serving index version", labels=["version"])
        index.add_metric([self.version], 1)
        yield index
        store = GaugeMetricFamily("tiaowen_store_info", "Where vectors are searched", labels=["store"])
        store.add_metric([self.store], 1)
        yield store
