"""What is in force beside the pipeline: the regulation's own procedures and those lent to it, and what they name. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

from models.base import Text
from models.procedure import ProcedureType
from models.rates import RateCount
from regulations.inventory import checks_and_forms, consequences, terms
from regulations.inventory.entries import Entry, Section, Trait, entry_of
from regulations.inventory.procedure_steps import Actors, names_of, steps
from regulations.inventory.words import joined, optional, same, trait_of
from regulations.procedure_plan import Laws, ProcedureLaw, offered
from regulations.procedure_schema import (
    CalendarSource,
    Debtor,
    MeasuredOf,
    PeriodKind,
    ProcedureSource,
    RateSource,
    RegisterSource,
)
from regulations.schedules import DueSchedule, schedules_of

_NAMED: Final = ("documents", "forms", "terms", "ladders", "sanctions", "rectifications", "registers", "rates")
"""The sections whose entries procedures name, in the order in which they are shown."""


def beside(laws: Laws, regulation: str, day: date) -> Iterator[Entry]:
    """Every procedure to be had under the regulation on that day, its steps, what they name, and the schedules.

    Of a regulation that only lies over others, the procedures that it lends.
    """
    local = ProcedureLaw(laws[regulation], day)
    found = offered(laws, regulation, day) if local.regulation.is_for_filing else _own(local)
    for name, law in found.items():
        source = law.procedure(name)
        assert source, "what is offered is in force"
        yield from _from(local, law, [_procedure(law, name, source)])
    for name, law in found.items():
        source = law.procedure(name)
        assert source, "what is offered is in force"
        yield from _from(local, law, steps(law, Actors(local, law, source), name, source))
    yield from _named(local, found)
    if local.regulation.is_for_filing:
        for due in schedules_of(laws, regulation, day).values():
            yield from _from(local, due.law, [_schedule(local, due)])


def _own(law: ProcedureLaw) -> dict[str, ProcedureLaw]:
    return {name: law for name in law.procedures.procedures if law.procedure(name)}


def _from(local: ProcedureLaw, law: ProcedureLaw, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries with the wider regulation that they are lent by."""
    if law.regulation.id == local.regulation.id:
        yield from entries
        return
    for entry in entries:
        yield entry.model_copy(update={"lent_by": law.regulation.id})


# ---------------------------------------------------------------- procedures


def _procedure(law: ProcedureLaw, name: str, source: ProcedureSource) -> Entry:
    in_force = [step.title for step in source.steps.values() if step.covers(law.day)]
    traits = [
        *optional("须指明", "names", joined(source.parties.values())),
        *optional("表格", "form", _titles(law, "forms", [source.form] if source.form else [])),
        *optional("材料", "documents", _titles(law, "documents", source.documents)),
        Trait(name=Text(zh="步骤", en="steps"), says=joined(in_force, " → ", " → ")),
        *_measured(law, source),
        *([trait_of("程序类型", "runs", source.runs)] if source.runs is not ProcedureType.PROCEDURE else []),
    ]
    return entry_of(law, Section.PROCEDURE, name, source.title, source, traits)


def _measured(law: ProcedureLaw, source: ProcedureSource) -> Iterator[Trait]:
    if source.measures:
        yield Trait(name=Text(zh="测算指标", en="measures"), says=_titles(law, "rates", source.measures.rates))
        yield Trait(name=Text(zh="测算范围", en="measured of"), says=_MEASURED[source.measures.of])


def _titles(law: ProcedureLaw, section: str, keys: Iterable[str]) -> Text:
    return joined(entry.title for _, entry in law.named(section, keys))


# ---------------------------------------------------------------- what they name


def _named(local: ProcedureLaw, found: dict[str, ProcedureLaw]) -> Iterator[Entry]:
    """What the procedures name, each entry once. The regulation's own entries stand among those of its pipeline already."""
    by_law: dict[str, tuple[ProcedureLaw, list[ProcedureSource]]] = {}
    for name, law in found.items():
        source = law.procedure(name)
        assert source, "what is offered is in force"
        by_law.setdefault(law.regulation.id, (law, []))[1].append(source)
    for section in _NAMED:
        for law, sources in by_law.values():
            named = dict.fromkeys(key for source in sources for key in names_of(law, source).get(section, ()))
            yield from _from(local, law, _entries(local, law, section, named))


def _entries(local: ProcedureLaw, law: ProcedureLaw, section: str, keys: Iterable[str]) -> Iterator[Entry]:
    is_own = law.regulation.id == local.regulation.id
    shown = [key for key in keys if not is_own or key in getattr(law.procedures, section)]
    for entry in _WRITTEN[section](local, law, law.named(section, shown)):
        yield entry.model_copy(update={"key": _key(local, law, section, entry.key)})


def _key(local: ProcedureLaw, law: ProcedureLaw, section: str, key: str) -> str:
    """The name, after that of its folder where another entry may have the same one."""
    if law.regulation.id != local.regulation.id:
        return f"{law.regulation.id}/{key}"
    return f"procedures/{key}" if key in getattr(local.regulation, section, {}) else key


