"""The canonical statement of a decision: the very bytes that an officer signs and that everybody verifies.

One JSON object with sorted keys, no white space and no escapes, in UTF-8: the decision as it was sent, without signature and
key id, and the digests of the materials that lay before the officer, sorted. The review's id in it names project, stage,
gate and round, so a signature cannot be carried over to another review.
"""

import json
from collections.abc import Iterable

from models.effects import LedgerEntry
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
