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
from starter import advice
from starter.errors import StackError

M = TypeVar("M", bound=BaseModel)


class Failure(Exception):
    """Why a command did nothing. `details` are the single faults; `kind` and `code` tell programs which case it is.

    `advice` is what to do next; where none is given, what is usual for that kind.
    """

    kind = "failure"
    code = 1
    usual: Text | None = None

    def __init__(self, text: Text, *, details: Sequence[Text | str] = (), advice: Text | None = None) -> None:
        super().__init__(text.en)
        self.text, self.details, self.advice = text, tuple(details), advice or self.usual


class Refused(Failure):
    """The input is well-formed, and the answer is no. What to do next depends on what was refused, so each says it."""

    kind, code = "refused", 1

    def __init__(self, text: Text, *, advice: Text, details: Sequence[Text | str] = ()) -> None:
        super().__init__(text, details=details, advice=advice)


class BadInput(Failure):
    """What was given cannot be used; every fault names field, value and rule."""

    kind, code = "bad_input", 2
    usual = advice.MEND_INPUT


class Unreachable(Failure):
    """A part of the installation does not answer."""

    kind, code = "unreachable", 3
    usual = advice.START_THE_STACK


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
            return Refused(error.reason, advice=advice.SEE_STATUS)
        case NoSuchWorkflow():
            return Refused(
                Text(
                    zh="没有这个在办项目、整改或程序", en="there is no such running project, rectification or procedure"
                ),
                details=[str(error)],
                advice=advice.CHECK_CODE,
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
            return BadInput(error.text, advice=advice.CHECK_KEY)
        case RegisterError() | NoticeError() | RegulationError():
            text = Text(zh="文件有误", en="the file is wrong")
            return BadInput(text, details=str(error).splitlines(), advice=advice.MEND_FILE)
        case TokenFileError():
            text = Text(zh="访问令牌文件有误", en="the file of the access token is wrong")
            return BadInput(text, details=[str(error)], advice=advice.CHECK_TOKEN)
        case KeyRingError():
            text = Text(zh="密钥环不可用", en="the key ring cannot be used")
            return BadInput(text, details=[str(error)], advice=advice.NAME_KEY_RING)
        case PayloadError():
            text = Text(zh="无法解密", en="what Temporal keeps cannot be read")
            return BadInput(text, details=[str(error)], advice=advice.NAME_KEY_RING)
        # The SDK's own words, where a client in clear text meets an encrypted payload.
        case KeyError(args=("Unknown payload encoding binary/encrypted",)):
            return BadInput(
                Text(
                    zh="Temporal 中的内容已加密，此处没有密钥",
                    en="what Temporal keeps is encrypted, and there is no key here",
                ),
                advice=advice.NAME_KEY_RING,
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
            return _unreachable("Temporal", error, advice.reach_temporal())
        case RPCError(status=RPCStatusCode.PERMISSION_DENIED | RPCStatusCode.UNAUTHENTICATED):
            text = Text(zh=f"Temporal 拒绝访问：{error}", en=f"Temporal denies access: {error}")
            return Unreachable(text, advice=advice.CHECK_CREDENTIALS)
        case RPCError(
            status=RPCStatusCode.FAILED_PRECONDITION | RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED
        ):
            return Unreachable(Text(zh="工作进程无应答", en="no worker answers"), advice=advice.SEE_WORKER)
        case RPCError(status=RPCStatusCode.UNAVAILABLE | RPCStatusCode.RESOURCE_EXHAUSTED):
            return _unreachable("Temporal", error, advice.reach_temporal())
        case RPCError():
            text = Text(zh=f"Temporal 未能处理：{error}", en=f"Temporal could not do it: {error}")
            return Unreachable(text, advice=advice.SEE_STUCK)
        case WorkflowQueryFailedError():
            return Refused(Text(zh=f"查询未成功：{error}", en=f"the query failed: {error}"), advice=advice.SEE_STUCK)
        case OperationalError():
            return _unreachable("database", error.orig or error, advice.reach_database())
        case CommandError():
            text = Text(zh=f"数据库版本不符：{error}", en=f"the database is of another version: {error}")
            return Unreachable(text, advice=advice.UPGRADE)
        case httpx.TransportError():
            return _unreachable(str(error.request.url), error, advice.START_THE_STACK)
        case StackError():
            return Unreachable(error.text, advice=error.advice)
    return None


def _unreachable(what: str, error: object, next_step: Text) -> Unreachable:
    return Unreachable(Text(zh=f"无法连接 {what}：{error}", en=f"{what} does not answer: {error}"), advice=next_step)
