"""Which rule of the register is enforced by what, and shown by which case; or why nothing enforces it.

A rule is open that is neither enforced nor excused, that binds a project and has no case, or that is excused without a
ground that the register admits. `tongchou regulations coverage` shows it and ends with 1, and a test fails.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.base import Text, Value
from models.finding import Strength
from models.form import FormField
from regulations.files import REGULATIONS_DIR
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Law
from regulations.procedure_schema import Procedures
from regulations.provisions import Source, walk
from regulations.register import Register, Rule, RuleKind, Why, load_register
from regulations.schema import Regulation

ROOT: Final = REGULATIONS_DIR.parent
CODE: Final = ("models", "regulations", "workflows", "activities", "records", "services", "starter")
"""The packages in which a rule may be enforced. Tests enforce nothing."""

BINDING: Final = frozenset({RuleKind.GATE, RuleKind.CONTENT, RuleKind.TERM, RuleKind.SANCTION, RuleKind.NOTIFICATION})
"""The kinds of rules that a project meets on its way: where one is enforced, a case shows it."""

_MERE: Final = frozenset({RuleKind.DEFINITION, RuleKind.DUTY})
"""The kinds of rules in which there may be nothing to decide."""

_RULE: Final = re.compile(r"\b[A-Z]{2,3}-[0-9]{2,3}\b")


class Coverage(StrEnum):
    """How a rule is covered."""

    DATA = "data"
    CODE = "code"
    ELAPSED = "elapsed"
    INFORMATIONAL = "informational"
    UNEXPLAINED = "unexplained"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS: Final = {
    Coverage.DATA: Text(zh="由办法数据落实", en="enforced by data"),
    Coverage.CODE: Text(zh="由代码落实", en="enforced by code"),
    Coverage.ELAPSED: Text(zh="时限早已届满", en="elapsed long ago"),
    Coverage.INFORMATIONAL: Text(zh="仅供参考", en="informational"),
    Coverage.UNEXPLAINED: Text(zh="尚未说明", en="unexplained"),
}


_EXCUSED: Final = {
    Why.ELAPSED: Coverage.ELAPSED,
    Why.INFORMATIONAL: Coverage.INFORMATIONAL,
}


class RuleCoverage(Value):
    """A rule of the register and what covers it."""

    rule: str
    article: str
    says: Text
    coverage: Coverage
    by: tuple[str, ...] = ()
    """Entries of regulations, as `jiangyin: checks.JY-18`, then files of the code."""
    cases: tuple[str, ...] = ()
    """The cases that show it, where the cases were asked for."""
    reason: Text | None = None
    """Why nothing enforces it, where that is so."""
    open: Text | None = None
    """What is still to be explained."""


def coverage(
    code: str | None = None,
    *,
    cases: Mapping[str, Sequence[str]] | None = None,
    regulations_dir: Path = REGULATIONS_DIR,
    root: Path = ROOT,
    register: Register | None = None,
) -> list[RuleCoverage]:
    """Every rule of the register in its order; of one regime only, where its `code` (JY) is given.

    `cases` are the names of the cases by the rules that they show; without them no rule is asked for its case. A rule
    that the register excuses counts as excused, even where its form is already defined as data. Raises RegulationError
    for a file that cannot be used.
    """
    register = register or load_register()
    data, places = _in_data(load_laws(regulations_dir).values()), _in_code(root)
    rules = register.rules if code is None else register.of(code)
    return [_covered(rule_id, rule, data, places, cases) for rule_id, rule in rules.items()]


def contradictions(register: Register, law: Law) -> list[str]:
    """Rules that the register excuses although a check, gate, sanction or step of the law enforces them."""
    binding = ("checks", "gates", "sanctions", "rectifications", "powers", "admission", "routes", "procedures")
    cited = {rule for path, rule in (*_cited(law.regulation), *_cited(law.procedures)) if path.startswith(binding)}
    excused = [rule_id for rule_id, rule in register.of(law.regulation.rules).items() if rule.unenforced]
    return [rule_id for rule_id in excused if rule_id in cited]


def _covered(
    rule_id: str,
    rule: Rule,
    data: Mapping[str, list[str]],
    code: Mapping[str, list[str]],
    cases: Mapping[str, Sequence[str]] | None,
) -> RuleCoverage:
    how = _how(rule, in_data=rule_id in data, in_code=rule_id in code)
    shown = None if cases is None else cases.get(rule_id, ())
    return RuleCoverage(
        rule=rule_id,
        article=rule.article,
        says=rule.says,
        coverage=how,
        by=(*data.get(rule_id, ()), *code.get(rule_id, ())),
        cases=tuple(shown or ()),
        reason=rule.unenforced.reason if rule.unenforced else None,
        open=_open(rule, how, shown),
    )


def _how(rule: Rule, *, in_data: bool, in_code: bool) -> Coverage:
    if rule.unenforced:
        return _EXCUSED[rule.unenforced.why]
    if in_data:
        return Coverage.DATA
    return Coverage.CODE if in_code else Coverage.UNEXPLAINED


def _open(rule: Rule, how: Coverage, shown: Sequence[str] | None) -> Text | None:
    if how is Coverage.UNEXPLAINED:
        return Text(zh="既未落实，也未说明原因", en="neither enforced nor excused")
    if how is Coverage.INFORMATIONAL and not (_MERE.issuperset(rule.kinds) or rule.strength is Strength.ENCOURAGED):
        return Text(
            zh="只有定义、职责和鼓励性规定可以仅供参考",
            en="only a definition, a duty or what is encouraged may be informational",
        )
    if shown is not None and not shown and how in (Coverage.DATA, Coverage.CODE) and not BINDING.isdisjoint(rule.kinds):
        return Text(zh="没有案例印证", en="no case shows it")
    return None


def _in_data(laws: Iterable[Law]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for law in laws:
        for path, rule in (*_cited(law.regulation), *_cited(law.procedures)):
            place = f"{law.regulation.id}: {path}"
            if place not in found[rule]:
                found[rule].append(place)
    return dict(found)


def _cited(regulation: Regulation | Procedures) -> Iterator[tuple[str, str]]:
    """Each rule that an entry cites, with the key of the entry: its section and its name.

    What a wider regulation lends is found in its own file.
    """
    for path, part in walk(regulation):
        rule = part.rule if isinstance(part, Source | FormField) else None
        lent = isinstance(part, Source) and "." in (part.instrument or "")
        if rule is not None and not lent:
            yield ".".join(map(str, path[:2])), rule


def _in_code(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for package in CODE:
        for file in sorted((root / package).rglob("*.py")):
            for rule in sorted(set(_RULE.findall(file.read_text(encoding="utf-8")))):
                found[rule].append(str(file.relative_to(root)))
    return dict(found)
