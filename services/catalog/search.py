"""Fuzzy look-up of Chinese names: which names of the index are like this one?

How a name is looked up, so that the time does not grow with the catalog:
1. The name with an equal key is read by a unique index. An equal name is therefore never missed, by whatever limit.
2. The name's grams are taken by rarity, the rarest first, as long as their lists together stay within `ROWS_PER_NAME`.
   The rarest is always read; of a list that is longer than the limit alone, the shortest names of fitting length come
   first, since only a short name consists of nothing but common grams.
3. The names found are compared with the wanted one by rapidfuzz, and the best are kept.
What is given up: a name that shares only common grams with the wanted one can be missed in a large catalog.
"""

from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import BindParameter, bindparam
from sqlmodel import Session, col, select

from services.catalog.names import grams, key, lengths
from services.catalog.tables import Gram, Name, Posting

ROWS_PER_NAME = 400
"""Rows of the gram lists that the look-up of one name reads at most."""
NAMES_KEPT = 20
"""Alike names that one look-up keeps, the best first."""


@dataclass(frozen=True)
class Candidate:
    """A name of the index that is like the wanted one. `similarity` is 0 … 100."""

    name_id: int
    key: str
    similarity: float


class NameSearch:
    """The look-ups of one question, in one session. Remembers what it has looked up, and counts the work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._remembered: dict[tuple[str, str, float], list[Candidate]] = {}
        self.rows_read = 0
        """Rows of gram lists read so far."""
        self.names_scored = 0
        """Names compared so far."""

    def alike(self, scope: str, name: str, least: float) -> list[Candidate]:
        """The names of the scope that are at least so similar (0 … 100) to this one, the best first."""
        wanted = (scope, key(name), least)
        if wanted not in self._remembered:
            self._remembered[wanted] = self._look_up(*wanted)
        return self._remembered[wanted]

    def _look_up(self, scope: str, wanted: str, least: float) -> list[Candidate]:
        found = self._equal(scope, wanted) | self._sharing_grams(scope, wanted, least)
        self.names_scored += len(found)
        best = process.extract(wanted, list(found), scorer=fuzz.ratio, score_cutoff=least, limit=NAMES_KEPT)
        return [Candidate(found[text], text, ratio) for text, ratio, _ in best]

    def _equal(self, scope: str, wanted: str) -> dict[str, int]:
        return dict(self._session.exec(_EQUAL, params={"in_scope": scope, "wanted": wanted}).all())

    def _sharing_grams(self, scope: str, wanted: str, least: float) -> dict[str, int]:
        chosen = self._rarest(scope, wanted)
        if not chosen:
            return {}
        shortest, longest = lengths(wanted, least)
        fitting = {"in_scope": scope, "chosen": chosen, "shortest": shortest, "longest": longest}
        rows = self._session.exec(_LISTED, params=fitting).all()
        self.rows_read += len(rows)
        return dict(rows)

    def _rarest(self, scope: str, wanted: str) -> list[str]:
        counted = self._session.exec(_COUNTED, params={"in_scope": scope, "wanted": sorted(grams(wanted))})
        chosen: list[str] = []
        rows = 0
        for gram, names in sorted(counted, key=lambda row: (row[1], row[0])):
            rows += names
            if chosen and rows > ROWS_PER_NAME:
                break
            chosen.append(gram)
        return chosen


# Built once: building a statement takes longer than the database takes to answer it.
_IN_SCOPE: BindParameter[str] = bindparam("in_scope")
_EQUAL = select(Name.key, Name.id).where(col(Name.scope) == _IN_SCOPE, col(Name.key) == bindparam("wanted"))
_COUNTED = select(Gram.gram, Gram.names).where(
    col(Gram.scope) == _IN_SCOPE, col(Gram.gram).in_(bindparam("wanted", expanding=True))
)
_LISTED = (
    select(Name.key, Name.id)
    .join(Posting, col(Posting.name_id) == col(Name.id))
    .where(
        col(Posting.scope) == _IN_SCOPE,
        col(Posting.gram).in_(bindparam("chosen", expanding=True)),
        col(Posting.length).between(bindparam("shortest"), bindparam("longest")),
    )
    .order_by(col(Posting.length), col(Posting.name_id))
    .limit(ROWS_PER_NAME)
)
