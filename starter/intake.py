"""收件: an application file becomes an application that can be filed, or every reason why not. Nothing is changed here.

An operator hears here what admission would say later (JY-36 included); the workflow decides it again for itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy import Engine

from models.application import Application, ApplicationFile, DocumentFile, Material
from models.base import Text, faults
from models.effects import AuthorityQuestion
from models.finding import Sanction
from models.plan import Plan
from records import register, sanctions
from records.materials import SIZE_LIMIT, MaterialsStore
from records.register_file import OrganKind
from regulations import resolve, strict_yaml
from regulations.files import for_filing, library
from regulations.schema import Regulation
from starter.failures import BadInput, Refused

FILE_LIMIT = 256 * 1024
"""Bytes of an application file: the project's file, which carries it for years, has to stay under 200 KB as JSON."""

APPLICATION_LIMIT = 120 * 1024
"""Bytes of the application as JSON. A correction travels in one message, and a message may have 128 KiB."""

DEPTH_LIMIT = 32
"""Levels of lists and mappings in an application file; its forms have six."""


@dataclass(frozen=True)
class Document:
    """A file that goes with an application: what kind of document it is, and where it lies."""

    kind: str
    path: Path


# ---------------------------------------------------------------- the file


def read_application(path: Path) -> tuple[Application, tuple[Document, ...]]:
    """The application in a YAML file, and the files that it names.

    Raises BadInput: for a file over FILE_LIMIT, what is no plain YAML, a wrong field, and a document that is missing,
    too large, or not in the folder of the file or below it (whoever wrote the file must not choose what else is read).
    """
    try:
        file = ApplicationFile.model_validate(_data(path))
    except ValidationError as error:
        raise _wrong(path, faults(error)) from error
    application = file.application()
    size = len(application.model_dump_json().encode())
    if size > APPLICATION_LIMIT:
        raise _wrong(path, [f"(whole application): must not be larger than {APPLICATION_LIMIT} bytes (got {size})"])
    documents = [_document(path, index, item) for index, item in enumerate(file.documents)]
    problems = [problem for problem in documents if isinstance(problem, str)]
    if problems:
        raise _wrong(path, problems)
    return application, tuple(document for document in documents if isinstance(document, Document))


def _data(path: Path) -> Any:
    text = _text(path)
    try:
        if problem := _unreasonable(text):
            raise _wrong(path, [f"(whole file): {problem}"])
        return strict_yaml.read(path)[0]
    except (yaml.YAMLError, ValueError) as error:
        raise _wrong(path, [f"(whole file): must be plain YAML: {error}"]) from error


