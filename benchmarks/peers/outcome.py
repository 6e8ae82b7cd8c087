"""The table of the peers: who is how fast at the same job, what is on disk then, and what the faster ones leave out."""

from collections.abc import Mapping

from benchmarks.measuring import Latency, Spread
from benchmarks.peers.showing import Showing
from benchmarks.tables import Row, Table, Target

OURS = "ours"
AHEAD = Target(1.0)
DBOS_LEAVES_OUT = (
    "its officers are threads of its own process; no deadline, reminder, role, answer to the officer or ledger"
)
SPIFF_LEAVES_OUT = (
    "a library inside the officer's process: timers, retries and recovery are its host's to write; its notice is a row of "
    "the same transaction, which no letter to another system can be; no deadline, role or ledger"
)
BEHIND = (
    "missed because a decision of ours is a signal, a workflow task and activities, each a round trip to a server of its own "
    "and a commit; DBOS is a library that commits the message and the step"
)
LEFT_OUT = {
    OURS: "nothing: authority looked up, deadline and its ladder of timers, letter over HTTP, chained ledger, replay",
    "straightforward Temporal program": "no law as data, reminder, return, answer to the officer or chained ledger",
    "DBOS on SQLite": f"as it comes it looks for messages once a second; {DBOS_LEAVES_OUT}",
    "DBOS on SQLite, tuned": f"told to look every 10 ms, which costs while nothing happens; {DBOS_LEAVES_OUT}",
    "DBOS on PostgreSQL": DBOS_LEAVES_OUT,
    "SpiffWorkflow on SQLite": SPIFF_LEAVES_OUT,
    "SpiffWorkflow on PostgreSQL": SPIFF_LEAVES_OUT,
}


def table(found: Mapping[str, list[Showing]]) -> tuple[Table, ...]:
    """Latency at one officer, with the target against DBOS, and throughput with what a project costs."""
    return _alone(found), _at_many(found)


def _alone(found: Mapping[str, list[Showing]]) -> Table:
    reference = _effective(found[OURS]).p50 if OURS in found else None
    rows = []
    for name, turns in found.items():
        effective = _effective(turns)
        kept = Latency.of([wait for turn in turns for wait in turn.acknowledged])
        ratio = reference / effective.p50 if reference and name != OURS else None
        judged = AHEAD if ratio and name.startswith("DBOS") else None
        on_disk = f"on disk: {turns[0].durability}; leaves out: {LEFT_OUT.get(name, '')}"
        if judged and ratio and not judged.met(ratio):
            on_disk = f"{BEHIND}; {on_disk}"
        cells = (kept.p50, kept.p99, effective.p50, effective.p99, effective.count)
        rows.append(Row(name, cells, ratio, judged, on_disk))
    return Table(
        title="Peers: a decision at one officer",
        columns=("kept p50 ms", "kept p99 ms", "effect p50 ms", "effect p99 ms", "decisions"),
        rows=tuple(rows),
        figure="ours ÷ it, p50",
        note="kept: from sending until it cannot get lost; effect: until its record, which is on disk, can be read by others",
    )


def _at_many(found: Mapping[str, list[Showing]]) -> Table:
    ours = Spread.of(turn.projects_per_second for turn in found[OURS]).median if OURS in found else None
    rows = []
    for name, turns in found.items():
        rate = Spread.of(turn.projects_per_second for turn in turns)
        cpu = Spread.of(turn.cpu_seconds for turn in turns)
        rows.append(Row(name, (rate, cpu), ours / rate.median if ours and name != OURS else None))
    return Table(
        title="Peers: many projects at a time",
        columns=("projects a second", "CPU s a project"),
        rows=tuple(rows),
        figure="ours ÷ it, rate",
        note="CPU: program, database server, Temporal and services together; with DBOS and SpiffWorkflow the officers, too",
    )


def _effective(turns: list[Showing]) -> Latency:
    return Latency.of([wait for turn in turns for wait in turn.effective])
