"""卷宗归档: what is asked for when a project's dossier is made, and what was made."""

from models.base import Value
from models.effects import FinishedRun


class DossierOrder(Value):
    """The one argument of the `Dossier` workflow. `last_run` is the run that closed the project; None: made on demand."""

    project: str
    last_run: FinishedRun | None = None


class DossierSeal(Value):
    """A dossier that lies in the dossiers' folder: its file there, its digest, and how far the ledger is in it."""

    project: str
    file: str
    """The file's path within the folder."""
    sha256: str
    size: int
    """Bytes."""
    sequence: int
    """The number of the last ledger entry of the project that the dossier holds."""
    missing: tuple[str, ...] = ()
    """What should be in it and could not be had, in words: a history that the server has forgotten, a file that is damaged."""
