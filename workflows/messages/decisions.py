"""审核意见: the approval signal and the update that does the same and answers."""

import json
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from models.authority import UNSIGNED, Authority, SignaturePolicy, SignedStatement
from models.base import Text
from models.effects import EntryKind
from models.messages import DecisionReceipt
from models.review import Decision
from models.statement import statement_of
from workflows.messages.reading import NOTHING, Refused, read
from workflows.proceeding import STAGE_CLOSING, Proceeding
from workflows.speaking import SEPARATED

MATERIALS_CHANGED = Text(
    zh="材料在核验签名期间已有变动，请就现有材料重新签名",
    en="the materials changed meanwhile; sign what lies there now",
)

HELD = "held-decisions-2026-11"
"""The patch since which a signal that comes between two reviews waits a moment for the next one."""

HELD_FOR = timedelta(seconds=5)

WHOLE = "whole-decision-2026-11"
"""The patch since which a decision repeats an earlier one only where all of it is the same: its words and conditions, too.
It marks a history where it refuses somebody."""

SIGNED_BYTES = 56 * 1024
"""What a signed statement may take without the life: an entry's detail holds that with all that is recorded beside it."""


class Decisions(Proceeding):
    """Counts the officers' decisions. Signal and update go the same way, through the same objections."""

    @workflow.signal(name="decide", description="审核意见 (approval signal): one decision object, docs/contract.md")
    async def decide(self, payload: RawValue = NOTHING) -> None:
        """A reviewer's decision, from whoever cannot wait for an answer. A refusal goes on record with its reason."""
        decision_id, claimed = "unreadable", {}
        try:
            decision = read(Decision, payload)
            decision_id, claimed = decision.decision_id, _claimed(decision)
            await self._await_review()
            await self._decide(decision)
        except Refused as refusal:
            await self.record_refusal(EntryKind.DECISION_REFUSED, decision_id, refusal, claimed)

    @workflow.update(
        name="submit_decision", description="审核意见，即时答复: the same object as `decide`, answered at once"
    )
    async def submit_decision(self, payload: RawValue = NOTHING) -> DecisionReceipt:
        """A reviewer's decision, answered with its receipt, or refused with the reason. The same decision twice is one."""
        return await self._decide(read(Decision, payload))

    @submit_decision.validator
    def _admits_decision(self, payload: RawValue = NOTHING) -> None:
        decision = read(Decision, payload)
        earlier = self._earlier_receipt(decision)
        if earlier is None or not _says_the_same(earlier, decision):
            if self.is_crowded():
                raise Refused(STAGE_CLOSING, "StageClosed")
            self._object(decision)
            if reason := self.objection_to_side(decision.organ, _voices(decision)):
                raise Refused(reason, "DecisionRefused")

    async def _await_review(self) -> None:
        """A query shows a review as soon as what it waited for has come, a moment before the workflow task that opens it:
        a decision that is sent then reaches its handler first."""
        if self._is_between_reviews() and workflow.patched(HELD):
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: not self._is_between_reviews(), timeout=HELD_FOR)

    def _is_between_reviews(self) -> bool:
        return self.desk.ladder is None and not self.leaving

    async def _decide(self, decision: Decision) -> DecisionReceipt:
        if earlier := self._receipt_again(decision):
            return earlier
        self._object(decision)
        self._keep_apart(decision)
        statement = self._statement(decision, self.life)
        authority = await self.effects.authority(
            decision.officer, decision.organ, decision.on_behalf_of, self._signed(decision, statement)
        )
        if earlier := self._receipt_again(decision):
            return earlier
        if authority.reason is not None:
            raise Refused(authority.reason, "DecisionRefused")
        self._object(decision)
        if authority.signed and self._statement(decision, self.life) != statement:
            raise Refused(MATERIALS_CHANGED, "DecisionRefused")
        self._keep_apart(decision)
        self.note_spoken(decision.organ, _voices(decision))
        receipt = self.desk.count(decision, self.effects.now(), authority)
        receipt = receipt.model_copy(update={"digest": digest_of(decision)})
        self.counted[decision.decision_id] = receipt
        self.describe()
        await self._record_decision(decision, authority)
        self.desk.recorded(decision.decision_id)
        return receipt

    def _statement(self, decision: Decision, life: str | None) -> str:
        """What the officer signs: the decision on the materials as they lie before the review now."""
        review = self.desk.review
        return statement_of(decision, (material.sha256 for material in review.materials) if review else (), life)

    def _signed(self, decision: Decision, statement: str) -> SignedStatement:
        return SignedStatement(
            statement=statement,
            signature=decision.signature,
            key_id=decision.key_id,
            policy=self.signatures,
            life=self.life,
        )

    def _unsigned(self, decision: Decision) -> Text | None:
        """Asked before the register is: an update that the validator refuses may be sent again under the same id, signed."""
        wanted = self.signatures is SignaturePolicy.REQUIRED
        return UNSIGNED if wanted and decision.signature is None and decision.key_id is None else None

    def _too_long(self, decision: Decision) -> Text | None:
        """A signed decision has to stand whole in the ledger, or nobody could verify it there; an unsigned one is cut."""
        # Without the life, as earlier builds measured it: what they took is taken again when their histories are replayed.
        size = len(self._statement(decision, life=None).encode()) if decision.signature else 0
        if size <= SIGNED_BYTES:
            return None
        return Text(
            zh=f"签名的意见连同材料摘要共 {size} 字节，超过 {SIGNED_BYTES} 字节，无法完整记入台账，请精简意见或条件",
            en=f"the signed decision with its digests takes {size} bytes, more than the {SIGNED_BYTES} that the ledger "
            "keeps whole; shorten opinion or conditions",
        )

    def _receipt_again(self, decision: Decision) -> DecisionReceipt | None:
        """The receipt of the same decision. One that says something else under its id is refused, as a used id is."""
        earlier = self._earlier_receipt(decision)
        if earlier and not _says_the_same(earlier, decision) and workflow.patched(WHOLE):
            return None
        return earlier

    def _earlier_receipt(self, decision: Decision) -> DecisionReceipt | None:
        """The receipt of what has this id and the same verdict of the same officer."""
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
        reason = reason or self._unsigned(decision) or self._too_long(decision)
        if reason is not None:
            raise Refused(reason, "DecisionRefused")
        if self.leaving:
            raise Refused(STAGE_CLOSING, "StageClosed")

    def _keep_apart(self, decision: Decision) -> None:
        """Refuse whoever has spoken for another side. Not in the validator, which may leave no mark in the history."""
        if (reason := self.objection_to_side(decision.organ, _voices(decision))) and workflow.patched(SEPARATED):
            raise Refused(reason, "DecisionRefused")

    async def _record_decision(self, decision: Decision, authority: Authority) -> None:
        review, who = self.desk.review, _who(decision, authority)
        await self.effects.record(
            EntryKind.DECISION_COUNTED,
            decision.decision_id,
            Text(
                zh=f"{self.organ_name(decision.organ)}经办人 {who.zh}：{decision.verdict.label.zh}",
                en=f"{who.en} for {decision.organ}: {decision.verdict}",
            ),
            organ=decision.organ,
            officer=decision.officer,
            on_behalf_of=decision.on_behalf_of,
            citations=review.citations if review else (),
            detail={
                **decision.model_dump(mode="json"),
                "post": authority.post,
                "delegation": authority.delegation,
                "signed": authority.signed,
                **({"life": authority.life} if authority.life else {}),
                # Each digest once, as in the statement, whose size is limited: a list that is cut proves nothing.
                "judged": list(dict.fromkeys(material.sha256 for material in review.materials)) if review else [],
            },
        )


