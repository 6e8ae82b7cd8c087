"""What can be said to a project or a procedure (docs/contract.md): one value per message, and the answers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from models.application import Application, Material
from models.base import Code, Day, Input, Sentence, Sha256, Text, Value
from models.review import Outcome, Verdict


class Submission(Input):
    """提交材料: a corrected application, further files, or both. Replaces what it names and leaves the rest."""

    submitted_by: Code
    application: Application | None = None
    materials: Annotated[tuple[Material, ...], Field(max_length=100)] = ()
    condition_answers: dict[str, Sentence] = Field(default_factory=dict)
    """How the unit met the conditions of earlier approvals, by condition id."""
    party: Code | None = None
    """In a procedure: for which party the officer hands in (None: for the one that is awaited)."""
    form: dict[str, Any] | None = None
    """In a procedure: the form of the awaited step, or the application's where a correction is awaited."""
    note: Annotated[str, Field(max_length=4000)] = ""


class RectificationResponse(Input):
    """整改答复 of the unit to a rectification notice."""

    submitted_by: Code
    statement: Sentence
    materials: Annotated[tuple[Material, ...], Field(max_length=100)] = ()


class SignedAct(Input):
    """What an officer signs besides decisions (models/statement.py): `signature` in base64, by the registered key `key_id`."""

    organ: Code
    officer: Code
    reason: Sentence
    signature: Annotated[str, Field(max_length=200)] | None = None
    key_id: Annotated[str, Field(max_length=64)] | None = None


class WaiverRequest(SignedAct):
    """例外批准 of an in-principle finding. `document` is the digest of the written approval, handed in beforehand."""

    rule: str
    subject: str | None = None
    document: Sha256
    expires_on: Day


class Extension(Input):
    """延期 of the open review by working days."""

    organ: Code
    officer: Code
    review_id: str
    working_days: Annotated[int, Field(gt=0, le=250)]
    reason: Sentence


class LimitExtension(Input):
    """延期 of one of the unit's own limits, by the organ that may grant it. `until` is the new last day."""

    organ: Code
    officer: Code
    limit: Code
    until: Day
    reason: Sentence


class ClockPause(Input):
    """停止计时 of the open review, on one of the plan's grounds. The remaining working days are kept."""

    organ: Code
    officer: Code
    review_id: str
    ground: Code
    reason: Sentence


class ClockResumption(Input):
    """恢复计时."""

    organ: Code
    officer: Code
    review_id: str
    reason: Sentence


class Withdrawal(Input):
    """撤回 by the unit. The project ends."""

    withdrawn_by: Code
    reason: Sentence


class Suspension(Input):
    """中止: the project stands still, and so does the clock of its open review."""

    organ: Code
    officer: Code
    reason: Sentence


class Resumption(Input):
    """恢复 after a suspension."""

    organ: Code
    officer: Code
    reason: Sentence


class Retraction(SignedAct):
    """撤销 of one's own mistaken decision, while the stage still holds the file."""

    decision_id: Code


class Adoption(Input):
    """改用新规: an open project goes on under its regulation as it stands on a later day, from its next stage or round on.

    `version` is the SHA-256 of the regulation's text that was looked at beforehand (None: whatever the worker has then).
    """

    organ: Code
    officer: Code
    as_of: Day
    version: Sha256 | None = None
    reason: Sentence


class ChangeKind(StrEnum):
    INVESTMENT = "investment"
    CONTENT = "content"


class ChangeReport(Input):
    """变更报告 of the unit. `investment` is the new total in yuan; `major` says that the content changes in a major way."""

    reported_by: Code
    kind: ChangeKind
    description: Sentence
    investment: Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)] | None = None
    major: bool = False


class FindingReport(Input):
    """检查问题: an organ records a fault that is to be rectified by `limit_on`."""

    finding_id: Code
    organ: Code
    officer: Code
    rule: str
    subject: Sentence
    description: Sentence
    limit_on: Day


class EventReport(Input):
    """An event that a workflow or another system reports. `event_id` makes a repeat harmless."""

    event_id: Code
    event: Code
    occurred_on: Day
    reported_by: str
    data: dict[str, Any] = Field(default_factory=dict)


class Answer(Value):
    """What an update answers: the same answer again where the same update id comes twice."""

    message: Text
    at: datetime


class DecisionReceipt(Answer):
    """The answer to a decision that counts. `outcome` is set where it closed the review."""

    decision_id: str
    review_id: str
    officer: str
    verdict: Verdict
    outcome: Outcome | None = None
    digest: Sha256 | None = None
    """SHA-256 of what the decision says, by which a repeat is told from another under the same id. None: of an older build."""
