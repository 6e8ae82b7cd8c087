"""Whether a service lives. Whether it can do its work is its own to say, at `/readyz`."""

from models.base import Value


class Alive(Value):
    """Somebody answers."""

    status: str = "ok"


async def alive() -> Alive:
    """200 while the process lives. Nothing else is asked: no process is to be killed because its database is away."""
    return Alive()
