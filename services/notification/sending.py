"""The loop that sends what is due on channels outside the in-box, and tries again what failed.

What is due stands in the database, so a restart goes on where the last process stopped. A process that is killed
between the gateway's yes and its own note of it sends that message once more: mail and webhooks are at least once, and
carry `X-Notice-Id`. The in-box is never doubled.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.moments import utc_now
from services.notification.channels import Channels
from services.notification.settings import NotificationSettings
from services.notification.states import MessageState
from services.notification.store import Claimed, Store

_log = structlog.get_logger(__name__)

BATCH = 8
"""Messages that are sent at the same time. A slow gateway holds up at most its own batch."""


class Sender:
    """Sends what is due, until it is told to stop."""

    def __init__(
        self,
        store: Store,
        channels: Channels,
        settings: NotificationSettings,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._channels = channels
        self._settings = settings
        self._now = now

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; the batch in hand is finished first. A database that is down is waited for."""
        while not stop.is_set():
            try:
                sent = await self.send_due()
            except SQLAlchemyError as error:
                _log.error("sender.database_unavailable", error=type(error).__name__)
                sent = 0
            if sent == 0:
                await _rest(stop, self._settings.poll_seconds)

    async def send_due(self) -> int:
        """Send one batch of what is due and return how many messages were tried."""
        claimed = await asyncio.to_thread(self._store.claim, self._now(), self._settings.lease, BATCH)
        await asyncio.gather(*(asyncio.to_thread(self._send, message) for message in claimed))
        return len(claimed)

    def _send(self, message: Claimed) -> None:
        reason = self._channels.send(message.channel, message.letter, message.notice_id)
        if reason is not None:
            self.fail(message.message_id, message.attempts, reason)
            return
        now = self._now()
        self._store.move(message.message_id, MessageState.SENT, now, next_at=now + self._settings.silence)
        _log.info("message.sent", message_id=message.message_id, channel=message.channel, attempts=message.attempts)

    def fail(self, message_id: int, attempts: int, reason: str) -> bool:
        """Note a failure: temporary with the time of the next attempt, or permanent when the attempts are used up.

        False, and nothing changes, where the message is past failing.
        """
        now = self._now()
        if attempts >= self._settings.max_attempts:
            _log.error("message.given_up", message_id=message_id, attempts=attempts)
            return self._store.move(message_id, MessageState.PERMANENT_FAILURE, now, reason=reason)
        _log.warning("message.failed", message_id=message_id, attempts=attempts)
        pause = self._settings.pause_after(attempts)
        return self._store.move(message_id, MessageState.TEMPORARY_FAILURE, now, reason=reason, next_at=now + pause)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
