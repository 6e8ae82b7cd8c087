"""What a service counts of its requests."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.access.tokens import Open
from services.catalog.app import create_app


@pytest.fixture
async def client(tmp_path: Path) -> httpx.AsyncClient:
    app = create_app(f"sqlite:///{tmp_path}/catalog.db", Open())
    app.state.store.create()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://service")


async def counted(client: httpx.AsyncClient) -> dict[tuple[str, str, str], float]:
    told = (await client.get("/metrics")).text
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
        if sample.name == "tongchou_http_requests_total"
    }


async def test_requests_count_by_route_and_status_and_not_by_what_was_asked(client: httpx.AsyncClient) -> None:
    for number in range(50):
        await client.get(f"/resources/R-{number}?name=张三")
        await client.get(f"/nowhere/{number}")
    await client.request("BREW", "/capabilities")
    await client.get("/capabilities")
    assert await counted(client) == {
        ("GET", "/resources/{resource_id}", "404"): 50,
        ("GET", "(none)", "404"): 50,
        ("OTHER", "/capabilities", "405"): 1,
        ("GET", "/capabilities", "200"): 1,
    }


async def test_durations_are_told_by_route_with_the_process_beside_them(client: httpx.AsyncClient) -> None:
    await client.get("/capabilities")
    told = (await client.get("/metrics")).text
    assert (
        'tongchou_http_request_duration_seconds_count{method="GET",route="/capabilities",service="catalog"} 1.0' in told
    )
    assert "process_resident_memory_bytes" in told
    assert 'tongchou_http_requests_in_progress{service="catalog"} 1.0' in told, "this very one"


async def test_whom_the_guard_turns_away_is_counted(tmp_path: Path) -> None:
    app = create_app(f"sqlite:///{tmp_path}/catalog.db")
    app.state.store.create()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        assert (await client.get("/metrics")).status_code == 401
    (sample,) = [
        sample
        for metric in app.state.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "tongchou_http_requests_total"
    ]
    assert sample.labels == {"service": "catalog", "method": "GET", "route": "(none)", "status": "401"}
