"""The product's worker with the benchmark's law in the place of the cities': `python -m benchmarks.six_gates.worker`."""

import worker
from benchmarks.six_gates import LAW
from runtime.connect import connect
from runtime.logging import configure
from runtime.settings import Settings
from runtime.shutdown import run, stop_requested


async def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    configure("worker", settings.log_level)
    client = await connect()
    async with worker.build_worker(client, settings, regulations_dir=LAW) as built, built:
        await stop_requested()


if __name__ == "__main__":
    run(main())
