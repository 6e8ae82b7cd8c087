"""What a command tells instead of a result: what is wrong, and what to do next. Exit codes are part of the contract."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text, faults
from records.errors import RecordError, RegisterError
from runtime.client import NoSuchWorkflow, Refusal
from runtime.connect import TemporalUnreachable
from runtime.tokens import TokenFileError
from starter.errors import StackError

M = TypeVar("M", bound=BaseModel)

START_THE_STACK = Text(zh="请先运行 tongchou up，再重试", en="run `tongchou up` first, then try again")


class Failure(Exception):
    """Why a command did nothing. `details` are the single faults; `kind` and `code` tell programs which case it is."""

    kind = "failure"
    code = 1

    def __init__(self, text: Text, *, details: Sequence[Text | str] = (), advice: Text | None = None) -> None:
        super().__init__(text.en)
        self.text, self.details, self.advice = text, tuple(details), advice


class Refused(Failure):
    """The input is well-formed, and the answer is no."""

    kind, code = "refused", 1


class BadInput(Failure):
    """What was given cannot be used; every fault names field, value and rule."""

    kind, code = "bad_input", 2


class Unreachable(Failure):
    """A part of the installation does not answer."""

    kind, code = "unreachable", 3


def built(model: type[M], **values: Any) -> M:
    """The value made from a command's options. Raises BadInput, which names field, value and rule of each fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise BadInput(Text(zh="输入有误", en="the input is wrong"), details=faults(error)) from error


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the parts of the product raise into a Failure. What is no expected error is raised on as it came."""
    try:
        yield
    except Exception as error:
        failure = _failure(error)
        if failure is None:
            raise
        raise failure from error


# The libraries whose errors are told apart are imported when there is an error: a command that succeeds needs few.


def _failure(error: Exception) -> Failure | None:
    return _from_workflow(error) or _from_files(error) or _from_outside(error)


def _from_workflow(error: Exception) -> Failure | None:
    match error:
        case Refusal(kind="Malformed"):
            return BadInput(error.reason)
        case Refusal():
            return Refused(error.reason)
        case NoSuchWorkflow():
            return Refused(
                Text(
                    zh="没有这个在办项目、整改或程序", en="there is no such running project, rectification or procedure"
                ),
                details=[str(error)],
                advice=Text(
                    zh="请核对编号；已办结的见 tongchou ledger show", en="check the code; closed: tongchou ledger show"
                ),
            )
    return None


def _from_files(error: Exception) -> Failure | None:
    from regulations.almanac import NoticeError
    from regulations.files import RegulationError
    from runtime.payloads.codec import PayloadError
    from runtime.payloads.keyring import KeyRingError
    from runtime.signing import KeyUnusable

    match error:
        case KeyUnusable():
            return BadInput(error.text)
        case RegisterError() | NoticeError() | RegulationError():
            return BadInput(Text(zh="文件有误", en="the file is wrong"), details=str(error).splitlines())
        case TokenFileError():
            return BadInput(
                Text(zh="访问令牌文件有误", en="the file of the access token is wrong"), details=[str(error)]
            )
        case KeyRingError():
            return BadInput(Text(zh="密钥环不可用", en="the key ring cannot be used"), details=[str(error)])
        case PayloadError():
            return BadInput(Text(zh="无法解密", en="what Temporal keeps cannot be read"), details=[str(error)])
        # The SDK's own words, where a client in clear text meets an encrypted payload.
        case KeyError(args=("Unknown payload encoding binary/encrypted",)):
            return BadInput(
                Text(
                    zh="Temporal 中的内容已加密，此处没有密钥",
                    en="what Temporal keeps is encrypted, and there is no key here",
                ),
                advice=Text(
                    zh="请以 TONGCHOU_PAYLOAD_KEYS 指定密钥环", en="name the key ring in TONGCHOU_PAYLOAD_KEYS"
                ),
            )
        case RecordError():
            return BadInput(Text(zh="输入有误", en="the input is wrong"), details=[str(error)])
    return None


def _from_outside(error: Exception) -> Failure | None:
    import httpx
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import OperationalError

    match error:
        case TemporalUnreachable():
            return _unreachable("Temporal", error)
        case RPCError(status=RPCStatusCode.PERMISSION_DENIED | RPCStatusCode.UNAUTHENTICATED):
            return Unreachable(Text(zh=f"Temporal 拒绝访问：{error}", en=f"Temporal denies access: {error}"))
        case RPCError(
            status=RPCStatusCode.FAILED_PRECONDITION | RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED
        ):
            return Unreachable(Text(zh="工作进程无应答", en="no worker answers"), advice=START_THE_STACK)
        case RPCError(status=RPCStatusCode.UNAVAILABLE | RPCStatusCode.RESOURCE_EXHAUSTED):
            return _unreachable("Temporal", error)
        case WorkflowQueryFailedError():
            return Refused(Text(zh=f"查询未成功：{error}", en=f"the query failed: {error}"))
        case OperationalError():
            return _unreachable("database", error.orig or error)
        case CommandError():
            return Unreachable(Text(zh=f"数据库版本不符：{error}", en=f"the database is of another version: {error}"))
        case httpx.TransportError():
            return _unreachable(str(error.request.url), error)
        case StackError():
            return Unreachable(error.text)
    return None


def _unreachable(what: str, error: object) -> Unreachable:
    return Unreachable(
        Text(zh=f"无法连接 {what}：{error}", en=f"{what} does not answer: {error}"), advice=START_THE_STACK
    )
