"""The law of Jiangyin, its examples, and the plan that the first of them is judged by."""

from datetime import date
from typing import Any, Final

import yaml

from models.application import Application, ApplicationFile
from models.plan import Gate, Plan
from regulations.files import REGULATIONS_DIR

JIANGYIN: Final = REGULATIONS_DIR / "jiangyin.yaml"
ROOT: Final = REGULATIONS_DIR.parent
EXAMPLES: Final = ROOT / "examples" / "jiangyin"
SEED: Final = ROOT / "services" / "catalog" / "seeds" / "jiangyin.yaml"
DAY: Final = date(2026, 3, 2)
OFFICERS: Final = {"jy-data-bureau": 3, "jy-ops-centre": 2, "jy-base-committee": 5}


def example(name: str) -> ApplicationFile:
    return ApplicationFile.model_validate(yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8")))


def application(name: str = "application.yaml", **changes: Any) -> Application:
    return Application.model_validate({**example(name).application().model_dump(), **changes})


def gates(plan: Plan) -> dict[str, Gate]:
    return {gate.id: gate for stage in plan.stages for gate in stage.gates}
