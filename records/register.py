"""The register 登记册 of organs, departments, units and officers: how it is imported, and what is asked of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.authority import Authority, AuthorityQuestion
from models.base import Text, Value
from models.calendar import CHINA
from records.database import writing
from records.errors import RegisterError, fault, require_zone
from records.register_file import OrganKind, Place, RegisterFile, contradictions, read_register_file
from records.tables import OfficerRow, OrganRow, PostRow, Row


class Organ(Value):
    """A party of the register. `superior` is the organ above it, or a unit's department."""

    id: str
    name: Text
    kind: OrganKind
    superior: str | None = None
    regulation: str | None = None


class Officer(Value):
    """An officer in the post that they hold in one organ on one day."""

    id: str
    name: str
    post: str
    email: str | None = None


class RegisterCounts(Value):
    """What an imported file held, and how many rows it added or changed: 0 when it is imported again."""

    organs: int
    departments: int
    units: int
    officers: int
    posts: int
    changed: int


# ---------------------------------------------------------------- import


def import_register(engine: Engine, path: Path) -> RegisterCounts:
    """Put the file on record, all of it or nothing. Importing it again changes nothing.

    The file is authoritative for the parties and officers that it names: it adds and updates them. It removes nobody. A
    post ends by its `valid_until`, never by being left out: where a post without an end is on record in a party of the
    file and the file lacks it, the import is refused, so that nobody believes an authority ended that did not.

    Raises `RegisterError` naming file, key, value and rule of every fault; OSError if the file cannot be read.
    """
    file = read_register_file(path)
    with writing(engine) as session:
        faults = [*contradictions(file, _places(session)), *_forgotten_posts(session, file)]
        if faults:
            raise RegisterError(path.name, faults)
        return _counts(file, changed=_put(session, file))


def _put(session: Session, file: RegisterFile) -> int:
    posts = [PostRow(officer=o.id, **post.model_dump()) for o in file.officers for post in o.posts]
    officers = [OfficerRow(id=o.id, name=o.name, email=o.email) for o in file.officers]
    return _merge(session, _organ_rows(file)) + _merge(session, officers) + _merge(session, posts)


def _organ_rows(file: RegisterFile) -> list[OrganRow]:
    regulations = {organ.id: organ.regulation for organ in file.organs}
    places = file.places()
    return [
        OrganRow(
            id=party.id,
            name_zh=party.name.zh,
            name_en=party.name.en,
            kind=places[party.id].kind.value,
            superior=places[party.id].superior,
            regulation=regulations.get(party.id),
        )
        for party in file.parties()
    ]


def _merge(session: Session, rows: Iterable[Row]) -> int:
    """Insert or update the rows, and count those that were not on record like this."""
    with session.no_autoflush:
        for row in rows:
            session.merge(row)
    changed = len(session.new) + sum(session.is_modified(row) for row in session.dirty)
    session.flush()
    return changed


def _places(session: Session) -> dict[str, Place]:
    return {row.id: Place(OrganKind(row.kind), row.superior) for row in session.exec(select(OrganRow))}


def _forgotten_posts(session: Session, file: RegisterFile) -> list[str]:
    named = {(o.id, post.organ, post.valid_from) for o in file.officers for post in o.posts}
    query = select(PostRow).where(col(PostRow.organ).in_(file.places()), col(PostRow.valid_until).is_(None))
    return [
        fault(f"officers.{row.officer}.posts", f"{row.organ} from {row.valid_from}", _END_IT)
        for row in session.exec(query)
        if (row.officer, row.organ, row.valid_from) not in named
    ]


_END_IT = "is on record without an end and must not be left out; end it with valid_until"


def _counts(file: RegisterFile, changed: int) -> RegisterCounts:
    return RegisterCounts(
        organs=len(file.organs),
        departments=len(file.departments),
        units=len(file.units),
        officers=len(file.officers),
        posts=sum(len(officer.posts) for officer in file.officers),
        changed=changed,
    )


# ---------------------------------------------------------------- questions


