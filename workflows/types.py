"""Every workflow type, for the worker, the replayer and the tests: one that is missing would leave a stage for ever open."""

from workflows.procedures.rectification import Rectification
from workflows.stages.acceptance import AcceptanceStage
from workflows.stages.application import ApplicationStage
from workflows.stages.design import DesignStage
from workflows.stages.post_evaluation import PostEvaluationStage
from workflows.stages.technical_coordination import TechnicalCoordinationStage
from workflows.stages.tender import TenderStage

STAGES = (
    ApplicationStage,
    TechnicalCoordinationStage,
    TenderStage,
    DesignStage,
    AcceptanceStage,
    PostEvaluationStage,
)

PROCEDURES = (Rectification,)

WORKFLOWS = (*STAGES, *PROCEDURES)