def _unreasonable(text: str) -> str | None:
    """What no application needs, and what makes a small file a huge value, or a long wait for the parser."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            return f"must not use YAML aliases (got *{event.anchor})"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            return f"must not be nested more than {DEPTH_LIMIT} levels deep"
    return None


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise _wrong(path, [f"(whole file): must not be larger than {FILE_LIMIT} bytes (got {size})"])
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(path, [f"(whole file): must be UTF-8 text: {error}"]) from error
    except OSError as error:
        raise BadInput(
            Text(zh=f"无法读取 {path}：{error.strerror}", en=f"{path} cannot be read: {error.strerror}")
        ) from error


def _document(application_file: Path, index: int, item: DocumentFile) -> Document | str:
    field = f"documents.{index}.file"
    folder = application_file.resolve().parent
    path = (folder / item.file).resolve()
    if not path.is_relative_to(folder):
        return f"{field}: must lie in the folder of the application file or below (got {item.file!r})"
    if problem := _unusable(path):
        return f"{field}: {problem} (got {item.file!r})"
    return Document(item.kind, path)


def _unusable(path: Path) -> str | None:
    if not path.is_file():
        return "must be a file that exists"
    if path.stat().st_size > SIZE_LIMIT:
        return f"must not be larger than {SIZE_LIMIT} bytes"
    return None


def _wrong(path: Path, problems: Sequence[Text | str]) -> BadInput:
    return BadInput(Text(zh=f"{path.name} 有误", en=f"{path.name} is wrong"), details=problems)


# ---------------------------------------------------------------- materials


def given_document(written: str) -> Document:
    """The `KIND=PATH` of an option. Raises BadInput."""
    kind, equals, path = written.partition("=")
    problem = _unusable(Path(path)) if kind and equals and path else "must be KIND=PATH"
    if problem:
        raise BadInput(
            Text(zh="材料有误", en="the material is wrong"), details=[f"material: {problem} (got {written!r})"]
        )
    return Document(kind, Path(path))


def stored(store: MaterialsStore, documents: Sequence[Document]) -> tuple[Material, ...]:
    """Put the files into the store; what the workflow carries of them. Doing it again changes nothing.

    Raises BadInput for a kind or a name that is none; then nothing was stored of that file.
    """
    return tuple(_stored(store, document) for document in documents)


def _stored(store: MaterialsStore, document: Document) -> Material:
    try:
        unstored = Material(kind=document.kind, name=document.path.name, sha256="0" * 64, size=0)
        digest, size = store.put(document.path)
    except ValidationError as error:
        raise _wrong(document.path, faults(error)) from error
    return unstored.model_copy(update={"sha256": digest, "size": size})


# ---------------------------------------------------------------- the law


def planned(application: Application, engine: Engine, at: datetime) -> Plan:
    """The plan under which it would be admitted at that moment.

    Raises BadInput where the parties are not in the register or the application cannot be judged (an unknown regulation
    or feature, a day that no version covers), Refused where the department is blocked.
    """
    problems = [*_unregistered(application, engine, at)]
    if problems:
        raise BadInput(
            Text(zh="申报主体有误", en="the parties of the application are wrong"),
            details=problems,
            advice=Text(zh="登记册：tongchou register show", en="the register: tongchou register show"),
        )
    plan = _resolved(application, engine, at.date())
    barred = _barred(plan, sanctions.standing(engine, application.department.code, at=at))
    if barred:
        raise Refused(
            Text(zh="部门被限制申报，不予受理", en="the department is blocked; nothing is admitted"), details=barred
        )
    return plan


def _resolved(application: Application, engine: Engine, filed_on: date) -> Plan:
    known = library()
    if application.regulation not in known:
        rule = Text(
            zh=f"regulation（{application.regulation}）：没有这部办法；可用：{'、'.join(for_filing(known))}",
            en=f"regulation: must be one of {', '.join(for_filing(known))} (got {application.regulation!r})",
        )
        raise _not_admitted([rule])
    regulation = known[application.regulation]
    try:
        return resolve.resolve(regulation, application, filed_on, _officers(regulation, engine, filed_on))
    except resolve.NotAdmitted as error:
        raise _not_admitted(error.reasons) from error


def _officers(regulation: Regulation, engine: Engine, on: date) -> Mapping[str, int]:
    return {organ: len(register.officers_of(engine, organ, on)) for organ in regulation.organs}


def _not_admitted(reasons: Sequence[Text]) -> BadInput:
    return BadInput(Text(zh="申报不能受理", en="the application cannot be admitted"), details=reasons)


def _unregistered(application: Application, engine: Engine, at: datetime) -> Iterator[Text | str]:
    department, unit = application.department.code, register.organ(engine, application.unit.code)
    if not register.party_exists(engine, department, OrganKind.DEPARTMENT):
        yield f"department.code: must be a department of the register (got {department!r})"
    if unit is None or unit.kind is not OrganKind.UNIT:
        yield f"unit.code: must be a unit of the register (got {application.unit.code!r})"
    elif unit.superior != department:
        yield f"unit.code: must belong to {department!r}; the register has {unit.superior!r} (got {unit.id!r})"
    else:
        yield from _unauthorised(application, engine, at)


def _unauthorised(application: Application, engine: Engine, at: datetime) -> Iterator[Text]:
    officer, unit = application.prepared_by, application.unit.code
    answer = register.authority(engine, AuthorityQuestion(officer=officer, organ=unit, at=at))
    if answer.reason:
        yield Text(
            zh=f"prepared_by（{officer}）：{answer.reason.zh}", en=f"prepared_by: {answer.reason.en} (got {officer!r})"
        )


def _barred(plan: Plan, standing: Sequence[Sanction]) -> list[Text]:
    return [
        Text(
            zh=f"{s.department}：{s.citation}（{s.rule}），因项目 {s.project}，自 {s.imposed_at:%Y-%m-%d}；{s.reason}",
            en=f"{s.department}: {s.citation} ({s.rule}), for project {s.project}, since {s.imposed_at:%Y-%m-%d}",
        )
        for s in standing
        if s.kind in plan.admission_sanctions
    ]