def organ(engine: Engine, organ_id: str) -> Organ | None:
    """The party with this id, or None."""
    with Session(engine) as session:
        row = session.get(OrganRow, organ_id)
        return None if row is None else _organ(row)


def organs(engine: Engine) -> list[Organ]:
    """Every party of the register, by id."""
    with Session(engine) as session:
        return [_organ(row) for row in session.exec(select(OrganRow).order_by(col(OrganRow.id)))]


def party_exists(engine: Engine, code: str, kind: OrganKind) -> bool:
    """Whether a party of that kind is registered under this code."""
    found = organ(engine, code)
    return found is not None and found.kind is kind


def officers_of(engine: Engine, organ_id: str, on: date) -> list[Officer]:
    """The officers who may act for the organ on that day (Asia/Shanghai), by id; each once, in the newest post."""
    with Session(engine) as session:
        query = select(PostRow, OfficerRow).join(OfficerRow).where(col(PostRow.organ) == organ_id)
        held = session.exec(query.order_by(col(PostRow.officer), col(PostRow.valid_from))).all()
        return list({row.id: _officer(row, post) for post, row in held if _is_valid(post, on)}.values())


def authority(engine: Engine, question: AuthorityQuestion) -> Authority:
    """Whether the officer may act for the organ at that moment: by a post valid on its day in Asia/Shanghai.

    Not granted, with its reason, where organ or officer is unknown, where no post is held there or none is valid that
    day, and for whoever acts on behalf of another: delegations are not on record yet. Raises `RecordError` for a moment
    without a zone.
    """
    require_zone("at", question.at)
    day = question.at.astimezone(CHINA).date()
    with Session(engine) as session:
        query = select(PostRow).where(col(PostRow.officer) == question.officer, col(PostRow.organ) == question.organ)
        posts = session.exec(query.order_by(col(PostRow.valid_from))).all()
        valid = [post for post in posts if _is_valid(post, day)]
        if question.on_behalf_of is None and valid:
            return Authority(granted=True, post=valid[-1].post)
        return Authority(granted=False, reason=_refusal(session, question, posts, day))


def _refusal(session: Session, question: AuthorityQuestion, posts: Sequence[PostRow], day: date) -> Text:
    who, where = question.officer, question.organ
    if question.on_behalf_of is not None:
        return Text(
            zh=f"暂不支持代为办理（{who} 代 {question.on_behalf_of}）",
            en=f"acting on behalf of another is not supported yet ({who} for {question.on_behalf_of})",
        )
    if session.get(OrganRow, where) is None:
        return Text(zh=f"登记册中没有机关 {where}", en=f"the register knows no organ {where}")
    if session.get(OfficerRow, who) is None:
        return Text(zh=f"登记册中没有经办人 {who}", en=f"the register knows no officer {who}")
    if not posts:
        return Text(zh=f"经办人 {who} 在 {where} 没有职务", en=f"officer {who} holds no post in {where}")
    return _not_valid(posts[-1], day)


def _not_valid(post: PostRow, day: date) -> Text:
    end_zh, end_en = (f"至 {post.valid_until} ", f" until {post.valid_until}") if post.valid_until else ("", "")
    return Text(
        zh=f"经办人 {post.officer} 在 {post.organ} 的职务在 {day} 无效（自 {post.valid_from} {end_zh}有效）",
        en=f"the post of officer {post.officer} in {post.organ} is not valid on {day} (from {post.valid_from}{end_en})",
    )


def _is_valid(post: PostRow, day: date) -> bool:
    return post.valid_from <= day and (post.valid_until is None or day <= post.valid_until)


def _organ(row: OrganRow) -> Organ:
    name = Text(zh=row.name_zh, en=row.name_en)
    return Organ(id=row.id, name=name, kind=OrganKind(row.kind), superior=row.superior, regulation=row.regulation)


def _officer(row: OfficerRow, post: PostRow) -> Officer:
    return Officer(id=row.id, name=row.name, post=post.post, email=row.email)
