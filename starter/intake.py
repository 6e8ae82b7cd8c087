"""收件: an application file becomes an application that can be filed, or every reason why not. Nothing is changed here.

An operator hears here what admission would say later (JY-36 included); the workflow decides it again for itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from models.application import Application, ApplicationFile
from models.base import Text, faults
from models.finding import Sanction
from models.plan import Plan
from records import parties, register, sanctions
from regulations import resolve
from regulations.files import for_filing, library
from regulations.schema import Regulation
from starter import documents
from starter.advice import MEND_APPLICATION
from starter.documents import Document
from starter.failures import BadInput, Refused

# ---------------------------------------------------------------- the file


def read_application(path: Path) -> tuple[Application, tuple[Document, ...]]:
    """The application in a YAML file, and the files that it names.

    Raises BadInput: for what `documents.read_fields` and `documents.named_in` refuse, a wrong field, and an application that is
    too large to be corrected in one message.
    """
    try:
        file = ApplicationFile.model_validate(documents.read_fields(path))
    except ValidationError as error:
        raise documents.wrong(path, faults(error)) from error
    application = file.application()
    documents.require_size(path, "application", len(application.model_dump_json().encode()))
    return application, documents.named_in(path, file.documents)


# ---------------------------------------------------------------- the law


def planned(application: Application, engine: Engine, at: datetime) -> Plan:
    """The plan under which it would be admitted at that moment.

    Raises BadInput where the parties are not in the register or the application cannot be judged (an unknown regulation
    or feature, a day that no version covers), Refused where the department is blocked.
    """
    if problems := [*parties.objections(application, engine, at)]:
        raise wrong_parties(problems)
    plan = plan_on(application, engine, at.date())
    barred = _barred(plan, sanctions.standing(engine, application.department.code, at=at))
    if barred:
        raise Refused(
            Text(zh="部门被限制申报，不予受理", en="the department is blocked; nothing is admitted"),
            details=barred,
            advice=Text(
                zh="起因和解除情况见所列项目的台账：tongchou ledger show <项目编号>",
                en="why, and whether it was lifted, tells the ledger of the project named: tongchou ledger show CODE",
            ),
        )
    return plan


def plan_on(application: Application, engine: Engine, filed_on: date) -> Plan:
    """The plan of the law as it stands on that day, whoever files. Raises BadInput where it cannot be judged."""
    known = library()
    if application.regulation not in known:
        rule = Text(
            zh=f"regulation（{application.regulation}）：没有这部办法；可用：{'、'.join(for_filing(known))}",
            en=f"regulation: must be one of {', '.join(for_filing(known))} (got {application.regulation!r})",
        )
        raise not_admitted([rule])
    regulation = known[application.regulation]
    try:
        return resolve.resolve(regulation, application, filed_on, _officers(regulation, engine, filed_on))
    except resolve.NotAdmitted as error:
        raise not_admitted(error.reasons) from error


def _officers(regulation: Regulation, engine: Engine, on: date) -> Mapping[str, int]:
    return {organ: len(register.officers_of(engine, organ, on)) for organ in regulation.organs}


def not_admitted(reasons: Sequence[Text]) -> BadInput:
    """The failure of an application that the law does not let in."""
    return BadInput(
        Text(zh="申报不能受理", en="the application cannot be admitted"), details=reasons, advice=MEND_APPLICATION
    )


def wrong_parties(problems: Sequence[Text]) -> BadInput:
    """The failure of an application whose parties are not those of the register."""
    return BadInput(
        Text(zh="申报主体有误", en="the parties of the application are wrong"),
        details=problems,
        advice=Text(zh="登记册：tongchou register show", en="the register: tongchou register show"),
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
