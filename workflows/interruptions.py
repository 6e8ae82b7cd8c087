"""What can take a stage away from what it waits for. Raised by `until`, caught by the stage's life cycle only."""

from typing import ClassVar

from models.citation import Citation
from models.plan import GateRef


class Interruption(Exception):
    """Two may meet before anybody waits. The one with the greater `reach` is then the one that counts."""

    reach: ClassVar[int]


class Renewed(Exception):
    """The run's history has grown: the stage goes on in a new run. Raised by `until` only, when nothing is under way."""


class Withdrawn(Interruption):
    """The unit took its project back."""

    reach = 3


class Terminated(Interruption):
    """A sanction ends the project. `sanction_id` says which."""

    reach = 4

    def __init__(self, sanction_id: str) -> None:
        super().__init__(sanction_id)
        self.sanction_id = sanction_id


class SentBack(Interruption):
    """A change of the project sends the file back: because its investment has `grown`, or by a major change."""

    reach = 2

    def __init__(self, to: GateRef, citation: Citation, *, grown: bool) -> None:
        super().__init__(to.stage)
        self.to = to
        self.citation = citation
        self.grown = grown


class Reopened(Interruption):
    """A decision was retracted that had closed an earlier gate of this stage."""

    reach = 1

    def __init__(self, gate: str) -> None:
        super().__init__(gate)
        self.gate = gate
