"""The procedures that can be started, as a list or one by one. Apart from the command: the law is slow to read."""

from collections.abc import Iterable, Sequence
from datetime import date

from models.base import Text
from regulations.procedure_files import load_laws
from regulations.procedure_plan import Laws
from starter import procedure_offers
from starter.commands import procedure_views
from starter.failures import BadInput
from starter.output import Part, Shown
from starter.procedure_offers import Offer


def listed(regulation: str | None, day: date) -> Shown:
    """Every procedure that can be started on that day, under one regulation or under each. Raises BadInput."""
    laws = load_laws()
    found = {name: procedure_offers.offers(laws, name, day) for name in _regulations(laws, regulation)}
    tables: list[Part] = [
        procedure_views.offers(laws[name].regulation.title, offers) for name, offers in found.items() if offers
    ]
    nothing = Text(zh=f"{day} 没有可办理的程序", en=f"no procedure can be started on {day}")
    return Shown.of([offer for offers in found.values() for offer in offers], *(tables or [nothing]))


def _regulations(laws: Laws, wanted: str | None) -> Sequence[str]:
    """The one that was asked for, or every regulation under which something is filed."""
    if wanted is None:
        return [name for name, law in laws.items() if law.regulation.is_for_filing]
    if wanted not in laws:
        raise _unknown(f"没有办法 {wanted}", f"there is no regulation {wanted}", "regulation", wanted, laws)
    return [wanted]


def offered_procedure(laws: Laws, regulation: str, procedure: str, day: date) -> Offer:
    """The procedure as it can be started under the regulation on that day. Raises BadInput where it cannot."""
    _regulations(laws, regulation)
    known = {offer.procedure: offer for offer in procedure_offers.offers(laws, regulation, day)}
    if procedure not in known:
        raise _unknown(f"没有程序 {procedure}", f"there is no procedure {procedure}", "procedure", procedure, known)
    return known[procedure]


def _unknown(zh: str, en: str, name: str, value: str, known: Iterable[str]) -> BadInput:
    return BadInput(Text(zh=zh, en=en), details=[f"{name}: must be one of {', '.join(known)} (got {value!r})"])
