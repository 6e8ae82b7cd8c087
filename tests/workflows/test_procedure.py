"""办理程序: what a procedure is told and refuses, on real parts. Which steps each has is shown by the cases."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
import pytest_asyncio

from models.application import Material, Party
from models.base import Text
from models.effects import EntryKind, LedgerEntry
from models.finding import Sanction, SanctionEnd, SanctionKind, Strength
from models.messages import EventReport, Withdrawal
from models.plan import Holding
from models.procedure import ProcedureApplication, ProcedureFile
from models.project import ProjectOutcome, RectificationRef, State
from models.review import Decision, Verdict
from runtime import client as messenger
from simulation.histories import every_run, replay
from tests.workflows.installation import FILED_AT, Installation
from tests.workflows.matter import Matter
from tests.workflows.test_points import BY_RULE
from workflows import names
from workflows.reports import RECTIFICATION_CLOSED, RECTIFICATION_ESCALATED, claim_of

CENTRE = "jy-ops-centre"
OFFICER_OF = {CENTRE: "zhou.lan", "jy-data-bureau": "chen.hao"}
UNIT = Party(code="jy-cg-info", name="信息中心")

_numbers = count(1)


class Applied(Matter):
    """A procedure that was applied for, and who speaks to it."""

    def __init__(self, installation: Installation, application: ProcedureApplication) -> None:
        address = names.procedure_id(application.procedure, application.code)
        super().__init__(installation, application.code, address)
        self.application = application

    async def begin(self, **changes: Any) -> None:
        """Start it at the tests' legal moment, and wait until it waits."""
        await self.installation.set_date(FILED_AT)
        filers = (self.application.prepared_by,)
        shift = self.installation.shift
        file = ProcedureFile(application=self.application, filers=filers, clock_shift=shift)
        await self.start("Procedure", file.model_copy(update=changes))
        await self.still()


def application(procedure: str, form: dict[str, Any], **changes: Any) -> ProcedureApplication:
    given: dict[str, Any] = {
        "regulation": "jiangyin",
        "procedure": procedure,
        "code": f"JY-P-{next(_numbers):04}",
        "title": "测试",
        "unit": UNIT,
        "prepared_by": "liu.fang",
        "form": form,
    }
    return ProcedureApplication.model_validate(given | changes)


FILING = {"project_name": "园区平台", "money": "镇街园区财政", "needs": "云主机两台", "self_built": "无"}
MISUSE = {"application": "JY-CA-1", "capability": "视频融合平台", "found": "提供给第三方", "facts": "流转给公司"}


@pytest_asyncio.fixture
async def filing(shared: Installation) -> AsyncIterator[Applied]:
    """A filing for the record, which the Operations Centre acknowledges. Replayed when the test has passed."""
    applied = Applied(shared, application("project_filing", FILING))
    yield applied
    assert await replay(await every_run(shared.client, applied.workflow_id)) == []
    if (await applied.status()).state is not State.CLOSED:
        await applied.project.terminate()


@pytest_asyncio.fixture
async def misuse(shared: Installation) -> AsyncIterator[Applied]:
    """A check of misuse, in which another unit has to state its case. Replayed when the test has passed."""
    centre = Party(code=CENTRE, name="市城运中心")
    of_user = application(
        "capability_misuse", MISUSE, unit=centre, prepared_by="gu.feng", parties={"user": "jy-jt-info"}
    )
    applied = Applied(shared, of_user)
    yield applied
    assert await replay(await every_run(shared.client, applied.workflow_id)) == []
    if (await applied.status()).state is not State.CLOSED:
        await applied.project.terminate()


async def test_its_steps_are_taken_and_its_end_is_on_record_and_in_the_register(filing: Applied) -> None:
    await filing.begin()
    await filing.decide("acknowledgement", CENTRE, "zhou.lan")
    await filing.still()
    assert (await filing.status()).outcome is ProjectOutcome.COMPLETED
    kinds = [entry.kind for entry in filing.ledger()]
    assert kinds[0] is EntryKind.PROCEDURE_OPENED and kinds[-1] is EntryKind.PROCEDURE_CLOSED
    assert EntryKind.REGISTER_CHANGED in kinds


async def test_the_search_attributes_say_which_procedure_and_which_step(filing: Applied) -> None:
    await filing.begin()
    status = await filing.status()
    assert (status.procedure, status.gate, status.awaiting) == ("project_filing", "acknowledgement", (CENTRE,))
    description = await filing.project.describe()
    assert description.typed_search_attributes[names.STAGE] == "project_filing"
    assert description.typed_search_attributes[names.GATE] == "acknowledgement"


async def test_its_signatures_are_for_the_life_that_began_with_its_first_run(filing: Applied) -> None:
    await filing.begin()
    assert (await filing.status()).life == (await filing.project.describe()).run_id


