"""What commands ask of the services: a catalog takes up a seed file, or it is told why not."""

import json
from pathlib import Path

import httpx
import pytest

from starter.clients import sow
from starter.failures import BadInput, Refused


def catalog(answer: httpx.Response, asked: list[httpx.Request]) -> httpx.AsyncClient:
    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    return httpx.AsyncClient(base_url="http://catalog", transport=httpx.MockTransport(handle))


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    file = tmp_path / "seed.yaml"
    file.write_text("items: [{name: 人口, since: 2026-03-02}]\n", encoding="utf-8")
    return file


async def test_a_seed_is_sent_as_it_stands_with_its_days_as_text(seed: Path) -> None:
    asked: list[httpx.Request] = []
    await sow(catalog(httpx.Response(200), asked), seed)
    assert json.loads(asked[0].content) == {"items": [{"name": "人口", "since": "2026-03-02"}]}


async def test_a_seed_that_the_catalog_refuses_is_told_in_its_words_with_the_next_step(seed: Path) -> None:
    with pytest.raises(Refused, match=r"seed\.yaml: the name is taken") as told:
        await sow(catalog(httpx.Response(409, text="the name is taken"), []), seed)
    assert told.value.advice and "tongchou up" not in told.value.advice.en


@pytest.mark.parametrize("content", [b"items: [", b"\xff", None])
async def test_a_seed_that_cannot_be_read_is_bad_input_and_nothing_is_asked(seed: Path, content: bytes | None) -> None:
    seed.unlink() if content is None else seed.write_bytes(content)
    asked: list[httpx.Request] = []
    with pytest.raises(BadInput):
        await sow(catalog(httpx.Response(200), asked), seed)
    assert asked == []
