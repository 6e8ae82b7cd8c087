"""submit, respond, withdraw, report-change: what a project unit hands in and tells."""

from pathlib import Path
from typing import Annotated

import typer

from models.application import Application, Material
from models.base import Text
from models.messages import ChangeKind, ChangeReport, RectificationResponse, Submission, Withdrawal
from starter import intake
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import By, Materials, Project, Reason
from starter.commands.speaking import tell
from starter.failures import BadInput, built
from starter.intake import Document
from starter.output import Shown
from workflows.names import RECTIFICATION, rectification_id

app = group()


@command(app, "submit")
async def submit(
    desk: Desk,
    code: Project,
    by: By,
    file: Annotated[Path | None, typer.Argument(help="更正后的申报文件 the corrected application file")] = None,
    material: Materials = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="COND=TEXT", help="对附带条件的答复，可重复 how a condition was met"),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="说明 a note")] = "",
) -> Shown:
    """提交材料 hand in a corrected application, files, or answers to conditions."""
    application, documents = _corrected(code, file) if file else (None, ())
    answers = dict(_answer(written) for written in answer or ())
    documents = (*documents, *map(intake.given_document, material or ()))
    if not (application or documents or answers):
        raise BadInput(Text(zh="请给出 FILE、--material 或 --answer", en="give FILE, --material or --answer"))
    message = built(
        Submission,
        submitted_by=by,
        application=application,
        materials=_stored(desk, documents),
        condition_answers=answers,
        note=note,
    )
    return await tell(desk, address_of(code), "submit", message)


def _corrected(code: str, file: Path) -> tuple[Application, tuple[Document, ...]]:
    application, documents = intake.read_application(file)
    if application.code != code:
        rule = f"code: must be {code!r}, the project that is corrected (got {application.code!r})"
        raise BadInput(Text(zh=f"{file.name} 属于另一项目", en=f"{file.name} is of another project"), details=[rule])
    return application, documents


def _answer(written: str) -> tuple[str, str]:
    condition, equals, text = written.partition("=")
    if not (condition and equals and text):
        raise BadInput(Text(zh="答复有误", en="wrong answer"), details=[f"answer: must be COND=TEXT (got {written!r})"])
    return condition, text


def _stored(desk: Desk, documents: tuple[Document, ...]) -> tuple[Material, ...]:
    return intake.stored(desk.materials, documents)


@command(app, "respond")
async def respond(
    desk: Desk,
    code: Annotated[str, typer.Argument(metavar="RECTIFICATION", help="整改编号 the rectification's code")],
    by: By,
    statement: Annotated[str, typer.Option("--statement", help="整改情况 what was done")],
    material: Materials = None,
) -> Shown:
    """整改答复 answer a rectification notice."""
    workflow_id = address_of(rectification_id(code.removeprefix(f"{RECTIFICATION}:")))
    documents = tuple(map(intake.given_document, material or ()))
    message = built(RectificationResponse, submitted_by=by, statement=statement, materials=_stored(desk, documents))
    return await tell(desk, workflow_id, "respond", message)


@command(app, "withdraw")
async def withdraw(desk: Desk, code: Project, by: By, reason: Reason) -> Shown:
    """撤回项目 take a project back; its life ends."""
    return await tell(desk, address_of(code), "withdraw", built(Withdrawal, withdrawn_by=by, reason=reason))


@command(app, "report-change")
async def report_change(
    desk: Desk,
    code: Project,
    by: By,
    kind: Annotated[ChangeKind, typer.Option("--kind", help="变更种类 what changes")],
    description: Annotated[str, typer.Option("--description", help="变更内容 the change in words")],
    investment: Annotated[
        str | None, typer.Option("--investment", help="新的总投资（元） the new total in yuan")
    ] = None,
    major: Annotated[bool, typer.Option("--major", help="建设内容重大变更 the content changes in a major way")] = False,
) -> Shown:
    """变更报告 report a change of investment or content."""
    message = built(
        ChangeReport, reported_by=by, kind=kind, description=description, investment=investment, major=major
    )
    return await tell(desk, address_of(code), "report_change", message)
