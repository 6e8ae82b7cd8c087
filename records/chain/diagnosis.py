"""What was done to a chain that does not hold: which entries were changed, removed, inserted, or put elsewhere.

Pure: it works on the documents of `records.chain.links`. Each digest proves where its entry once stood, so an entry that was
moved is recognised in its new place, and is told apart from one that was changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from models.base import Text
from records.chain.discrepancies import Discrepancy, Tampering, about
from records.chain.links import is_intact

SWAPPED = 64
"""Up to so many entries that lost their places are tried in each other's; a chain in more disorder is told entry by entry."""

SHIFTED = 64
"""How far entries are searched that moved up or down together."""

_SEARCHES = 100


@dataclass
class _Row:
    """An entry as it stands, and the number that its digest proves; None where it proves none.

    `elsewhere` says that it bears the position of another entry.
    """

    document: Mapping[str, Any]
    proven: int | None = None
    elsewhere: bool = False

    @property
    def shown(self) -> Any:
        return self.document["sequence"]

    @property
    def digest(self) -> str:
        return str(self.document["digest"])

    @property
    def is_displaced(self) -> bool:
        return self.elsewhere or self.proven != self.shown

    def blame(self, fault: Tampering, zh: str, en: str) -> Discrepancy:
        return about(self.document, fault, Text(zh=zh, en=en))


