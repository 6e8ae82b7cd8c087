"""审核意见: the approval signal and the update that does the same and answers."""

from temporalio import workflow
from temporalio.common import RawValue

from models.authority import Authority, SignedStatement
from models.base import Text
from models.effects import EntryKind
from models.messages import DecisionReceipt
from models.review import Decision
from models.statement import statement_of
from workflows.messages.reading import NOTHING, Refused, read
from workflows.proceeding import STAGE_CLOSING, Proceeding

MATERIALS_CHANGED = Text(
    zh="材料在核验签名期间已有变动，请就现有材料重新签名",
    en="the materials changed meanwhile; sign what lies there now",
)


class Decisions(Proceeding):
    """Counts the officers' decisions. Signal and update go the same way, through the same objections."""

    @workflow.signal(name="decide", description="审核意见 (approval signal): one decision object, docs/contract.md")
    async def decide(self, payload: RawValue = NOTHING) -> None:
        """A reviewer's decision, from whoever cannot wait for an answer. A refusal goes on record with its reason."""
        decision_id = "unreadable"
        try:
            decision = read(Decision, payload)
            decision_id = decision.decision_id
            await self._decide(decision)
        except Refused as refusal:
            await self.record_refusal(EntryKind.DECISION_REFUSED, decision_id, refusal)

    @workflow.update(
        name="submit_decision", description="审核意见，即时答复: the same object as `decide`, answered at once"
    )
    async def submit_decision(self, payload: RawValue = NOTHING) -> DecisionReceipt:
        """A reviewer's decision, answered with its receipt, or refused with the reason. The same decision twice is one."""
        return await self._decide(read(Decision, payload))

    @submit_decision.validator
    def _admits_decision(self, payload: RawValue = NOTHING) -> None:
        decision = read(Decision, payload)
        if not self._earlier_receipt(decision):
            self._object(decision)

    async def _decide(self, decision: Decision) -> DecisionReceipt:
        if earlier := self._earlier_receipt(decision):
            return earlier
        self._object(decision)
        statement = self._statement(decision)
        authority = await self.effects.authority(
            decision.officer, decision.organ, decision.on_behalf_of, self._signed(decision, statement)
        )
        if earlier := self._earlier_receipt(decision):
            return earlier
        if authority.reason is not None:
            raise Refused(authority.reason, "DecisionRefused")
        self._object(decision)
        if authority.signed and self._statement(decision) != statement:
            raise Refused(MATERIALS_CHANGED, "DecisionRefused")
        receipt = self.desk.count(decision, self.effects.now(), authority)
        self.counted[decision.decision_id] = receipt
        await self._record_decision(decision, authority)
        self.desk.recorded(decision.decision_id)
        return receipt

    def _statement(self, decision: Decision) -> str:
        """What the officer signs: the decision on the materials as they lie before the review now."""
        review = self.desk.review
        return statement_of(decision, (material.sha256 for material in review.materials) if review else ())

    def _signed(self, decision: Decision, statement: str) -> SignedStatement:
        return SignedStatement(
            statement=statement, signature=decision.signature, key_id=decision.key_id, policy=self.signatures
        )

    def _earlier_receipt(self, decision: Decision) -> DecisionReceipt | None:
        if self.is_retracted(decision.decision_id):
            return None
        earlier = self.counted.get(decision.decision_id)
        same = earlier and (earlier.review_id, earlier.officer, earlier.verdict) == (
            decision.review_id,
            decision.officer,
            decision.verdict,
        )
        return earlier if same else None

    def _object(self, decision: Decision) -> None:
        reason = self.desk.objection(
            decision,
            suspended=self.is_suspended,
            filers=self.filers,
            blocking=self.blocking(),
            seen=tuple(self.counted),
        )
        if reason is not None:
            raise Refused(reason, "DecisionRefused")
        if self.leaving:
            raise Refused(STAGE_CLOSING, "StageClosed")

    async def _record_decision(self, decision: Decision, authority: Authority) -> None:
        review = self.desk.review
        await self.effects.record(
            EntryKind.DECISION_COUNTED,
            decision.decision_id,
            Text(
                zh=f"{self.organ_name(decision.organ)}经办人{decision.officer}：{decision.verdict.label.zh}",
                en=f"{decision.officer} for {decision.organ}: {decision.verdict}",
            ),
            organ=decision.organ,
            officer=decision.officer,
            on_behalf_of=decision.on_behalf_of,
            citations=review.citations if review else (),
            detail={
                **decision.model_dump(mode="json", exclude={"decision_id"}),
                "post": authority.post,
                "delegation": authority.delegation,
                "signed": authority.signed,
                "judged": [material.sha256 for material in review.materials] if review else [],
            },
        )
