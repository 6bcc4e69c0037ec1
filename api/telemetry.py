"""OpenTelemetry for whoever collects traces: an extra of its own, configured by the standard OTEL_* variables."""

from importlib import import_module
from typing import Any

from fastapi import FastAPI

from api.config import SettingsError

_ADDRESSES = ("http.url", "http.target", "url.full", "url.path", "url.query")


def check() -> None:
    """Raise SettingsError where the extra is not installed."""
    try:
        import_module("opentelemetry.exporter.otlp.proto.grpc.trace_exporter")
        import_module("opentelemetry.instrumentation.fastapi")
    except ImportError as exc:
        raise SettingsError("TIAOWEN_OTEL 要用到附加的库，请先安装：pip install 'tiaowen[otel]'") from exc


def instrument(app: FastAPI) -> None:
    """Send a span for each request of the API; what was asked is in none. Raises SettingsError."""
    check()
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider(resource=Resource.create({"service.name": "tiaowen"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    FastAPIInstrumentor.instrument_app(app, excluded_urls="healthz,readyz,metrics", server_request_hook=_without_words)


def _without_words(span: Any, _scope: dict[str, Any]) -> None:
    """Addresses name departments and hold what is searched for: the route's pattern stands in their place."""
    if span.is_recording():
        pattern = span.attributes.get("http.route", "")
        span.set_attributes({name: pattern for name in _ADDRESSES if name in span.attributes})
