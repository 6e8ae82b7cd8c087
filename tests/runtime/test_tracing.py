"""Traces that nobody asked for cost nothing, and those that cannot be had are told so at the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime import tracing

ROOT = Path(__file__).parents[2]
COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


def run(script: str, **variables: str) -> str:
    """What a process of its own prints that runs the script; it must end well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | variables
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        (COLLECTOR, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({**COLLECTOR, "OTEL_SDK_DISABLED": "true"}, False),
        ({**COLLECTOR, "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_opentelemetrys_own_variables_switch_them_on(variables: dict[str, str], wanted: bool) -> None:
    assert tracing.wanted(variables) is wanted


def test_without_a_collector_nothing_of_it_is_imported_and_nothing_of_the_web() -> None:
    script = """
import sys
import runtime.connect
from runtime import tracing
from runtime.logging import configure
configure("worker")
with tracing.span("tongchou status"):
    assert tracing.trace_id() is None and tracing.interceptors() == ()
print([name for name in ("opentelemetry", "fastapi", "httpx", "sqlalchemy") if name in sys.modules])
"""
    assert run(script) == "[]"


def test_a_process_that_is_to_trace_and_cannot_says_what_to_install() -> None:
    script = """
import sys
sys.modules["opentelemetry.instrumentation.fastapi"] = None
from runtime import tracing
from runtime.logging import configure
try:
    configure("worker")
except tracing.TracingUnavailable as error:
    print(error)
"""
    told = run(script, **COLLECTOR)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in told and "pip install 'tongchou[telemetry]'" in told


def test_an_address_at_which_nobody_can_export_is_named() -> None:
    script = """
from runtime.logging import configure
from runtime.pages import AddressUnusable
try:
    configure("worker", metrics_address="192.0.2.1:8705")
except AddressUnusable as error:
    print(error)
"""
    assert run(script).startswith("cannot export metrics at 192.0.2.1:8705")
