"""代理: who stands in for whom in an organ, from which day to which. Granted and revoked, never edited.

Nobody passes on what they hold by delegation only, nobody stands in for themselves, round a circle or not, and on one day
an officer has one delegate in an organ. Every grant and every revocation stands in the journal of the register.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.base import Code, Input, Sentence, Text, Value
from models.effects import EntryKind
from records import journal
from records.database import writing
from records.errors import DelegationRefused, fault
from records.tables import DelegationRow, OfficerRow, OrganRow, PostRow

_DAY = timedelta(days=1)


class Delegation(Value):
    """The delegate acts for the principal in the organ; both days are included, in Asia/Shanghai.

    `revoked_on` is the first day on which it gives no authority any more.
    """

    id: str
    principal: str
    delegate: str
    organ: str
    valid_from: date
    valid_until: date
    reason: str
    granted_by: str
    revoked_on: date | None = None
    revoked_reason: str | None = None

    @property
    def last_day(self) -> date:
        """The last day on which it gives authority; before `valid_from` where it was revoked before it began."""
        return self.valid_until if self.revoked_on is None else min(self.valid_until, self.revoked_on - _DAY)

    def is_valid(self, on: date) -> bool:
        """Whether it gives authority on that day."""
        return self.valid_from <= on <= self.last_day


class Request(Input):
    """What is asked for when a delegation is granted."""

    principal: Code
    delegate: Code
    organ: Code
    valid_from: date
    valid_until: date
    reason: Sentence


class Span(NamedTuple):
    """The days of a post, both included; `until` is None while it has no end."""

    since: date
    until: date | None


class Wrong(NamedTuple):
    """What is wrong with a delegation."""

    delegation: str
    field: str
    value: object
    rule: str

    def __str__(self) -> str:
        return fault(f"delegations.{self.delegation}.{self.field}", self.value, self.rule)


Posts = Mapping[tuple[str, str], Sequence[Span]]
"""The spans of every post, by officer and organ."""


class Known(NamedTuple):
    """What a delegation is judged against: the officers, the organs that decide, and the posts."""

    officers: Set[str]
    organs: Set[str]
    posts: Posts


# ---------------------------------------------------------------- the rules


def contradictions(new: Sequence[Delegation], standing: Sequence[Delegation], known: Known) -> list[Wrong]:
    """What is wrong with the new delegations, and which standing one loses the post that it rests on. Pure."""
    everything = (*standing, *new)
    return [
        *(f for one in new for f in _wrong_alone(one, known)),
        *(f for one in everything for f in _without_post(one, everything, known)),
        *(f for number, one in enumerate(new) for f in _doubled(one, (*standing, *new[:number]))),
        *(f for one in new for f in _circular(one, everything)),
    ]


def _wrong_alone(one: Delegation, known: Known) -> Iterator[Wrong]:
    if one.valid_until < one.valid_from:
        yield _fault(one, "valid_until", one.valid_until, f"must not lie before valid_from {one.valid_from}")
    if one.organ not in known.organs:
        yield _fault(one, "organ", one.organ, "must be the id of a known organ")
    for field, officer in (("principal", one.principal), ("delegate", one.delegate)):
        if officer not in known.officers:
            yield _fault(one, field, officer, "must be the id of a known officer")
    if one.delegate == one.principal:
        yield _fault(one, "delegate", one.delegate, "must be somebody else than the principal")
    if (one.revoked_on is None) is not (one.revoked_reason is None):
        yield _fault(one, "revoked_reason", one.revoked_reason, "goes with revoked_on, and revoked_on with it")


def _without_post(one: Delegation, everything: Sequence[Delegation], known: Known) -> Iterator[Wrong]:
    """A principal gives away only what a post in that organ gives them, on every day."""
    if one.principal not in known.officers or one.organ not in known.organs:
        return
    bare = first_uncovered(known.posts.get((one.principal, one.organ), ()), one.valid_from, one.last_day)
    if bare is None:
        return
    held = next(
        (d.id for d in everything if (d.delegate, d.organ) == (one.principal, one.organ) and _meet(d, one)), None
    )
    rule = (
        f"must hold a post of their own in {one.organ}: what is held by delegation {held} only cannot be passed on"
        if held
        else f"must hold a post in {one.organ} on every day of the delegation, and holds none on {bare}"
    )
    yield _fault(one, "principal", one.principal, rule)


def first_uncovered(spans: Iterable[Span], first: date, last: date) -> date | None:
    """The first day, both included, that lies in none of the spans; None where each lies in one."""
    day = first
    for span in sorted(spans, key=lambda s: s.since):
        if span.since <= day and (span.until is None or day <= span.until):
            if span.until is None:
                return None
            day = span.until + _DAY
    return day if day <= last else None


def _doubled(one: Delegation, earlier: Iterable[Delegation]) -> Iterator[Wrong]:
    for other in earlier:
        if other.id == one.id:
            yield _fault(one, "id", one.id, "must be unique")
        elif (other.principal, other.organ) == (one.principal, one.organ) and _meet(other, one):
            days = f"{other.valid_from} … {other.last_day}"
            rule = f"has a delegate in {one.organ} already: {other.delegate}, by {other.id} ({days}); revoke that first"
            yield _fault(one, "principal", one.principal, rule)


def _circular(one: Delegation, everything: Sequence[Delegation]) -> Iterator[Wrong]:
    others = [d for d in everything if d.organ == one.organ and d.id != one.id]
    path = _way(one.delegate, one.principal, Span(one.valid_from, one.last_day), others)
    if path and one.delegate != one.principal:
        named = " → ".join((one.principal, one.delegate, *path))
        yield _fault(one, "delegate", one.delegate, f"must not lead back to the principal ({named})")


def _way(start: str, goal: str, days: Span, edges: Sequence[Delegation]) -> tuple[str, ...] | None:
    """From delegate to delegate, all on one and the same day; None where it does not lead there."""
    seen: set[tuple[str, date, date]] = set()
    ahead: list[tuple[str, date, date, tuple[str, ...]]] = [(start, days.since, days.until or date.max, ())]
    while ahead:
        who, first, last, path = ahead.pop()
        if first > last or (who, first, last) in seen:
            continue
        if who == goal:
            return path
        seen.add((who, first, last))
        ahead += [
            (d.delegate, max(first, d.valid_from), min(last, d.last_day), (*path, d.delegate))
            for d in edges
            if d.principal == who
        ]
    return None


def _meet(one: Delegation, other: Delegation) -> bool:
    if one.id == other.id:
        return False
    return max(one.valid_from, other.valid_from) <= min(one.last_day, other.last_day)


def _fault(one: Delegation, field: str, value: object, rule: str) -> Wrong:
    return Wrong(one.id, field, str(value) if isinstance(value, date) else value, rule)


# ---------------------------------------------------------------- on record


def grant(engine: Engine, request: Request, *, by: str, at: datetime) -> Delegation:
    """Put a delegation on record, with its journal entry. `by` is who ran the command; `at` its moment, with a zone.

    Raises `DelegationRefused` naming field, value and rule of everything that is wrong; nothing is changed then.
    """
    with writing(engine) as session:
        standing = recorded(session)
        one = Delegation(id=_new_id(standing, at), granted_by=by, **request.model_dump())
        if wrong := contradictions((one,), standing, known(session)):
            raise DelegationRefused(
                [fault(w.field, w.value, w.rule) if w.delegation == one.id else str(w) for w in wrong]
            )
        put(session, one, by=by, at=at)
        return one


def revoke(engine: Engine, delegation_id: str, *, reason: str, on: date, by: str, at: datetime) -> Delegation:
    """End the delegation: from the day `on` it gives no authority. What was decided under it stands.

    Raises `DelegationRefused` for one that is unknown, has ended or is revoked already; nothing is changed then.
    """
    with writing(engine) as session:
        row = session.get(DelegationRow, delegation_id)
        if rule := _irrevocable(row, on):
            raise DelegationRefused([fault("id", delegation_id, rule)])
        assert row
        end(session, row, on=on, reason=reason, by=by, at=at)
        return _delegation(row)


def _irrevocable(row: DelegationRow | None, on: date) -> str | None:
    if row is None:
        return "must be a delegation on record"
    if row.revoked_on is not None:
        return f"is revoked already, since {row.revoked_on}"
    return f"has ended by itself on {row.valid_until}" if row.valid_until < on else None


def put(session: Session, one: Delegation, *, by: str, at: datetime) -> None:
    """Add the row and its journal entry in the caller's transaction; the caller has judged it."""
    session.add(DelegationRow(**one.model_dump(exclude={"revoked_on", "revoked_reason"}), recorded_at=at))
    # The row before the entry, and the officers before the row: foreign keys are checked at once.
    session.flush()
    journal.note(
        session,
        EntryKind.DELEGATION_GRANTED,
        one.id,
        by=by,
        at=at,
        summary=Text(
            zh=f"{one.organ}：{one.delegate} 代 {one.principal}，{one.valid_from} 至 {one.valid_until}（授权 {one.id}）",
            en=f"{one.organ}: {one.delegate} for {one.principal}, {one.valid_from} to {one.valid_until} ({one.id})",
        ),
        detail=one.model_dump(mode="json", exclude={"revoked_on", "revoked_reason"}),
    )


