"""How a decision is made of what was typed, signed and sent, alone or as one of many, and whether the answer is its own."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field
from temporalio.client import Client

from models.authority import SignaturePolicy
from models.base import Code, Input, Text
from models.messages import DecisionReceipt, SignedAct
from models.project import Status
from models.review import Decision, Judgement, Point, Verdict
from runtime.settings import Settings
from starter.commands.desk import Desk, address_of
from starter.commands.speaking import asked, review_of
from starter.failures import BadInput, Refused, built
from starter.worklist import status_of
from workflows.names import rectification_id

# The library of the signatures is slow to import.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Act = TypeVar("Act", bound=SignedAct)


class Said(Input):
    """What an officer says on a review, as options or a row of a list have it. Without `review`, the one that lies open is
    meant; with `all_met`, every point of it that `judge` does not name is met."""

    review: Annotated[str, Field(min_length=1)] | None = None
    organ: Code
    officer: Code
    verdict: Verdict
    opinion: str = ""
    conditions: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    all_met: bool = False
    major_change: bool = False
    on_behalf_of: Code | None = None

    def decision(self, decision_id: str, status: Status) -> Decision:
        """The decision where the project stands so. Raises BadInput, and Refused where an open review is meant or needed and
        there is none."""
        lying_open = None if self.review and not self.all_met else review_of(status)
        points = lying_open.points if lying_open and self.all_met else ()
        return self.on(
            self.review or (lying_open.review_id if lying_open else ""), decision_id, judged(self.judge, points)
        )

    def on(self, review_id: str, decision_id: str, judgements: Mapping[str, Judgement]) -> Decision:
        """The decision on that review. Raises BadInput."""
        return built(
            Decision,
            decision_id=decision_id,
            review_id=review_id,
            organ=self.organ,
            officer=self.officer,
            verdict=self.verdict,
            opinion=self.opinion,
            conditions=self.conditions,
            judgements=dict(judgements),
            major_change=self.major_change,
            on_behalf_of=self.on_behalf_of,
        )


def judged(written: Iterable[str], others_met: Iterable[Point] = ()) -> dict[str, Judgement]:
    """What is found of each point: `others_met` are met unless something else is written. Raises BadInput."""
    return {point.id: Judgement.MET for point in others_met} | dict(_judgement(one) for one in written)


def _judgement(written: str) -> tuple[str, Judgement]:
    point, equals, found = written.rpartition("=")
    if not (point and equals and found in set(Judgement)):
        rule = f"judge: must be POINT={'|'.join(Judgement)} (got {written!r})"
        raise BadInput(Text(zh="评判有误", en="wrong judgement"), details=[rule])
    return point, Judgement(found)


class Keys:
    """The private keys of the officers who decide here: the one that was named, or those in the folder of keys.

    Each is opened once, so that a passphrase is asked for once.
    """

    def __init__(self, settings: Settings, named: Path | None) -> None:
        self._settings, self._named = settings, named
        self._opened: dict[Path, Ed25519PrivateKey] = {}

    def open_those_here(self, *officers: str) -> None:
        """Open the keys of these officers that lie here. Raises BadInput and KeyUnusable."""
        for officer in officers:
            if self._is_here(officer):
                self._key(officer)

    def signed(self, decision: Decision, status: Status) -> Decision:
        """Signed where the officer's key lies here, or was named. Raises Refused where it must be and is not to be found."""
        if not self._is_here(decision.officer) and status.signatures is SignaturePolicy.OFF:
            return decision
        from starter import signing

        return signing.signed(decision, status, self._key(decision.officer))

    async def signed_act(self, act: Act, desk: Desk, workflow_id: str) -> Act:
        """The same of a retraction or a waiver, which is signed for the project as it was admitted."""
        status = await status_of(await desk.client(), workflow_id)
        if not self._is_here(act.officer) and status.signatures is SignaturePolicy.OFF:
            return act
        from starter import signing

        return signing.signed_act(act, status, self._key(act.officer))

    def _is_here(self, officer: str) -> bool:
        return self._named is not None or self._settings.key_file(officer).is_file()

    def _key(self, officer: str) -> "Ed25519PrivateKey":
        from starter import signing

        file = signing.existing_key(self._settings, officer, self._named)
        if file not in self._opened:
            self._opened[file] = signing.opened(file)
        return self._opened[file]


def address_of_review(review_id: str) -> str:
    """The workflow whose review it is: `<project>/<stage>/<gate>/r<n>`, `<procedure>:<code>/<step>/r<n>`, or of a
    rectification `<its code>/verification/r<n>`. Raises BadInput."""
    head, *rest = review_id.split("/")
    is_rectification = ":" not in head and len(rest) == 2
    return address_of(rectification_id(head) if is_rectification else head)


async def sent(
    client: Client, workflow_id: str, decision: Decision, *, update_id: str | None = None
) -> DecisionReceipt:
    """Send the decision; the receipt, if it counts.

    The same `update_id` twice gets the server's first answer, a refusal included. Raises what `speaking.asked` raises, and
    Refused where the decision's id was used for another decision.
    """
    receipt = await asked(client, workflow_id, "submit_decision", decision, DecisionReceipt, update_id=update_id)
    require_own(decision, receipt.review_id, receipt.officer, receipt.verdict)
    return receipt


def require_own(decision: Decision, review_id: str, officer: str, verdict: str) -> None:
    """Refuse where what counts under the decision's id is another decision: the server answers a repeated id with the first
    answer, without asking the workflow whether it is the same."""
    if (review_id, officer, verdict) != (decision.review_id, decision.officer, decision.verdict):
        counted = f"{review_id} {officer} {verdict}"
        raise Refused(
            Text(
                zh=f"decision_id（{decision.decision_id}）：已用于另一意见（{counted}），本次未计入",
                en=f"decision_id: was used for another decision ({counted}); this one does not count",
            ),
            advice=Text(zh="另用一个 --decision-id，或不指定", en="use another --decision-id, or none"),
        )
