"""Mail and webhooks, to real servers on loopback."""

import email
import json
import queue
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from services.notification.channels import load_channels
from services.notification.contract import MessageView, NoticeRequest
from services.notification.database import Database
from services.notification.reads import Reads
from services.notification.rendering import Templates
from services.notification.sending import Sender
from services.notification.service import NoticeService
from services.notification.settings import NotificationSettings
from services.notification.states import MessageState
from services.notification.store import Store
from tests.services.notification.running import Gateway, free_port, gateway, notice, serve, settings_in


class Mailbox:
    """An SMTP server's handler that keeps what it got."""

    def __init__(self) -> None:
        self.got: queue.Queue[EmailMessage] = queue.Queue()

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        self.got.put(email.message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def hook() -> Iterator[Gateway]:
    with gateway() as running:
        yield running


class Desk:
    """The service without its HTTP and its loop: a clock that the test moves, and one batch at a time."""

    def __init__(self, settings: NotificationSettings) -> None:
        self.now = datetime.now(UTC)
        database = Database(settings.database_url)
        database.prepare()
        store, self.reads, channels = Store(database), Reads(database), load_channels(settings.channels)
        self.sender = Sender(store, channels, settings, now=lambda: self.now)
        self.service = NoticeService(settings, Templates(), channels, store, self.reads, self.sender)
        self.service.number_templates()

    def accept(self) -> None:
        self.service.accept(NoticeRequest.model_validate(notice()))
        self.now = datetime.now(UTC)

    @property
    def message(self) -> MessageView:
        taken = self.reads.notice("n-1")
        assert taken is not None
        return taken.view.messages[0]


def test_a_mail_arrives_with_its_chinese_subject_and_body(tmp_path: Path) -> None:
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    url = f"mailto://127.0.0.1:{port}?from=tongchou@example.org&to=clerk@example.org"
    try:
        with serve(settings_in(tmp_path, url)) as base, httpx.Client(base_url=base) as client:
            assert client.post("/messages", json=notice()).json()["state"] == "created"
            mail = mailbox.got.get(timeout=30)
    finally:
        controller.stop()
    assert mail["Subject"] == "【项目办结】title-甲（project-甲）：outcome-甲"
    assert mail["To"].addresses[0].addr_spec == "clerk@example.org"
    assert mail["X-Notice-Id"] == "n-1"
    body = mail.get_body()
    assert body is not None and "项目“title-甲”（项目编号 project-甲）已办结，结果：outcome-甲。" in body.get_content()


async def test_a_webhook_gets_the_letter_and_the_key_by_which_it_knows_a_repeat(tmp_path: Path, hook: Gateway) -> None:
    desk = Desk(settings_in(tmp_path, hook.url))
    desk.accept()
    assert await desk.sender.send_due() == 1
    headers, body = hook.got.get(timeout=30)
    assert headers["X-Notice-Id"] == "n-1"
    assert json.loads(body)["title"] == "【项目办结】title-甲（project-甲）：outcome-甲"
    assert (desk.message.state, desk.message.attempts) == (MessageState.SENT, 1)
    assert await desk.sender.send_due() == 0


async def test_a_failed_send_says_why_and_is_tried_again_after_a_growing_pause(tmp_path: Path, hook: Gateway) -> None:
    desk = Desk(settings_in(tmp_path, hook.url, retry_base_seconds=60, retry_limit_seconds=90))
    hook.statuses.put(503)
    hook.statuses.put(503)
    desk.accept()
    await desk.sender.send_due()
    assert desk.message.state is MessageState.TEMPORARY_FAILURE and "503" in desk.message.reason
    for pause in (60, 90):
        desk.now += timedelta(seconds=pause - 1)
        assert await desk.sender.send_due() == 0
        desk.now += timedelta(seconds=1)
        assert await desk.sender.send_due() == 1
    assert (desk.message.state, desk.message.attempts, desk.message.reason) == (MessageState.SENT, 3, "")


async def test_a_message_whose_attempts_are_used_up_is_a_permanent_failure(tmp_path: Path) -> None:
    desk = Desk(settings_in(tmp_path, f"json://127.0.0.1:{free_port()}/", max_attempts=2, retry_base_seconds=1))
    desk.accept()
    await desk.sender.send_due()
    desk.now += timedelta(seconds=1)
    await desk.sender.send_due()
    assert (desk.message.state, desk.message.attempts) == (MessageState.PERMANENT_FAILURE, 2)
    assert desk.message.reason
    desk.now += timedelta(days=1)
    assert await desk.sender.send_due() == 0


async def test_a_dead_channel_does_not_hold_up_another(tmp_path: Path, hook: Gateway) -> None:
    desk = Desk(settings_in(tmp_path, f"json://127.0.0.1:{free_port()}/", hook.url))
    desk.accept()
    assert await desk.sender.send_due() == 2
    hook.got.get(timeout=30)
    taken = desk.reads.notice("n-1")
    assert taken is not None
    assert {m.state for m in taken.view.messages} == {MessageState.SENT, MessageState.TEMPORARY_FAILURE}
    assert taken.view.state is MessageState.SENT


def test_the_pause_doubles_up_to_its_limit() -> None:
    settings = NotificationSettings(retry_base_seconds=30, retry_limit_seconds=3600)
    assert [settings.pause_after(n).total_seconds() for n in (1, 2, 3, 8, 100000)] == [30, 60, 120, 3600, 3600]
