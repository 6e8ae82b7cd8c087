"""How a contestant did in one turn, whatever it runs on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Showing:
    """Latencies are in seconds, one for each decision of one officer who works alone."""

    effective: list[float]
    """From sending the decision until its effect, which is on disk, can be read by others."""
    projects_per_second: float
    """With many projects at a time."""
    cpu_seconds: float
    """For each of the many: the program, what it runs on, and the database server."""
    durability: str
    acknowledged: list[float]
    """From sending the decision until it cannot get lost."""
