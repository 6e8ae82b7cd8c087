"""Signed decisions in a project that requires them: on whatever way they come, and only for what was signed."""

import asyncio
import threading
from copy import copy
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.application import Material
from models.authority import SignaturePolicy
from models.effects import EntryKind, LedgerEntry
from models.finding import Strength
from models.messages import ClockPause, Retraction, SignedAct, Submission, WaiverRequest
from models.officer_key import OfficerKey, key_id_of
from models.plan import StageName
from models.project import State
from models.review import Decision, Review
from models.statement import statement_of, statement_of_act, statement_of_record, statement_of_recorded_act
from records import database, officer_keys
from runtime import signing
from tests.workflows.installation import FILED_AT, material, resolution
from tests.workflows.project import BUREAU, CENTRE, DOCUMENTS, FIRST_OF_JANUARY, UNIT, Project
from tests.workflows.test_rectification import RESPONSE, finding
from workflows import display
from workflows.messages.decisions import SIGNED_BYTES
from workflows.names import rectification_id

TENDER, DESIGN = "tender_neutral", "design_neutral"
ANOTHER_LIFE = "01a203de-478d-7082-a4ac-b2c05b2af67d"
OFFICER = "chen.hao"

Act = TypeVar("Act", bound=SignedAct)


class Signer:
    """An officer with a key of their own, registered before the project was filed, who signs for a life of a workflow."""

    def __init__(self, project: Project, officer: str, life: str | None) -> None:
        self.life = life
        self.private = Ed25519PrivateKey.generate()
        self.public_key = signing.public_key_of(self.private)
        engine = database.connect(project.installation.settings.database_url)
        officer_keys.register(engine, officer, self.public_key, by="admin", at=FILED_AT - timedelta(days=1))
        engine.dispose()

    def living(self, life: str | None) -> "Signer":
        """The same officer with the same key, before a workflow of another life."""
        other = copy(self)
        other.life = life
        return other

    def sign(self, decision: Decision, review: Review) -> Decision:
        statement = statement_of(decision, [m.sha256 for m in review.materials], self.life)
        signature = signing.sign(self.private, statement)
        return decision.model_copy(update={"signature": signature, "key_id": key_id_of(self.public_key)})

    def sign_act(self, act: Act, project: str) -> Act:
        signature = signing.sign(self.private, statement_of_act(act, project, self.life))
        return act.model_copy(update={"signature": signature, "key_id": key_id_of(self.public_key)})


async def begun(project: Project, stage: StageName = StageName.TENDER, **changes: Any) -> Signer:
    await project.begin(stage, signatures=SignaturePolicy.REQUIRED, **changes)
    return await signer_of(project)


async def signer_of(project: Project, officer: str = OFFICER) -> Signer:
    """The officer with a new key, who reads the project's life where everybody does."""
    life = (await project.status()).life
    assert life
    return Signer(project, officer, life)


def is_verified_by(entry: LedgerEntry, signer: Signer) -> bool:
    """Whether the entry alone, with the public key, proves what was decided."""
    return signing.is_signed(statement_of_record(entry), entry.detail["signature"], signer.public_key)


async def test_a_signed_signal_and_a_signed_update_count_and_the_ledger_alone_proves_them(project: Project) -> None:
    signer = await begun(project)
    tender = await project.open_review(TENDER)
    await project.project.signal("decide", signer.sign(project.decision(tender.review_id, opinion="同意"), tender))
    design = await project.open_review(DESIGN)
    approval = project.decision(design.review_id, conditions=("年内完成等保备案",))
    await project.submit_decision(signer.sign(approval, design))
    by_signal, by_update = await project.recorded(EntryKind.DECISION_COUNTED, 2)
    for entry in (by_signal, by_update):
        assert (entry.detail["signed"], entry.detail["key_id"]) == (True, key_id_of(signer.public_key))
        assert is_verified_by(entry, signer)
        assert not is_verified_by(entry, await signer_of(project))
        assert entry.detail["life"] == signer.life
        for change in ({"opinion": "坚决同意"}, {"life": ANOTHER_LIFE}, {"life": None}):
            forged = entry.model_copy(update={"detail": {**entry.detail, **change}})
            assert not is_verified_by(forged, signer)


