"""What Temporal's SDK counts of a worker, exported for Prometheus: schedule-to-start, failures, pollers, the sticky cache."""

from collections.abc import Mapping, Sequence

from temporalio.runtime import PrometheusConfig

# The SDK's own bounds go from 0.1 s to 1000 s: too coarse for what is usually done within milliseconds.
_WAITING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_BUCKETS: Mapping[str, Sequence[float]] = {
    "workflow_task_schedule_to_start_latency": _WAITING,
    "activity_schedule_to_start_latency": _WAITING,
}


def engine_metrics(address: str) -> PrometheusConfig | None:
    """The endpoint `http://<address>/metrics`, in Prometheus' own units and names; None for an empty address.

    The address is an IP and a port. The SDK listens by itself, on threads of its own, from the moment its runtime is made.
    """
    if not address:
        return None
    return PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=_BUCKETS,
    )
