"""The HTTP interface. Every refusal has the shape of problems.py."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from models.base import Code
from models.effects import Delivery, Recipient, RecipientKind
from services.health import Alive
from services.moments import utc_now
from services.notification.contract import (
    InboxItem,
    MessageId,
    NoticeId,
    NoticeRequest,
    NoticeView,
    Ready,
    ReceiptAnswer,
    ReceiptRequest,
)
from services.notification.problems import Problem, told
from services.notification.reads import Reads
from services.notification.registry import TEMPLATES
from services.notification.service import NoticeService
from services.notification.store import Store
from services.refusals import NOT_FOUND

router = APIRouter()


def _service(request: Request) -> NoticeService:
    service: NoticeService = request.app.state.service
    return service


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _reads(request: Request) -> Reads:
    reads: Reads = request.app.state.reads
    return reads


ServiceOf = Annotated[NoticeService, Depends(_service)]
StoreOf = Annotated[Store, Depends(_store)]
ReadsOf = Annotated[Reads, Depends(_reads)]
UNKNOWN = told(404, NOT_FOUND)
Limit = Annotated[int, Query(ge=1, le=500)]


@router.post(
    "/messages",
    status_code=201,
    responses={200: {"model": Delivery}, **UNKNOWN, **told(409, "The key is taken by a different notice")},
)
def send_notice(notice: NoticeRequest, response: Response, service: ServiceOf) -> Delivery:
    """发送通知. 201 for a new notice; 200 with the state of the first delivery where the same notice comes again.

    409 `NoticeConflict`, 422 `UnknownTemplate`, `MissingVariable`, `InvalidVariable`, 404 `UnknownRecipient`.
    """
    delivery, is_new = service.accept(notice)
    response.status_code = 201 if is_new else 200
    return delivery


# A notice's key may hold slashes, so it takes the rest of the path.
@router.get("/messages/{notice_id:path}", responses=UNKNOWN)
def get_notice(notice_id: Annotated[NoticeId, Path()], reads: ReadsOf) -> NoticeView:
    """送达情况: the notice, its letter and the state of each message. 404 `UnknownNotice`."""
    taken = reads.notice(notice_id)
    if taken is None:
        raise Problem(404, "UnknownNotice", f"notice_id: must be a stored notice (got {notice_id!r})")
    return taken.view


@router.post("/receipts", responses=UNKNOWN)
def take_receipt(receipt: ReceiptRequest, service: ServiceOf) -> ReceiptAnswer:
    """回执 of a gateway. A late or second receipt is answered with `counted: false`. 404 `UnknownMessage`."""
    return ReceiptAnswer(message_id=receipt.message_id, counted=service.receipt(receipt))


@router.get("/inbox/{kind}/{code}")
def get_inbox(
    kind: RecipientKind,
    code: Annotated[Code, Path()],
    reads: ReadsOf,
    unread: bool | None = None,
    before: MessageId | None = None,
    limit: Limit = 100,
) -> list[InboxItem]:
    """收件箱: newest first. `unread=true` or `false` filters; `before=<message_id>` pages to older letters."""
    return reads.inbox(Recipient(kind=kind, code=code), unread=unread, before=before, limit=limit)


@router.post("/inbox/{message_id}/read", status_code=204, responses=UNKNOWN)
def mark_read(message_id: Annotated[MessageId, Path()], store: StoreOf) -> None:
    """已阅. A second call keeps the first time. 404 `UnknownMessage` where the in-box has no such message."""
    if not store.mark_read(message_id, utc_now()):
        raise Problem(404, "UnknownMessage", f"message_id: must be a message of the in-box (got {message_id})")


@router.get("/projects/{code}/messages")
def get_project_notices(
    code: Annotated[Code, Path()],
    reads: ReadsOf,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Limit = 100,
) -> list[NoticeView]:
    """A project's notices with their messages, oldest first."""
    return reads.project(code, offset=offset, limit=limit)


@router.get("/healthz")
async def get_health(request: Request) -> Alive:
    """200 while the process lives and the sender runs, else 503: only a restart brings the sender back."""
    if request.app.state.sending.done():
        raise Problem(503, "SenderStopped", "sender: must run; restart the service, its log says why it ended")
    return Alive()


@router.get("/readyz")
def get_ready(reads: ReadsOf) -> Ready:
    """200 while the database answers, else 503."""
    reads.ping()
    return Ready(status="ready", templates=len(TEMPLATES))
