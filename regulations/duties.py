"""不相容职务分离: on one project an officer speaks for one side only. Pure.

The documents say who decides, and not who may not: that nobody acts for two organs on one project, nor for an organ and for
the applicant, is a default of ours (register A53).
"""

from collections.abc import Iterable, Mapping

from models.base import Text


def objection(spoke: Mapping[str, str], officers: Iterable[str], party: str) -> Text | None:
    """Why one of the officers may not act for the party: they acted for another one on this project; None where all may.

    `spoke` has the party for which each officer acted so far. Whoever stands in for another binds both.
    """
    who = next((officer for officer in officers if spoke.get(officer, party) != party), None)
    if who is None:
        return None
    return Text(
        zh=f"{who} 在本项目中已代表 {spoke[who]} 办理，不得再代表 {party}（不相容职务分离，A53）",
        en=f"{who} has acted for {spoke[who]} on this project and cannot act for {party} (separation of duties, A53)",
    )
