"""What everybody sent in a run, and what they were told: the account against which the record is held afterwards."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Sent:
    """One decision, however often and by whatever way it was sent."""

    code: str
    decision_id: str
    review_id: str
    receipts: int = 0
    """Updates that were answered: it counts."""
    refusals: list[str] = field(default_factory=list)
    """Updates that were answered: it does not, with the kind of the refusal."""
    signals: int = 0
    """Signals that the server took."""
    unsure: int = 0
    """Messages of which the sender never heard: they may have arrived."""


class Book:
    """Everything that was sent to the projects of one run."""

    def __init__(self) -> None:
        self.decisions: dict[tuple[str, str], Sent] = {}
        self.nonsense: defaultdict[str, int] = defaultdict(int)
        """Signals that nobody can read, by project, as far as the server took them."""
        self.nonsense_unsure: defaultdict[str, int] = defaultdict(int)
        self.progress: defaultdict[str, list[float]] = defaultdict(list)
        """When each project moved on: something was answered, or its next review lay open."""
        self.remarks: list[str] = []

    def decision(self, code: str, decision_id: str, review_id: str) -> Sent:
        """The account of a decision; the first call opens it."""
        return self.decisions.setdefault((code, decision_id), Sent(code, decision_id, review_id))

    def of(self, code: str) -> list[Sent]:
        return [sent for sent in self.decisions.values() if sent.code == code]

    @property
    def acknowledged(self) -> int:
        """Decisions of which a sender was told that they count."""
        return sum(1 for sent in self.decisions.values() if sent.receipts)

    def recovery(self, repaired: float, finished: dict[str, float]) -> float:
        """Seconds from the repair until every project that was not done by then had moved again."""
        waits = [0.0]
        for code, moments in self.progress.items():
            if finished.get(code, repaired) < repaired:
                continue
            later = [moment for moment in moments if moment >= repaired]
            waits += [min(later) - repaired] if later else []
        return max(waits)
