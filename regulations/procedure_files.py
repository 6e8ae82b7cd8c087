"""The library of procedures: reads `procedures/<regulation>/<topic>.yaml`, and refuses what does not hold together."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic import ValidationError

from models.procedure import APPLICANT, DEPARTMENT, FIELDS_OF_THE_FILE, PARTY_FIELD, StepEffect
from regulations.files import KEPT, REGULATIONS_DIR, Problem, RegulationError, library, regulation_files
from regulations.plan_builder import Inconsistent
from regulations.procedure_plan import Law, Laws, ProcedureLaw, named_in, offered
from regulations.procedure_schema import Procedures, ProcedureSource, StepSource
from regulations.provisions import Fault, Source, walk
from regulations.provisions import Path as KeyPath
from regulations.register import Register, load_register
from regulations.schedules import schedules_of
from regulations.snapshot import Snapshot
from regulations.strict_yaml import DuplicateKey, line_of, read

FOLDER: Final = "procedures"
"""The folder beside the regulations; it has one folder for each regulation that has procedures."""

_MERGED: Final = tuple(name for name in Procedures.model_fields if name != "version")


class _Written(NamedTuple):
    """One file as it stands there."""

    file: Path
    root: yaml.Node | None
    procedures: Procedures


def procedure_files(regulations_dir: Path) -> list[Path]:
    """The files of procedures in their order, those of one regulation together."""
    return sorted((regulations_dir / FOLDER).glob("*/*.yaml"))


def load_laws(regulations_dir: Path = REGULATIONS_DIR) -> Laws:
    """Every regulation with its procedures, by id. Raises RegulationError, which names file, line, key, value and reason.

    A regulation without a folder of procedures has none. Texts that were read in this process already are not read again.
    """
    files = (*regulation_files(regulations_dir), *procedure_files(regulations_dir))
    return dict(_laws(Snapshot.of(regulations_dir, files)))


@lru_cache(KEPT)
def _laws(texts: Snapshot) -> Laws:
    regulations = library(texts.folder)
    written: dict[str, list[_Written]] = {}
    for file in procedure_files(texts.folder):
        written.setdefault(file.parent.name, []).append(_read(file))
    _require(
        Problem(str(files[0].file.parent.name), None, "", name, "there is no such regulation")
        for name, files in written.items()
        if name not in regulations
    )
    laws = {key: Law(regulation, _merged(written.get(key, []))) for key, regulation in regulations.items()}
    register = load_register()
    _require(_located(written.get(key, []), key, fault) for key in laws for fault in faults(laws, key, register))
    return laws


def check(regulations_dir: Path = REGULATIONS_DIR) -> list[str]:
    """The problems of the procedures, one line each; empty where all of them can be used. The regulations have to be whole."""
    try:
        load_laws(regulations_dir)
    except RegulationError as error:
        return list(map(str, error.problems))
    return []


def _require(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise RegulationError(found)


def _merged(files: Sequence[_Written]) -> Procedures:
    """The files as one. Raises RegulationError where two of them have an entry of the same name."""
    sections: dict[str, dict[str, Any]] = {name: {} for name in _MERGED}
    for written in files:
        for name in _MERGED:
            own: Mapping[str, Any] = getattr(written.procedures, name)
            _require(
                Problem(_place(written.file), line_of(written.root, (name, key)), f"{name}.{key}", key, _TWICE)
                for key in own
                if key in sections[name]
            )
            sections[name] |= own
    version = hashlib.sha256("".join(written.procedures.version for written in files).encode()).hexdigest()
    return Procedures.model_construct(None, **sections, version=version)


_TWICE: Final = "another file of the regulation has this entry already"


def _located(files: Sequence[_Written], regulation: str, fault: Fault) -> Problem:
    """The problem with its file and line: that of the file which has the entry, or else of the regulation's first one."""
    section, *rest = fault.path or ("",)
    holding = [w for w in files if rest and rest[0] in getattr(w.procedures, str(section), {})]
    written = next(iter((*holding, *files)), None)
    place, line = (_place(written.file), line_of(written.root, fault.path)) if written else (regulation, None)
    return Problem(place, line, ".".join(map(str, fault.path)), fault.value, fault.reason)


