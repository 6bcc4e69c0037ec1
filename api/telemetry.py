"""OpenTelemetry for whoever collects traces: an extra of its own, configured by the standard OTEL_* variables."""

from fastapi import FastAPI


class TelemetryMissingError(Exception):
    """The extra is not installed."""


def instrument(app: FastAPI) -> None:
    """Send a span for each request of the API; question texts are in none. Raises TelemetryMissingError."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as exc:
        raise TelemetryMissingError("TIAOWEN_OTEL 要用到附加的库，请先安装：pip install 'tiaowen[otel]'") from exc
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider(resource=Resource.create({"service.name": "tiaowen"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)
    FastAPIInstrumentor.instrument_app(app, excluded_urls="healthz,readyz,metrics")