def end(session: Session, row: DelegationRow, *, on: date, reason: str, by: str, at: datetime) -> None:
    """Note the revocation in the row and in the journal, in the caller's transaction."""
    row.revoked_on, row.revoked_reason = on, reason
    session.add(row)
    session.flush()
    journal.note(
        session,
        EntryKind.DELEGATION_REVOKED,
        row.id,
        by=by,
        at=at,
        summary=Text(zh=f"自 {on} 起撤销授权 {row.id}：{reason}", en=f"{row.id} is revoked from {on} on: {reason}"),
        detail={"id": row.id, "organ": row.organ, "revoked_on": on.isoformat(), "reason": reason},
    )


def delegations(engine: Engine, on: date | None = None) -> list[Delegation]:
    """Every delegation on record, by its first day; with `on` those that give authority on that day."""
    with Session(engine) as session:
        return [one for one in recorded(session) if on is None or one.is_valid(on)]


def recorded(session: Session) -> list[Delegation]:
    """Every delegation, as this transaction sees them."""
    query = select(DelegationRow).order_by(col(DelegationRow.valid_from), col(DelegationRow.id))
    return [_delegation(row) for row in session.exec(query)]


def known(session: Session) -> Known:
    """Officers, organs and posts, as this transaction sees them."""
    posts: dict[tuple[str, str], list[Span]] = {}
    for row in session.exec(select(PostRow)):
        posts.setdefault((row.officer, row.organ), []).append(Span(row.valid_from, row.valid_until))
    organs = session.exec(select(OrganRow.id).where(col(OrganRow.kind) == "organ"))
    return Known(frozenset(session.exec(select(OfficerRow.id))), frozenset(organs), posts)


def _new_id(standing: Sequence[Delegation], at: datetime) -> str:
    taken = {one.id for one in standing}
    number = sum(one.startswith(f"dl-{at.year}-") for one in taken) + 1
    while f"dl-{at.year}-{number}" in taken:
        number += 1
    return f"dl-{at.year}-{number}"


def _delegation(row: DelegationRow) -> Delegation:
    return Delegation.model_validate(row.model_dump(exclude={"recorded_at"}))
