"""submit, respond, withdraw, report-change: what a project unit, or a procedure's party, hands in and tells."""

from pathlib import Path
from typing import Annotated, Any

import typer

from models.base import Text
from models.messages import ChangeKind, ChangeReport, RectificationResponse, Submission, Withdrawal
from starter import documents
from starter.commands.command import command, group
from starter.commands.desk import Desk, address_of
from starter.commands.options import By, Materials, Project, Reason
from starter.commands.speaking import tell
from starter.documents import Document
from starter.failures import BadInput, built
from starter.output import Shown
from workflows.names import PROJECT, RECTIFICATION, parse_id, rectification_id

app = group()


@command(app, "submit")
async def submit(
    desk: Desk,
    code: Project,
    by: By,
    file: Annotated[
        Path | None,
        typer.Argument(help="更正后的申报文件；程序：表单 the corrected application; for a procedure: the filled form"),
    ] = None,
    material: Materials = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="COND=TEXT", help="对附带条件的答复，可重复 how a condition was met"),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option(
            "--party", help="程序：代哪一方（代码）提交 in a procedure: code of the party; default: who is awaited"
        ),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="说明 a note")] = "",
) -> Shown:
    """提交材料 hand in a corrected application, a procedure's form, files, or answers to conditions."""
    workflow_id = address_of(code)
    content, named = _of_project(code, file, party) if _is_project(workflow_id) else _of_procedure(file, party)
    answers = dict(_answer(written) for written in answer or ())
    handed_in = (*named, *map(documents.given_document, material or ()))
    if not (content or handed_in or answers or not _is_project(workflow_id)):
        raise BadInput(Text(zh="请给出 FILE、--material 或 --answer", en="give FILE, --material or --answer"))
    message = built(
        Submission,
        submitted_by=by,
        materials=documents.stored(desk.materials, handed_in),
        condition_answers=answers,
        note=note,
        **content,
    )
    return await tell(desk, workflow_id, "submit", message)


def _is_project(workflow_id: str) -> bool:
    """Whether it is no procedure beside the pipeline: those take a form where a project takes an application."""
    return parse_id(workflow_id)[0] in (PROJECT, RECTIFICATION)


def _of_project(code: str, file: Path | None, party: str | None) -> tuple[dict[str, Any], tuple[Document, ...]]:
    if party is not None:
        rule = f"party: only a procedure has parties (got {party!r})"
        raise BadInput(Text(zh="项目没有其他各方", en="a project has no parties"), details=[rule])
    if file is None:
        return {}, ()
    from starter import intake

    application, named = intake.read_application(file)
    if application.code != parse_id(address_of(code))[1]:
        rule = f"code: must be {code!r}, the project that is corrected (got {application.code!r})"
        raise BadInput(Text(zh=f"{file.name} 属于另一项目", en=f"{file.name} is of another project"), details=[rule])
    return {"application": application}, named


def _of_procedure(file: Path | None, party: str | None) -> tuple[dict[str, Any], tuple[Document, ...]]:
    """The answers of a form, as they stand in the file: which form is awaited, and its faults, are the procedure's word."""
    form = None if file is None else documents.read_answers(file)
    return {"form": form, "party": party}, ()


def _answer(written: str) -> tuple[str, str]:
    condition, equals, text = written.partition("=")
    if not (condition and equals and text):
        raise BadInput(Text(zh="答复有误", en="wrong answer"), details=[f"answer: must be COND=TEXT (got {written!r})"])
    return condition, text


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
    evidence = documents.stored(desk.materials, tuple(map(documents.given_document, material or ())))
    message = built(RectificationResponse, submitted_by=by, statement=statement, materials=evidence)
    return await tell(desk, workflow_id, "respond", message)


@command(app, "withdraw")
async def withdraw(desk: Desk, code: Project, by: By, reason: Reason) -> Shown:
    """撤回 take a project or a procedure back; it ends there."""
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