async def test_what_is_not_signed_or_signed_for_something_else_is_refused_by_signal_and_update(
    project: Project,
) -> None:
    signer, other = await begun(project), await signer_of(project, "lin.yue")
    tender = await project.open_review(TENDER)
    plain = project.decision(tender.review_id, opinion="同意")
    attacks = {
        "须经电子签名": plain,
        "未登记": signer.sign(plain, tender).model_copy(update={"key_id": "0" * 16}),
        "属于 lin.yue": other.sign(plain, tender),
        "意见内容": signer.sign(plain, tender).model_copy(update={"opinion": "不同意见"}),
        "所审材料": signer.sign(plain, tender.model_copy(update={"materials": ()})),
        "审核编号": signer.sign(plain.model_copy(update={"review_id": "JY-2025-0001/Tender/x/r1"}), tender).model_copy(
            update={"review_id": tender.review_id}
        ),
        "流程（life）": signer.living(ANOTHER_LIFE).sign(plain, tender),
        "流程（life）与": signer.living(None).sign(plain, tender),
    }
    for number, (reason, decision) in enumerate(attacks.items(), start=1):
        assert reason in (await project.refused(project.submit_decision(decision))).reason.zh
        await project.project.signal("decide", decision)
        assert reason in (await project.recorded(EntryKind.DECISION_REFUSED, number))[-1].summary.zh
    assert project.ledger(EntryKind.DECISION_COUNTED) == []
    assert (await project.submit_decision(signer.sign(plain, tender))).officer == OFFICER


async def test_a_signature_of_one_review_is_worth_nothing_in_the_next_one(project: Project) -> None:
    signer = await begun(project)
    tender = await project.open_review(TENDER)
    signed = signer.sign(project.decision(tender.review_id), tender)
    await project.submit_decision(signed)
    design = await project.open_review(DESIGN)
    replayed = signed.model_copy(update={"decision_id": "again", "review_id": design.review_id})
    assert "签名不符" in (await project.refused(project.submit_decision(replayed))).reason.zh


async def test_a_signature_of_an_earlier_life_is_worth_nothing_after_the_project_began_anew(project: Project) -> None:
    """Ended in Temporal and filed again under its code, it has the same reviews and materials, and another life."""
    signer = await begun(project)
    tender = await project.open_review(TENDER)
    earlier = signer.sign(project.decision(tender.review_id), tender)
    await project.project.terminate()
    await project.begin(signatures=SignaturePolicy.REQUIRED)
    again = await project.open_review(TENDER)
    assert (again.review_id, again.materials) == (tender.review_id, tender.materials)
    refused = (await project.refused(project.submit_decision(earlier))).reason
    assert "流程（life）" in refused.zh and "life of the workflow" in refused.en
    life = (await project.status()).life
    assert life != signer.life
    await project.submit_decision(signer.living(life).sign(project.decision(again.review_id), again))


async def test_the_life_stays_the_same_from_stage_to_stage(
    project: Project,
) -> None:
    signer = await begun(project)
    tender = await project.open_review(TENDER)
    await project.submit_decision(signer.sign(project.decision(tender.review_id), tender))
    design = await project.open_review(DESIGN)
    status = await project.status()
    assert (status.stage, status.life) == (StageName.DESIGN, signer.life)
    await project.submit_decision(signer.sign(project.decision(design.review_id), design))


async def test_a_rectification_has_a_life_of_its_own(project: Project) -> None:
    signer = await begun(project)
    await project.open_review(TENDER)
    await project.say("record_finding", finding())
    address = rectification_id(f"{project.code}-R1")
    await project.until(lambda s: s.state is State.RECTIFYING and s.due_on is not None, "the notice", address)
    await project.say("respond", RESPONSE, address)
    review = await project.open_review("verification", address)
    verifier = await signer_of(project, "gu.feng")
    plain = project.decision(review.review_id, organ=CENTRE, officer="gu.feng", opinion="合格")
    of_the_project = project.submit_decision(verifier.sign(plain, review), address)
    assert "流程（life）" in (await project.refused(of_the_project)).reason.zh
    own = verifier.living((await project.status(address)).life)
    assert own.life not in (None, signer.life)
    await project.submit_decision(own.sign(plain, review), address)
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert counted.detail["life"] == own.life and is_verified_by(counted, own)


async def test_a_wrong_signature_is_refused_also_where_none_is_asked_for(project: Project) -> None:
    await project.begin()
    signer, review = await signer_of(project), await project.open_review(TENDER)
    plain = project.decision(review.review_id, opinion="同意")
    wrong = signer.sign(plain, review).model_copy(update={"opinion": "改"})
    assert "签名不符" in (await project.refused(project.submit_decision(wrong))).reason.zh
    await project.submit_decision(plain)
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert counted.detail["signed"] is False and "life" not in counted.detail


