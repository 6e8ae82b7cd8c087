"""What follows once a step is done: the catalog changes, a register gets an entry, somebody is told, a project hears of it."""

import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, NamedTuple

from models.base import Text
from models.catalog import CatalogChange
from models.effects import EntryKind, NoticeTemplate
from models.finding import Sanction, SanctionEnd
from models.messages import EventReport
from models.plan import RectificationRule
from models.procedure import RegisterChange, Step, StepEffect
from models.project import RectificationFile, RectificationRef
from models.review import Review
from workflows import consequences, names
from workflows.effects import CatalogRefused, fitting
from workflows.procedures.conducting import Conducting

FIXED = "="
"""Begins, in the content of a change, a text that stands for itself and names no field."""


Mend = Callable[[str], Awaitable[None]]
"""Ask whoever wrote the answers to mend them, for the reason that the catalog gives, and wait until it is done."""


NUMBERED = 58
"""Characters of a rectification's code before its number: the whole has to be a code, so that commands can name it."""


def digested(text: str, longest: int = 64) -> str:
    """The text as a business code: with letters that a code may have, and a digest in the place of what is too long."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", text)
    return plain if len(plain) <= longest else f"{plain[: longest - 13]}-{sha256(text.encode()).hexdigest()[:12]}"


async def bring_about(
    holder: Conducting, step: Step, effects: tuple[StepEffect, ...], mend: Mend, moment: str = ""
) -> None:
    """Bring about the effects of a step, in their order. A second time is a no-op: each has a business key.

    `moment` tells apart what happens in one round of a step at several moments. What the catalog refuses is mended, and
    then tried again with the answers as they stand.
    """
    for number, effect in enumerate(effects, start=1):
        if not holder.applies(effect):
            continue
        key = f"{holder.key(step)}/{moment}{number}"
        if effect.catalog:
            await _change_catalog(holder, effect, key, mend)
        elif effect.register_:
            await _register(holder, effect, key)
        elif effect.report:
            await _report(holder, step, effect)
        else:
            await _tell(holder, step, effect, key)
    holder.forget_changes()


async def _change_catalog(holder: Conducting, effect: StepEffect, key: str, mend: Mend) -> None:
    assert effect.entry
    done = refusals = 0
    while done < len(entries := _entries(holder, effect.entry)):
        again = f"~{refusals}" if refusals else ""
        change = _change(holder, effect, entries[done], f"{key}.{done + 1}{again}")
        try:
            if not holder.has_changed(change):
                await holder.effects.change_catalog(change)
                holder.note_changed(change)
        except CatalogRefused as refused:
            refusals += 1
            await mend(refused.reason)
        else:
            done, refusals = done + 1, 0


def _change(holder: Conducting, effect: StepEffect, entry: str, key: str) -> CatalogChange:
    assert effect.catalog
    return CatalogChange(
        key=key,
        subject=effect.subject,
        entry=entry,
        verb=effect.catalog,
        at=holder.effects.now(),
        data={name: _content(holder, field) for name, field in effect.content.items()},
    )


def _entries(holder: Conducting, field: str) -> tuple[str, ...]:
    """One entry, or several where the field is a list of them; none where it was left empty."""
    value = holder.answer(field)
    if isinstance(value, list | tuple):
        return tuple(map(str, value))
    return () if value is None else (str(value),)


def _content(holder: Conducting, field: str) -> Any:
    return field.removeprefix(FIXED) if field.startswith(FIXED) else holder.answer(field)


async def _register(holder: Conducting, effect: StepEffect, key: str) -> None:
    assert effect.register_ and effect.entry and effect.state
    change = RegisterChange(
        key=key,
        register_id=effect.register_,
        subject=str(holder.answer(effect.entry)),
        state=effect.state,
        state_title=effect.state_title,
        at=holder.effects.now(),
        procedure=holder.address,
        party=holder.unit_code,
        detail=fitting({name: _content(holder, field) for name, field in effect.content.items()}),
    )
    await holder.effects.enter_register(change)


async def _tell(holder: Conducting, step: Step, effect: StepEffect, key: str) -> None:
    variables = {"gate": step.title.zh, "procedure": holder.procedure.title.zh, "citation": str(step.citations[0])}
    await holder.effects.tell(NoticeTemplate.STEP_DONE, key, holder.recipients(*effect.tell), variables)


async def _report(holder: Conducting, step: Step, effect: StepEffect) -> None:
    """Report to the project that the procedure belongs to.

    The data are those that the effect names: the plan of the project may say which fields an event has, and takes no others.
    """
    assert effect.report
    event = effect.report
    project = holder.file.application.project
    if project is None:
        return
    report = EventReport(
        event_id=digested(f"{holder.key(step)}/{event}"),
        event=event,
        occurred_on=holder.effects.now().date(),
        reported_by=holder.address,
        data={name: _content(holder, field) for name, field in effect.content.items()},
    )
    await holder.effects.report(names.project_id(project), report)


# ---------------------------------------------------------------- consequences


async def follow(holder: Conducting, step: Step, review: Review) -> bool:
    """Bring about what the plan attaches to the outcome; whether the procedure passes on in spite of it."""
    goes_on, concerned = False, _concerned(holder, step)
    for consequence in step.consequences:
        if consequence.on is not review.outcome:
            continue
        goes_on = goes_on or consequence.goes_on
        for rule in consequence.sanctions:
            sanction = consequences.sanction_by(
                rule, review.review_id, review.title, holder.effects.now(), holder.file.matter, concerned.department
            )
            await holder.effects.impose(sanction)
            holder.update_file(sanctions=(*holder.file.sanctions, sanction))
            await consequences.tell_imposed(holder.effects, rule, sanction, concerned.unit, concerned.department_name)
        if consequence.rectification:
            await open_rectification(holder, consequence.rectification, review, concerned)
    return goes_on


async def open_rectification(
    holder: Conducting, rule: RectificationRule, review: Review, concerned: "Concerned"
) -> None:
    """Order to mend what the review found wanting: the same workflow as one that a gate of the pipeline opens."""
    application, now = holder.file.application, holder.effects.now()
    number = len(holder.file.rectifications) + 1
    code = f"{digested(f'{application.procedure}-{application.code}', NUMBERED)}-R{number}"
    reference = RectificationRef(rectification_id=code, holds=rule.holds, opened_at=now)
    holder.update_file(rectifications=(*holder.file.rectifications, reference))
    findings = consequences.checks_failed(review)
    await holder.effects.record(
        EntryKind.RECTIFICATION_OPENED,
        code,
        Text(zh=f"责令整改 {code}：{len(findings)} 项", en=f"rectification {code} opened: {len(findings)} findings"),
        citations=(rule.citation,),
        detail={"source": review.review_id, "findings": [finding.model_dump(mode="json") for finding in findings]},
    )
    await holder.effects.open_rectification(
        RectificationFile(
            rectification_id=code,
            project=holder.file.matter,
            title=application.title,
            unit=concerned.unit,
            department=concerned.department,
            department_name=concerned.department_name,
            rule=rule,
            plan=holder.plan,
            calendar=holder.calendar,
            clock_shift=holder.file.clock_shift,
            reports_to=holder.address,
            findings=findings,
            opened_at=now,
            filers=holder.filers,
            spoke=holder.spoke,
            signatures=holder.signatures,
            review_id=review.review_id,
            lifts=_lifts(holder, review),
        )
    )


def _lifts(holder: Conducting, review: Review) -> tuple[Sanction, ...]:
    """The sanctions of this review that last until it is mended."""
    return tuple(
        sanction
        for sanction in holder.file.sanctions
        if sanction.ends is SanctionEnd.RECTIFIED and sanction.sanction_id.startswith(f"{review.review_id}/")
    )


class Concerned(NamedTuple):
    """On whom the consequences of a step fall: a unit, and the department that answers for it."""

    unit: str
    department: str
    department_name: str


def _concerned(holder: Conducting, step: Step) -> Concerned:
    application = holder.file.application
    if step.concerns is None or step.concerns == application.unit.code:
        party = application.department or application.unit
        return Concerned(application.unit.code, party.code, party.name)
    return Concerned(step.concerns, step.concerns, holder.organ_name(step.concerns))
