"""The ports of the embedded stack: the usual ones, or free ones where something else already listens."""

import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from models.base import Text

LOOPBACK = "127.0.0.1"

NO_CLIENTS = range(20000, 32000)
"""Below the ports that systems give to outgoing connections (Linux: from 32768 on, others: from 49152 on)."""


@dataclass(frozen=True)
class Ports:
    """Which port each part listens on, on 127.0.0.1 only. 0 stands for any free port."""

    temporal: int = 7233
    ui: int = 8233
    catalog: int = 8701
    notification: int = 8702
    codec: int = 8703
    figures: int = 8704
    worker_metrics: int = 8705
    worker_health: int = 8706

    @classmethod
    def any_free(cls) -> "Ports":
        """Free ports, for tests and for several stacks on one machine."""
        return cls(**dict.fromkeys((field.name for field in fields(cls)), 0))


def settle(wanted: Ports) -> tuple[Ports, tuple[Text, ...]]:
    """Replace every port that is taken by a free one, and say so. Raises ValueError for a port beyond 0-65535."""
    chosen, notes, spare = wanted, [], _spare({getattr(wanted, field.name) for field in fields(wanted)})
    for field in fields(wanted):
        port = getattr(wanted, field.name)
        free = _free(port, field.name, spare)
        chosen = replace(chosen, **{field.name: free})
        if port not in (0, free):
            notes.append(_moved(field.name, port, free))
    return chosen, tuple(notes)


def _free(port: int, name: str, spare: Iterator[int]) -> int:
    if not 0 <= port <= 65535:
        raise ValueError(f"ports.{name}: a port lies between 0 and 65535 (got {port})")
    # Asked for port 0, the system would give one from which connections of clients begin.
    return (_bound(port) if port else 0) or next(spare)


def _spare(wanted: set[int]) -> Iterator[int]:
    """Free ports, each once, that nobody wants and from which no connection of a client begins: one that did would take
    it before its part listens."""
    candidates = random.sample(NO_CLIENTS, 100)
    yield from (port for port in candidates if port not in wanted and _bound(port))
    while True:
        yield _bound(0)


def _bound(port: int) -> int:
    """The port that a listener got for a moment, or 0 where something else listens there."""
    with socket.socket() as probe:
        # As servers do it: connections of a listener that just ended do not make its port count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return 0
        bound: int = probe.getsockname()[1]
        return bound


def _moved(name: str, wanted: int, taken: int) -> Text:
    return Text(
        zh=f"端口 {wanted}（{name}）已被占用，改用 {taken}",
        en=f"port {wanted} ({name}) is in use; {taken} is used instead",
    )
