"""The names that others rely on (docs/contract.md): task queue, workflow ids, workflow types, search attributes."""

from temporalio.common import SearchAttributeKey

TASK_QUEUE = "tongchou"

PROJECT = "project"
RECTIFICATION = "rectification"
REPORT_ROUND = "report_round"
OFFICE_WATCH = "office_watch"
"""The id of the daily watch over the offices: of its schedule, and of its workflows, to which Temporal appends the moment."""
ANCHORING = "anchoring"
"""The id of the hourly anchoring of the ledger: of its schedule, and of its workflows, to which Temporal appends the moment."""
DOSSIER = "dossier"


def project_id(code: str) -> str:
    """The workflow id of a project, for its whole life and in every stage."""
    return f"{PROJECT}:{code}"


def rectification_id(code: str) -> str:
    """The workflow id of a rectification; its code is the project's with a suffix."""
    return f"{RECTIFICATION}:{code}"


def dossier_id(code: str) -> str:
    """The workflow id under which a project's dossier is made."""
    return f"{DOSSIER}:{code}"


def procedure_id(procedure: str, code: str) -> str:
    """The workflow id of a procedure beside the pipeline; its code is the business key."""
    return f"{procedure}:{code}"


def schedule_id(regulation: str, schedule: str) -> str:
    """The id of a schedule in Temporal."""
    return f"{regulation}.{schedule}"


def round_id(schedule: str) -> str:
    """The workflow id of a round; Temporal appends the moment that it was planned for."""
    return f"{REPORT_ROUND}:{schedule}"


def parse_id(workflow_id: str) -> tuple[str, str]:
    """The procedure (`project`, `rectification` …) and the code of a workflow id. Raises ValueError for another form."""
    procedure, colon, code = workflow_id.partition(":")
    if not (procedure and colon and code):
        raise ValueError(f"workflow id {workflow_id!r} is not of the form <procedure>:<code>")
    return procedure, code


# Temporal keeps these in clear text: codes only, never names or opinions.
PROJECT_CODE = SearchAttributeKey.for_keyword("ProjectCode")
REGULATION = SearchAttributeKey.for_keyword("Regulation")
DEPARTMENT = SearchAttributeKey.for_keyword("Department")
STAGE = SearchAttributeKey.for_keyword("Stage")
GATE = SearchAttributeKey.for_keyword("Gate")
STATE = SearchAttributeKey.for_keyword("State")
AWAITING_ORGAN = SearchAttributeKey.for_keyword_list("AwaitingOrgan")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
OVERDUE = SearchAttributeKey.for_bool("Overdue")

SEARCH_ATTRIBUTES = (PROJECT_CODE, REGULATION, DEPARTMENT, STAGE, GATE, STATE, AWAITING_ORGAN, DUE_AT, OVERDUE)
