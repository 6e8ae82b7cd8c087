"""Whatever goes wrong ends with what to do next, in both languages."""

from pathlib import Path

import httpx
import pytest
from alembic.util.exc import CommandError
from sqlalchemy.exc import OperationalError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from models.base import Text
from records.errors import RecordError, RegisterError
from regulations.almanac import NoticeError
from runtime.client import NoSuchWorkflow, Refusal
from runtime.connect import TemporalUnreachable
from runtime.payloads.codec import PayloadError
from runtime.payloads.keyring import KeyRingError
from runtime.signing import KeyUnusable
from runtime.tokens import TokenFileError
from starter.errors import AlreadyRunning, ProcessFailed, StackError
from starter.failures import BadInput, Failure, Refused, Unreachable, explained
from tests.starter.tongchou import REGISTER, Tongchou, changed, copied

WHAT = Text(zh="有误", en="wrong")
NO_ANSWER = OperationalError("select 1", {}, Exception("no answer"))


def rpc(status: RPCStatusCode) -> RPCError:
    return RPCError("no", status, b"")


KNOWN: list[tuple[Exception, str]] = [
    (TemporalUnreachable("nobody listens"), "tongchou up"),
    (rpc(RPCStatusCode.UNAVAILABLE), "tongchou up"),
    (rpc(RPCStatusCode.FAILED_PRECONDITION), "logs/worker.log"),
    (rpc(RPCStatusCode.DEADLINE_EXCEEDED), "tongchou stuck"),
    (rpc(RPCStatusCode.PERMISSION_DENIED), "TEMPORAL_API_KEY"),
    (rpc(RPCStatusCode.INVALID_ARGUMENT), "tongchou stuck"),
    (WorkflowQueryFailedError("broken"), "tongchou stuck"),
    (NO_ANSWER, "tongchou up"),
    (CommandError("no such revision"), "docs/upgrading.md"),
    (httpx.ConnectError("refused", request=httpx.Request("GET", "http://127.0.0.1:1")), "tongchou up"),
    (NoSuchWorkflow("no running workflow project:X-1"), "tongchou ledger show"),
    (Refusal(WHAT, "DecisionRefused"), "tongchou status"),
    (Refusal(WHAT, "Malformed"), "--help"),
    (RegisterError("register.yaml", ["organs.0: wrong"]), "tongchou schema"),
    (NoticeError(Path("2027.yaml"), ["days.0: wrong"]), "tongchou schema"),
    (RecordError("code", "a b", "must be a code"), "--help"),
    (KeyUnusable(WHAT), "tongchou key create"),
    (KeyRingError("no ring"), "TONGCHOU_PAYLOAD_KEYS"),
    (PayloadError("no key"), "TONGCHOU_PAYLOAD_KEYS"),
    (KeyError("Unknown payload encoding binary/encrypted"), "TONGCHOU_PAYLOAD_KEYS"),
    (TokenFileError("no token"), "tongchou up"),
    (AlreadyRunning(Path("var")), "TONGCHOU_DATA_DIR"),
    (ProcessFailed("worker", WHAT, Path("worker.log"), "…"), "tongchou up"),
    (StackError(WHAT), "then try again"),
]


@pytest.mark.parametrize(("error", "step"), KNOWN, ids=lambda value: type(value).__name__)
def test_an_expected_error_ends_with_the_next_step_in_both_languages(
    error: Exception, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEMPORAL_ADDRESS", "TONGCHOU_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Failure) as told, explained():
        raise error
    advice = told.value.advice
    assert advice and step in advice.en
    assert advice.zh != advice.en


def test_an_error_that_nobody_expects_is_not_explained_away() -> None:
    with pytest.raises(ZeroDivisionError), explained():
        raise ZeroDivisionError


def test_bad_input_and_what_does_not_answer_always_have_a_next_step() -> None:
    for kind in (BadInput, Unreachable):
        assert kind(WHAT).advice is not None
        own = Text(zh="自有", en="its own")
        assert kind(WHAT, advice=own).advice == own


def test_a_refusal_cannot_be_made_without_saying_what_to_do_next() -> None:
    with pytest.raises(TypeError, match="advice"):
        Refused(WHAT)  # type: ignore[call-arg]


def test_a_server_that_the_environment_names_is_what_is_to_be_checked_and_no_password_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    with pytest.raises(Unreachable) as told, explained():
        raise TemporalUnreachable("nobody listens")
    assert told.value.advice and "TEMPORAL_ADDRESS (temporal.example:7233)" in told.value.advice.en
    monkeypatch.setenv("TONGCHOU_DATABASE_URL", "postgresql+psycopg://tongchou:secret@db/tongchou")
    with pytest.raises(Unreachable) as told, explained():
        raise NO_ANSWER
    assert told.value.advice and "TONGCHOU_DATABASE_URL (postgresql+psycopg)" in told.value.advice.en
    assert "secret" not in told.value.advice.zh


def test_what_a_newcomer_gets_wrong_ends_with_a_line_that_says_what_to_do(registered: Tongchou, tmp_path: Path) -> None:
    wrong_yaml = tmp_path / "wrong.yaml"
    wrong_yaml.write_text("a: [", encoding="utf-8")
    elsewhere = changed(copied(tmp_path, "X-1"), "regulation: jiangyin", "regulation: atlantis")
    steps: dict[tuple[str | Path, ...], str] = {
        ("status", "X-1"): "tongchou up",
        ("start", tmp_path / "absent.yaml"): "路径",
        ("start", wrong_yaml): "tongchou schema",
        ("start", elsewhere): "tongchou regulations list",
        ("start",): "--help",
        ("ledger", "show", "X-404"): "tongchou ledger show",
        ("register", "import", wrong_yaml): "tongchou schema",
        ("backup", REGISTER): "重试",
        ("restore", tmp_path / "absent.tar.gz"): "重试",
    }
    for command, step in steps.items():
        told = registered(*command)
        assert told.code in (1, 2, 3), command
        last = told.stderr.strip().splitlines()[-1]
        assert last.startswith("下一步：") and step in last, (command, told.stderr)
        assert registered(*command, "--lang", "en").stderr.strip().splitlines()[-1].startswith("next: "), command
