"""What Prometheus reads from GET /metrics: requests by address, status and time; one registry an application."""

from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import Scope

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("tiaowen_requests", "Requests", ["method", "route", "status"], registry=self._registry)
        self._seconds = Histogram(
            "tiaowen_request_seconds", "Seconds until a response began", ["route"], buckets=_BUCKETS,
            registry=self._registry,
        )  # fmt: skip
        self._running = Gauge("tiaowen_requests_running", "Requests being answered", registry=self._registry)
        self._documents = Gauge("tiaowen_documents", "Documents of the serving index", registry=self._registry)
        self._index = Gauge("tiaowen_index_info", "The serving index version", ["version"], registry=self._registry)

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

    def text(self, *, documents: int, version: str) -> bytes:
        """All figures in Prometheus' form."""
        self._documents.set(documents)
        self._index.clear()
        self._index.labels(version).set(1)
        return generate_latest(self._registry)