async def test_a_form_with_faults_is_returned_and_goes_on_once_it_is_mended(shared: Installation) -> None:
    applied = Applied(shared, application("project_filing", FILING | {"money": "捐款"}))
    await applied.begin()
    status = await applied.status()
    assert (status.state, status.awaiting) == (State.AWAITING_MATERIALS, (UNIT.code,))
    assert "资金来源" in str(await applied.refused(applied.submit("liu.fang", form=FILING | {"money": "还是捐款"})))
    await applied.submit("liu.fang", form=FILING)
    await applied.still()
    assert (await applied.status()).state is State.UNDER_REVIEW
    await applied.project.terminate()


async def test_what_nobody_offers_is_not_admitted_and_says_what_is(shared: Installation) -> None:
    applied = Applied(shared, application("no_such_procedure", {}))
    await applied.begin()
    assert (await applied.status()).outcome is ProjectOutcome.NOT_ADMITTED
    (entry,) = applied.ledger(EntryKind.PROJECT_REFUSED)
    assert "project_filing" in entry.summary.zh


async def test_a_party_that_is_not_named_is_asked_for(shared: Installation) -> None:
    applied = Applied(shared, application("capability_misuse", MISUSE))
    await applied.begin()
    (entry,) = applied.ledger(EntryKind.PROJECT_REFUSED)
    assert "parties.user" in entry.summary.zh


async def test_whoever_prepared_it_does_not_decide_on_it(shared: Installation) -> None:
    centre = Party(code=CENTRE, name="市城运中心")
    applied = Applied(shared, application("project_filing", FILING, unit=centre, prepared_by="gu.feng"))
    await applied.begin()
    with pytest.raises(messenger.Refusal, match=r"gu[.]feng"):
        await applied.decide("acknowledgement", CENTRE, "gu.feng")
    await applied.project.terminate()


async def test_only_the_awaited_party_hands_in(misuse: Applied) -> None:
    await misuse.begin()
    statement = {"statement": "已关闭", "stopped": True}
    assert (await misuse.status()).awaiting == ("jy-jt-info",)
    assert "jy-jt-info" in str(await misuse.refused(misuse.submit("gu.feng", form=statement)))
    assert "jy-jt-info" in str(await misuse.refused(misuse.submit("gu.feng", party=CENTRE, form=statement)))
    assert "说明" in str(await misuse.refused(misuse.submit("sun.bo", form={"stopped": True})))
    await misuse.submit("sun.bo", form=statement)
    await misuse.still()
    assert (await misuse.status()).gate == "finding"
    assert "nothing is awaited" in str(await misuse.refused(misuse.submit("sun.bo", form=statement)))


async def test_the_same_submission_twice_is_one(misuse: Applied) -> None:
    await misuse.begin()
    statement = {"statement": "已关闭", "stopped": True}
    first = await misuse.submit("sun.bo", "the-same", form=statement)
    await misuse.still()
    assert await misuse.submit("sun.bo", "the-same", form=statement) == first
    assert len(misuse.ledger(EntryKind.MATERIALS_SUBMITTED)) == 1


async def test_a_decision_by_signal_counts_once_however_often_it_comes(filing: Applied) -> None:
    await filing.begin()
    review = await filing.open_review("acknowledgement")
    decision = Decision(
        decision_id="by-signal",
        review_id=review.review_id,
        organ=CENTRE,
        officer="zhou.lan",
        verdict=Verdict.RETURN,
        opinion="需求不清",
    )
    for _ in range(2):
        await filing.project.signal("decide", decision)
    await filing.still()
    assert len(filing.ledger(EntryKind.DECISION_COUNTED)) == 1
    assert (await filing.status()).awaiting == (UNIT.code,)


async def test_after_a_return_the_review_opens_anew_and_the_old_one_counts_no_more(filing: Applied) -> None:
    await filing.begin()
    first = await filing.open_review("acknowledgement")
    await filing.decide("acknowledgement", CENTRE, "zhou.lan", Verdict.RETURN)
    await filing.still()
    await filing.submit("liu.fang", form=FILING | {"needs": "云主机三台"})
    await filing.still()
    second = await filing.open_review("acknowledgement")
    assert (first.round, second.round) == (1, 2)
    with pytest.raises(messenger.Refusal):
        await filing.decide("acknowledgement", CENTRE, "zhou.lan", review_id=first.review_id)
    assert (await filing.status()).state is State.UNDER_REVIEW


async def test_the_applicant_takes_it_back(filing: Applied) -> None:
    await filing.begin()
    await filing.say("withdraw", Withdrawal(withdrawn_by="liu.fang", reason="改由市级立项"))
    await filing.still()
    assert (await filing.status()).outcome is ProjectOutcome.WITHDRAWN


@pytest.mark.parametrize("day", ["2199-01-04", "9999-12-31"])
async def test_a_day_from_which_no_term_can_be_counted_is_returned_and_stops_nothing(
    shared: Installation, day: str
) -> None:
    """Counting from it would fail the workflow task for ever."""
    stop = {"subject": "能力", "entry": "统一支付", "action": "停用", "decided_on": day, "reason": "替换"}
    applied = Applied(shared, application("capability_stop", stop))
    await applied.begin()
    status = await applied.status()
    assert status.state is State.AWAITING_MATERIALS
    assert any(day in missing for missing in status.missing)
    assert day in str(await applied.refused(applied.submit("liu.fang", form=stop)))
    await applied.project.terminate()


