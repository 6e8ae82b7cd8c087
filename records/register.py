"""The register 登记册 of organs, departments, units and officers: how it is imported and exported, and what is asked of it.

Who may act at a moment is asked in records/authority.py; who stands in for whom is kept by records/delegations.py.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from models.base import Text, Value
from models.effects import EntryKind
from records import delegations, journal, register_digests
from records.authority import is_valid
from records.database import writing
from records.delegations import Delegation
from records.errors import RegisterError, fault
from records.register_file import OrganKind, Place, RegisterFile, content_of, contradictions, parsed
from records.tables import DelegationRow, OfficerRow, OrganRow, PostRow, Row

UNATTENDED = "unattended"
"""Who imported a file where no person ran a command: an installation that prepares itself."""


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
    delegations: int = 0
    changed: int


# ---------------------------------------------------------------- import


def import_register(engine: Engine, path: Path, *, by: str = UNATTENDED, at: datetime | None = None) -> RegisterCounts:
    """Put the file on record, all of it or nothing. Importing it again changes nothing.

    The file is authoritative for the parties and officers that it names: it adds and updates them. It removes nobody. A
    post ends by its `valid_until`, never by being left out: where a post without an end is on record in a party of the
    file and the file lacks it, the import is refused, so that nobody believes an authority ended that did not. A delegation
    is granted by the file, and may be revoked by it; nothing else of it is ever changed.

    What changed stands in the journal with the file's digest, and with those of the tables before and after, to which
    `records.register_check` holds them; where the journal has none of these yet, they are noted though nothing changed.
    `by` is who ran the command, `at` its moment (now).

    Raises `RegisterError` naming file, key, value and rule of every fault; OSError if the file cannot be read.
    """
    # Read once: the journal's digest is of the very bytes that were imported, whoever writes to the file meanwhile.
    content = content_of(path)
    file, digest = parsed(content, path.name), sha256(content).hexdigest()
    at = at or datetime.now(UTC)
    with writing(engine) as session:
        faults = [*contradictions(file, _places(session)), *_forgotten_posts(session, file)]
        if faults:
            raise RegisterError(path.name, faults)
        before = register_digests.digests(session)
        changed = _put(session, file)
        changed += _put_delegations(session, file, path.name, by, at)
        counts = _counts(file, changed)
        if changed or not register_digests.is_told(session):
            tables = {"tables_before": before, "tables": register_digests.digests(session)}
            _note_import(session, counts, by, at, {"file": path.name, "sha256": digest, **tables})
        return counts


def _put(session: Session, file: RegisterFile) -> int:
    posts = [PostRow(officer=o.id, **post.model_dump()) for o in file.officers for post in o.posts]
    officers = [OfficerRow(id=o.id, name=o.name, email=o.email) for o in file.officers]
    return _merge(session, _organ_rows(file)) + _merge(session, officers) + _merge(session, posts)


def _put_delegations(session: Session, file: RegisterFile, name: str, by: str, at: datetime) -> int:
    """Grant and revoke what the file says, judged on the posts as they are now; how many were granted or revoked."""
    standing = {one.id: one for one in delegations.recorded(session)}
    said = [Delegation.model_validate(entry.model_dump()) for entry in file.delegations]
    new = [one for one in said if one.id not in standing]
    faults = [f for one in said if one.id in standing for f in _edited(standing[one.id], one)]
    revoked = [one for one in said if one.id in standing and one.revoked_on and not standing[one.id].revoked_on]
    ended = {one.id: one for one in revoked}
    kept = [ended.get(one.id, one) for one in standing.values()]
    faults += [str(wrong) for wrong in delegations.contradictions(new, kept, delegations.known(session))]
    if faults:
        raise RegisterError(name, faults)
    for one in new:
        delegations.put(session, one, by=by, at=at)
    ending = [*revoked, *(one for one in new if one.revoked_on)]
    for one in ending:
        row = session.get_one(DelegationRow, one.id)
        assert one.revoked_on and one.revoked_reason, "judged above"
        delegations.end(session, row, on=one.revoked_on, reason=one.revoked_reason, by=by, at=at)
    return len(new) + len(revoked)


_REVOCATION = ("revoked_on", "revoked_reason")


def _edited(on_record: Delegation, said: Delegation) -> list[str]:
    """What a file says otherwise of a delegation on record. A revocation may be added, and is never taken back."""
    open_yet = on_record.revoked_on is None
    return [
        fault(
            f"delegations.{said.id}.{field}",
            str(now),
            f"is on record as {was}, and is granted and revoked, never edited",
        )
        for field in Delegation.model_fields
        if (was := getattr(on_record, field)) != (now := getattr(said, field))
        and not (open_yet and field in _REVOCATION)
    ]


def _note_import(session: Session, counts: RegisterCounts, by: str, at: datetime, what: dict[str, Any]) -> None:
    journal.note(
        session,
        EntryKind.REGISTER_IMPORTED,
        f"{what['sha256']}@{at.astimezone(UTC).isoformat()}",
        by=by,
        at=at,
        summary=Text(
            zh=f"导入登记册 {what['file']}：新增或变更 {counts.changed} 项",
            en=f"register imported from {what['file']}: {counts.changed} new or changed",
        ),
        detail={**what, **counts.model_dump()},
    )


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
        delegations=len(file.delegations),
        changed=changed,
    )


# ---------------------------------------------------------------- export


def export_register(engine: Engine) -> str:
    """The whole register as a file, in YAML, that imports again without a change. Raises nothing of its own."""
    with Session(engine) as session:
        parties = session.exec(select(OrganRow).order_by(col(OrganRow.id))).all()
        document: dict[str, Any] = {
            section: [_entry(row, kind) for row in parties if row.kind == kind] for section, kind in _SECTIONS.items()
        }
        document["officers"] = _officer_entries(session)
        document["delegations"] = [one.model_dump(exclude_none=True) for one in delegations.recorded(session)]
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


_SECTIONS = {"organs": OrganKind.ORGAN, "departments": OrganKind.DEPARTMENT, "units": OrganKind.UNIT}


def _entry(row: OrganRow, kind: OrganKind) -> dict[str, Any]:
    above = "department" if kind is OrganKind.UNIT else "superior"
    entry = {"id": row.id, "name": {"zh": row.name_zh, "en": row.name_en}, above: row.superior}
    if kind is OrganKind.ORGAN:
        entry["regulation"] = row.regulation
    return {key: value for key, value in entry.items() if value is not None}


def _officer_entries(session: Session) -> list[dict[str, Any]]:
    posts: dict[str, list[dict[str, Any]]] = {}
    for row in session.exec(select(PostRow).order_by(col(PostRow.organ), col(PostRow.valid_from))):
        posts.setdefault(row.officer, []).append(row.model_dump(exclude={"officer"}, exclude_none=True))
    officers = session.exec(select(OfficerRow).order_by(col(OfficerRow.id))).all()
    return [{**row.model_dump(exclude_none=True), "posts": posts.get(row.id, [])} for row in officers]


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
        return list({row.id: _officer(row, post) for post, row in held if is_valid(post, on)}.values())


def _organ(row: OrganRow) -> Organ:
    name = Text(zh=row.name_zh, en=row.name_en)
    return Organ(id=row.id, name=name, kind=OrganKind(row.kind), superior=row.superior, regulation=row.regulation)


def _officer(row: OfficerRow, post: PostRow) -> Officer:
    return Officer(id=row.id, name=row.name, post=post.post, email=row.email)