def digest_of(decision: Decision) -> str:
    """The digest of what the decision says. Without its signature: whoever signs it anew says nothing else."""
    said = decision.model_dump(mode="json", exclude={"signature", "key_id"}, exclude_defaults=True)
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _says_the_same(receipt: DecisionReceipt, decision: Decision) -> bool:
    """Whether the receipt is of this very decision; a receipt of an older build does not tell its words."""
    return receipt.digest in (None, digest_of(decision))


def _claimed(decision: Decision) -> dict[str, Any]:
    """Who a refused decision says that it is from. Nobody has looked whether it is."""
    said = decision.model_dump(
        mode="json", include={"officer", "organ", "on_behalf_of", "review_id"}, exclude_none=True
    )
    return {"claimed": said}


def _voices(decision: Decision) -> tuple[str, ...]:
    """Whoever stands in for another binds both: the two have spoken for the organ."""
    return (decision.officer, decision.on_behalf_of) if decision.on_behalf_of else (decision.officer,)


def _who(decision: Decision, authority: Authority) -> Text:
    if decision.on_behalf_of is None:
        return Text(zh=decision.officer, en=decision.officer)
    return Text(
        zh=f"{decision.officer} 代 {decision.on_behalf_of}（授权 {authority.delegation}）",
        en=f"{decision.officer} on behalf of {decision.on_behalf_of} (under {authority.delegation})",
    )
