"""The canonical statements: the very bytes that an officer signs and that everybody verifies.

One JSON object with sorted keys, no white space and no escapes, in UTF-8: the decision as it was sent, without signature and
key id, the digests of the materials that lay before the officer, sorted, and the life. The review's id in it names project,
stage, gate and round, so a signature cannot be carried over to another review; the life is the id of the workflow's first
run, so it cannot be carried over to another installation, nor to a project that begins anew under its code.

A retraction and a waiver have statements of their own, with the project's code in the place of the materials.

Those are the statements of version 2. Version 1 named no life: entries of earlier builds have none in their detail, and are
verified by it still.
"""

import json
from collections.abc import Iterable
from typing import Any

from models.effects import EntryKind, LedgerEntry
from models.messages import Retraction, SignedAct, WaiverRequest
from models.review import Decision


def statement_of(decision: Decision, materials: Iterable[str], life: str | None) -> str:
    """The statement of this decision on materials with these SHA-256 digests. The same for whoever builds it.

    `life` is that of the workflow under review (`Status.life`); without one it is a statement of version 1.
    """
    # Without what was left at its default: a field that a later release adds must not unmake earlier signatures.
    said = decision.model_dump(mode="json", exclude={"signature", "key_id"}, exclude_defaults=True)
    return _canonical("decision", life, {"decision": said, "materials": sorted(set(materials))})


def statement_of_record(entry: LedgerEntry) -> str:
    """The statement of a decision that is on record, rebuilt from its entry alone. Raises ValueError for another entry."""
    said = {name: value for name, value in entry.detail.items() if name in Decision.model_fields}
    return statement_of(Decision.model_validate(said), entry.detail["judged"], entry.detail.get("life"))


ACTS: dict[EntryKind, tuple[type[SignedAct], str]] = {
    EntryKind.DECISION_RETRACTED: (Retraction, "retraction"),
    EntryKind.FINDING_WAIVED: (WaiverRequest, "waiver"),
}
"""What officers sign besides decisions, by the kind of the entry that records it, with what its statement is of."""


def statement_of_act(act: SignedAct, project: str, life: str | None) -> str:
    """The statement of a retraction or a waiver in this life of the project of that code. The same for whoever builds it."""
    what = next(what for kind, what in ACTS.values() if isinstance(act, kind))
    said = act.model_dump(mode="json", exclude={"signature", "key_id"}, exclude_defaults=True)
    return _canonical(what, life, {"act": said, "project": project})


def statement_of_recorded_act(entry: LedgerEntry) -> str:
    """The statement of a retraction or a waiver that is on record. Raises KeyError and ValueError for another entry."""
    kind, _ = ACTS[entry.kind]
    said = {name: value for name, value in entry.detail.items() if name in kind.model_fields}
    return statement_of_act(kind.model_validate(said), entry.project, entry.detail.get("life"))


def _canonical(what: str, life: str | None, said: dict[str, Any]) -> str:
    """What it is, and in which version, stands in the statement, so that no other text can be taken for one."""
    form = {"statement": f"tongchou.{what}.v1"} if life is None else {"statement": f"tongchou.{what}.v2", "life": life}
    return json.dumps({**form, **said}, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