def _registers(law: ProcedureLaw, found: Iterable[tuple[str, RegisterSource]]) -> Iterator[Entry]:
    for key, register in found:
        states = [Trait(name=Text(zh="状态", en="states"), says=joined(register.states.values()))]
        yield entry_of(law, Section.REGISTER, key, register.title, register, states)


def _rates(law: ProcedureLaw, found: Iterable[tuple[str, RateSource]]) -> Iterator[Entry]:
    for key, rate in found:
        goal = "" if rate.at_least is None else f"{rate.at_least:%}"
        traits = [
            Trait(name=Text(zh="分子", en="counts"), says=_COUNTS[rate.numerator]),
            Trait(name=Text(zh="分母", en="of"), says=_COUNTS[rate.denominator]),
            *optional("不低于", "at least", same(goal)),
            *([trait_of("不计不予共享的资源", "shareable only", "✓")] if rate.shareable_only else []),
        ]
        yield entry_of(law, Section.RATE, key, rate.title, rate, traits)


_Written = Callable[[ProcedureLaw, ProcedureLaw, Iterable[tuple[str, Any]]], Iterator[Entry]]

_WRITTEN: Final[dict[str, _Written]] = {
    "documents": lambda _, law, found: checks_and_forms.documents(law, found),
    "forms": lambda _, law, found: checks_and_forms.forms(law, found),
    "terms": lambda _, law, found: terms.terms(law, found),
    "ladders": lambda _, law, found: terms.ladders(law, found),
    "sanctions": lambda local, law, found: consequences.sanctions(law, found, Actors(local, law).titles),
    "rectifications": lambda local, law, found: consequences.rectifications(law, found, Actors(local, law).titles),
    "registers": lambda _, law, found: _registers(law, found),
    "rates": lambda _, law, found: _rates(law, found),
}


# ---------------------------------------------------------------- schedules


def _schedule(local: ProcedureLaw, due: DueSchedule) -> Entry:
    source = due.source
    organ = Actors(local, due.law).titles([source.organ]) if source.organ else _DEBTORS[source.owed_by]
    traits = [
        Trait(name=Text(zh="程序", en="procedure"), says=due.procedure.title),
        Trait(name=Text(zh="时间", en="begins"), says=_begins(source.calendar)),
        Trait(name=Text(zh="所涉期间", en="about"), says=_PERIODS[source.period]),
        Trait(name=Text(zh="由谁办理", en="owed by"), says=organ),
        *optional("阶段", "stages", joined(stage.label for stage in source.stages)),
        *([trait_of("暂停，由操作员启动", "paused until an operator begins it", "✓")] if source.starts_paused else []),
    ]
    return entry_of(due.law, Section.SCHEDULE, due.id, source.title, source, traits)


def _begins(calendar: CalendarSource) -> Text:
    months = "、".join(map(str, calendar.months))
    day, hour = calendar.day, calendar.hour
    if not months:
        return Text(zh=f"每月 {day} 日 {hour} 时", en=f"every month on day {day} at {hour}:00")
    return Text(
        zh=f"{months} 月 {day} 日 {hour} 时", en=f"in month {months.replace('、', ', ')} on day {day} at {hour}:00"
    )


_MEASURED: Final = {
    MeasuredOf.APPLICANT: Text(zh="申请人的目录条目", en="the applicant's entries"),
    MeasuredOf.EVERYBODY: Text(zh="全部目录条目", en="all entries"),
}
_COUNTS: Final = {
    RateCount.REGISTERED: Text(zh="已登记的资源", en="resources registered"),
    RateCount.PUBLISHED: Text(zh="已发布的资源", en="resources published"),
    RateCount.MOUNTED: Text(zh="已挂接的资源", en="resources mounted"),
    RateCount.UPDATES_DUE: Text(zh="应更新的变更事项", en="updates due"),
    RateCount.UPDATED_IN_TIME: Text(zh="按期更新的变更事项", en="updates in time"),
    RateCount.DEMANDS_ACCEPTED: Text(zh="已受理的需求", en="demands accepted"),
    RateCount.DEMANDS_MET: Text(zh="已满足的需求", en="demands met"),
}
_DEBTORS: Final = {
    Debtor.DEPARTMENTS: Text(zh="各部门", en="every department"),
    Debtor.UNITS: Text(zh="各单位", en="every unit"),
    Debtor.PROJECTS: Text(zh="各在办项目", en="every running project"),
}
_PERIODS: Final = {
    PeriodKind.HALF_BEFORE: Text(zh="上一半年", en="the half-year before"),
    PeriodKind.YEAR_BEFORE: Text(zh="上一年度", en="the year before"),
    PeriodKind.MONTH_BEFORE: Text(zh="上月", en="the month before"),
    PeriodKind.THIS_MONTH: Text(zh="本月", en="this month"),
    PeriodKind.THIS_YEAR: Text(zh="本年度", en="this year"),
    PeriodKind.YEAR_AHEAD: Text(zh="下一年度", en="the year ahead"),
}
