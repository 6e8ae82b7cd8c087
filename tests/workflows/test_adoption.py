"""改用新规: ordered with a reason by whoever has the power, in force at the next border, refused where it does not fit."""

from datetime import date
from typing import Any

from models.effects import EntryKind
from models.messages import Adoption
from models.plan import Plan, StageName
from tests.workflows.installation import FILED_AT, resolution
from tests.workflows.project import BUREAU, CENTRE, Project
from tests.workflows.test_limits import HALF_YEAR

OLD_DAY = date(2026, 1, 5)
NEW_DAY = FILED_AT.date()
TENDER, DESIGN = "tender_neutral", "design_neutral"


def old_law(plan: Plan | None = None) -> Plan:
    """The law as it stood before a change: the design had to be decided in three working days."""

    def then(gate: Any) -> Any:
        return (
            gate.model_copy(update={"term": gate.term.model_copy(update={"amount": 3})}) if gate.id == DESIGN else gate
        )

    plan = plan or resolution().plan
    stages = tuple(s.model_copy(update={"gates": tuple(map(then, s.gates))}) for s in plan.stages)
    return plan.model_copy(update={"stages": stages, "filed_on": OLD_DAY, "version": "0" * 64})


def plan_with_limit() -> Plan:
    plan = resolution().plan
    limit = HALF_YEAR.model_copy(update={"met_by": DESIGN})
    return plan.model_copy(
        update={
            "stages": tuple(
                s.model_copy(update={"limits": (limit,)}) if s.name is StageName.DESIGN else s for s in plan.stages
            )
        }
    )


def order(**given: Any) -> Adoption:
    usual = {"organ": BUREAU, "officer": "xu.ming", "as_of": NEW_DAY, "reason": "新办法施行，项目单位申请"}
    return Adoption(**usual | given)


async def begun(project: Project, plan: Plan | None = None) -> Any:
    await project.begin(plan=plan or old_law())
    return await project.open_review(TENDER)


async def approved(project: Project, review: Any) -> Any:
    await project.submit_decision(project.decision(review.review_id))
    return await project.open_review(DESIGN)


async def test_it_is_in_force_from_the_next_stage_on_and_not_before(project: Project) -> None:
    review = await begun(project)
    await project.say("adopt", order())
    status = await project.status()
    assert status.adopting and status.adopting.order.as_of == NEW_DAY
    assert status.plan_version == "0" * 64 and status.review == review
    design = await approved(project, review)
    status = await project.status()
    assert status.adopting is None and status.plan_version == resolution().plan.version
    assert design.deadline.term == resolution().plan.gate(DESIGN).term
    (ordered,) = project.ledger(EntryKind.ADOPTION_ORDERED)
    (adopted,) = project.ledger(EntryKind.PLAN_ADOPTED)
    assert adopted.stage == StageName.DESIGN and adopted.officer == "xu.ming"
    assert adopted.detail["reason"] == ordered.detail["reason"] == order().reason
    assert adopted.detail["from"]["as_of"] == str(OLD_DAY) and adopted.detail["to"]["as_of"] == str(NEW_DAY)
    assert adopted.detail["to"]["version"] == resolution().plan.version


async def test_nobody_without_the_power_may_order_it_and_no_day_outside_of_the_two(project: Project) -> None:
    await begun(project)
    stranger = await project.refused(project.say("adopt", order(organ=CENTRE, officer="gu.feng")))
    assert BUREAU in stranger.reason.zh
    for day in (OLD_DAY, date(2026, 3, 3)):
        refusal = await project.refused(project.say("adopt", order(as_of=day)))
        assert f"as_of {day}" in refusal.reason.en
    assert project.ledger(EntryKind.ADOPTION_ORDERED) == []


async def test_what_does_not_fit_is_refused_on_record_and_the_project_goes_on(project: Project) -> None:
    """A limit runs that the new law does not have."""
    review = await begun(project, old_law(plan_with_limit()))
    await project.report(project.event("construction_completed"))
    await project.until(lambda s: bool(s.limits), "the limit")
    await project.say("adopt", order())
    design = await approved(project, review)
    assert design.deadline.term.amount == 3, "the former plan stays"
    (refused,) = project.ledger(EntryKind.ADOPTION_REFUSED)
    assert "preliminary" in refused.summary.en
    status = await project.status()
    assert status.adopting is None and [limit.limit for limit in status.limits] == ["preliminary"]
    assert project.ledger(EntryKind.PLAN_ADOPTED) == []


async def test_another_text_than_the_one_examined_is_not_adopted(project: Project) -> None:
    review = await begun(project)
    await project.say("adopt", order(version="f" * 64))
    await approved(project, review)
    (refused,) = project.ledger(EntryKind.ADOPTION_REFUSED)
    assert "f" * 12 in refused.summary.zh


async def test_a_law_that_is_not_in_force_on_that_day_cannot_be_adopted(project: Project) -> None:
    plan = old_law().model_copy(update={"filed_on": date(2001, 1, 1)})
    review = await begun(project, plan)
    await project.say("adopt", order(as_of=date(2002, 1, 1)))
    await approved(project, review)
    (refused,) = project.ledger(EntryKind.ADOPTION_REFUSED)
    assert "2002-01-01" in refused.summary.zh
