"""Other engines at the same job: six gates, each a notice and an awaited decision. `python -m benchmarks --only peers`"""

from benchmarks.tables import Report


async def measure(report: Report, *, quick: bool = False) -> None:
    """Measure all of them in turn, and add the tables to the report."""
    # Each peer is a module of this package in a process of its own, which needs none of this.
    from benchmarks.peers.contest import contest
    from benchmarks.peers.job import Order
    from benchmarks.peers.outcome import table

    report.progress("peers: ours, a straightforward Temporal program, DBOS, SpiffWorkflow")
    order = Order(alone=1, many=4, at_once=4) if quick else Order(alone=3, many=16, at_once=16)
    report.add(*table(await contest(order, 1 if quick else 2)))