def _place(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _read(file: Path) -> _Written:
    place = _place(file)
    try:
        data, root = read(file)
    except DuplicateKey as error:
        raise RegulationError([Problem(place, error.line, str(error.key), error.key, str(error))]) from error
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise RegulationError([Problem(place, None, "", str(error), "is not plain YAML data")]) from error
    if not isinstance(data, dict) or "version" in data:
        raise RegulationError([Problem(place, None, "", file.name, "must be a mapping without `version`")])
    version = hashlib.sha256(file.read_bytes()).hexdigest()
    try:
        return _Written(file, root, Procedures.model_validate(data | {"version": version}))
    except ValidationError as error:
        raise RegulationError(
            Problem(place, line_of(root, e["loc"]), ".".join(map(str, e["loc"])), e.get("input"), e["msg"])
            for e in error.errors(include_url=False)
        ) from error


# ---------------------------------------------------------------- what does not hold together


def faults(laws: Laws, regulation: str, register: Register) -> Iterator[Fault]:
    """What is wrong with the procedures of one regulation: sources, names that lead nowhere, roles that nobody fills."""
    law = laws[regulation]
    yield from _uncited(law, register)
    for role, organ in law.procedures.roles.items():
        if organ not in law.regulation.organs:
            yield Fault(("roles", role), organ, f"must be one of {', '.join(law.regulation.organs)}")
    days = _days(law)
    for procedure_id, versions in law.procedures.procedures.items():
        for index, source in enumerate(versions):
            path = ("procedures", procedure_id) if len(versions) == 1 else ("procedures", procedure_id, index)
            yield from (Fault((*path, *f.path), f.value, f.reason) for f in _procedure_faults(law, source, days))
    yield from _unfilled_roles(laws, law, days)
    yield from _schedule_faults(laws, law, days)


def _uncited(law: Law, register: Register) -> Iterator[Fault]:
    for path, part in walk(law.procedures):
        if not isinstance(part, Source):
            continue
        if part.rule is not None and part.rule not in register.rules:
            yield Fault((*path, "rule"), part.rule, "the register has no such rule")
        if part.default is not None and part.default not in register.gaps:
            yield Fault((*path, "default"), part.default, "the register has no such gap")
        if part.instrument is not None and part.instrument not in law.regulation.instruments:
            yield Fault((*path, "instrument"), part.instrument, "the regulation has no such instrument")


def _days(law: Law) -> date:
    """A day on which everything that stands today is in force."""
    validity = law.regulation.validity
    if validity.until is not None and validity.after_expiry is None:
        return validity.until
    return max(validity.from_ or date.min, date(2026, 1, 1))


def _procedure_faults(law: Law, source: ProcedureSource, day: date) -> Iterator[Fault]:
    judged = ProcedureLaw(law, source.from_ or day)
    yield from _handed_in_faults(judged, source)
    for rate in source.measures.rates if source.measures else ():
        yield from _needed(judged, "rates", rate, ("measures", "rates"))
    names = {APPLICANT, DEPARTMENT, *source.parties, *law.procedures.roles, *law.regulation.organs}
    for step_id, step in source.steps.items():
        yield from (
            Fault(("steps", step_id, *f.path), f.value, f.reason)
            for f in _step_faults(law, judged, source, step, names)
        )


def _handed_in_faults(law: ProcedureLaw, source: ProcedureSource | StepSource) -> Iterator[Fault]:
    if source.form:
        yield from _needed(law, "forms", source.form, ("form",))
    for document in source.documents:
        yield from _needed(law, "documents", document, ("documents",))


def _step_faults(
    law: Law, judged: ProcedureLaw, source: ProcedureSource, step: StepSource, names: set[str]
) -> Iterator[Fault]:
    yield from _handed_in_faults(judged, step)
    for section, name, key in (("terms", step.term, "term"), ("ladders", step.ladder, "ladder")):
        yield from _needed(judged, section, name, (key,)) if name else ()
    for index, consequence in enumerate(step.consequences):
        for sanction in consequence.sanctions:
            yield from _needed(judged, "sanctions", sanction, ("consequences", index, "sanctions"))
        if consequence.rectification:
            path: KeyPath = ("consequences", index, "rectification")
            yield from _needed(judged, "rectifications", consequence.rectification, path)
    fields = _fields(judged, source)
    for field in filter(None, (step.since, step.only_if and step.only_if.field)):
        if field not in fields:
            yield Fault(
                ("since" if field == step.since else "only_if",), field, f"must be one of {', '.join(sorted(fields))}"
            )
    for effect in step.effects:
        yield from _effect_faults(law, effect, fields)
    if step.returns_to is not None and step.returns_to not in source.steps:
        yield Fault(("returns_to",), step.returns_to, f"must be one of {', '.join(source.steps)}")
    if not law.procedures.roles and not law.regulation.organs:
        return
    one = {"task": step.task, "concerns": step.concerns}
    several = {"review": step.review, "tells": step.tells} | {key: (name,) for key, name in one.items() if name}
    for key, given in several.items():
        for name in given if law.regulation.is_for_filing else ():
            if name not in names:
                yield Fault((key,), name, f"must be one of {', '.join(sorted(names))}")


def _effect_faults(law: Law, effect: StepEffect, fields: set[str]) -> Iterator[Fault]:
    content = [name for name in effect.content.values() if not name.startswith("=")]
    for field in filter(None, (effect.entry, effect.only_if and effect.only_if.field, *content)):
        if field not in fields:
            yield Fault(("then",), field, f"must be one of {', '.join(sorted(fields))}")
    if effect.register_ is None:
        return
    register = law.procedures.registers.get(effect.register_)
    if register is None:
        yield Fault(("then", "register"), effect.register_, f"must be one of {', '.join(law.procedures.registers)}")
    elif effect.state not in register[0].states:
        yield Fault(("then", "state"), effect.state, f"must be one of {', '.join(register[0].states)}")


def _fields(law: ProcedureLaw, source: ProcedureSource) -> set[str]:
    """Every answer that an entry may name: of the application's form, and of the forms of the steps."""
    found: set[str] = {*FIELDS_OF_THE_FILE, *(f"{PARTY_FIELD}{party}" for party in source.parties)}
    for form_id in filter(None, (source.form, *(step.form for step in source.steps.values()))):
        if list(_needed(law, "forms", form_id, ())):
            continue
        form = law.form(form_id)
        found |= {f"{form_id}.{field.id}" for field in form.fields}
        if form_id == source.form:
            found |= {field.id for field in form.fields}
    return found


def _needed(law: ProcedureLaw, section: str, name: str, path: KeyPath) -> Iterator[Fault]:
    try:
        law.needed(section, name)
    except KeyError:
        yield Fault(path, name, f"there is no such entry in `{section}`")
    except Inconsistent as error:
        yield Fault(path, name, error.fault.reason)


def _unfilled_roles(laws: Laws, law: Law, day: date) -> Iterator[Fault]:
    """Names in procedures of wider regulations that nobody here fills."""
    if not law.regulation.is_for_filing:
        return
    for procedure_id, found in offered(laws, law.regulation.id, day).items():
        source = found.procedure(procedure_id)
        assert source
        known = {
            APPLICANT,
            DEPARTMENT,
            *source.parties,
            *law.procedures.roles,
            *law.regulation.organs,
            *found.regulation.organs,
        }
        for name in named_in(source):
            if name not in known:
                yield Fault(("roles",), name, f"must be filled: the procedure {procedure_id} names it")


def _schedule_faults(laws: Laws, law: Law, day: date) -> Iterator[Fault]:
    if not law.regulation.is_for_filing:
        return
    known = offered(laws, law.regulation.id, day)
    for schedule_id, versions in law.procedures.schedules.items():
        for source in versions:
            if source.procedure not in known:
                yield Fault(("schedules", schedule_id, "procedure"), source.procedure, "there is no such procedure")
    parties = {*law.procedures.roles, *law.regulation.organs}
    for due in schedules_of(laws, law.regulation.id, day).values():
        if due.source.organ and due.source.organ not in parties:
            yield Fault(("schedules", due.id, "organ"), due.source.organ, "is no organ and no role")
