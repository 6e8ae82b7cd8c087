"""registers list, show: what the procedures have entered — filings, websites, rooms, consents, data officers."""

from collections.abc import Iterable
from typing import Annotated

import typer

from models.base import Text
from records import registers
from records.registers import RecordedChange, RegisterEntry
from regulations.procedure_files import load_laws
from regulations.procedure_schema import RegisterSource
from starter.commands import views
from starter.commands.command import command, group
from starter.commands.desk import Desk
from starter.failures import BadInput, Refused
from starter.output import Shown, Table

app = group("registers", "登记 the registers that procedures keep")

REGISTER, SUBJECT = Text(zh="登记簿", en="register"), Text(zh="登记事项", en="subject")
SINCE, PARTY = Text(zh="自", en="since"), Text(zh="登记主体", en="party")
PROCEDURE = Text(zh="办理程序", en="procedure")


class _Labels:
    """The titles of registers and of their states, from every regulation that defines them."""

    def __init__(self) -> None:
        self._sources: dict[str, list[RegisterSource]] = {}
        for law in load_laws().values():
            for name, versions in law.procedures.registers.items():
                self._sources.setdefault(name, []).extend(versions)

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self._sources)

    def register(self, name: str) -> Text:
        """Its title and its id; the id alone where no regulation defines it any more."""
        found = self._sources.get(name)
        return Text(zh=f"{found[0].title.zh}（{name}）", en=f"{found[0].title.en} ({name})") if found else _same(name)

    def state(self, register: str, state: str) -> Text:
        sources = self._sources.get(register, [])
        return next((source.states[state] for source in sources if state in source.states), _same(state))


def _same(name: str) -> Text:
    return Text(zh=name, en=name)


@command(app, "list")
def list_all(
    desk: Desk,
    register: Annotated[str | None, typer.Option("--register", help="只看此登记簿 only this register")] = None,
    state: Annotated[str | None, typer.Option("--state", help="只看此状态 only in this state")] = None,
) -> Shown:
    """现行登记 the present entries."""
    labels, engine = _Labels(), desk.records()
    found = registers.entries(engine, register, state=state)
    if register is not None and register not in labels.known and not registers.entries(engine, register):
        rule = f"register: must be one of {', '.join(labels.known)} (got {register!r})"
        raise BadInput(Text(zh=f"没有登记簿 {register}", en=f"there is no register {register}"), details=[rule])
    columns = (REGISTER, SUBJECT, views.STATE, SINCE, PARTY, PROCEDURE)
    rows = [
        (
            labels.register(e.register_id),
            e.subject,
            labels.state(e.register_id, e.state),
            views.moment(e.since),
            e.party,
            e.procedure,
        )
        for e in found
    ]
    nothing = Text(zh="没有登记", en="nothing is registered")
    return Shown.of(_documents(found, labels), Table(columns, rows) if rows else nothing)


def _documents(found: Iterable[RegisterEntry], labels: _Labels) -> list[dict[str, object]]:
    return [{**entry.model_dump(mode="json"), **_words(labels, entry.register_id, entry.state)} for entry in found]


def _words(labels: _Labels, register: str, state: str) -> dict[str, Text]:
    return {"register_title": labels.register(register), "state_title": labels.state(register, state)}


@command(app, "show")
def show(
    desk: Desk,
    register: Annotated[str, typer.Argument(help="登记簿代码 the register's id")],
    subject: Annotated[str, typer.Argument(help="登记事项 what is registered")],
) -> Shown:
    """登记沿革 every change of one entry, the first one first."""
    labels = _Labels()
    found = registers.history(desk.records(), register, subject)
    if not found:
        raise Refused(
            Text(zh=f"{register} 中没有 {subject}", en=f"{register} has no entry {subject}"),
            advice=Text(zh="tongchou registers list", en="tongchou registers list"),
        )
    columns = (views.AT, views.STATE, PARTY, PROCEDURE, Text(zh="内容", en="content"))
    rows = [
        (
            views.moment(line.change.at),
            labels.state(register, line.change.state),
            line.change.party,
            line.change.procedure,
            _content(line),
        )
        for line in found
    ]
    title = labels.register(register)
    heading = Text(zh=f"{title.zh}：{subject}", en=f"{title.en}: {subject}")
    document = [{**line.model_dump(mode="json"), **_words(labels, register, line.change.state)} for line in found]
    return Shown.of(document, Table(columns, rows, heading))


def _content(line: RecordedChange) -> str:
    return "\n".join(f"{name}: {value}" for name, value in line.change.detail.items())
