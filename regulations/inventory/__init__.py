"""What of a regulation is in force on a day: every entry in words, with each of its sources. Pure.

`tongchou regulations show` prints it, and `regulations/differences.py` compares two of them.
"""

from functools import partial

from regulations.inventory import checks_and_forms, consequences, pipeline, procedures, regime, terms
from regulations.inventory.entries import Entry, Section, Trait
from regulations.inventory.words import titles
from regulations.plan_builder import LawInForce
from regulations.procedure_plan import Laws

__all__ = ["Entry", "Section", "Trait", "inventory"]


def inventory(law: LawInForce, laws: Laws | None = None) -> list[Entry]:
    """Every entry that is in force on the day of `law`, section by section, in the order of the file.

    With `laws`, what is handled beside the pipeline comes last: its own procedures and those that are lent to it, their steps,
    and whatever these name.
    """
    known, who = law.regulation, partial(titles, law, "organs")
    return [
        *regime.validity(law),
        *regime.parties(law),
        *pipeline.routes(law),
        *pipeline.gates(law),
        *checks_and_forms.checks(law),
        *checks_and_forms.documents(law, law.entries(known.documents)),
        *checks_and_forms.forms(law, law.entries(known.forms)),
        *terms.terms(law, law.entries(known.terms)),
        *terms.ladders(law, law.entries(known.ladders)),
        *terms.values(law),
        *consequences.sanctions(law, law.entries(known.sanctions), who),
        *consequences.rectifications(law, law.entries(known.rectifications), who),
        *consequences.limits(law),
        *consequences.changes(law),
        *regime.facts(law),
        *regime.powers(law),
        *regime.capabilities(law),
        *regime.overlays(law),
        *(procedures.beside(laws, known.id, law.day) if laws else ()),
    ]
