"""The activity `notices.send` against the real service."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import ports
from activities.errors import ACCESS_REFUSED
from activities.notices import HttpNotices
from models.effects import Delivery, Notice
from services.access.tokens import Tokens
from services.notification.database import Database
from services.notification.tables import TOKENS
from tests.services.notification.running import free_port, notice, serve, settings_in

NOTICE = Notice.model_validate(notice())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "strict.yaml"
    file.write_text("strict: true\nrecipients: {'organ:jy-data-bureau': [inbox]}\n", "utf-8")
    with serve(settings_in(tmp_path, channels=file)) as url:
        yield url


@pytest.fixture
async def client(service: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service) as opened:
        yield opened


async def sent(client: httpx.AsyncClient, value: Notice) -> Delivery:
    return await ActivityEnvironment().run(HttpNotices(client).send, value)


async def test_a_notice_is_handed_over_and_the_second_call_returns_the_first_delivery(
    client: httpx.AsyncClient,
) -> None:
    first = await sent(client, NOTICE)
    assert first == Delivery(notice_id="n-1", state="delivered", template_version=1)
    assert await sent(client, NOTICE) == first
    assert len((await client.get("/inbox/organ/jy-data-bureau")).json()) == 1


@pytest.mark.parametrize(
    ("change", "type", "message"),
    [
        ({"template": "admited"}, "UnknownTemplate", "admited"),
        ({"recipient": {"kind": "unit", "code": "u-1"}}, "UnknownRecipient", "unit:u-1"),
        ({"variables": {}}, "MissingVariable", "variables.title"),
        ({"project": "not a code"}, "InvalidInput", "project"),
    ],
)
async def test_what_nobody_can_mend_is_not_retried_and_is_named(
    client: httpx.AsyncClient, change: dict[str, Any], type: str, message: str
) -> None:
    with pytest.raises(ApplicationError, match=message) as refusal:
        await sent(client, Notice.model_validate(notice(**change)))
    assert (refusal.value.type, refusal.value.non_retryable) == (type, True)


async def test_a_key_that_was_used_for_another_notice_is_not_retried(client: httpx.AsyncClient) -> None:
    await sent(client, NOTICE)
    with pytest.raises(ApplicationError) as refusal:
        await sent(client, NOTICE.model_copy(update={"project": "JY-2026-0002"}))
    assert (refusal.value.type, refusal.value.non_retryable) == ("NoticeConflict", True)


async def test_a_token_that_is_not_accepted_is_not_final_whatever_the_service_calls_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    database = Database(settings.database_url)
    with serve(settings, Tokens(database.engine, TOKENS)) as url:
        headers = {"Authorization": f"Bearer {Tokens(database.engine, TOKENS).create('w', ['messages:read'], 1)}"}
        for sends, says in ((headers, "scope messages:send"), ({}, "401.*wants a token")):
            async with httpx.AsyncClient(base_url=url, headers=sends) as client:
                with pytest.raises(ApplicationError, match=says) as refusal:
                    await sent(client, NOTICE)
            assert (refusal.value.type, refusal.value.non_retryable) == (ACCESS_REFUSED, False)
    database.close()


async def test_a_service_that_is_down_is_retried() -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(httpx.ConnectError):
            await sent(nobody, NOTICE)


def test_the_activity_has_the_name_that_the_port_declares() -> None:
    names = {activity._Definition.must_from_callable(method).name for method in (ports.Notices.send, HttpNotices.send)}
    assert names == {"notices.send"}
