"""改用新规: at a border, the project's plan gives way to the one that was ordered, or stays, with the reasons on record."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.ports import Planning
from models.base import Text
from models.effects import EntryKind, Filing, Resolution
from models.project import AdoptionOrder
from regulations import adoption
from workflows.options import LOOKUP, named
from workflows.proceeding import covering
from workflows.project import Project


async def adopt_ordered(project: Project) -> None:
    """Go on under the law that was ordered, where one was. One under which the project cannot stand leaves it as it is.

    What runs and stands goes on as it was imposed: limits, sanctions, rectifications, conditions, waivers.
    """
    ordered = project.file.adopting
    if ordered is None:
        return
    resolution = await _resolved(project, ordered)
    reasons = (resolution,) if isinstance(resolution, Text) else _against(project, ordered, resolution)
    if isinstance(resolution, Text) or reasons:
        project.update_file(adopting=None)
        await _record_refused(project, ordered, reasons)
        return
    before = project.plan
    calendar = covering(resolution.calendar, project.file.calendar)
    project.update_file(adopting=None, plan=resolution.plan, calendar=calendar)
    project.effects.plan_version = resolution.plan.version
    await project.effects.record(
        EntryKind.PLAN_ADOPTED,
        ordered.key,
        Text(
            zh=f"自 {project.file.stage.label.zh}第 {project.file.round} 轮起改用 {resolution.plan.filed_on} 施行的规定",
            en=f"from {project.file.stage} round {project.file.round} under the law as of {resolution.plan.filed_on}",
        ),
        organ=ordered.order.organ,
        officer=ordered.order.officer,
        detail={
            "reason": ordered.order.reason,
            "from": {"version": before.version, "as_of": before.filed_on.isoformat(), "route": before.route},
            "to": {
                "version": resolution.plan.version,
                "as_of": resolution.plan.filed_on.isoformat(),
                "route": resolution.plan.route,
            },
        },
    )


async def _resolved(project: Project, ordered: AdoptionOrder) -> Resolution | Text:
    """The plan as of that day, or why there is none."""
    filing = Filing(
        application=project.file.application,
        filed_on=ordered.order.as_of,
        clock_shifted=bool(project.file.clock_shift),
        admitted=True,
    )
    try:
        resolution: Resolution = await workflow.execute_activity_method(
            Planning.resolve, filing, **named(LOOKUP, f"确定新的办理方案：{filing.application.regulation}")
        )
    except ActivityError as error:
        if is_cancelled_exception(error) or not isinstance(error.cause, ApplicationError):
            raise
        return Text(zh=error.cause.message, en=error.cause.message)
    return resolution


def _against(project: Project, ordered: AdoptionOrder, resolution: Resolution) -> tuple[Text, ...]:
    wanted, found = ordered.order.version, resolution.plan.version
    if wanted not in (None, found):
        zh, en = (
            f"规定文本 {found[:12]} 不是所核对的 {str(wanted)[:12]}",
            f"the text is {found[:12]}, not the one examined",
        )
        return (Text(zh=zh, en=en),)
    return adoption.reasons_against(resolution.plan, project.file)


async def _record_refused(project: Project, ordered: AdoptionOrder, reasons: tuple[Text, ...]) -> None:
    zh, en = "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons)
    await project.effects.record(
        EntryKind.ADOPTION_REFUSED,
        ordered.key,
        Text(zh=f"未能改用新规，仍按原方案办理：{zh}", en=f"not adopted, the former plan stays: {en}"),
        organ=ordered.order.organ,
        officer=ordered.order.officer,
        detail={"as_of": ordered.order.as_of.isoformat(), "reasons": [reason.zh for reason in reasons]},
    )
