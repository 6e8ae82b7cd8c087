"""What is seen while a demonstration plays: each line that is run, and where the project stands, stage by stage.

On a terminal the stages stay at the bottom while the lines scroll; elsewhere a line is printed whenever they change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text as RichText

from models.base import Text
from models.calendar import Receipt
from models.plan import Plan, StageName
from models.project import State, Status
from regulations.calendar import explain
from starter.commands import marks
from starter.demo.shell import Played
from starter.output import PIPE_WIDTH, listed, say

DONE, HERE, AHEAD = "●", "◐", "○"

OUTPUT_LINES = 12
"""How much of a command's answer is shown: the rest is what `tongchou status` shows at any time."""


class LiveView:
    """A context: while it is open, what is told appears. With `quiet` nothing does, for programs that want one JSON."""

    def __init__(self, plan: Plan, language: str, *, quiet: bool) -> None:
        self._plan, self._language, self._quiet = plan, language, quiet
        self._console = Console(quiet=quiet)
        if not self._console.is_terminal:
            self._console.width = PIPE_WIDTH
        self._live = Live(RichText(""), console=self._console, transient=True, auto_refresh=False)
        self._bar = ""
        self._told: set[str] = set()

    def __enter__(self) -> "LiveView":
        if self._console.is_terminal and not self._quiet:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def note(self, text: Text) -> None:
        """What happens next, in a sentence."""
        self._print("")
        self._print(f"▌{say(text, self._language)}", "bold")

    def line(self, line: str) -> None:
        """A line that is about to be run."""
        self._print(f"$ {line}", "cyan")

    def answer(self, played: Played) -> None:
        """What it answered: a table is cut to the terminal's width, a refusal is shown to its last word."""
        if not played.as_expected or played.refused:
            self._print(f"  {played.output}", "yellow" if played.as_expected else "red")
            return
        shown = played.output.splitlines()
        for text in [*shown[:OUTPUT_LINES], *(["…"] if len(shown) > OUTPUT_LINES else [])]:
            line = RichText(f"  {text.rstrip()}", style="dim", no_wrap=True, overflow="ellipsis")
            self._console.print(line)

    def show(self, status: Status) -> None:
        """Where the project stands, and, once for each, the deadline on which a real life would now wait."""
        if status.stage is not None:
            self._show_bar(say(self.bar(status), self._language))
        self._tell_deadline(status)

    # ------------------------------------------------------------ the stages

    def bar(self, status: Status) -> Text:
        """The stages in a line: passed, current with its gate and state, ahead."""
        names = [stage.name for stage in self._plan.stages]
        return Text(
            zh=" ".join(self._stage(name, names, status).zh for name in names),
            en=" ".join(self._stage(name, names, status).en for name in names),
        )

    def _stage(self, name: StageName, names: Sequence[StageName], status: Status) -> Text:
        label, here = name.label, names.index(status.stage) if status.stage in names else -1
        if status.outcome is not None or names.index(name) < here:
            return Text(zh=f"{DONE} {label.zh}", en=f"{DONE} {label.en}")
        if name is not status.stage:
            return Text(zh=f"{AHEAD} {label.zh}", en=f"{AHEAD} {label.en}")
        gate, state = status.gate_title, status.state.label
        return Text(
            zh=f"{HERE} {label.zh}（{gate.zh + '，' if gate else ''}第 {status.round} 轮，{state.zh}）",
            en=f"{HERE} {label.en} ({gate.en + ', ' if gate else ''}round {status.round}, {state.en})",
        )

    def _show_bar(self, bar: str) -> None:
        if bar == self._bar:
            return
        self._bar = bar
        if self._live.is_started:
            self._live.update(RichText(bar, style="green"), refresh=True)
        else:
            self._print(f"  {bar}", "green")

    # ------------------------------------------------------------ deadlines

    def _tell_deadline(self, status: Status) -> None:
        found = pending(status)
        if found is None or found.key in self._told:
            return
        self._print(f"  ⏳ {say(found.text, self._language)}", "magenta")
        # The same count, for gate after gate on one day, is explained once.
        if found.receipt and (counted := "；".join(explain(found.receipt)[1:-1])) not in self._told:
            self._print(f"     {counted}", "magenta")
            self._told.add(counted)
        self._told.add(found.key)

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(RichText(text, style=style), soft_wrap=True)


@dataclass(frozen=True)
class Pending:
    """On what a life waits: a key of its own, the sentence that says so, and how the day was counted."""

    key: str
    text: Text
    receipt: Receipt | None = None


def pending(status: Status) -> Pending | None:
    """On what the life would wait now; None where it waits for no clock and no event."""
    review = status.review if status.review and status.review.outcome is None else None
    if review is not None:
        receipt = review.deadline.receipt
        return Pending(review.review_id, _decision(review.title, status, marks.due(receipt)), receipt)
    if status.awaited_event and status.state is not State.CLOSED:
        return Pending(f"{status.workflow_id}/{status.awaited_event}", _event(status))
    if status.stage is None and status.state is State.RECTIFYING:
        return Pending(status.workflow_id, _response(status))
    return None


def _decision(title: Text, status: Status, due: Text) -> Text:
    names = listed(status.names.get(organ) or organ for organ in status.awaiting)
    return Text(
        zh=f"{title.zh}：{names.zh} 最迟 {due.zh} 审核。演示不等，即办",
        en=f"{title.en}: {names.en} may take until {due.en}; the demo does not wait",
    )


def _event(status: Status) -> Text:
    if status.due_on is None:
        return Text(
            zh=f"等待事项 {status.awaited_event}，没有期限。演示不等，即报",
            en=f"waits for the event {status.awaited_event}, with no deadline; the demo does not wait",
        )
    return Text(
        zh=f"等待事项 {status.awaited_event}，{status.due_on} 自动启动。演示不等，即报",
        en=f"waits for the event {status.awaited_event}, or for {status.due_on}; the demo does not wait",
    )


def _response(status: Status) -> Text:
    return Text(
        zh=f"整改 {status.workflow_id}：项目单位最迟 {status.due_on} 答复。演示不等，即办",
        en=f"{status.workflow_id}: the unit may answer until {status.due_on}; the demo does not wait",
    )
