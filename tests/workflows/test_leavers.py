"""Leave, leavers and empty offices: who may decide is asked when they decide, and nobody's absence decides anything."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from models.effects import EntryKind
from models.messages import Extension
from models.plan import StageName
from models.project import State
from models.review import Outcome, Verdict
from records import database, delegations
from records.delegations import Delegation, Request
from records.tables import OfficerRow, PostRow
from simulation.histories import notices_in
from tests.workflows.installation import FILED_AT, Installation
from tests.workflows.project import BUREAU, CENTRE, Project

TODAY, YESTERDAY = FILED_AT.date(), FILED_AT.date() - timedelta(days=1)
NEWCOMERS = ("pang.an", "qiu.bo", "ren.ce", "shi.di", "tao.li", "wu.fan")
SINCE, LAST = date(2024, 1, 1), date(2026, 12, 31)


@contextmanager
def records(installation: Installation) -> Iterator[Session]:
    engine = database.connect(installation.settings.database_url)
    try:
        with database.writing(engine) as session:
            yield session
    finally:
        engine.dispose()


def appoint(installation: Installation, officer: str, organ: str) -> None:
    with records(installation) as session:
        session.merge(OfficerRow(id=officer, name=officer))
        session.flush()
        session.add(PostRow(officer=officer, organ=organ, valid_from=SINCE, post="科员"))


def leave(installation: Installation, officer: str, last_day: date = YESTERDAY) -> None:
    """The officer leaves every post; the register says so from now on."""
    with records(installation) as session:
        for post in session.exec(select(PostRow).where(col(PostRow.officer) == officer)):
            post.valid_until = last_day
            session.add(post)


async def test_an_officer_who_leaves_while_a_review_is_open_decides_no_more_and_what_they_decided_stands(
    project: Project,
) -> None:
    """What was voted in office counts on; the review waits for their organ, and a successor finishes it."""
    installation = project.installation
    for officer, organ in (("pang.an", CENTRE), ("qiu.bo", BUREAU)):
        appoint(installation, officer, organ)
    await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
    review = await project.open_review("annual_assessment")
    await project.submit_decision(project.decision(review.review_id, organ=CENTRE, officer="pang.an"))
    for officer in ("pang.an", "qiu.bo"):
        leave(installation, officer)
    late = project.decision(review.review_id, officer="qiu.bo")
    refusal = await project.refused(project.submit_decision(late))
    assert "qiu.bo" in refusal.reason.zh and "无效" in refusal.reason.zh
    await project.project.signal("decide", late)
    (recorded,) = await project.recorded(EntryKind.DECISION_REFUSED)
    assert recorded.summary == refusal.reason
    status = await project.status()
    assert (status.awaiting, status.state) == ((BUREAU,), State.UNDER_REVIEW)
    assert (await project.submit_decision(project.decision(review.review_id))).outcome is Outcome.APPROVED


@pytest.fixture(autouse=True)
def _as_before(shared: Installation) -> Iterator[None]:
    """Other tests share the register: whoever was appointed here leaves it again."""
    yield
    with records(shared) as session:
        for post in session.exec(select(PostRow).where(col(PostRow.officer).in_(NEWCOMERS))):
            session.delete(post)


@contextmanager
def delegation(installation: Installation, principal: str, delegate: str) -> Iterator[Callable[[], Delegation]]:
    """A delegation in the centre, by new officers; and how it ends today."""
    appoint(installation, principal, CENTRE)
    appoint(installation, delegate, "jy-cg")
    engine = database.connect(installation.settings.database_url)
    request = Request(
        principal=principal, delegate=delegate, organ=CENTRE, valid_from=SINCE, valid_until=LAST, reason="休假"
    )
    granted = delegations.grant(engine, request, by="admin", at=FILED_AT - timedelta(days=9))
    try:
        yield lambda: delegations.revoke(engine, granted.id, reason="销假", on=TODAY, by="admin", at=FILED_AT)
    finally:
        engine.dispose()


async def test_a_delegation_that_ends_while_a_review_is_open_gives_nothing_more_and_what_it_gave_stands(
    project: Project,
) -> None:
    installation = project.installation
    with delegation(installation, "ren.ce", "shi.di") as end, delegation(installation, "tao.li", "wu.fan") as end_too:
        await project.begin(StageName.POST_EVALUATION, events=(project.event("assessment_opened"),))
        review = await project.open_review("annual_assessment")
        given = {"organ": CENTRE, "officer": "shi.di", "on_behalf_of": "ren.ce", "verdict": Verdict.ABSTAIN}
        await project.submit_decision(project.decision(review.review_id, **given))
        end()
        end_too()
    late = project.decision(review.review_id, organ=CENTRE, officer="wu.fan", on_behalf_of="tao.li")
    refusal = await project.refused(project.submit_decision(late))
    assert "撤销" in refusal.reason.zh and "wu.fan" in refusal.reason.zh
    await project.project.signal("decide", late)
    (recorded,) = await project.recorded(EntryKind.DECISION_REFUSED)
    assert recorded.summary == refusal.reason
    for organ, officer in ((CENTRE, "gu.feng"), (BUREAU, "chen.hao")):
        receipt = await project.submit_decision(project.decision(review.review_id, organ=organ, officer=officer))
    assert receipt.outcome is Outcome.APPROVED
    counted = [(entry.officer, entry.on_behalf_of) for entry in project.ledger(EntryKind.DECISION_COUNTED)]
    assert counted == [("shi.di", "ren.ce"), ("gu.feng", None), ("chen.hao", None)]


async def test_a_review_whose_organ_has_lost_its_last_officer_is_late_and_waits_and_never_passes(
    lone_project: Project,
) -> None:
    """Long after its deadline, with every reminder told, there is still no outcome; the first one appointed gives it."""
    project, installation = lone_project, lone_project.installation
    await project.begin()
    review = await project.open_review("tender_neutral")
    await project.still()
    for officer in ("chen.hao", "lin.yue", "xu.ming"):
        leave(installation, officer)
    extension = Extension(
        organ=BUREAU, officer="xu.ming", review_id=review.review_id, working_days=3, reason="无人可办"
    )
    assert "无效" in (await project.refused(project.say("extend", extension))).reason.zh
    await project.still()
    await installation.advance_to(review.deadline.receipt.due_at + timedelta(days=60))
    await project.still()
    status = await project.status()
    assert (status.state, status.overdue, status.awaiting) == (State.UNDER_REVIEW, True, (BUREAU,))
    assert status.review and status.review.deadline.told == review.deadline.rungs
    told = Counter(sent.notice.notice_id for sent in await notices_in(await project.histories(), timedelta()))
    assert max(told.values()) == 1
    assert project.ledger(EntryKind.GATE_CLOSED) == []
    assert len(project.ledger(EntryKind.DEADLINE_PASSED)) == 1
    appoint(installation, "xin.lai", BUREAU)
    receipt = await project.submit_decision(project.decision(review.review_id, officer="xin.lai"))
    assert receipt.outcome is Outcome.APPROVED
