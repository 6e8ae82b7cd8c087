"""One trace from a command through workflow, activity and service to the database, and its id in every log line."""

import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO

import pytest
import pytest_asyncio
import structlog
import temporalio.workflow
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor, OutboundInterceptor, SignalWorkflowInput
from temporalio.worker import Worker

from models.effects import EntryKind
from models.plan import StageName
from models.project import State
from runtime import tracing
from runtime.connect import connect, data_converter
from runtime.logging import _configure_structlog, _formatter
from runtime.sandbox import workflow_runner
from runtime.tracing.discretion import ALLOWED, Discreet
from runtime.tracing.tracer import Tracing
from simulation.histories import replay
from tests.runtime.sample_workflows import Counting, count
from tests.workflows import installation as installations
from tests.workflows.installation import Installation, on_dev_server
from tests.workflows.project import Project
from worker import build_worker


@pytest.fixture(scope="module")
def spans() -> Iterator[InMemorySpanExporter]:
    """What this process would send to a collector, from the first moment on."""
    kept = InMemorySpanExporter()
    made = Tracing("tests", SimpleSpanProcessor(Discreet(kept)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tracing, "_on", None)
        tracing.trace_with(made)
        yield kept
    made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(spans: InMemorySpanExporter, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """An installation in this process whose services and whose client trace, as processes of their own do."""
    with ExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        for name in ("catalog_app", "notification_app"):
            patched.setattr(installations, name, _watched(getattr(installations, name)))
        async with on_dev_server(tmp_path_factory.mktemp("tracing"), worker=False) as built:
            built.client = await connect(built.client.service_client.config.target_host)
            async with build_worker(built.client, built.settings) as worker, worker:
                yield built


def _watched(create: object) -> object:
    def created(*arguments: object) -> object:
        app = create(*arguments)  # type: ignore[operator]
        tracing.watch_requests(app)
        return app

    return created


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """The log of this process as a process of its own writes it."""
    monkeypatch.setattr(temporalio.workflow.logger, "workflow_info_on_message", False)
    root, written = logging.getLogger(), StringIO()
    handler, level = logging.StreamHandler(written), root.level
    handler.setFormatter(_formatter("tests"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    _configure_structlog()
    yield written
    structlog.reset_defaults()
    root.removeHandler(handler)
    root.setLevel(level)


def of_trace(spans: InMemorySpanExporter, root: str) -> list[ReadableSpan]:
    """The spans of the trace that the span of that name began."""
    finished = spans.get_finished_spans()
    (begun,) = [span for span in finished if span.name == root and span.parent is None]
    return [span for span in finished if span.context.trace_id == begun.context.trace_id]


def lineage(span: ReadableSpan, above: dict[int, ReadableSpan]) -> list[str]:
    """The span and what it hangs on, up to the beginning."""
    return [span.name] + (lineage(above[span.parent.span_id], above) if span.parent else [])


async def test_one_trace_goes_from_the_command_to_the_database(
    house: Installation, spans: InMemorySpanExporter, log: StringIO
) -> None:
    project = Project(house, "JY-2026-0911")
    with tracing.span("tongchou start"):
        asked = tracing.trace_id()
        await project.file_example()
    await project.until(lambda status: status.state is not State.ADMISSION, "the admission")
    await project.still()
    found = of_trace(spans, "tongchou start")
    names = {span.name for span in found}
    assert {"StartWorkflow:Application", "RunWorkflow:Application"} <= names
    assert {"StartActivity:ledger.append", "RunActivity:ledger.append", "INSERT"} <= names
    assert {"RunActivity:notices.send", "POST", "POST /messages"} <= names, "and by HTTP to a service"
    above = {span.context.span_id: span for span in found}
    statement = next(span for span in found if "INSERT INTO ledger_entry" in str(span.attributes))
    assert lineage(statement, above)[:3] == ["INSERT", "RunActivity:ledger.append", "StartActivity:ledger.append"]
    kept = next(span for span in found if "INSERT INTO notice" in str(span.attributes))
    assert lineage(kept, above)[:4] == ["INSERT", "POST /messages", "POST", "RunActivity:notices.send"]
    assert lineage(kept, above)[-2:] == ["StartWorkflow:Application", "tongchou start"]
    assert traces_of(log, "notice.accepted") == {asked}
    await project.terminate(await project.histories())


def traces_of(log: StringIO, *events: str) -> set[str | None]:
    """The traces under which the events were logged."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    found = [line for line in lines if line["event"] in events]
    assert {line["event"] for line in found} == set(events)
    return {line.get("trace_id") for line in found}


async def test_a_workflow_logs_under_the_trace_of_whoever_started_it_and_a_replay_adds_nothing(
    house: Installation, spans: InMemorySpanExporter, log: StringIO
) -> None:
    with ThreadPoolExecutor(1) as threads:
        # Nothing is kept between tasks, so every task replays what went before it; in the sandbox, as ours do.
        counting = Worker(
            house.client, task_queue="q", workflows=[Counting], activities=[count], activity_executor=threads,
            workflow_runner=workflow_runner(), max_cached_workflows=0,
        )  # fmt: skip
        async with counting:
            with tracing.span("tongchou count"):
                asked = tracing.trace_id()
                await house.client.execute_workflow(Counting.run, 1, id="counting", task_queue="q")
    assert traces_of(log, "counting.opened", "sample.counted", "counting.closed") == {asked}
    found = Counter(span.name for span in of_trace(spans, "tongchou count"))
    once = ("StartWorkflow:Counting", "RunWorkflow:Counting", "StartActivity:sample.count", "RunActivity:sample.count")
    assert {name: found[name] for name in once} == dict.fromkeys(once, 1)


async def test_a_decision_is_a_trace_of_its_own_linked_to_the_project(
    house: Installation, spans: InMemorySpanExporter
) -> None:
    project = Project(house, "JY-2026-0912")
    with tracing.span("tongchou begin"):
        await project.begin()
    review = await project.open_review("tender_neutral")
    with tracing.span("tongchou decide"):
        await project.submit_decision(project.decision(review.review_id))
    found = of_trace(spans, "tongchou decide")
    assert {"HandleUpdate:submit_decision", "RunActivity:registry.authority", "RunActivity:ledger.append"} <= {
        span.name for span in found
    }
    (handled,) = [span for span in found if span.name == "HandleUpdate:submit_decision"]
    (began,) = {span.context.trace_id for span in of_trace(spans, "tongchou begin")}
    assert [link.context.trace_id for link in handled.links] == [began]
    await project.reached(StageName.DESIGN)
    histories = await project.histories()
    assert await replay(histories) == [], "a replayer that knows no traces agrees"
    await project.terminate(histories)


async def test_nothing_that_somebody_wrote_leaves_with_a_span(house: Installation, spans: InMemorySpanExporter) -> None:
    project = Project(house, "JY-2026-0913")
    await project.begin()
    review = await project.open_review("tender_neutral")
    opinion = "王小明认为可行，电话 13800138000"
    await project.submit_decision(project.decision(review.review_id, opinion=opinion))
    await project.refused(project.submit_decision(project.decision("nobody/asked", opinion=opinion)))
    await project.recorded(EntryKind.DECISION_COUNTED)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "RunActivity:registry.authority" in told
    assert [word for word in ("王小明", "13800138000", "chen.hao") if word in told] == []
    attributes = {name for span in spans.get_finished_spans() for name in span.attributes or {}}
    assert attributes <= ALLOWED and {"db.query.text", "temporalWorkflowID"} <= attributes
    await project.terminate(await project.histories())


class SendsNonsense(Interceptor):
    """A client whose signals bring a header that is none."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Nonsense(next)


class _Nonsense(OutboundInterceptor):
    async def signal_workflow(self, input: SignalWorkflowInput) -> None:
        input.headers = {"_tracer-data": Payload(metadata={"encoding": b"json/plain"}, data=b"[{")}
        await super().signal_workflow(input)


async def test_a_header_that_is_none_stops_no_project(house: Installation) -> None:
    project = Project(house, "JY-2026-0914")
    await project.begin()
    review = await project.open_review("tender_neutral")
    target = house.client.service_client.config.target_host
    stranger = await Client.connect(target, data_converter=data_converter(), interceptors=[SendsNonsense()])
    await stranger.get_workflow_handle(project.project.id).signal("decide", project.decision(review.review_id))
    await project.reached(StageName.DESIGN)
    await project.terminate(await project.histories())
