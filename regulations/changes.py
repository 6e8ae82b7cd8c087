"""变更: what a change of the project means for what was approved. Pure.

The approved total investment is the base, as the approval fixed it; shares are computed exactly and never rounded
(register A10). Only an increase sends a project back; a decrease beyond the share is left to the officers as a question.
"""

from decimal import Decimal

from models.base import Text
from models.finding import Finding, Strength
from models.form import DocumentRequirement
from models.plan import Change, Plan, StageName


def returning(plan: Plan, stage: StageName, approved: Decimal | None, investment: Decimal) -> Change | None:
    """The rule by which this investment sends a project of that stage back; None where it may stay."""
    return next((rule for rule in _rules(plan, stage) if _exceeds(rule, approved, investment)), None)


def major(plan: Plan, stage: StageName) -> Change | None:
    """The rule by which a major change of the content sends a project of that stage back (register A11)."""
    return next((rule for rule in _rules(plan, stage) if rule.major), None)


def binds(plan: Plan, stage: StageName) -> bool:
    """Whether some rule looks at changes in that stage at all."""
    return bool(_rules(plan, stage))


def explanations(
    plan: Plan, stage: StageName, approved: Decimal | None, investment: Decimal
) -> tuple[DocumentRequirement, ...]:
    """What has to be handed in for a change that stays below the share (NA-17); nothing for one that goes back anyway."""
    if approved is None or investment == approved or returning(plan, stage, approved, investment):
        return ()
    return tuple(rule.explained_by for rule in _rules(plan, stage) if rule.explained_by)


def questions(plan: Plan, stage: StageName, approved: Decimal | None, investment: Decimal) -> tuple[Finding, ...]:
    """A decrease beyond the share, as advice: whether that is a major change is for the officers to say (A10)."""
    if approved is None or investment >= approved:
        return ()
    share = (approved - investment) / approved
    return tuple(_question(rule, share) for rule in _rules(plan, stage) if rule.over_share and share > rule.over_share)


def _rules(plan: Plan, stage: StageName) -> list[Change]:
    return [rule for rule in plan.changes if stage in rule.stages]


def _exceeds(rule: Change, approved: Decimal | None, investment: Decimal) -> bool:
    if rule.over_share is None or approved is None:
        return False
    return investment - approved > approved * rule.over_share


def _question(rule: Change, share: Decimal) -> Finding:
    percent = f"{share * 100:.2f}%"
    return Finding(
        check=rule.id,
        rule=rule.rule,
        subject="investment",
        message=Text(
            zh=f"投资较批准数额减少 {percent}，请认定是否属于重大变更。",
            en=f"The investment is {percent} below what was approved; is that a major change?",
        ),
        remedy=Text(zh="属重大变更的，退回重新报批。", en="If it is, return it for a new approval."),
        strength=Strength.ENCOURAGED,
        citation=rule.citation,
    )
