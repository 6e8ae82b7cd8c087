"""随机抽查: whether a project is drawn. Pure, so that anybody can draw again from the recorded seed (register A30)."""

from decimal import Decimal
from hashlib import sha256
from typing import Final

from models.base import Value
from models.plan import Sampling

_RANGE: Final = 16**12


class Draw(Value):
    """One draw, with all that it takes to repeat it. The project is drawn where `number` lies below `rate`."""

    seed: str
    subject: str
    number: Decimal
    rate: Decimal
    always: bool
    """The project is of a category that is inspected in any case."""

    @property
    def is_drawn(self) -> bool:
        return self.always or self.number < self.rate


def draw(sampling: Sampling, categories: tuple[str, ...], seed: str, subject: str) -> Draw:
    """Draw for a subject: project, stage and gate. The number is the SHA-256 of `seed:subject`, as a share of one."""
    digest = sha256(f"{seed}:{subject}".encode()).hexdigest()
    number = Decimal(int(digest[:12], 16)) / Decimal(_RANGE)
    always = not set(categories).isdisjoint(sampling.always_for)
    return Draw(seed=seed, subject=subject, number=number, rate=sampling.rate, always=always)
