"""整改: notice, response of the unit, verification by the organ, until it is mended. One workflow for every kind of origin.

It lives beside the project under an id of its own and reports its end to the project's address by `report_event`. Time makes
it overdue, reminds and escalates; only a decision ends it.
"""

from datetime import datetime

from temporalio import workflow

from models.base import Text, Value
from models.deadline import Deadline, Rung, RungKind
from models.effects import EntryKind, NoticeTemplate, Recipient
from models.finding import Sanction, SanctionEnd
from models.messages import EventReport
from models.plan import SanctionRule
from models.project import RectificationFile, State
from models.review import Outcome, Quorum, QuorumRule, Review
from regulations import deadlines
from workflows import consequences, names
from workflows.effects import organs, unit
from workflows.ladder import Ladder
from workflows.procedures.rectifying import TITLE, Rectifying
from workflows.reports import (
    RECTIFICATION_CLOSED,
    RECTIFICATION_ESCALATED,
    RectificationEnd,
    RectificationEscalated,
    digest_of,
)

REJECTION = Text(zh="整改不合格", en="the rectification was rejected")

PLACE = {"stage": "整改", "gate": TITLE.zh}
"""Where the letters about a verification say that it takes place."""


@workflow.defn(name="Rectification")
class Rectification(Rectifying):
    """Asks the unit to mend what was found, and lets the organ verify it, in as many rounds as it takes."""

    @workflow.init
    def __init__(self, file: RectificationFile) -> None:
        super().__init__(file)

    @workflow.run
    async def run(self, file: RectificationFile) -> Outcome:
        """Rounds of response and verification; approved when it is mended, rejected when the organ gives it up.

        Where sanctions stand by, a rejection brings about the next of them, and the unit is asked once more.
        """
        self.response_ladder = Ladder(
            file.rectification_id, self._response_deadline(file.opened_at), self._calendar, self._tell_rung
        )
        await self._tell_unit_of_notice(file.rectification_id)
        while True:
            await self._response()
            review = await self._verification()
            if not await self._goes_on(review):
                break
            self.round += 1
        await self._report_end(review)
        await workflow.wait_condition(workflow.all_handlers_finished)
        assert review.outcome
        return review.outcome

    async def _goes_on(self, review: Review) -> bool:
        """Whether a further round follows: after a return, and after a rejection that a sanction answers."""
        if review.outcome is not Outcome.REJECTED:
            return review.outcome is Outcome.RETURNED
        step = next(iter(self.file.rule.escalation[len(self.imposed) :]), None)
        if step is None:
            return False
        await self._escalate(step, review)
        if self.is_terminated:
            return False
        await self._order_anew()
        return True

    # ------------------------------------------------------------ the unit's part

    async def _response(self) -> None:
        """Wait for the unit, reminding it; the deadline of the notice runs on through every round."""
        self.state = State.RECTIFYING
        self.show()
        assert self.response_ladder
        # Not counted from now: the unit may have answered while the notice was still on its way.
        await self.response_ladder.climb(lambda: self.responses > self.verified, self.until)

    def _response_deadline(self, since: datetime) -> Deadline:
        rule = self.file.rule
        return deadlines.started("整改通知", since, rule.term, rule.rungs, self._calendar)

    async def _tell_unit_of_notice(self, key: str) -> None:
        await self.effects.tell(
            NoticeTemplate.RECTIFICATION_OPENED,
            key,
            unit(self.file.unit),
            {
                "findings": [f"{f.rule} {f.message.zh}；{f.remedy.zh}" for f in self.file.findings],
                "due_on": self._due_on(),
                "reply_to": self.address,
                "citation": str(self.file.rule.citation),
            },
        )

    def _due_on(self) -> str:
        assert self.response_ladder
        return self.response_ladder.deadline.receipt.due_on.isoformat()

    async def _tell_rung(self, rung: Rung) -> None:
        key = self._response_key(rung)
        if rung.kind is RungKind.OVERDUE:
            self.show()
            await self.effects.record(
                EntryKind.DEADLINE_PASSED,
                key,
                Text(
                    zh=f"整改 {self.file.rectification_id} 逾期",
                    en=f"rectification {self.file.rectification_id} is overdue",
                ),
                citations=(self.file.rule.citation,),
            )
        template, recipients = self._letter(rung)
        variables = {"due_on": self._due_on(), "reply_to": self.address}
        await self.effects.tell(template, key, recipients, variables)

    def _letter(self, rung: Rung) -> tuple[NoticeTemplate, tuple[Recipient, ...]]:
        match rung.kind:
            case RungKind.REMINDER:
                return NoticeTemplate.RECTIFICATION_REMINDER, unit(self.file.unit)
            case RungKind.OVERDUE:
                recipients = (*unit(self.file.unit), *organs(self.file.rule.verified_by))
                return NoticeTemplate.RECTIFICATION_OVERDUE, recipients
            case RungKind.ESCALATION:
                return NoticeTemplate.RECTIFICATION_OVERDUE, organs(self._superiors())

    def _response_key(self, rung: Rung) -> str:
        assert self.response_ladder
        return self.response_ladder.key(rung)

    def _superiors(self) -> tuple[str, ...]:
        return tuple(self.plan.organ(organ).superior or organ for organ in self.file.rule.verified_by)

    # ------------------------------------------------------------ the organ's part

    async def _verification(self) -> Review:
        """Let the organ verify the response; the closed review."""
        review = self._new_review()
        self.verified = self.responses
        ladder = Ladder(review.review_id, review.deadline, self._calendar, self._remind_verifier)
        self.desk.open(review, ladder)
        self.state = State.UNDER_REVIEW
        self.show()
        await self.effects.record(
            EntryKind.REVIEW_OPENED,
            review.review_id,
            Text(zh=f"整改核验，第 {self.round} 轮", en=f"verification of the rectification, round {self.round}"),
            citations=review.citations,
            detail={"receipt": review.deadline.receipt.model_dump(mode="json")},
        )
        await self.effects.tell(
            NoticeTemplate.RECTIFICATION_ANSWERED,
            review.review_id,
            organs(review.organs),
            {"statement": self.statement, **self._reply(review)},
        )
        await self.desk.decided(self.until)
        return await self._close_verification()

    def _new_review(self) -> Review:
        rule, now = self.file.rule, self.effects.now()
        return Review(
            review_id=f"{self.file.rectification_id}/verification/r{self.round}",
            gate="verification",
            title=TITLE,
            round=self.round,
            organs=rule.verified_by,
            quorum=Quorum(rule=QuorumRule.ANY_OF),
            citations=(rule.citation,),
            opened_at=now,
            deadline=self._verification_deadline(now),
            materials=self.materials,
            findings=(),
        )

    def _verification_deadline(self, now: datetime) -> Deadline:
        return deadlines.started("整改核验开始", now, self.file.rule.verification, self.file.rule.rungs, self._calendar)

    async def _close_verification(self) -> Review:
        review = self.desk.close(self.effects.now())
        assert review.outcome
        await self.effects.record(
            EntryKind.GATE_CLOSED,
            review.review_id,
            Text(zh=f"整改核验：{review.outcome.label.zh}", en=f"verification: {review.outcome}"),
            citations=review.citations,
            detail={
                "outcome": review.outcome,
                "title": TITLE.model_dump(),
                "organs": [self.organ_name(organ) for organ in review.organs],
                "receipt": review.deadline.receipt.model_dump(mode="json"),
                "decisions": [d.decision.model_dump(mode="json") for d in review.decisions],
            },
        )
        if review.outcome is Outcome.RETURNED:
            variables = {**PLACE, "opinions": _opinions(review), "findings": [], **self._reply(review)}
            await self.effects.tell(NoticeTemplate.GATE_RETURNED, review.review_id, unit(self.file.unit), variables)
        return review

    def _reply(self, review: Review) -> dict[str, str]:
        return {"review_id": review.review_id, "reply_to": self.address}

    async def _remind_verifier(self, rung: Rung) -> None:
        review = self.desk.snapshot()
        assert review
        due_on = review.deadline.receipt.due_on.isoformat()
        recipients = organs(self._superiors()) if rung.kind is RungKind.ESCALATION else organs(review.organs)
        variables = {
            **PLACE,
            "due_on": due_on,
            "organs": [self.organ_name(o) for o in review.organs],
            **self._reply(review),
        }
        assert self.desk.ladder
        key = self.desk.ladder.key(rung)
        await self.effects.tell(NoticeTemplate.REVIEW_OVERDUE, key, recipients, variables)

    # ------------------------------------------------------------ sanctions that follow

    async def _escalate(self, step: SanctionRule, review: Review) -> None:
        """Impose the next sanction: in force, on record, to whom it concerns, then into the project's file."""
        matter = f"{self.file.rectification_id}/s{len(self.imposed) + 1}"
        sanction = consequences.sanction_by(
            step, matter, REJECTION, self.effects.now(), self.file.project, self.file.department
        )
        self.imposed = (*self.imposed, sanction)
        await self.effects.impose(sanction)
        await self._tell_rejected(review)
        await consequences.tell_imposed(
            self.effects, step, sanction, self.file.unit, self.file.department_name or self.file.department
        )
        data = RectificationEscalated(rectification_id=self.file.rectification_id, sanction=sanction)
        await self._tell_project(RECTIFICATION_ESCALATED, f"s{len(self.imposed)}", data)

    async def _tell_rejected(self, review: Review) -> None:
        variables = {**PLACE, "opinions": _opinions(review), "findings": []}
        await self.effects.tell(NoticeTemplate.GATE_REJECTED, review.review_id, unit(self.file.unit), variables)

    async def _order_anew(self) -> None:
        """The unit is told once more to mend it, and has the term once more."""
        assert self.response_ladder
        before = self.response_ladder.deadline.receipt
        self.response_ladder.renew(self._response_deadline(self.effects.now()))
        after = self.response_ladder.deadline.receipt
        await self.effects.record(
            EntryKind.DEADLINE_MOVED,
            self.response_ladder.move_key,
            Text(
                zh=f"再次责令整改：{before.due_on} → {after.due_on}",
                en=f"ordered anew: {before.due_on} → {after.due_on}",
            ),
            citations=(before.term.citation,),
            detail={"receipt": after.model_dump(mode="json"), "was": before.due_on.isoformat()},
        )
        await self._tell_unit_of_notice(self.response_ladder.move_key)

    # ------------------------------------------------------------ the end

    async def _report_end(self, review: Review) -> None:
        """Record first, then tell the unit and the project."""
        assert review.outcome
        self.state = State.CLOSED
        self.show()
        self.leaving = True
        lifted = self._lifted() if review.outcome is Outcome.APPROVED else ()
        end = self._end(review.outcome, lifted)
        await self.effects.record(
            EntryKind.RECTIFICATION_CLOSED,
            self.file.rectification_id,
            Text(zh=f"整改办结：{review.outcome.label.zh}", en=f"rectification closed: {review.outcome}"),
            citations=(self.file.rule.citation,),
            # By the digest the project believes the report, whoever brings it.
            detail={"outcome": review.outcome, "report": digest_of(end.model_dump(mode="json"))},
        )
        recipients = unit(self.file.unit)
        await self.effects.tell(
            NoticeTemplate.RECTIFICATION_CLOSED,
            self.file.rectification_id,
            recipients,
            {"outcome": review.outcome.label.zh},
        )
        for sanction in lifted:
            await consequences.lift(
                self.effects, sanction, self.file.unit, by=self.file.rectification_id, reason="整改完成"
            )
        await self._tell_project(RECTIFICATION_CLOSED, "closed", end)

    def _end(self, outcome: Outcome, lifted: tuple[Sanction, ...]) -> RectificationEnd:
        return RectificationEnd(
            rectification_id=self.file.rectification_id,
            outcome=outcome,
            materials=self.materials,
            lifted=tuple(sanction.sanction_id for sanction in lifted),
            spoke=self.spoke,
            terminated=self.imposed[-1] if self.is_terminated else None,
        )

    def _lifted(self) -> tuple[Sanction, ...]:
        """The sanctions that last until it is mended: those that came with it, and those that followed on the way."""
        return (*self.file.lifts, *(s for s in self.imposed if s.ends is SanctionEnd.RECTIFIED))

    async def _tell_project(self, event: str, key: str, data: Value) -> None:
        """Report to whoever opened it: the project, or a procedure beside it."""
        report = EventReport(
            # Only its number: the code before it may be as long as an id.
            event_id=f"{self.file.rectification_id.rpartition('-')[2]}-{key}",
            event=event,
            occurred_on=self.effects.now().date(),
            reported_by=self.address,
            data=data.model_dump(mode="json"),
        )
        await self.effects.report(self.file.reports_to or names.project_id(self.file.project), report)


def _opinions(review: Review) -> list[str]:
    return [d.decision.opinion for d in review.decisions]
