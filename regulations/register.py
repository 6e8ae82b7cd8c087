"""The register of rules: every rule of the source documents in one line, by its id, and every gap that a default fills.

A regulation file cites these ids. A rule that nothing enforces says why not; `regulations/coverage.py` sees to that.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from models.base import Input, Text
from models.finding import Strength
from regulations.provisions import GapId, RuleId
from regulations.strict_yaml import read

RULES_DIR: Final = Path(__file__).with_name("rules")
"""One file per source of rules, and `gaps.yaml`."""


class RuleKind(StrEnum):
    """What a rule is: what blocks a transition, what a plan must contain, what is due, and so on."""

    GATE = "gate"
    CONTENT = "content"
    TERM = "term"
    RECORD = "record"
    NOTIFICATION = "notification"
    SANCTION = "sanction"
    DEFINITION = "definition"
    DUTY = "duty"


class Why(StrEnum):
    """Why nothing enforces a rule: there is nothing that software could decide, or its time was over before anybody could
    be held to it (register A40)."""

    INFORMATIONAL = "informational"
    ELAPSED = "elapsed"


class Unenforced(Input):
    why: Why
    reason: Text


class Rule(Input):
    """A rule in one line of our own words. `article` is where it stands in the instrument."""

    article: Annotated[str, Field(min_length=1)]
    kinds: Annotated[tuple[RuleKind, ...], Field(min_length=1)]
    strength: Strength
    stage: str
    says: Text
    unenforced: Unenforced | None = None


class Register(Input):
    """All rules by their id, and all gaps by theirs."""

    rules: dict[RuleId, Rule] = Field(default_factory=dict)
    gaps: dict[GapId, Text] = Field(default_factory=dict)

    def of(self, code: str) -> dict[str, Rule]:
        """The rules of one regulation, in their order: those whose id begins with its code."""
        return {rule_id: rule for rule_id, rule in self.rules.items() if rule_id.startswith(f"{code}-")}


@cache
def load_register(folder: Path = RULES_DIR) -> Register:
    """Read every file of the register, in the order of their names. A folder is read once in a process.

    Raises DuplicateKey, yaml.YAMLError or pydantic's ValidationError for a faulty file, ValueError for an id that stands
    in two of them.
    """
    rules, gaps = dict[str, Rule](), dict[str, Text]()
    for file in sorted(folder.glob("*.yaml")):
        data, _ = read(file)
        part = Register.model_validate(data, extra="forbid")
        if twice := (rules.keys() & part.rules.keys()) | (gaps.keys() & part.gaps.keys()):
            raise ValueError(f"{file.name}: stands in another file already: {', '.join(sorted(twice))}")
        rules |= part.rules
        gaps |= part.gaps
    return Register(rules=rules, gaps=gaps)
