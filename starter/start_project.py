"""File a project from a script: reads an application file and starts the project's workflow. Copy it and adapt it.

    python -m starter.start_project examples/jiangyin/application.yaml

`TEMPORAL_ADDRESS` and `TEMPORAL_NAMESPACE` say where Temporal is (default: 127.0.0.1:7233, default). `tongchou start`
does more: it stores the documents, checks the register, and says beforehand why a project would not be admitted. Files
that are handed in later go through `tongchou submit CODE --material KIND=PATH --by OFFICER`.
"""

import sys
from pathlib import Path

import yaml
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfig

from models.application import ApplicationFile
from models.project import RENEWS_AFTER, ProjectFile
from runtime.connect import data_converter
from runtime.shutdown import run
from workflows.names import TASK_QUEUE, project_id


async def main(path: Path) -> None:
    """Start it. Raises ValidationError for a wrong file, WorkflowAlreadyStartedError for a code filed before."""
    application = ApplicationFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).application()
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    client = await Client.connect(**config, data_converter=data_converter())
    handle = await client.start_workflow(
        "Application",
        ProjectFile(
            code=application.code,
            application=application,
            filers=(application.prepared_by,),
            renews_after=RENEWS_AFTER,
        ),
        id=project_id(application.code),
        task_queue=TASK_QUEUE,
        # A code is filed once: never again while it runs, and never again when it is closed.
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    print(handle.id)


if __name__ == "__main__":
    run(main(Path(sys.argv[1])))
