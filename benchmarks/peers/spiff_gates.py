"""The six gates on SpiffWorkflow, a library: the state of a project is a serialised row that every decision rewrites.

`python -m benchmarks.peers.spiff_gates`. State, notice and record are committed together, which only works because the effects
lie in the same database; it is the least that a host can write.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import Connection, Engine, text

from benchmarks.peers.job import Order, answer, measured
from benchmarks.peers.world import DECISION, NOTICE, World, database, put

TABLE = "CREATE TABLE IF NOT EXISTS instance (project TEXT PRIMARY KEY, state TEXT NOT NULL)"
MODEL = Path(__file__).with_name("six_gates.bpmn")


class Spiff:
    """SpiffWorkflow in this process, with its instances in that database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # SQLite locks the database for whoever writes; elsewhere it is the row of the instance that is locked.
        self._lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
        parser = BpmnParser()
        parser.add_bpmn_file(str(MODEL))
        self._spec = parser.get_spec("six_gates")
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        with engine.begin() as connection:
            connection.execute(text(TABLE))

    def start(self, project: str) -> None:
        with self._writing() as connection:
            instance = BpmnWorkflow(self._spec, script_engine=_scripts(connection))
            instance.task_tree.data["project"] = project
            instance.do_engine_steps()
            self._write(
                connection, "INSERT INTO instance (state, project) VALUES (:state, :project)", project, instance
            )

    def decide(self, project: str, gate: int) -> None:
        with self._writing() as connection:
            query = text(f"SELECT state FROM instance WHERE project = :project{self._lock}")
            kept = connection.execute(query, {"project": project}).scalar_one()
            instance = self._serializer.deserialize_json(kept)
            instance.script_engine = _scripts(connection)
            (task,) = instance.get_tasks(state=TaskState.READY, manual=True)
            if task.task_spec.bpmn_id != f"decide_{gate}":
                raise ValueError(f"{project} waits at {task.task_spec.bpmn_id}, not at gate {gate}")
            task.data["verdict"] = "approve"
            task.run()
            instance.do_engine_steps()
            self._write(connection, "UPDATE instance SET state = :state WHERE project = :project", project, instance)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            if self._engine.dialect.name == "sqlite":
                # The driver would begin at the first write only, and two could have read the same state before.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def _write(self, connection: Connection, statement: str, project: str, instance: Any) -> None:
        state = self._serializer.serialize_json(instance)
        connection.execute(text(statement), {"project": project, "state": state})


def _scripts(connection: Connection) -> PythonScriptEngine:
    """What the scripts of the model may call; it becomes part of the transaction of the decision."""

    def notify(project: str, gate: int) -> None:
        put(connection, NOTICE, project, gate)

    def record(project: str, gate: int) -> None:
        put(connection, DECISION, project, gate)

    return PythonScriptEngine(TaskDataEnvironment({"notify": notify, "record": record}))


def main() -> None:
    """Do the job and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="a PostgreSQL database (none: SQLite in the folder)")
    for name in ("alone", "many", "at-once"):
        parser.add_argument(f"--{name}", type=int, required=True)
    wanted = parser.parse_args()
    world = World(database(wanted.url or f"sqlite:///{wanted.folder}/world.db"))
    answer(measured(Spiff(world.engine), world, Order(wanted.alone, wanted.many, wanted.at_once), world.engine))


if __name__ == "__main__":
    main()
