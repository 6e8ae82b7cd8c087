"""Who speaks by a message, for which side, and whether they may: by post, by power, by signature, and for one side only."""

from abc import ABC, abstractmethod
from typing import Any

from pydantic import BaseModel
from temporalio import workflow

from models.authority import UNSIGNED_ACT, SignaturePolicy, SignedStatement
from models.base import Text
from models.messages import SignedAct
from models.plan import Act, Plan
from models.statement import statement_of_act
from regulations import duties
from workflows.effects import Effects
from workflows.messages.reading import Refused

SEPARATED = "separated-duties-2026-11"
"""The patch since which an officer speaks for one side of a proceeding only, and whoever a message names for a party has to
hold a post there. It marks a history where it refuses somebody, or asks for such a post."""


class Speaking(ABC):
    """How a proceeding knows who speaks. It remembers for which side each officer has spoken."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.spoke: dict[str, str] = {}
        self._lives: dict[str, str | None] = {}
        """The life that the statement of each verified act names, by its signature."""

    # ------------------------------------------------------------ what the subclass knows

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """The plan that binds the project."""

    @property
    @abstractmethod
    def filers(self) -> tuple[str, ...]:
        """The officers who filed or prepared something, and may not decide on it."""

    @property
    @abstractmethod
    def applicants(self) -> tuple[str, ...]:
        """The unit that applies, first, and the department that answers for it: one side."""

    @property
    @abstractmethod
    def signatures(self) -> SignaturePolicy:
        """Whether decisions have to be signed, as it was when the proceeding was admitted."""

    # ------------------------------------------------------------ who speaks

    @property
    def life(self) -> str:
        """The life that signatures are for: the id of the workflow's first run.

        Going on as new and a reset leave it as it is; whatever is started anew, here or elsewhere, has another.
        """
        return workflow.info().first_execution_run_id

    def speaker(self, message: Any) -> tuple[str, str]:
        """The officer who speaks in a message, and the organ or unit for which the officer must hold a post."""
        return message.officer, message.organ

    def signed_statement(self, message: Any) -> SignedStatement | None:
        """What the officer signed by the message; None of a message that nobody signs."""
        if not isinstance(message, SignedAct):
            return None
        return SignedStatement(
            statement=statement_of_act(message, self.effects.project, self.life),
            signature=message.signature,
            key_id=message.key_id,
            policy=self.signatures,
            life=self.life,
        )

    def signature_on_record(self, act: SignedAct) -> dict[str, Any]:
        """What an entry keeps of the signature of an act that was authorised, with the life for which it was given."""
        life = self._lives.get(act.signature) if act.signature else None
        kept = {"signature": act.signature, "key_id": act.key_id, "signed": act.signature is not None}
        return {**kept, "life": life} if life else kept

    def objection_to_unsigned(self, message: BaseModel) -> Text | None:
        """Why a message without a signature cannot count. Asked by the validator alone: what that refuses may be sent again
        under the same id; the register asks again."""
        if not isinstance(message, SignedAct) or self.signatures is SignaturePolicy.OFF:
            return None
        return UNSIGNED_ACT if message.signature is None and message.key_id is None else None

    def voices(self, message: Any) -> tuple[str, ...]:
        """Every officer who speaks by the message: who sends it, and whoever else has a part in what it brings."""
        return (self.speaker(message)[0],)

    def objection_to_speaker(self, message: Any) -> Text | None:
        """Why the officer may not speak for that party: they spoke for another side before."""
        return self.objection_to_side(self.speaker(message)[1], self.voices(message))

    def objection_to_side(self, party: str, officers: tuple[str, ...]) -> Text | None:
        """Why one of these officers may not act for the party; None where all may."""
        return duties.objection(self.spoke, officers, self._side(party))

    def note_spoken(self, party: str, officers: tuple[str, ...]) -> None:
        """Remember for which side the officers act; the first stands."""
        for officer in officers:
            self.spoke.setdefault(officer, self._side(party))

    def _side(self, party: str) -> str:
        return self.applicants[0] if party in self.applicants else party

    async def authorise(self, message: BaseModel) -> None:
        """Ask the register whether everybody who speaks by the message may, and signed it. Raises Refused."""
        officer, party = self.speaker(message)
        named = [voice for voice in self.voices(message) if voice not in (officer, *self.filers)]
        # Whoever is named may not decide any more: a unit must not be able to bar an officer who is none of its own.
        for voice in (officer, *(named if named and workflow.patched(SEPARATED) else ())):
            authority = await self.effects.authority(
                voice, party, signed=self.signed_statement(message) if voice == officer else None
            )
            if authority.reason is not None:
                raise Refused(authority.reason, "NotAuthorised")
            if isinstance(message, SignedAct) and message.signature and authority.signed:
                self._lives[message.signature] = authority.life

    def objection_to_power(self, act: Act, organ: str) -> Text | None:
        """Why the organ may not do the act under this plan; None where it may."""
        power = self.plan.power(act)
        if power and organ in power.organs:
            return None
        holders = "、".join(power.organs) if power else "—"
        return Text(
            zh=f"organ {organ} 无权 {act}；有权机关：{holders}",
            en=f"organ {organ} has no power to {act}; it belongs to: {holders}",
        )
