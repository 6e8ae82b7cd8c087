"""随机抽查: which projects an inspection falls on. The draw is put on record with all that it takes to repeat it."""

from temporalio import workflow

from models.base import Text
from models.effects import EntryKind
from models.plan import Gate, Sampling
from regulations.sampling import Draw, draw
from workflows.project import Project


async def is_drawn(project: Project, gate: Gate, sampling: Sampling) -> bool:
    """Whether the project is inspected at this gate. Drawn once: later rounds keep the result."""
    if gate.id in project.file.drawn:
        return project.file.drawn[gate.id]
    subject = f"{project.file.code}/{project.file.stage}/{gate.id}"
    drawn = draw(sampling, project.file.application.categories, workflow.uuid4().hex, subject)
    project.update_file(drawn={**project.file.drawn, gate.id: drawn.is_drawn})
    project.enter(gate)
    await project.effects.record(
        EntryKind.INSPECTION_DRAWN,
        project.review_id(gate),
        _said(gate, drawn),
        citations=(sampling.citation,),
        detail=drawn.model_dump(mode="json") | {"drawn": drawn.is_drawn},
    )
    return drawn.is_drawn


def _said(gate: Gate, drawn: Draw) -> Text:
    if drawn.always:
        return Text(zh=f"{gate.title.zh}：重点项目，必查", en=f"{gate.title.en}: a key project, always inspected")
    zh, en = ("抽中", "drawn") if drawn.is_drawn else ("未抽中，不作检查", "not drawn, passed over")
    return Text(zh=f"{gate.title.zh}：{zh}（比例 {drawn.rate}）", en=f"{gate.title.en}: {en} (rate {drawn.rate})")
