"""The acts of a case, done: each becomes the message of the contract that an officer, a unit or a system would send."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
from pydantic import BaseModel
from temporalio.client import WorkflowHistory, WorkflowUpdateFailedError

from models.application import Application, ApplicationFile, Material
from models.calendar import CHINA
from models.messages import (
    ChangeReport,
    ClockPause,
    ClockResumption,
    EventReport,
    Extension,
    FindingReport,
    RectificationResponse,
    Resumption,
    Retraction,
    Submission,
    Suspension,
    WaiverRequest,
    Withdrawal,
)
from models.plan import Plan
from models.project import State, Status
from models.review import Decision, QuorumRule, Review, Verdict
from regulations.almanac import NoticeFile, calendar_in_force
from runtime import client as messenger
from simulation import events
from simulation.case import LifeCase
from simulation.case_file import edit_application, material
from simulation.edits import Edit
from simulation.histories import every_run
from simulation.law import register_of, serving
from simulation.office import Office, Stuck
from simulation.stillness import still
from simulation.stock import stock
from workflows import names
