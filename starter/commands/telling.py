"""How a batch is told: a line for each result, a bar on a terminal, and how many ended how."""

from collections.abc import Sequence
from typing import Any

from models.base import Text
from starter import progress
from starter.batch import Batch, Result
from starter.output import Screen

GO_ON = Text(
    zh="下一步：再次运行同一命令，即从未完成处继续；已办的不会重复",
    en="next: run the same command again; it goes on where this one stopped, and does nothing twice",
)


async def told(screen: Screen, title: Text, items: Sequence[Any], batch: Batch[Any]) -> int:
    """Work the batch off and tell it; the exit code."""
    with progress.bar(screen, title, len(items)) as more:

        def tell(result: Result) -> None:
            screen.line(result.document, result.line)
            more(1)

        summary = await batch.work_off(tell)
    if screen.as_json:
        screen.line({"summary": summary.counts}, summary.text)
        return summary.exit_code
    screen.warn(summary.text)
    if any(outcome.may_go_on for outcome in summary.counts):
        screen.warn(GO_ON)
    return summary.exit_code
