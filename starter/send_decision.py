"""Send a reviewer's decision from a script, and print the answer. Copy it and adapt it.

    tongchou sign decision.json | python -m starter.send_decision project:JY-2026-0001

The object is the one of docs/contract.md (`tongchou schema decision`), signed where the project asks for it. The decision's
id is the update's id too, so the same decision sent twice counts once. `TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE` say
where Temporal is.
"""

import sys

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.envconfig import ClientConfig

from models.messages import DecisionReceipt
from models.review import Decision
from runtime.connect import data_converter
from runtime.shutdown import run


async def main(workflow_id: str, written: str) -> int:
    """0 and the receipt where it counts, else 1 and the reason. Raises ValidationError for a wrong object."""
    decision = Decision.model_validate_json(written)
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    client = await Client.connect(**config, data_converter=data_converter())
    handle = client.get_workflow_handle(workflow_id)
    try:
        receipt = await handle.execute_update(
            "submit_decision", decision, id=decision.decision_id, result_type=DecisionReceipt
        )
    except WorkflowUpdateFailedError as refusal:
        print(refusal.cause, file=sys.stderr)
        return 1
    print(receipt.model_dump_json(indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(run(main(sys.argv[1], sys.stdin.read())))
