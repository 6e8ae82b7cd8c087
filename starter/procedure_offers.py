"""Which procedures can be started under a regulation, in words: who does what by when, and where each comes from. Pure."""

from collections.abc import Iterable
from datetime import date

from models.base import Text, Value
from models.calendar import Term
from models.citation import Citation
from models.form import Form
from models.procedure import APPLICANT, DEPARTMENT, OnlyIf, ProcedureType, StepKind
from regulations.procedure_plan import Laws, ProcedureLaw, named_in, offered
from regulations.procedure_schema import ProcedureSource, StepSource
from regulations.provisions import Source


class Actor(Value):
    """Who acts in a step: a party of the application, which has no code yet, or an organ."""

    title: Text
    party: str | None = None
    organ: str | None = None


class OfferedStep(Value):
    """A step as the law has it. Without a term nothing is late; with `event` it waits for that to happen."""

    id: str
    title: Text
    kind: StepKind
    by: tuple[Actor, ...]
    event: str | None = None
    form: str | None = None
    documents: tuple[Text, ...] = ()
    term: Term | None = None
    only_if: OnlyIf | None = None
    citations: tuple[Citation, ...]


class Offer(Value):
    """A procedure that can be started. `lent_by` is the wider regulation that it comes from; None for its own."""

    regulation: str
    procedure: str
    title: Text
    runs: ProcedureType
    lent_by: str | None = None
    form: Form | None = None
    documents: tuple[Text, ...] = ()
    parties: dict[str, Text]
    """Whom the application has to name beside the applicant."""
    with_department: bool = False
    """Whether it has to name the applicant's department, too."""
    steps: tuple[OfferedStep, ...]
    citations: tuple[Citation, ...]


def offers(laws: Laws, regulation: str, day: date) -> list[Offer]:
    """Every procedure that can be started under the regulation on that day. Raises KeyError for an unknown regulation."""
    local = ProcedureLaw(laws[regulation], day)
    return [_offer(local, law, name) for name, law in offered(laws, regulation, day).items()]


def form_of_step(laws: Laws, regulation: str, procedure: str, step: str, day: date) -> Form | None:
    """The form that a step asks for; None where it asks for none. Raises KeyError for what is not offered on that day."""
    law = offered(laws, regulation, day)[procedure]
    source = law.procedure(procedure)
    assert source, "what is offered is in force"
    form = source.steps[step].form
    return law.form(form) if form else None


def _offer(local: ProcedureLaw, law: ProcedureLaw, name: str) -> Offer:
    source = law.procedure(name)
    assert source, "what is offered is in force"
    own, lender = local.regulation.id, law.regulation.id
    return Offer(
        regulation=own,
        procedure=name,
        title=source.title,
        runs=source.runs,
        lent_by=lender if lender != own else None,
        form=law.form(source.form) if source.form else None,
        documents=_documents(law, source.documents),
        parties=source.parties,
        with_department=DEPARTMENT in named_in(source),
        steps=tuple(_step(local, law, source, key, step) for key, step in source.steps.items() if step.covers(law.day)),
        citations=_citations(law, source, source.also),
    )


def _step(local: ProcedureLaw, law: ProcedureLaw, source: ProcedureSource, key: str, step: StepSource) -> OfferedStep:
    names = (step.task,) if step.task else step.review
    return OfferedStep(
        id=key,
        title=step.title,
        kind=step.kind,
        by=tuple(_actor(local, law, source, name) for name in names),
        event=step.wait,
        form=step.form,
        documents=_documents(law, step.documents),
        term=law.term(step.term) if step.term else None,
        only_if=step.only_if,
        citations=_citations(law, step, step.also),
    )


def _actor(local: ProcedureLaw, law: ProcedureLaw, source: ProcedureSource, name: str) -> Actor:
    if name in _OWN:
        return Actor(title=_OWN[name], party=name)
    if name in source.parties:
        return Actor(title=source.parties[name], party=name)
    code = local.procedures.roles.get(name, name)
    organs = {organ.id: organ.name for organ in (*law.organs(), *local.organs())}
    return Actor(title=organs.get(code, Text(zh=code, en=code)), organ=code)


_OWN = {APPLICANT: Text(zh="申请人", en="applicant"), DEPARTMENT: Text(zh="主管部门", en="supervising department")}
"""The parties that every application has, or may have."""


def _documents(law: ProcedureLaw, names: Iterable[str]) -> tuple[Text, ...]:
    return tuple(entry.title for _, entry in law.named("documents", names))


def _citations(law: ProcedureLaw, source: Source, also: Iterable[Source]) -> tuple[Citation, ...]:
    return (law.citation(source), *(law.citation(further) for further in also))
