"""The same small job for everybody: six gates, at each a letter to whom it awaits, a person's decision, and a record of it.

`law/` is a regulation that asks ours for exactly that; `ours` and `straightforward` do the job on Temporal, `comparison`
sets them side by side. benchmarks/peers holds other engines to the same job.
"""

from pathlib import Path

LAW = Path(__file__).parent / "law"
"""The folder of the benchmark's regulation."""

GATES = 6
