"""A worker for the workflows that the product is compared with: `python -m benchmarks.bare_worker`, on `TEMPORAL_ADDRESS`."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.worker import Worker

from benchmarks import bare
from runtime.shutdown import run, stop_requested


async def main() -> None:
    """Run until SIGTERM."""
    config = ClientConfig.load_client_connect_config()
    client = await Client.connect(**config, data_converter=pydantic_data_converter)
    async with Worker(client, task_queue=bare.QUEUE, workflows=[bare.Bare], activities=[bare.nothing]):
        await stop_requested()


if __name__ == "__main__":
    run(main())
