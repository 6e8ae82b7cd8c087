"""What can take a stage away from what it waits for. Raised by `until`, caught by the stage's life cycle only."""

from models.citation import Citation
from models.plan import GateRef


class Withdrawn(Exception):
    """The unit took its project back."""


class Reopened(Exception):
    """A decision was retracted that had closed an earlier gate of this stage."""

    def __init__(self, gate: str) -> None:
        super().__init__(gate)
        self.gate = gate


class SentBack(Exception):
    """A change of the project sends the file back to an earlier gate."""

    def __init__(self, to: GateRef, citation: Citation) -> None:
        super().__init__(to.stage)
        self.to = to
        self.citation = citation