async def test_a_withdrawal_that_was_answered_while_the_last_review_closed_ends_it(filing: Applied) -> None:
    await filing.begin()
    await filing.decide("acknowledgement", CENTRE, "zhou.lan")
    try:
        await filing.say("withdraw", Withdrawal(withdrawn_by="liu.fang", reason="改由市级立项"))
    except messenger.Refusal:
        await filing.still()
        assert (await filing.status()).outcome is ProjectOutcome.COMPLETED
    else:
        await filing.still()
        assert (await filing.status()).outcome is ProjectOutcome.WITHDRAWN


async def test_what_is_owed_is_not_withdrawn(shared: Installation) -> None:
    applied = Applied(shared, application("project_filing", FILING))
    await applied.begin(owed=True)
    with pytest.raises(messenger.Refusal, match="不得撤回"):
        await applied.say("withdraw", Withdrawal(withdrawn_by="liu.fang", reason="不报了"))
    await applied.project.terminate()


async def test_what_the_catalog_refuses_after_its_approval_is_reviewed_anew(shared: Installation) -> None:
    """Nothing counts that the organs have not seen."""
    await _offer(shared, "统一支付")
    published = {"capability": "统一支负", "specification": "统一支付对接规范 V9", "effective_on": "2026-03-02"}
    text = Material(kind="specification_text", name="v9.pdf", sha256="0" * 64, size=1)
    applied = Applied(shared, application("specification_publication", published))
    await applied.begin(materials=(text,))
    review = await applied.open_review("approval")
    await applied.decide("approval", review.organs[0], OFFICER_OF[review.organs[0]])
    await applied.still()
    assert (await applied.status()).state is State.AWAITING_MATERIALS
    await applied.submit("liu.fang", form=published | {"capability": "统一支付"})
    await applied.still()
    again = await applied.open_review("approval")
    assert again.round == 2
    assert not [e for e in applied.ledger(EntryKind.REGISTER_CHANGED)]
    await applied.decide("approval", again.organs[0], OFFICER_OF[again.organs[0]])
    await applied.still()
    assert (await applied.status()).outcome is ProjectOutcome.COMPLETED


async def _offer(installation: Installation, capability: str) -> None:
    """Bring a capability into the catalog, as its residency does."""
    async with httpx.AsyncClient(base_url=installation.settings.catalog_url) as catalog:
        for verb, data in (
            ("offer", {"category": "能力中台", "operator": "市传媒集团"}),
            ("admit", {}),
            ("publish", {}),
        ):
            change = {
                "key": f"test/{verb}",
                "subject": "capability",
                "entry": capability,
                "verb": verb,
                "at": FILED_AT.isoformat(),
                "data": data,
            }
            (await catalog.post("/changes", json=change)).raise_for_status()


async def test_the_sanction_that_ends_it_is_reported_twice_and_stands_in_its_file_once(filing: Applied) -> None:
    rectification = RectificationRef(
        rectification_id=f"project_filing-{filing.code}-R1", holds=Holding.STAGE, opened_at=FILED_AT
    )
    await filing.begin(rectifications=(rectification,))
    ending = Sanction(
        sanction_id=f"{rectification.rectification_id}/s1/terminate",
        kind=SanctionKind.TERMINATE,
        project=filing.code,
        department=UNIT.code,
        rule="NA-26",
        citation=BY_RULE,
        strength=Strength.MANDATORY,
        reason="整改不合格",
        imposed_at=FILED_AT,
        ends=SanctionEnd.NEVER,
    ).model_dump(mode="json")
    known = {"rectification_id": rectification.rectification_id}
    await told_by_record(filing, "R1-s1", RECTIFICATION_ESCALATED, {**known, "sanction": ending})
    await told_by_record(
        filing, "R1-closed", RECTIFICATION_CLOSED, {**known, "outcome": "rejected", "terminated": ending}
    )
    status = await filing.until(lambda status: status.outcome is not None, "the end by the sanction")
    assert status.outcome is ProjectOutcome.TERMINATED
    assert [sanction.kind for sanction in status.sanctions] == [SanctionKind.TERMINATE]


async def told_by_record(applied: Applied, event_id: str, event: str, data: dict[str, Any]) -> None:
    """Report as a rectification does: put it on record, then tell."""
    report = EventReport(
        event_id=event_id, event=event, occurred_on=FILED_AT.date(), reported_by="rectification", data=data
    )
    claim = claim_of(report, applied.code)
    entry = LedgerEntry(**dict(claim), at=FILED_AT, summary=Text(zh="整改", en="rectification"))
    applied.installation.record(entry)
    await applied.report(report)
