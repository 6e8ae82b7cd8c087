"""One project through all six stages, with a return and a rectification on the way, on real parts and nothing prepared."""

from collections import Counter
from itertools import pairwise

import httpx
import yaml

from models.application import Application
from models.effects import EntryKind
from models.finding import SanctionKind
from models.messages import RectificationResponse, Submission, WaiverRequest
from models.plan import StageName
from models.project import ProjectFile, ProjectOutcome, State
from models.review import Verdict
from tests.workflows.installation import ROOT, application, material
from tests.workflows.project import BUREAU, CENTRE, COMMITTEE, FIRST_OF_JANUARY, UNIT, Project
from workflows import names

QUALITIES = ["完整性", "可用性", "复用性", "兼容性", "稳定性", "安全性"]
ACCEPTED_BY = ((CENTRE, "gu.feng"), (BUREAU, "chen.hao"))


async def seed(project: Project, *files: str) -> None:
    """Bring the catalog to where the example needs it."""
    async with httpx.AsyncClient(base_url=project.installation.settings.catalog_url) as catalog:
        for file in files:
            content = (ROOT / file).read_text("utf-8").replace("JY-2026-0001", project.code)
            answer = await catalog.post("/seed", json=yaml.safe_load(content))
            answer.raise_for_status()


async def test_a_project_passes_all_six_stages_and_is_completed(lone_project: Project) -> None:
    file = await lived(lone_project)
    assert file.outcome is ProjectOutcome.COMPLETED
    assert_whole(lone_project)


async def lived(project: Project) -> ProjectFile:
    """The whole life of the example; its closed file."""
    await seed(project, "services/catalog/seeds/jiangyin.yaml", "examples/jiangyin/catalog.yaml")
    await project.file_example()
    await applied(project)
    await coordinated(project)
    await contracted(project)
    await accepted(project)
    await assessed(project)
    return await project.closed()


async def applied(project: Project) -> None:
    await project.decide("admission", BUREAU, "chen.hao")
    await project.decide("forwarding", BUREAU, "lin.yue")


async def coordinated(project: Project) -> None:
    """The first version has faults and is returned; the corrected one has none that blocks, but for the exception."""
    review = await project.open_review("committee")
    assert {finding.rule for finding in review.findings} >= {"JY-18", "JY-19", "JY-23", "JY-26"}
    for member in COMMITTEE[:3]:
        await project.decide("committee", "jy-base-committee", member, Verdict.RETURN)
    await project.until(lambda s: s.round == 2 and s.state is State.AWAITING_MATERIALS, "round 2")
    corrected = listed_only(application(project.code, "corrected.yaml"))
    await project.say(
        "submit", Submission(submitted_by=UNIT, application=corrected, materials=(material("exception"),))
    )
    await excepted(project)
    for member in COMMITTEE[:3]:
        await project.decide("committee", "jy-base-committee", member)
    await project.decide("opinion", CENTRE, "gu.feng")
    await project.decide("decision", BUREAU, "xu.ming")
    await project.reached(StageName.TENDER)


def listed_only(application: Application) -> Application:
    """Without the platform that the regulation names but its list lacks (register A19): no catalog can report its calls."""
    features = tuple(feature for feature in application.features if feature.kind != "citizen_app")
    return application.model_copy(update={"features": features})


async def excepted(project: Project) -> None:
    """What stands against an approval only in principle is waived on a written approval."""
    review = await project.open_review("committee")
    for rule in sorted({f.rule for f in review.findings if f.strength == "in_principle"}):
        waiver = WaiverRequest(
            organ=BUREAU,
            officer="xu.ming",
            rule=rule,
            reason="已批复",
            document=material("exception").sha256,
            expires_on=FIRST_OF_JANUARY.date(),
        )
        await project.say("waive", waiver)


async def contracted(project: Project) -> None:
    for document, gate in (("tender_result", "tender_neutral"), ("design_document", "design_neutral")):
        await project.until(lambda s: s.state is State.AWAITING_MATERIALS, gate)
        await project.say("submit", Submission(submitted_by=UNIT, materials=(material(document),)))
        await project.decide(gate, BUREAU, "chen.hao")


async def accepted(project: Project) -> None:
    """The reuse that was promised has not come true: the evaluation is returned, rectified and then approved."""
    await project.waits(State.UNDER_CONSTRUCTION)
    await project.report(project.event("construction_completed"))
    await project.waits(State.AWAITING_MATERIALS)
    await project.say("submit", Submission(submitted_by=UNIT, materials=(material("acceptance_report"),)))
    await project.decide("evaluation", CENTRE, "gu.feng", Verdict.RETURN)
    await rectified(project)
    for organ, officer in ACCEPTED_BY:
        await project.decide("evaluation", organ, officer)
    await project.decide("acceptance_decision", BUREAU, "xu.ming")


async def rectified(project: Project) -> None:
    status = await project.waits(State.RECTIFYING)
    assert {sanction.kind for sanction in status.sanctions} >= {SanctionKind.BLOCK_DEPARTMENT}
    address = names.rectification_id(f"{project.code}-R1")
    await built(project)
    response = RectificationResponse(submitted_by=UNIT, statement="已整改", materials=(material("evidence"),))
    await project.say("respond", response, address)
    await project.decide("verification", CENTRE, "gu.feng", workflow_id=address)
    status = await project.until(lambda s: s.state is State.UNDER_REVIEW, "the evaluation again")
    assert all(s.lifted_at for s in status.sanctions if s.kind is SanctionKind.BLOCK_DEPARTMENT)


async def built(project: Project) -> None:
    """What was promised comes true: the capabilities are called, the contribution is resident, the data is mounted."""
    await seed(project, "examples/jiangyin/catalog-at-acceptance.yaml")
    own = {contribution.capability for contribution in application(project.code, "corrected.yaml").contributes}
    planned = {r.finding.subject for r in (await project.status()).findings if r.finding.check == "JY-32"}
    async with httpx.AsyncClient(base_url=project.installation.settings.catalog_url) as catalog:
        for name in sorted(own):
            resident = {"project": project.code, "capability": name, "attested": QUALITIES}
            (await catalog.post("/residents", json=resident)).raise_for_status()
        for number, name in enumerate(sorted(planned)):
            call = {"call_id": f"{project.code}-{number}", "project": project.code, "capability": name}
            answer = await catalog.post("/calls", json=call)
            assert answer.is_success, answer.text


async def assessed(project: Project) -> None:
    await project.waits(State.AWAITING_EVENT)
    await project.report(project.event("assessment_opened"))
    for organ, officer in ACCEPTED_BY:
        await project.decide("annual_assessment", organ, officer)
    await project.decide("operation_eligibility", BUREAU, "xu.ming")


def assert_whole(project: Project) -> None:
    """Every outcome has its entry, no entry is doubled, and no letter went out in vain."""
    entries = project.ledger()
    assert [id for id, times in Counter(entry.entry_id for entry in entries).items() if times > 1] == []
    opened = [entry.stage for entry in entries if entry.kind is EntryKind.STAGE_OPENED]
    assert [stage for stage, following in pairwise([*opened, None]) if stage != following] == [*StageName]
    closed = [entry for entry in entries if entry.kind is EntryKind.GATE_CLOSED]
    assert Counter(entry.detail["outcome"] for entry in closed) == {"approved": 12, "returned": 2}
    assert project.ledger(EntryKind.NOTICE_FAILED) == []
