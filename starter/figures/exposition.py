"""The figures in the words of Prometheus. Labels are codes of a closed set; whom few matters wait for counts among others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from models.effects import EntryKind
from records.pace import BOUNDS, Pace, Times
from starter.figures.engine import EngineFigures, Place
from starter.figures.source import Source
from starter.stuck import Trouble

MOST_ORGANS = 200
"""Organs and units that have a line of their own, those first for whom most waits. A province has thousands of units."""

OTHERS = "(others)"

_PLACE = ("kind", "regulation", "stage")
_SOURCE = ("source",)

Examination = Mapping[Trouble, int]
"""How many matters are broken in which way."""


class Figures(Collector):
    """Everything that one scrape tells."""

    def __init__(self, engine: Source[EngineFigures], records: Source[Pace], broken: Source[Examination]) -> None:
        self.engine, self.records, self.broken = engine, records, broken

    @property
    def sources(self) -> tuple[Source[EngineFigures], Source[Pace], Source[Examination]]:
        return self.engine, self.records, self.broken

    def collect(self) -> Iterable[Metric]:
        """What was read last; nothing of a source that does not answer."""
        yield from _of_sources(self.sources)
        if self.engine.figures is not None:
            yield from _of_engine(self.engine.figures)
        if self.records.figures is not None:
            yield from _of_records(self.records.figures)
        if self.broken.figures is not None:
            yield _gauge("tongchou_broken_matters", "Matters that do not go on by themselves.", ("trouble",), {
                (trouble.value,): self.broken.figures.get(trouble, 0) for trouble in Trouble
            })  # fmt: skip


def _of_sources(sources: Iterable[Source[EngineFigures] | Source[Pace] | Source[Examination]]) -> Iterator[Metric]:
    known = tuple(sources)
    yield _gauge(
        "tongchou_source_up",
        "Whether a source of these figures answers; without it its figures are missing.",
        _SOURCE,
        {(source.name,): float(source.up) for source in known},
    )
    yield _gauge(
        "tongchou_source_read_timestamp_seconds",
        "When a source was last read.",
        _SOURCE,
        {(source.name,): source.read_at for source in known if source.read_at is not None},
    )
    yield _gauge(
        "tongchou_source_read_seconds",
        "How long the last reading took.",
        _SOURCE,
        {(source.name,): source.seconds for source in known},
    )


def _of_engine(figures: EngineFigures) -> Iterator[Metric]:
    yield _gauge("tongchou_open_matters", "Matters under way.", _PLACE, _by_place(figures.open))
    yield _gauge("tongchou_overdue_matters", "Matters whose deadline is over.", _PLACE, _by_place(figures.overdue))
    named = {organ for organ, _ in figures.awaited.most_common(MOST_ORGANS)}
    organ = ("organ",)
    yield _gauge("tongchou_awaited_matters", "Matters that wait for them.", organ, _by_organ(figures.awaited, named))
    late = _by_organ(figures.awaited_overdue, named)
    yield _gauge("tongchou_awaited_overdue_matters", "Matters that wait for them, and are overdue.", organ, late)
    queues = figures.queues.items()
    task = ("task",)
    yield _gauge("tongchou_pollers", "Workers that ask for tasks.", task, {(n,): q.pollers for n, q in queues})
    yield _gauge("tongchou_task_backlog", "Tasks that nobody has taken up.", task, {(n,): q.backlog for n, q in queues})
    age = {(n,): q.age for n, q in queues}
    yield _gauge("tongchou_task_backlog_age_seconds", "For how long the oldest of them has waited.", task, age)
    if anchored := figures.anchored:
        yield _gauge(
            "tongchou_last_anchoring_timestamp_seconds",
            "When the ledger was last anchored, with or without anything new.",
            (),
            {(): anchored.at.timestamp()},
        )
        yield _gauge(
            "tongchou_broken_chains",
            "Chains of the ledger that no longer have what was anchored of them.",
            (),
            {(): anchored.broken},
        )


def _of_records(pace: Pace) -> Iterator[Metric]:
    entries = CounterMetricFamily("tongchou_ledger_entries", "Entries of the ledger.", labels=("kind",))
    # Those that never came are told, too: of a counter that begins with 1 Prometheus sees no increase.
    for kind in EntryKind:
        entries.add_metric((kind.value,), pace.entries[kind.value])
    yield entries
    durations = HistogramMetricFamily(
        "tongchou_gate_duration_seconds",
        "Time of a review from its opening to its outcome, in calendar time.",
        labels=("stage", "gate"),
    )
    for gate, times in sorted(pace.gates.items()):
        durations.add_metric((gate.stage, gate.gate), _buckets(times), times.seconds)
    yield durations


def _buckets(times: Times) -> list[tuple[str, float]]:
    bounds = [*(repr(bound) for bound in BOUNDS), "+Inf"]
    return list(zip(bounds, map(float, accumulate(times.counts)), strict=True))


def _by_place(counted: Counter[Place]) -> dict[tuple[str, ...], float]:
    return {(place.kind, place.regulation, place.stage): number for place, number in sorted(counted.items())}


def _by_organ(counted: Counter[str], named: set[str]) -> dict[tuple[str, ...], float]:
    told: Counter[str] = Counter()
    for organ, number in counted.items():
        told[organ if organ in named else OTHERS] += number
    return {(organ,): number for organ, number in sorted(told.items())}


def _gauge(name: str, says: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> GaugeMetricFamily:
    """`values` by the values of the labels, in their order."""
    family = GaugeMetricFamily(name, says, labels=labels)
    for label, value in values.items():
        family.add_metric(label, value)
    return family
