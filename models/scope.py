"""To which projects an entry of the law applies, and what an application may name."""

from models.application import ProjectKind
from models.base import Text, Value


class Scope(Value):
    """To which projects an entry applies: every list that is given must hold, and one of its names is enough for that.

    `categories` are what the unit declares its project to be, `features` the parts that it has, `events` what was
    reported of it so far.
    """

    kinds: tuple[ProjectKind, ...] = ()
    categories: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


class Scoped(Value):
    """An entry that may apply to some projects only. `regulations/scope.py` says to which."""

    applies_to: Scope | None = None
    except_for: Scope | None = None


class Titled(Value):
    """Something that an application or a message may name by its id: a kind of part, a category of projects."""

    id: str
    title: Text