def is_whole(document: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    """Whether the entry is intact and holds on to the one before it in its project (None: it is the first one)."""
    if not is_intact(document):
        return False
    if before is None:
        return document["sequence"] == 1 and document["previous"] is None
    return bool(document["sequence"] == before["sequence"] + 1 and document["previous"] == before["digest"])


def diagnose(documents: Iterable[Mapping[str, Any]]) -> list[Discrepancy]:
    """What is wrong with the chain of one project, in the order of its numbers. `documents` come in that order.

    A chain that was computed anew from some entry to its end holds: only anchors and histories tell of it.
    """
    rows = [_Row(document) for document in documents]
    _prove(rows)
    genuine, found = _genuine(rows)
    found += _unproven(rows, genuine)
    found += _unvouched(rows, genuine)
    found += _out_of_order(rows, genuine)
    return sorted(found, key=lambda finding: (str(type(finding.sequence)), finding.sequence))


# ---------------------------------------------------------------- where each entry once stood


def _prove(rows: Sequence[_Row]) -> None:
    for row in rows:
        if is_intact(row.document) and isinstance(row.shown, int):
            row.proven = row.shown
    lost = [row for row in rows if row.proven is None]
    if len(lost) <= SWAPPED:
        for row in lost:
            _prove_elsewhere(row, [other for other in lost if other is not row])
    _prove_shifted([row for row in lost if row.proven is None])


def _prove_elsewhere(row: _Row, others: Iterable[_Row]) -> None:
    """Try the places of the others: two entries that were exchanged are each intact in the place of the other."""
    for other in others:
        number, position = other.shown, other.document["position"]
        for place in ({"sequence": number}, {"position": position}, {"sequence": number, "position": position}):
            if _fits(row, place):
                row.proven = place.get("sequence", row.shown)
                row.elsewhere = "position" in place
                return


def _prove_shifted(rows: Iterable[_Row]) -> None:
    """Entries behind one that was inserted or removed moved together, if somebody numbered them anew."""
    shifts = sorted((n for n in range(-SHIFTED, SHIFTED + 1) if n), key=abs)
    searches = 0
    for row in rows:
        if not isinstance(row.shown, int):
            continue
        tried = shifts if searches < _SEARCHES else shifts[:1]
        shift = next((n for n in tried if _fits(row, {"sequence": row.shown + n})), None)
        if shift is None:
            searches += 1
            continue
        row.proven = row.shown + shift
        shifts.remove(shift)
        shifts.insert(0, shift)


def _fits(row: _Row, place: Mapping[str, Any]) -> bool:
    return is_intact({**row.document, **place})


# ---------------------------------------------------------------- what is told


def _genuine(rows: Sequence[_Row]) -> tuple[dict[int, _Row], list[Discrepancy]]:
    """The entry of each number. Of two with one number, the one to which a follower holds on; the other was inserted."""
    followed = {row.document["previous"] for row in rows}
    genuine: dict[int, _Row] = {}
    found = []
    proven = [(row.proven, row) for row in rows if row.proven is not None]
    for number, same in groupby(sorted(proven, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        first, *others = sorted(
            (row for _, row in same), key=lambda row: (row.digest not in followed, not row.is_displaced)
        )
        genuine[number] = first
        found += [_inserted(row) for row in others]
    return genuine, found


def _unproven(rows: Sequence[_Row], genuine: Mapping[int, _Row]) -> Iterator[Discrepancy]:
    """Entries that no digest proves: changed where one is missing in the chain, inserted where none is."""
    end = max(genuine, default=0)
    holes = {number for number in range(1, end + 1) if number not in genuine}
    homeless = []
    for row in (row for row in rows if row.proven is None):
        if (
            row.shown in holes
            or row.shown == end + 1
            or (end in genuine and row.document["previous"] == genuine[end].digest)
        ):
            end += row.shown not in holes
            holes.discard(row.shown)
            yield _changed(row)
        else:
            homeless.append(row)
    for row in homeless:
        if holes:
            holes.remove(min(holes))
            yield _changed(row)
        else:
            yield _inserted(row)
    yield from _removed(sorted(holes), genuine)


def _unvouched(rows: Sequence[_Row], genuine: Mapping[int, _Row]) -> Iterator[Discrepancy]:
    """Entries that bear a digest of their own making: the next one holds on to another."""
    followed = {row.document["previous"] for row in rows}
    first = genuine.get(1)
    if first is not None and first.document["previous"] is not None:
        yield _changed(first)
    for number, row in genuine.items():
        following = genuine.get(number + 1)
        if following is None or row.digest in followed or (row is first and first.document["previous"] is not None):
            continue
        # One that nobody holds on to either may be at fault itself; it is told of, and says nothing about others.
        if following.digest in followed or number + 1 == max(genuine):
            yield row.blame(
                Tampering.CHANGED,
                "内容连同摘要被改动：后一条所记的前项摘要与之不符",
                "changed together with its digest: the next entry holds on to another one",
            )


def _out_of_order(rows: Sequence[_Row], genuine: Mapping[int, _Row]) -> Iterator[Discrepancy]:
    kept = {id(row) for row in genuine.values()}
    standing = [row for row in rows if id(row) in kept]
    for row, rightful in zip(standing, sorted(standing, key=lambda row: row.proven or 0), strict=True):
        if row is not rightful or row.elsewhere:
            number = row.proven
            yield row.blame(
                Tampering.REORDERED, f"原为第 {number} 号，已被换位", f"it was entry {number}, and stands elsewhere now"
            )


def _removed(numbers: Sequence[int], genuine: Mapping[int, _Row]) -> Iterator[Discrepancy]:
    known = next(iter(genuine.values()), None)
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        first, *_, last = [number for _, number in run] * 2
        before, behind = genuine.get(first - 1), genuine.get(last + 1)
        yield Discrepancy(
            fault=Tampering.REMOVED,
            project=known.document["entry"]["project"] if known else None,
            sequence=first,
            reason=Text(
                zh=f"缺第 {_span(first, last)} 号，原在 {_name(before, '开头')} 与 {_name(behind, '末尾')} 之间",
                en=f"{_span(first, last)} is missing between {_name(before, 'the beginning')} and {_name(behind, 'the end')}",
            ),
        )


def _changed(row: _Row) -> Discrepancy:
    return row.blame(Tampering.CHANGED, "内容与其摘要不符", "it does not have the digest that it bears")


def _inserted(row: _Row) -> Discrepancy:
    return row.blame(Tampering.INSERTED, "链中没有它的位置", "the chain has no place for it")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _name(row: _Row | None, otherwise: str) -> str:
    return str(row.document["entry"]["entry_id"]) if row else otherwise
