"""Is the ledger what it was? Every chain is walked in one pass, and held against what was anchored of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from models.base import Text
from records.chain.diagnosis import diagnose, is_whole
from records.chain.discrepancies import Discrepancy, Tampering, about

Document = Mapping[str, Any]
Anchored = Mapping[str, Mapping[int, str]]
"""Of each project, the digest of every number that was ever anchored."""


class Walk:
    """One pass over the ledger. `entries` and `projects` say how far it has come.

    `again` reads the chain of one project anew: only a chain that does not hold is taken into memory as a whole.
    """

    def __init__(self, anchored: Anchored, again: Callable[[str], Iterable[Document]]) -> None:
        self.entries = 0
        self.projects = 0
        self._anchored = anchored
        self._again = again
        self._unseen = set(anchored)

    def findings(self, documents: Iterable[Document]) -> Iterator[Discrepancy]:
        """What is wrong with these chains, which come project by project, each in the order of its numbers.

        An anchored project that is not among them is missing.
        """
        for project, chain in groupby(documents, key=lambda document: document["entry"]["project"]):
            self.projects += 1
            self._unseen.discard(project)
            yield from self._chain(project, chain)
        for project in sorted(self._unseen):
            yield _truncated(project, 0, max(self._anchored[project]))

    def _chain(self, project: str, chain: Iterable[Document]) -> Iterator[Discrepancy]:
        anchored = self._anchored.get(project, {})
        last: Document | None = None
        holds, agreed, differing = True, 0, None
        for document in chain:
            self.entries += 1
            holds = holds and is_whole(document, last)
            if differing is None and holds and document["sequence"] in anchored:
                if anchored[document["sequence"]] == document["digest"]:
                    agreed = document["sequence"]
                else:
                    differing = _rewritten(document, agreed)
            last = document
        if not holds:
            yield from self._broken(project, anchored)
        elif differing is not None:
            yield differing
        elif last is not None and max(anchored, default=0) > last["sequence"]:
            yield _truncated(project, last["sequence"], max(anchored))

    def _broken(self, project: str, anchored: Mapping[int, str]) -> Iterator[Discrepancy]:
        chain = list(self._again(project))
        found = diagnose(chain)
        yield from found
        # What was changed, moved or removed is told; beyond it the anchors know of the end only.
        digests = {document["digest"] for document in chain}
        ends = [d["sequence"] for d in chain if isinstance(d["sequence"], int)]
        lost = [n for n, digest in anchored.items() if n > max(ends, default=0) and digest not in digests]
        if lost:
            yield _truncated(project, max(ends, default=0), max(lost))


def _rewritten(document: Document, agreed: int) -> Discrepancy:
    number = document["sequence"]
    return about(
        document,
        Tampering.REWRITTEN,
        Text(
            zh=f"第 {agreed + 1} 号至第 {number} 号之间有改动，其后的链被重新计算",
            en=f"something between {agreed + 1} and {number} was changed, and the chain computed anew from there",
        ),
    )


def _truncated(project: str, last: int, anchored: int) -> Discrepancy:
    return Discrepancy(
        fault=Tampering.TRUNCATED,
        project=project,
        sequence=last + 1,
        reason=Text(
            zh=f"第 {last + 1} 号至第 {anchored} 号曾被锚定，现已不在"
            if last
            else f"整个项目的台账（至第 {anchored} 号）曾被锚定，现已不在",
            en=f"entries {last + 1} to {anchored} were anchored, and are gone"
            if last
            else f"the whole chain, up to entry {anchored}, was anchored and is gone",
        ),
    )
