"""锚定 of a ledger: what has been recorded since the last anchor goes into the next one."""

from pathlib import Path

from sqlalchemy import Engine

from models.effects import AnchorReceipt
from records.chain import stored
from records.chain.anchors import AnchorsFile, AnchorsWriter, digest_of


def anchor(engine: Engine, file: Path) -> AnchorReceipt:
    """Anchor the heads of all chains that have grown, and tell how far the anchors go then. Nothing new, no line.

    `broken` names the projects whose chain no longer has what was anchored of it: they are anchored as they are now, since the
    earlier line stands, and `tongchou ledger verify` tells what was done to them. Raises AnchorsDamaged, KeyUnusable, OSError.
    """
    with AnchorsFile(file).writing() as anchors:
        before = anchors.last.position if anchors.last else 0
        position, heads = stored.heads(engine, before)
        broken = tuple(sorted(project for project in heads if not _holds(engine, project, anchors)))
        if heads:
            anchors.append(position, heads)
        if anchors.last is None:
            return AnchorReceipt(key=anchors.public_key)
        return AnchorReceipt(
            number=anchors.last.number,
            digest=digest_of(anchors.last.line),
            key=anchors.public_key,
            position=anchors.last.position,
            heads=len(heads),
            broken=broken,
        )


def _holds(engine: Engine, project: str, anchors: AnchorsWriter) -> bool:
    if project not in anchors.heads:
        return True
    number, digest = anchors.heads[project]
    return stored.digest_at(engine, project, number) == digest
