"""The worker of the straightforward program: `python -m benchmarks.six_gates.straightforward_worker`."""

from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.worker import Worker

from benchmarks.six_gates import effects, straightforward
from runtime.shutdown import run, stop_requested

THREADS = 16
"""As many as the product's worker has."""


async def main() -> None:
    """Run until SIGTERM, on `TEMPORAL_ADDRESS` and the database that `SIX_GATES_DATABASE` names."""
    client = await Client.connect(**ClientConfig.load_client_connect_config(), data_converter=pydantic_data_converter)
    with ThreadPoolExecutor(THREADS) as threads:
        async with Worker(
            client,
            task_queue=straightforward.QUEUE,
            workflows=[straightforward.SimpleProject, straightforward.SimpleStage],
            activities=[effects.record, effects.tell, effects.may_decide],
            activity_executor=threads,
        ):
            await stop_requested()


if __name__ == "__main__":
    run(main())