async def test_materials_that_change_while_a_signature_is_verified_undo_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = await begun(project)
    review = await project.open_review(TENDER)
    pause = {"organ": BUREAU, "officer": OFFICER, "review_id": review.review_id, "reason": "待补充"}
    await project.say("pause_clock", ClockPause(ground="supplementing_materials", **pause))
    verifying, supplemented = threading.Event(), threading.Event()
    find = officer_keys.find

    def slowly(*arguments: Any) -> OfficerKey | None:
        verifying.set()
        assert supplemented.wait(20)
        return find(*arguments)

    monkeypatch.setattr(officer_keys, "find", slowly)
    decision = signer.sign(project.decision(review.review_id), review)
    deciding = asyncio.create_task(project.refused(project.submit_decision(decision)))
    await project.holds(verifying.is_set, "the verification")
    more: Material = material("supplement")
    await project.say("submit", Submission(submitted_by=UNIT, materials=(more,)))
    supplemented.set()
    assert "材料" in (await deciding).reason.zh
    now = await project.open_review(TENDER)
    assert more in now.materials
    await project.submit_decision(signer.sign(project.decision(review.review_id), now))
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert more.sha256 in counted.detail["judged"] and is_verified_by(counted, signer)


async def test_a_signed_decision_that_the_ledger_cannot_keep_whole_is_refused(project: Project) -> None:
    """Cut, it could not be verified any more. As long as it may be, it is kept whole."""
    signer = await begun(project, StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    plain = project.decision(review.review_id, opinion="见" * 4000)
    room = SIGNED_BYTES - len(statement_of(plain, [m.sha256 for m in review.materials], None).encode())
    full = ("条" * 500,) * (room // 1503 - 1)
    too_long = signer.sign(plain.model_copy(update={"conditions": ("条" * 500,) * 50}), review)
    assert str(SIGNED_BYTES) in (await project.refused(project.submit_decision(too_long))).reason.en
    await project.submit_decision(signer.sign(plain.model_copy(update={"conditions": full}), review))
    (counted,) = await project.recorded(EntryKind.DECISION_COUNTED)
    assert "cut" not in counted.detail and is_verified_by(counted, signer)


async def test_a_retraction_is_signed_for_its_own_project_and_the_ledger_alone_proves_it(project: Project) -> None:
    signer = await begun(project, StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    decision = signer.sign(project.decision(review.review_id), review)
    await project.submit_decision(decision)
    plain = Retraction(decision_id=decision.decision_id, organ=BUREAU, officer=OFFICER, reason="误操作")
    signed = signer.sign_act(plain, project.code)
    attacks = {
        "须经电子签名": plain,
        "未登记": signed.model_copy(update={"key_id": "0" * 16}),
        "同时给出": signed.model_copy(update={"signature": None}),
        "签名不符": signed.model_copy(update={"reason": "另一理由"}),
        "签名不符：": signer.sign_act(plain, "JY-2026-OTHER"),
        "流程（life）": signer.living(ANOTHER_LIFE).sign_act(plain, project.code),
        "流程（life）与": signer.living(None).sign_act(plain, project.code),
    }
    for reason, attack in attacks.items():
        assert reason in (await project.refused(project.say("retract", attack))).reason.zh
    await project.say("retract", signed)
    (retracted,) = await project.recorded(EntryKind.DECISION_RETRACTED)
    assert (retracted.detail["signed"], retracted.detail["life"], retracted.detail["reopens"]) == (
        True,
        signer.life,
        None,
    )
    statement = statement_of_recorded_act(retracted)
    assert signing.is_signed(statement, retracted.detail["signature"], signer.public_key)


async def test_a_waiver_is_signed_by_the_officer_who_grants_it(project: Project) -> None:
    signer = await begun(project, materials=(material("exception"), *(material(kind) for kind in DOCUMENTS)))
    await project.open_review(TENDER)
    rule = next(c.rule for c in resolution().plan.checks if c.strength is Strength.IN_PRINCIPLE)
    plain = WaiverRequest(
        organ=BUREAU,
        officer="xu.ming",
        rule=rule,
        reason="已批复",
        document=material("exception").sha256,
        expires_on=FIRST_OF_JANUARY.date(),
    )
    assert "须经电子签名" in (await project.refused(project.say("waive", plain))).reason.zh
    another = signer.sign_act(plain, project.code)
    assert f"属于 {OFFICER}" in (await project.refused(project.say("waive", another))).reason.zh
    own = await signer_of(project, "xu.ming")
    await project.say("waive", own.sign_act(plain, project.code))
    (waived,) = await project.recorded(EntryKind.FINDING_WAIVED)
    assert signing.is_signed(statement_of_recorded_act(waived), waived.detail["signature"], own.public_key)
    assert [w.rule for w in (await project.status()).waivers] == [rule]


async def test_that_no_signature_is_asked_for_stands_on_every_page_of_the_project(project: Project) -> None:
    await project.begin()
    await project.open_review(TENDER)
    off = await project.status()
    assert off.signatures is SignaturePolicy.OFF
    assert f"**⚠ {SignaturePolicy.OFF.label.zh}**" in display.details(off)
    required = off.model_copy(update={"signatures": SignaturePolicy.REQUIRED})
    assert "签名" not in display.details(required)
