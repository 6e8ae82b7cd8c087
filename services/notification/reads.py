"""What is read from the service's database."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.effects import Recipient
from services.notification.channels import INBOX
from services.notification.contract import InboxItem, MessageView, NoticeView
from services.notification.database import Database
from services.notification.states import overall
from services.notification.tables import MessageRow, NoticeRow


class Taken(NamedTuple):
    """A notice that is stored: its answer, and the digest by which a repeat is told from a different notice."""

    view: NoticeView
    digest: str


class Reads:
    """The read side: notices, in-boxes, a project's account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ping(self) -> None:
        """Raises SQLAlchemy's `OperationalError` where the database cannot be reached."""
        with self._database.read() as session:
            session.exec(select(NoticeRow.notice_id).limit(1)).first()

    def notice(self, notice_id: str) -> Taken | None:
        """The notice with all its messages."""
        with self._database.read() as session:
            row = session.get(NoticeRow, notice_id)
            if row is None:
                return None
            messages = session.exec(_messages_of([notice_id])).all()
        return Taken(_notice_view(row, messages), row.digest)

    def attempts(self, message_id: int) -> int | None:
        """How often the message was tried. None where there is no such message."""
        with self._database.read() as session:
            return session.exec(select(MessageRow.attempts).where(MessageRow.id == message_id)).first()

    def inbox(self, recipient: Recipient, *, unread: bool | None, before: int | None, limit: int) -> list[InboxItem]:
        """The recipient's letters, newest first, older than the message `before`. `unread` None: read and unread."""
        query = (
            select(MessageRow, NoticeRow)
            .join(NoticeRow)
            .where(
                NoticeRow.recipient_kind == recipient.kind.value,
                NoticeRow.recipient_code == recipient.code,
                MessageRow.channel == INBOX,
            )
        )
        if unread is not None:
            query = query.where(col(MessageRow.read_at).is_(None) == unread)
        if before is not None:
            query = query.where(col(MessageRow.id) < before)
        with self._database.read() as session:
            rows = session.exec(query.order_by(col(MessageRow.id).desc()).limit(limit)).all()
        return [_inbox_item(message, notice) for message, notice in rows]

    def project(self, code: str, *, offset: int, limit: int) -> list[NoticeView]:
        """The project's notices with their messages, oldest first."""
        query = select(NoticeRow).where(NoticeRow.project == code)
        query = query.order_by(col(NoticeRow.created_at), col(NoticeRow.notice_id)).offset(offset).limit(limit)
        with self._database.read() as session:
            notices = session.exec(query).all()
            messages = session.exec(_messages_of([n.notice_id for n in notices])).all()
        by_notice: dict[str, list[MessageRow]] = defaultdict(list)
        for message in messages:
            by_notice[message.notice_id].append(message)
        return [_notice_view(n, by_notice[n.notice_id]) for n in notices]


def _messages_of(notice_ids: list[str]) -> SelectOfScalar[MessageRow]:
    return select(MessageRow).where(col(MessageRow.notice_id).in_(notice_ids)).order_by(col(MessageRow.id))


def _notice_view(notice: NoticeRow, messages: Sequence[MessageRow]) -> NoticeView:
    views = tuple(_message_view(message) for message in messages)
    return NoticeView.model_validate(
        notice.model_dump(exclude={"digest"}) | {"messages": views, "state": overall(view.state for view in views)}
    )


def _message_view(message: MessageRow) -> MessageView:
    return MessageView.model_validate(message.model_dump() | {"message_id": message.id})


def _inbox_item(message: MessageRow, notice: NoticeRow) -> InboxItem:
    return InboxItem.model_validate(notice.model_dump() | {"message_id": message.id, "read_at": message.read_at})
