import time
from tests.workflows.project import *
async def test_probe(project: Project) -> None:
    t=time.monotonic()
    await project.begin()
    r = await project.open_review("tender_neutral"); print("open", time.monotonic()-t)
    t=time.monotonic()
    print(await project.submit_decision(project.decision(r.review_id))); print("decided", time.monotonic()-t)
    t=time.monotonic()
    await project.open_review("design_neutral"); print("design", time.monotonic()-t)
