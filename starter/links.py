"""管理页面链接: the pages of the Temporal UI on which an admin finds what they look for. Pure: addresses, nothing is asked.

The UI's list takes a visibility query in its address, so whoever has the link has the list, and it is never out of date.
"""

from collections.abc import Iterable
from urllib.parse import quote

from models.base import Text, Value
from models.plan import StageName
from starter.worklist import quoted, running_query
from workflows import names


class Link(Value):
    """A list of the UI: what it shows, the visibility query, and its address. `id` does not change with the language."""

    id: str
    title: Text
    query: str
    url: str


class Pages:
    """The pages of one UI (`http://127.0.0.1:8233`) on one namespace."""

    def __init__(self, ui: str, namespace: str) -> None:
        self._workflows = f"{ui.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows"

    def workflow(self, workflow_id: str) -> str:
        """The page of a workflow's newest run. The UI itself finds the run."""
        return f"{self._workflows}/{quote(workflow_id, safe=':')}"

    def standing(self) -> list[Link]:
        """The lists that every installation has: what runs, what is late, each stage, what has ended and how."""
        return [
            self._running("running", Text(zh="正在办理", en="running")),
            self._running("overdue", Text(zh="已逾期", en="overdue"), f"{names.OVERDUE.name} = true"),
            *(self._running(f"stage/{s}", _stage(s), f"{names.STAGE.name} = {quoted(s)}") for s in StageName),
            self._running("procedures", Text(zh="流程以外的程序", en="beside the pipeline"), _no_stage()),
            self._link("finished", Text(zh="已办结", en="finished"), _FINISHED),
            self._link("broken-off", Text(zh="异常终止", en="broken off"), _BROKEN_OFF),
        ]

    def awaiting(self, parties: Iterable[tuple[str, Text]]) -> list[Link]:
        """What waits for each of these organs or units, given by code and name."""
        return [
            self._running(
                f"organ/{code}",
                Text(zh=f"待办：{name.zh}", en=f"waits for: {name.en}"),
                f"{names.AWAITING_ORGAN.name} = {quoted(code)}",
            )
            for code, name in parties
        ]

    def of_project(self, workflow_id: str) -> list[Link]:
        """Every run of the workflow, a project's stages being runs of one id; and what belongs to the same project."""
        project = names.parse_id(workflow_id)[1]
        return [
            self._link("runs", Text(zh="各次运行", en="its runs"), f"WorkflowId = {quoted(workflow_id)}"),
            self._link(
                "project",
                Text(zh="同一项目的全部流程", en="everything of the project"),
                f"{names.PROJECT_CODE.name} = {quoted(project)}",
            ),
        ]

    def _running(self, id_: str, title: Text, also: str = "") -> Link:
        return self._link(id_, title, f"{running_query()} AND {also}" if also else running_query())

    def _link(self, id_: str, title: Text, query: str) -> Link:
        return Link(id=id_, title=title, query=query, url=f"{self._workflows}?query={quote(query, safe='')}")


_FINISHED = f"ExecutionStatus = 'Completed' AND {names.PROJECT_CODE.name} IS NOT NULL"
_BROKEN_OFF = (
    f"ExecutionStatus IN ('Failed', 'Terminated', 'Canceled', 'TimedOut') AND {names.PROJECT_CODE.name} IS NOT NULL"
)


def _stage(stage: StageName) -> Text:
    return Text(zh=f"阶段：{stage.label.zh}", en=f"stage: {stage.label.en}")


def _no_stage() -> str:
    return f"{names.STAGE.name} NOT IN ({', '.join(quoted(stage) for stage in StageName)})"
