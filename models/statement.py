"""The canonical statements: the very bytes that an officer signs and that everybody verifies.

One JSON object with sorted keys, no white space and no escapes, in UTF-8: the decision as it was sent, without signature and
key id, and the digests of the materials that lay before the officer, sorted. The review's id in it names project, stage,
gate and round, so a signature cannot be carried over to another review.

A retraction and a waiver have statements of their own, with the project's code in the place of the materials.
"""

import json
from collections.abc import Iterable

from models.effects import EntryKind, LedgerEntry
from models.messages import Retraction, SignedAct, WaiverRequest
from models.review import Decision

STATEMENT = "tongchou.decision.v1"
"""What the statement is, and in which form: it stands in the statement, so that no other text can be taken for one."""


def statement_of(decision: Decision, materials: Iterable[str]) -> str:
    """The statement of this decision on materials with these SHA-256 digests. The same for whoever builds it."""
    # Without what was left at its default: a field that a later release adds must not unmake earlier signatures.
    said = decision.model_dump(mode="json", exclude={"signature", "key_id"}, exclude_defaults=True)
    document = {"statement": STATEMENT, "decision": said, "materials": sorted(set(materials))}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def statement_of_record(entry: LedgerEntry) -> str:
    """The statement of a decision that is on record, rebuilt from its entry alone. Raises ValueError for another entry."""
    said = {name: value for name, value in entry.detail.items() if name in Decision.model_fields}
    return statement_of(Decision.model_validate(said), entry.detail["judged"])


ACTS: dict[EntryKind, tuple[type[SignedAct], str]] = {
    EntryKind.DECISION_RETRACTED: (Retraction, "tongchou.retraction.v1"),
    EntryKind.FINDING_WAIVED: (WaiverRequest, "tongchou.waiver.v1"),
}
"""What officers sign besides decisions, by the kind of the entry that records it, with the name of its statement."""


def statement_of_act(act: SignedAct, project: str) -> str:
    """The statement of a retraction or a waiver in the project of that code. The same for whoever builds it."""
    name = next(name for kind, name in ACTS.values() if isinstance(act, kind))
    said = act.model_dump(mode="json", exclude={"signature", "key_id"}, exclude_defaults=True)
    document = {"statement": name, "act": said, "project": project}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def statement_of_recorded_act(entry: LedgerEntry) -> str:
    """The statement of a retraction or a waiver that is on record. Raises KeyError and ValueError for another entry."""
    kind, _ = ACTS[entry.kind]
    said = {name: value for name, value in entry.detail.items() if name in kind.model_fields}
    return statement_of_act(kind.model_validate(said), entry.project)
