"""A life held against what its case expects: every difference in words."""

from collections import Counter
from collections.abc import Iterator

from models.effects import EntryKind
from models.project import ProjectOutcome, Status
from simulation.case import GateExpected, LifeExpected, LivedExpected, ProcedureExpected, StepExpected
from simulation.events import LimitExpected, StatusExpected
from simulation.exercise import blocking_of, found_in, told_rungs, was_late
from simulation.life import Life
from simulation.verdict import differing, shown, unmatched

_PLAIN = ("stage", "gate", "round", "state", "awaiting", "due_on", "overdue", "outcome")


def about(expect: LivedExpected, life: Life) -> Iterator[str]:
    """Every difference between the life and what is expected of it, those on the way first."""
    yield from life.astray
    yield from about_status(expect, life.status, life.rectification)
    match expect:
        case LifeExpected():
            yield from _about_gates(expect, life)
        case ProcedureExpected():
            yield from _about_procedure(expect, life)
    for gate, rungs in expect.rungs.items():
        yield from differing(f"{gate} 的提醒 rungs", rungs, told_rungs(life).get(gate, ()))
    yield from _about_notices(expect, life)
    kinds = Counter(entry.kind for entry in life.ledger)
    for kind, count in expect.ledger.items():
        yield from differing(f"台账 ledger {kind}", count, kinds[EntryKind(kind)])
    yield from _about_sanctions(expect, life)


def about_status(expect: StatusExpected, status: Status, rectification: Status | None) -> Iterator[str]:
    """The differences between where the project stands and where it should."""
    for name in _PLAIN:
        yield from differing(name, getattr(expect, name), getattr(status, name))
    receipt = status.review.deadline.receipt if status.review and status.review.outcome is None else None
    yield from differing("暂定 provisional", expect.provisional, receipt.provisional if receipt else None)
    left = receipt.remaining_working_days if receipt else None
    yield from differing("剩余工作日 remaining", expect.remaining_working_days, left)
    yield from differing("待交 missing", expect.missing, len(status.missing))
    if expect.findings is not None:
        yield from unmatched("问题 findings", expect.findings, blocking_of(status))
    for limit, wanted in expect.limits.items():
        yield from _about_limit(limit, wanted, status)
    if expect.rectification is None:
        return
    if rectification is None:
        yield "整改 rectification：没有整改 / there is none"
        return
    yield from (f"整改 rectification {line}" for line in about_status(expect.rectification, rectification, None))


def _about_limit(limit: str, expect: LimitExpected, status: Status) -> Iterator[str]:
    running = next((r for r in status.limits if r.limit == limit), None)
    if running is None:
        yield f"时限 limit {limit}：没有起算 / it does not run"
        return
    yield from differing(f"时限 limit {limit} due", expect.due_on, running.deadline.receipt.due_on)
    yield from differing(f"时限 limit {limit} overdue", expect.overdue, was_late(running))
    yield from differing(f"时限 limit {limit} met", expect.met, running.met_at is not None)


def _about_gates(expect: LifeExpected, life: Life) -> Iterator[str]:
    for gate, found in expect.found.items():
        yield from unmatched(f"{gate} 的问题 findings", found, found_in(life).get(gate, ()))
    if expect.gates is None:
        return
    closed = [GateExpected.model_validate(record, from_attributes=True) for record in life.status.passed]
    yield from differing(
        "办结环节 gates",
        [f"{gate.gate}/r{gate.round} {gate.outcome}" for gate in expect.gates],
        [f"{gate.gate}/r{gate.round} {gate.outcome}" for gate in closed],
    )
    for wanted, got in zip(expect.gates, closed, strict=False):
        yield from differing(f"{wanted.gate}/r{wanted.round} 截止 due", wanted.due_on, got.due_on)
        yield from differing(f"{wanted.gate}/r{wanted.round} 逾期 overdue", wanted.overdue, got.overdue)


# ---------------------------------------------------------------- a procedure


def _about_procedure(expect: ProcedureExpected, life: Life) -> Iterator[str]:
    yield from _about_admission(expect, life)
    yield from _about_steps(expect, life)
    registered = {(entry.register_id, entry.subject): entry.state for entry in life.registers}
    for entry in expect.registers:
        state = registered.get((entry.register_, entry.subject))
        yield from _about_state(f"登记 register {entry.register_} {entry.subject}", entry.state, state)
    for wanted, got in zip(expect.catalog_entries, life.catalog_entries, strict=True):
        state = got.state if got.is_known else None
        yield from _about_state(f"目录 catalog {wanted.subject} {wanted.id}", wanted.state, state)
        for name, value in wanted.particulars.items():
            yield from differing(f"目录 catalog {wanted.id} {name}", value, got.particulars.get(name))


def _about_state(what: str, expected: str | None, actual: str | None) -> Iterator[str]:
    """Here None is expected, too: that there is no such entry."""
    yield from differing(what, shown(expected), shown(actual))


def _about_admission(expect: ProcedureExpected, life: Life) -> Iterator[str]:
    refused = next((entry.summary for entry in life.ledger if entry.kind is EntryKind.PROJECT_REFUSED), None)
    reason = f"{refused.zh} / {refused.en}" if refused else None
    if expect.refused is not None and (reason is None or expect.refused not in reason):
        yield from differing("不予受理 refused", expect.refused, shown(reason))
    if expect.refused is None and expect.outcome is not ProjectOutcome.NOT_ADMITTED and reason:
        yield from differing("不予受理 refused", "无", reason)


def _about_steps(expect: ProcedureExpected, life: Life) -> Iterator[str]:
    if expect.steps is None:
        return
    ended = [StepExpected.model_validate(record, from_attributes=True) for record in life.status.steps]
    yield from differing("办结步骤 steps", [_step(step) for step in expect.steps], [_step(step) for step in ended])
    for wanted, got in zip(expect.steps, ended, strict=False):
        yield from differing(f"{wanted.step}/r{wanted.round} 截止 due", wanted.due_on, got.due_on)
        yield from differing(f"{wanted.step}/r{wanted.round} 逾期 overdue", wanted.overdue, got.overdue)


def _step(step: StepExpected) -> str:
    return f"{step.step}/r{step.round} {step.outcome or '完成'}"


# ---------------------------------------------------------------- what is on record of both


def _about_notices(expect: LivedExpected, life: Life) -> Iterator[str]:
    for template, recipients in expect.notices.items():
        sent = Counter(n.notice.recipient.code for n in life.notices if n.notice.template == template)
        yield from differing(f"通知 notice {template}", recipients, dict(sent))


def _about_sanctions(expect: LivedExpected, life: Life) -> Iterator[str]:
    if expect.sanctions is not None:
        wanted = sorted(
            f"{s.kind} {s.fiscal_year or ''} {'已解除' if s.lifted else '在执行'}" for s in expect.sanctions
        )
        actual = sorted(
            f"{s.kind} {s.fiscal_year or ''} {'已解除' if s.lifted_at else '在执行'}" for s in life.status.sanctions
        )
        yield from differing("处置 sanctions", wanted, actual)
    for day, kinds in expect.standing.items():
        yield from differing(f"{day} 对部门的处置 standing", sorted(kinds), sorted(life.standing[day]))
