"""List what waits for an organ, one line each: workflow, deadline, review. Copy it and adapt it.

    python -m starter.list_waiting jy-data-bureau

The list is a visibility query on the search attributes of docs/contract.md; the review comes from the `status` query.
`TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE` say where Temporal is (default: 127.0.0.1:7233, default).
"""

import sys

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from models.project import Status
from runtime.connect import data_converter
from runtime.shutdown import run
from workflows.names import AWAITING_ORGAN


async def main(organ: str) -> None:
    """Print the list. Raises RPCError where Temporal or the worker does not answer."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    client = await Client.connect(**config, data_converter=data_converter())
    # The value stands in a query: a quote in it would end the text.
    code = organ.replace("\\", "\\\\").replace("'", "\\'")
    async for found in client.list_workflows(f"ExecutionStatus = 'Running' AND {AWAITING_ORGAN.name} = '{code}'"):
        handle = client.get_workflow_handle(found.id)
        status: Status = await handle.query("status", result_type=Status)
        review = status.review.review_id if status.review and status.review.outcome is None else "-"
        print(found.id, status.due_on, review, sep="\t")


if __name__ == "__main__":
    run(main(sys.argv[1]))
