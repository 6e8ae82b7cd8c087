"""Which build of the worker runs what, while two of them work side by side (docs/upgrading.md)."""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

DEPLOYMENT = "tongchou"
"""The name of the worker's deployment in Temporal; its versions are told apart by their build ids."""


def deployment(build_id: str | None) -> WorkerDeploymentConfig | None:
    """How a worker of that build is deployed; None without a build id: then it takes whatever there is to do.

    Every run is pinned to the build that began it. A border moves a project to the current build, and so does each new run
    of a procedure that lasts for years; the others end within months, and are left to the build that they know. The default
    of the worker says so and not the classes: the server refuses a class that names a behaviour from a worker without a
    build id.
    """
    if build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
