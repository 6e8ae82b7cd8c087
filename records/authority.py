"""Who may act for an organ at a moment: by a post of one's own, or by a delegation 代理 of an officer who holds one."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.authority import Authority, AuthorityQuestion
from models.base import Text
from models.calendar import CHINA
from records import delegations
from records.delegations import Delegation
from records.errors import require_zone
from records.tables import OfficerRow, OrganRow, PostRow


def authority(engine: Engine, question: AuthorityQuestion) -> Authority:
    """Whether the officer may act for the organ at that moment, judged by its day in Asia/Shanghai.

    In one's own name by a post in the organ that is valid that day. On behalf of another by a delegation in that organ
    that is valid that day and not revoked, while the post of whom they stand in for is valid, too, and they themselves
    hold office somewhere. Not granted with its reason, which names what is missing. What was signed is not judged here.

    Raises `RecordError` for a moment without a zone.
    """
    require_zone("at", question.at)
    day = question.at.astimezone(CHINA).date()
    with Session(engine) as session:
        if stranger := _unknown(session, question):
            return Authority(granted=False, reason=stranger)
        if question.on_behalf_of is None:
            return _in_own_name(session, question.officer, question.organ, day)
        return _on_behalf(session, question.officer, question.on_behalf_of, question.organ, day)


def is_valid(post: PostRow, day: date) -> bool:
    """Whether the post gives authority on that day; both its days are included."""
    return post.valid_from <= day and (post.valid_until is None or day <= post.valid_until)


def _in_own_name(session: Session, officer: str, organ: str, day: date) -> Authority:
    query = select(PostRow).where(col(PostRow.officer) == officer, col(PostRow.organ) == organ)
    posts = session.exec(query.order_by(col(PostRow.valid_from))).all()
    if valid := [post for post in posts if is_valid(post, day)]:
        return Authority(granted=True, post=valid[-1].post)
    return Authority(granted=False, reason=_not_valid(posts[-1], day) if posts else _no_post(officer, organ))


def _on_behalf(session: Session, officer: str, principal: str, organ: str, day: date) -> Authority:
    granted = [
        d for d in delegations.recorded(session) if (d.principal, d.delegate, d.organ) == (principal, officer, organ)
    ]
    valid = next((d for d in granted if d.is_valid(day)), None)
    if valid is None:
        return Authority(granted=False, reason=_no_delegation(granted, officer, principal, organ, day))
    held = _in_own_name(session, principal, organ, day)
    if not held.granted:
        return held
    if not _holds_office(session, officer, day):
        return Authority(granted=False, reason=_no_office(officer, day))
    return Authority(granted=True, post=held.post, delegation=valid.id)


def _holds_office(session: Session, officer: str, day: date) -> bool:
    posts = session.exec(select(PostRow).where(col(PostRow.officer) == officer))
    return any(is_valid(post, day) for post in posts)


# ---------------------------------------------------------------- why not


def _unknown(session: Session, question: AuthorityQuestion) -> Text | None:
    if session.get(OrganRow, question.organ) is None:
        return Text(zh=f"登记册中没有机关 {question.organ}", en=f"the register knows no organ {question.organ}")
    officers = (question.officer, question.on_behalf_of) if question.on_behalf_of else (question.officer,)
    stranger = next((officer for officer in officers if session.get(OfficerRow, officer) is None), None)
    if stranger is None:
        return None
    return Text(zh=f"登记册中没有经办人 {stranger}", en=f"the register knows no officer {stranger}")


def _no_post(officer: str, organ: str) -> Text:
    return Text(zh=f"经办人 {officer} 在 {organ} 没有职务", en=f"officer {officer} holds no post in {organ}")


def _no_office(officer: str, day: date) -> Text:
    return Text(
        zh=f"代理人 {officer} 在 {day} 没有任何有效职务，不得代为办理",
        en=f"{officer}, who stands in, holds no valid post anywhere on {day}",
    )


def _no_delegation(granted: Sequence[Delegation], officer: str, principal: str, organ: str, day: date) -> Text:
    if not granted:
        return Text(
            zh=f"{principal} 没有授权 {officer} 在 {organ} 代为办理",
            en=f"{principal} has granted {officer} no delegation in {organ}",
        )
    last = granted[-1]
    if last.revoked_on is not None and last.valid_from <= day <= last.valid_until:
        return Text(
            zh=f"{principal} 对 {officer} 在 {organ} 的授权 {last.id} 已自 {last.revoked_on} 起撤销",
            en=f"delegation {last.id} of {principal} to {officer} in {organ} is revoked since {last.revoked_on}",
        )
    days = f"{last.valid_from} … {last.last_day}"
    return Text(
        zh=f"{principal} 对 {officer} 在 {organ} 的授权 {last.id} 在 {day} 无效（{days}）",
        en=f"delegation {last.id} of {principal} to {officer} in {organ} is not valid on {day} ({days})",
    )


def _not_valid(post: PostRow, day: date) -> Text:
    end_zh, end_en = (f"至 {post.valid_until} ", f" until {post.valid_until}") if post.valid_until else ("", "")
    return Text(
        zh=f"经办人 {post.officer} 在 {post.organ} 的职务在 {day} 无效（自 {post.valid_from} {end_zh}有效）",
        en=f"the post of officer {post.officer} in {post.organ} is not valid on {day} (from {post.valid_from}{end_en})",
    )
