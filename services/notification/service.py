"""Taking notices in and receipts for them: the rules between HTTP and the database."""

import hashlib
import json

import structlog

from models.effects import Delivery
from services.moments import utc_now
from services.notification.channels import Channels
from services.notification.contract import NoticeRequest, ReceiptOutcome, ReceiptRequest
from services.notification.problems import Problem
from services.notification.reads import Reads
from services.notification.rendering import Letter, Templates
from services.notification.sending import Sender
from services.notification.settings import Language, NotificationSettings
from services.notification.states import MessageState, overall
from services.notification.store import Store, first_state
from services.notification.tables import NoticeRow

_log = structlog.get_logger(__name__)


class NoticeService:
    """Takes each notice once, in one letter, for every channel of its recipient."""

    def __init__(
        self,
        settings: NotificationSettings,
        templates: Templates,
        channels: Channels,
        store: Store,
        reads: Reads,
        sender: Sender,
    ) -> None:
        self._language = settings.language
        self._templates = templates
        self._channels = channels
        self._store = store
        self._reads = reads
        self._sender = sender
        self._versions: dict[tuple[str, Language], int] = {}

    def number_templates(self) -> int:
        """Give every template's content its version, and return how many there are. To be called before `accept`."""
        templates = list(self._templates)
        versions = self._store.number(templates)
        self._versions = {(t.name, t.language): version for t, version in zip(templates, versions, strict=True)}
        return len(versions)

    def accept(self, request: NoticeRequest) -> tuple[Delivery, bool]:
        """Store the notice and say whether it is new. A second call with the same notice returns the first's state.

        Raises `Problem`: 409 `NoticeConflict` where the key was used for a different notice, 422 `UnknownTemplate`,
        `MissingVariable` or `InvalidVariable`, 404 `UnknownRecipient`. Nothing is stored then.
        """
        digest = _digest(request)
        if first := self._first(request.notice_id, digest):
            return first, False
        language = request.language or self._language
        letter = self._templates.render(request.template, language, request.variables)
        row = self._row(request, language, letter, digest)
        channels = self._channels.of(request.recipient)
        if not self._store.add(row, channels):
            return self._lost_race(request.notice_id, digest), False
        _log.info("notice.accepted", notice_id=row.notice_id, template=row.template, channels=channels)
        state = overall(first_state(channel) for channel in channels)
        return Delivery(notice_id=row.notice_id, state=state, template_version=row.template_version), True

    def receipt(self, receipt: ReceiptRequest) -> bool:
        """Count a gateway's receipt. False where it came late or twice: it is logged and changes nothing.

        Raises `Problem` 404 `UnknownMessage`.
        """
        attempts = self._reads.attempts(receipt.message_id)
        if attempts is None:
            raise Problem(404, "UnknownMessage", f"message_id: must be a stored message (got {receipt.message_id})")
        if receipt.outcome is ReceiptOutcome.TEMPORARY_FAILURE:
            return self._sender.fail(receipt.message_id, attempts, receipt.reason)
        to = MessageState(receipt.outcome.value)
        return self._store.move(receipt.message_id, to, utc_now(), reason=receipt.reason)

    def _first(self, notice_id: str, digest: str) -> Delivery | None:
        taken = self._reads.notice(notice_id)
        if taken is None:
            return None
        if taken.digest != digest:
            raise Problem(409, "NoticeConflict", f"notice_id: is taken by a different notice (got {notice_id!r})")
        view = taken.view
        return Delivery(notice_id=notice_id, state=view.state, template_version=view.template_version)

    def _lost_race(self, notice_id: str, digest: str) -> Delivery:
        """The answer where another request stored the same key between our look and our insert."""
        first = self._first(notice_id, digest)
        assert first is not None, "a notice is never deleted"
        return first

    def _row(self, request: NoticeRequest, language: Language, letter: Letter, digest: str) -> NoticeRow:
        return NoticeRow(
            notice_id=request.notice_id,
            project=request.project,
            template=request.template,
            template_version=self._versions[request.template, language],
            language=language,
            recipient_kind=request.recipient.kind.value,
            recipient_code=request.recipient.code,
            digest=digest,
            subject=letter.subject,
            body=letter.body,
            created_at=utc_now(),
        )


def _digest(request: NoticeRequest) -> str:
    """What makes two requests the same notice: every field that was sent, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(request.model_dump(), sort_keys=True).encode()).hexdigest()
