"""What can happen in a simulated life, in the words of a case: one act per event, each a message of the contract."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator

from models.base import Code, Input, Sentence
from models.messages import ChangeKind
from models.plan import StageName
from models.project import ProjectOutcome, State
from models.review import Judgement, Verdict
from regulations.almanac import NoticeFile
from simulation.edits import Edit
from simulation.holdings import CatalogChange
from simulation.moments import Moment

VERIFICATION = "verification"
"""The gate of a rectification. Whoever decides there decides in the newest rectification."""


# ---------------------------------------------------------------- acts


class Decide(Input):
    """One officer's decision. `review` and `id` are for decisions that go astray; `by_signal` sends `decide`.

    Points that `judgements` leaves out are judged as met, unless the officer abstains; one that it gives as null is not
    judged at all.
    """

    gate: Code
    by: Code
    organ: Code | None = None
    verdict: Verdict = Verdict.APPROVE
    opinion: str = ""
    conditions: tuple[str, ...] = ()
    judgements: dict[str, Judgement | None] = Field(default_factory=dict)
    major_change: bool = False
    review: str | None = None
    id: Code | None = None
    by_signal: bool = False


class Submit(Edit):
    """材料: a corrected application (the present one with these edits), files by their kinds, answers to conditions.

    `answers` has the text of a condition and what the unit answers. In a procedure `party` hands in (None: whoever is
    awaited; else a party of the application, or a code), and `form` is the form of the step, or the application's anew.
    """

    by: Code | None = None
    """None: who prepared the application, or the first officer of the party that hands in."""
    party: Code | None = None
    form: dict[str, Any] | None = None
    materials: tuple[Code, ...] = ()
    answers: dict[str, Sentence] = Field(default_factory=dict)


class Respond(Input):
    """整改答复 in the newest rectification."""

    by: Code | None = None
    statement: Sentence = "已按要求整改"
    materials: tuple[Code, ...] = ("rectification_evidence",)


class ByOfficer(Input):
    """An act of an officer for an organ (None: the officer's own)."""

    by: Code
    organ: Code | None = None
    reason: Sentence = "依申请"


class Waive(ByOfficer):
    """例外批准. `document` is the kind of the material that holds the written approval."""

    rule: str
    subject: str | None = None
    document: Code = "waiver_approval"
    expires_on: date


class OfClock(ByOfficer):
    """An act on the deadline of the open review, or of the newest rectification."""

    rectification: bool = False


class Extend(OfClock):
    """延期."""

    working_days: int


class ExtendLimit(ByOfficer):
    """延期 of a limit of the unit; `until` is its new last day."""

    limit: Code
    until: date


class PauseClock(OfClock):
    """停止计时, on a ground of the plan."""

    ground: Code


class Retract(ByOfficer):
    """撤销 of the officer's own decision in the gate."""

    gate: Code


class Withdraw(Input):
    """撤回 by the unit."""

    by: Code | None = None
    reason: Sentence = "项目取消"


class ReportEvent(Input):
    """An event from another system, with what is reported of it."""

    event: Code
    occurred_on: date | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    id: Code | None = None


class ReportChange(Input):
    """变更报告 of the unit."""

    by: Code | None = None
    kind: ChangeKind
    description: Sentence
    investment: Decimal | None = None
    major: bool = False


class Inspect(ByOfficer):
    """检查问题 to be rectified by a day."""

    id: Code
    rule: str
    subject: Sentence
    description: Sentence
    limit_on: date


class RawMessage(Input):
    """A message as it may come from anywhere, well-formed or not; a signal, or with `update` an update."""

    name: Sentence
    payload: Any = None
    update: bool = False


class AnotherApplication(Edit):
    """The same department applies for another project; what becomes of it on that day."""

    code: Code
    outcome: ProjectOutcome | None = None
    """None: it is admitted and under way."""


# ---------------------------------------------------------------- what is seen on the way


class LimitExpected(Input):
    """How a limit of the unit stands; what is left out is not compared."""

    due_on: date | None = None
    overdue: bool | None = None
    """Whether it has become overdue, be it met since."""
    met: bool | None = None


class StatusExpected(Input):
    """Where the project stands; what is left out is not compared."""

    stage: StageName | None = None
    gate: Code | None = None
    round: int | None = None
    state: State | None = None
    awaiting: tuple[str, ...] | None = None
    due_on: date | None = None
    overdue: bool | None = None
    provisional: bool | None = None
    remaining_working_days: int | None = None
    """What a stopped clock keeps."""
    outcome: ProjectOutcome | None = None
    missing: int | None = None
    """How many things still have to be handed in."""
    findings: tuple[str, ...] | None = None
    """The checks that stand against an approval of the open review, waivers left out of account."""
    limits: dict[Code, LimitExpected] = Field(default_factory=dict)
    """Limits of the unit that have begun to run, by their ids."""
    rectification: "StatusExpected | None" = None
    """The same of the newest rectification."""


class Event(Input):
    """One dated act, or none but the passing of time; then what is seen. Without `on` it follows at once.

    `refused` says that the act must be refused, and what the reason contains. `approve`, `return` and `reject` let as
    many officers decide as the quorum needs; `reach` hands in and approves everything up to the opening of a gate.
    """

    on: Moment | None = None
    silence_until: Moment | None = None
    approve: tuple[Code, ...] | None = None
    return_: Code | None = Field(default=None, alias="return")
    reject: Code | None = None
    reach: Code | None = None
    decide: Decide | None = None
    submit: Submit | None = None
    respond: Respond | None = None
    waive: Waive | None = None
    extend: Extend | None = None
    extend_limit: ExtendLimit | None = None
    pause_clock: PauseClock | None = None
    resume_clock: OfClock | None = None
    suspend: ByOfficer | None = None
    resume: ByOfficer | None = None
    withdraw: Withdraw | None = None
    retract: Retract | None = None
    report_event: ReportEvent | None = None
    report_change: ReportChange | None = None
    record_finding: Inspect | None = None
    publish_calendar: NoticeFile | None = None
    catalog: CatalogChange | None = None
    send: RawMessage | None = None
    apply: AnotherApplication | None = None
    refused: str | None = None
    then: StatusExpected | None = None

    @property
    def act(self) -> tuple[str, Any] | None:
        """The act by its name in the file, and what it says."""
        given = {name: getattr(self, name) for name in ACTS}
        return next(((name, value) for name, value in given.items() if value is not None), None)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        acts = [name for name in ACTS if getattr(self, name) is not None]
        if len(acts) > 1:
            raise ValueError(f"an event is one act, and this one has several: {', '.join(acts)}")
        if not acts and self.then is None:
            raise ValueError("an event needs an act, or something that is seen (`then`)")
        if self.refused is not None and not acts:
            raise ValueError("`refused` needs the act that is refused")
        return self


ACTS = tuple(name for name in Event.model_fields if name not in ("on", "refused", "then"))

PROCEDURE_ACTS = (
    "silence_until",
    "approve",
    "return_",
    "reject",
    "decide",
    "submit",
    "respond",
    "extend",
    "pause_clock",
    "resume_clock",
    "withdraw",
    "report_event",
    "publish_calendar",
    "catalog",
    "send",
)
"""The acts that make sense in a procedure; the others are acts on a project."""
