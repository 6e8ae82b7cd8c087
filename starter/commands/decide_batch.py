"""`tongchou decide --batch`: many decisions at once, each signed, sent and refused as if it came alone."""

import hashlib
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from temporalio.client import Client

from models.base import Code, Text
from models.project import Status
from models.review import CountedDecision
from starter.batch import Batch, Outcome, Result
from starter.batch_file import mappings, values_of
from starter.commands.deciding import Keys, Said, address_of_review, require_own, sent
from starter.commands.desk import Desk, address_of
from starter.commands.telling import told
from starter.failures import BadInput, built
from starter.worklist import status_of

TITLE = Text(zh="成批提交意见", en="deciding")

_SEVERAL = ("conditions", "judge")


class Row(Said):
    """One decision of the list. `review` names the review; `project` alone means the one that lies open there."""

    project: Annotated[str, Field(min_length=1)] | None = None
    decision_id: Code | None = None

    @property
    def id(self) -> str:
        """The decision's id: the one that is given, or one that follows from all that the row says, so that the same row is
        the same decision whenever it is sent."""
        if self.decision_id:
            return self.decision_id
        said = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
        return f"b-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


@dataclass
class Listed:
    """One row of the list, as it was written, and at which place."""

    place: int
    written: Mapping[str, Any]
    note: Text | None = None

    def __post_init__(self) -> None:
        known = {name: self.written.get(name) for name in ("project", "review", "organ", "officer", "verdict")}
        self.names: dict[str, Any] = {"row": self.place, **known, "decision_id": self.written.get("decision_id")}

    @property
    def title(self) -> str:
        where = self.names["review"] or self.names["project"]
        return " ".join(str(part) for part in (f"#{self.place}", where, self.names["officer"]) if part)

    @property
    def lane(self) -> Hashable:
        """One project's decisions go in their order: the second may be on what the first opens."""
        where = self.written.get("review") or self.written.get("project")
        return str(where).partition("/")[0].removeprefix("project:").removeprefix("rectification:")

    def row(self) -> Row:
        """What was written, as a decision. Raises BadInput."""
        row = built(Row, **{k: values_of(v) if k in _SEVERAL else v for k, v in self.written.items()})
        if row.review is None and row.project is None:
            raise BadInput(Text(zh="缺少 review 或 project", en="review or project: one of them must be given"))
        self.names["decision_id"] = row.id
        return row


async def decided(desk: Desk, path: Path, key: Path | None, at_once: int) -> int:
    """Send every decision of the list, and tell each result; the exit code.

    Raises BadInput for a list or a key that cannot be used, and TemporalUnreachable: then nothing was sent.
    """
    rows = [Listed(*row) for row in mappings(path, ("organ", "officer", "verdict"), [*Row.model_fields])]
    keys = Keys(desk.settings, key)
    # Before the first is sent: a passphrase is asked for while nothing else is on the screen.
    keys.open_those_here(*dict.fromkeys(_officers(rows)))
    sender = Sender(await desk.client(), keys)
    return await told(desk.screen, TITLE, rows, Batch(rows, sender.send, at_once=at_once))


def _officers(rows: Sequence[Listed]) -> Iterator[str]:
    for listed in rows:
        with suppress(BadInput):  # which will be its result
            yield listed.row().officer


class Sender:
    """Sends the decisions of one batch."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client, self._keys = client, keys
        self._sent: dict[str, int] = {}

    async def send(self, listed: Listed) -> Result:
        """Send one decision; one that counts already is left as it is. Raises Failure."""
        row = listed.row()
        workflow_id = address_of_review(row.review) if row.review else address_of(str(row.project))
        if row.project and address_of(row.project) != workflow_id:
            zh, en = (
                f"review（{row.review}）：不属于 {row.project}",
                f"review: must be one of {row.project} (got {row.review!r})",
            )
            raise BadInput(Text(zh=zh, en=en))
        status = await status_of(self._client, workflow_id)
        if counted := _counted(status, row.id):
            before = row.on(row.review or counted.decision.review_id, row.id, {})
            require_own(before, counted.decision.review_id, counted.decision.officer, counted.decision.verdict)
            return self._result(listed, before.review_id, Outcome.REPEATED)
        decision = row.decision(row.id, status)
        listed.note = self._note(listed, decision.review_id)
        # Without an id for the update: the server would repeat a refusal whose reason is gone. The decision has its own.
        receipt = await sent(self._client, workflow_id, self._keys.signed(decision, status))
        return self._result(listed, decision.review_id, Outcome.COUNTED, {"review_outcome": receipt.outcome})

    def _note(self, listed: Listed, review_id: str) -> Text | None:
        first = self._sent.setdefault(review_id, listed.place)
        if first == listed.place:
            return None
        return Text(zh=f"同一审核在第 {first} 项已有意见", en=f"row {first} decides on the same review")

    def _result(
        self, listed: Listed, review_id: str, outcome: Outcome, more: Mapping[str, Any] | None = None
    ) -> Result:
        listed.names["review"] = review_id
        return Result(listed.names, listed.title, outcome, note=listed.note, more=more or {})


def _counted(status: Status, decision_id: str) -> CountedDecision | None:
    """The decision of that id, where it counts already: on the open review, or on one that has ended."""
    reviews = [status.review.decisions] if status.review else []
    found = (one for decisions in (*reviews, *(gate.decisions for gate in status.passed)) for one in decisions)
    return next((one for one in found if one.decision.decision_id == decision_id), None)
