"""What changes the service's database. Every change of a message's state is guarded in the statement itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import CursorResult, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from services.notification.channels import INBOX
from services.notification.database import Database
from services.notification.rendering import Letter, LetterTemplate
from services.notification.states import MessageState, sources
from services.notification.tables import MessageRow, NoticeRow, TemplateRow

_log = structlog.get_logger(__name__)


class Claimed(NamedTuple):
    """A message that this process is to send now. `attempts` counts this attempt too."""

    message_id: int
    notice_id: str
    channel: str
    attempts: int
    letter: Letter


class Store:
    """The write side: template versions, notices, and the life of each message."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def number(self, templates: Sequence[LetterTemplate]) -> list[int]:
        """The version of each content: the known one, or the next. A second call with the same adds nothing."""
        try:
            with self._database.write() as session:
                return [_known_version(session, t) or _add_version(session, t) for t in templates]
        except IntegrityError:
            # Another process of this service numbered the same contents at the same moment.
            return self.number(templates)

    def add(self, notice: NoticeRow, channels: Iterable[str]) -> bool:
        """Store the notice with a message per channel. False, and nothing changes, where its key is taken."""
        try:
            with self._database.write() as session:
                session.add(notice)
                session.flush()
                session.add_all(_message(notice, channel) for channel in channels)
            return True
        except IntegrityError:
            return False

    def move(
        self, message_id: int, to: MessageState, now: datetime, *, reason: str = "", next_at: datetime | None = None
    ) -> bool:
        """Bring a message into a state. False, and nothing changes, where no way leads there from its present state."""
        with self._database.write() as session:
            moved = _move(session, message_id, to, now, reason=reason, next_at=next_at)
        if not moved:
            _log.info("message.transition_ignored", message_id=message_id, to=to.value)
        return moved

    def claim(self, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
        """Take up to `limit` messages that are due, for sending by this process within the lease.

        On the way, an attempt whose lease ran out becomes a temporary failure, and a sent message whose receipt never
        came becomes unconfirmed. Two processes never claim the same message.
        """
        with self._database.write() as session:
            due = select(MessageRow).where(col(MessageRow.next_at) <= now).order_by(col(MessageRow.next_at))
            rows = session.exec(due.limit(limit).with_for_update(skip_locked=True)).all()
            return [claimed for row in rows if (claimed := _take(session, row, now, lease))]

    def mark_read(self, message_id: int, now: datetime) -> bool:
        """Put 已阅 on an in-box message; the first time counts. False where the in-box has no such message."""
        with self._database.write() as session:
            row = session.get(MessageRow, message_id, with_for_update=True)
            if row is None or row.channel != INBOX:
                return False
            row.read_at = row.read_at or now
            return True


def _known_version(session: Session, template: LetterTemplate) -> int | None:
    return session.exec(
        select(TemplateRow.version).where(
            TemplateRow.name == template.name,
            TemplateRow.language == template.language,
            TemplateRow.sha256 == template.sha256,
        )
    ).first()


def _add_version(session: Session, template: LetterTemplate) -> int:
    newest = select(func.max(TemplateRow.version)).where(
        TemplateRow.name == template.name, TemplateRow.language == template.language
    )
    version = (session.exec(newest).one() or 0) + 1
    session.add(TemplateRow(name=template.name, language=template.language, version=version, sha256=template.sha256))
    return version


def first_state(channel: str) -> MessageState:
    """In the in-box a message is delivered by being stored; any other channel is still to be sent to."""
    return MessageState.DELIVERED if channel == INBOX else MessageState.CREATED


def _message(notice: NoticeRow, channel: str) -> MessageRow:
    state = first_state(channel)
    return MessageRow(
        notice_id=notice.notice_id,
        channel=channel,
        state=state,
        next_at=notice.created_at if state is MessageState.CREATED else None,
        created_at=notice.created_at,
        updated_at=notice.created_at,
    )


def _move(
    session: Session,
    message_id: int,
    to: MessageState,
    now: datetime,
    *,
    reason: str = "",
    next_at: datetime | None = None,
    attempt: int = 0,
) -> bool:
    statement = (
        update(MessageRow)
        .where(col(MessageRow.id) == message_id, col(MessageRow.state).in_([s.value for s in sources(to)]))
        .values(
            state=to.value,
            reason=reason,
            next_at=next_at,
            updated_at=now,
            attempts=MessageRow.attempts + attempt,
        )
    )
    result = session.connection().execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _take(session: Session, row: MessageRow, now: datetime, lease: timedelta) -> Claimed | None:
    assert row.id is not None
    if row.state == MessageState.SENT:
        _move(session, row.id, MessageState.UNCONFIRMED, now, reason="no receipt came")
        return None
    if row.state == MessageState.SENDING:
        _move(session, row.id, MessageState.TEMPORARY_FAILURE, now, reason="the attempt left no result")
    if not _move(session, row.id, MessageState.SENDING, now, next_at=now + lease, attempt=1):
        return None
    notice = session.get_one(NoticeRow, row.notice_id)
    return Claimed(row.id, row.notice_id, row.channel, row.attempts + 1, Letter(notice.subject, notice.body))
