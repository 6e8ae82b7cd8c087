"""Which rule of the register is enforced by what: an entry of a regulation, a place in the code, or why by nothing.

A rule that is neither enforced nor excused is unexplained; `tongchou regulations coverage` shows it, and a test fails.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.base import Text, Value
from models.plan import FormField
from regulations.files import REGULATIONS_DIR, library
from regulations.provisions import Source, walk
from regulations.register import Register, Rule, Why, load_register
from regulations.schema import Regulation

ROOT: Final = REGULATIONS_DIR.parent
CODE: Final = ("models", "regulations", "workflows", "activities", "records", "services", "starter")
"""The packages in which a rule may be enforced. Tests enforce nothing."""

_RULE: Final = re.compile(r"\b[A-Z]{2,3}-[0-9]{2,3}\b")


class Coverage(StrEnum):
    """How a rule is covered."""

    DATA = "data"
    CODE = "code"
    LATER = "later"
    INFORMATIONAL = "informational"
    UNEXPLAINED = "unexplained"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS: Final = {
    Coverage.DATA: Text(zh="由办法数据落实", en="enforced by data"),
    Coverage.CODE: Text(zh="由代码落实", en="enforced by code"),
    Coverage.LATER: Text(zh="由后续程序落实", en="left to a procedure to come"),
    Coverage.INFORMATIONAL: Text(zh="仅供参考", en="informational"),
    Coverage.UNEXPLAINED: Text(zh="尚未说明", en="unexplained"),
}


class RuleCoverage(Value):
    """A rule of the register and what covers it. `by` are keys of the regulation's file, then places in the code."""

    rule: str
    article: str
    says: Text
    coverage: Coverage
    by: tuple[str, ...] = ()
    reason: Text | None = None
    """Why nothing enforces it, where that is so."""


def coverage(code: str | None = None, regulations_dir: Path = REGULATIONS_DIR, root: Path = ROOT) -> list[RuleCoverage]:
    """Every rule of the register in its order; of one regime only, where its `code` (JY) is given.

    A rule that the register excuses counts as excused, even where its form is already defined as data. Raises
    RegulationError for a file that cannot be used.
    """
    register = load_register()
    data, places = _in_data(library(regulations_dir).values()), _in_code(root)
    rules = register.rules if code is None else register.of(code)
    return [_covered(rule_id, rule, data, places) for rule_id, rule in rules.items()]


def contradictions(register: Register, regulation: Regulation) -> list[str]:
    """Rules that the register excuses as informational although a check, gate or sanction of the file enforces them."""
    binding = ("checks", "gates", "sanctions", "rectifications", "powers", "admission", "routes")
    cited = {rule for path, rule in _cited(regulation) if path.startswith(binding)}
    excused = [rule_id for rule_id, rule in register.of(regulation.rules).items() if rule.unenforced]
    return [rule_id for rule_id in excused if rule_id in cited]


def _covered(rule_id: str, rule: Rule, data: Mapping[str, list[str]], code: Mapping[str, list[str]]) -> RuleCoverage:
    by = (*data.get(rule_id, ()), *code.get(rule_id, ()))
    how = _how(rule, in_data=rule_id in data, in_code=rule_id in code)
    reason = rule.unenforced.reason if rule.unenforced else None
    return RuleCoverage(rule=rule_id, article=rule.article, says=rule.says, coverage=how, by=by, reason=reason)


def _how(rule: Rule, *, in_data: bool, in_code: bool) -> Coverage:
    if rule.unenforced:
        return Coverage.LATER if rule.unenforced.why is Why.LATER else Coverage.INFORMATIONAL
    if in_data:
        return Coverage.DATA
    return Coverage.CODE if in_code else Coverage.UNEXPLAINED


def _in_data(regulations: Iterable[Regulation]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for regulation in regulations:
        for path, rule in _cited(regulation):
            if path not in found[rule]:
                found[rule].append(path)
    return dict(found)


def _cited(regulation: Regulation) -> Iterator[tuple[str, str]]:
    """Each rule that an entry cites, with the key of the entry: its section and its name."""
    for path, part in walk(regulation):
        rule = part.rule if isinstance(part, Source | FormField) else None
        if rule is not None:
            yield ".".join(map(str, path[:2])), rule


def _in_code(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for package in CODE:
        for file in sorted((root / package).rglob("*.py")):
            for rule in sorted(set(_RULE.findall(file.read_text(encoding="utf-8")))):
                found[rule].append(str(file.relative_to(root)))
    return dict(found)
