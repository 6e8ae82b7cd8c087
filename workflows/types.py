"""Every workflow type, for the worker, the replayer and the tests: one that is missing would leave a stage for ever open."""

from workflows.procedures.assessment import Assessment
from workflows.procedures.cloud_resource import CloudResource
from workflows.procedures.procedure import Procedure
from workflows.procedures.rectification import Rectification
from workflows.procedures.report_round import ReportRound
from workflows.procedures.service_contract import ServiceContract
from workflows.procedures.sharing_request import SharingRequest
from workflows.stages.acceptance import AcceptanceStage
from workflows.stages.application import ApplicationStage
from workflows.stages.design import DesignStage
from workflows.stages.post_evaluation import PostEvaluationStage
from workflows.stages.technical_coordination import TechnicalCoordinationStage
from workflows.stages.tender import TenderStage
from workflows.upkeep.anchoring import Anchoring
from workflows.upkeep.dossier import Dossier
from workflows.upkeep.office_watch import OfficeWatch

STAGES = (
    ApplicationStage,
    TechnicalCoordinationStage,
    TenderStage,
    DesignStage,
    AcceptanceStage,
    PostEvaluationStage,
)

PROCEDURES = (
    Rectification,
    Procedure,
    SharingRequest,
    ReportRound,
    OfficeWatch,
    Anchoring,
    Assessment,
    CloudResource,
    ServiceContract,
    Dossier,
)

WORKFLOWS = (*STAGES, *PROCEDURES)
