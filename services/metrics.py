"""What a service counts of its requests, for Prometheus: how many, how long, with which status, by route.

A label is one of a closed set: the routes of the application, the methods of HTTP, the statuses that it answers. A path that
is no route, and one that the guard turned away, count under `(none)`: whoever tries paths must not fill the memory.
"""

import time
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/metrics"

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""In seconds. A worker gives up on the catalog after 20."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "(none)"


class Metrics:
    """The counters of one application, in a registry of their own: several applications may live in one process."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        labels = ("service", "method", "route")
        self._service = service
        self._requests = Counter(
            "tongchou_http_requests", "Requests answered.", (*labels, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "tongchou_http_request_duration_seconds",
            "Time from a request's head to the end of its answer.",
            labels,
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._open = Gauge(
            "tongchou_http_requests_in_progress", "Requests being answered.", ("service",), registry=self.registry
        )
        ProcessCollector(registry=self.registry)

    def begun(self) -> None:
        """A request has come."""
        self._open.labels(self._service).inc()

    def ended(self, scope: Scope, status: int, seconds: float) -> None:
        """A request has its answer, or has failed with `status`."""
        self._open.labels(self._service).dec()
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", _NO_ROUTE)
        self._requests.labels(self._service, method, route, str(status)).inc()
        self._seconds.labels(self._service, method, route).observe(seconds)


def count(app: FastAPI, service: str) -> None:
    """Count the requests of the application, and tell the figures at `/metrics`, which needs its scope as any route does.

    Call it after the guard was put before the application: whom the guard turns away is counted, too.
    """
    # When each series began is asked by nobody, and would be as many series again.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    app.state.metrics = metrics = Metrics(service)
    app.add_api_route(PATH, figures, tags=["运行 health"], response_class=PlainTextResponse)
    app.add_middleware(_Count, metrics=metrics)


def _metrics(request: Request) -> Metrics:
    return cast(Metrics, request.app.state.metrics)


def figures(metrics: Annotated[Metrics, Depends(_metrics)]) -> Response:
    """指标: what this process has counted since its start, as Prometheus reads it."""
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


class _Count:
    """ASGI middleware; the outermost, so that every answer is seen."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._metrics.begun()
        try:
            await self._app(scope, receive, seen)
        finally:
            self._metrics.ended(scope, status, time.monotonic() - began)
