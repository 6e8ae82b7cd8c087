"""Plays a life: files the project or procedure on real parts, lets its events happen in turn, and keeps what came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine
from temporalio.client import WorkflowHistory

from models.calendar import CHINA
from models.catalog import CatalogEntry
from models.finding import SanctionKind
from records import database, ledger, registers, sanctions
from runtime.client import Refusal
from simulation.actor import Actor
from simulation.acts import perform
from simulation.case import LifeCase, ProcedureCase
from simulation.compare import about_status
from simulation.counts import counts_of
from simulation.environment import environment
from simulation.events import Event
from simulation.histories import notices_in, replay
from simulation.life import Happening, Life
from simulation.matter import ProcedureMatter
from simulation.office import Office, Stuck
from simulation.preparation import matter_of, prepare
from simulation.stillness import Restless
from simulation.stock import catalog_entry, stock
from simulation.timeline import in_short

_BACKWARDS = timedelta(minutes=5)
"""How far real time may carry the clock past a moment of the case before it counts as one that lies behind."""


async def play(regulation: str, case: LifeCase | ProcedureCase, folder: Path) -> Life:
    """Play the case in a fresh installation in the empty folder. Raises CaseError for a faulty case."""
    async with _player(regulation, case, folder) as player:
        return await player.play()


async def histories_of(regulation: str, case: LifeCase | ProcedureCase, folder: Path) -> list[WorkflowHistory]:
    """Every run of the case's life, played in the empty folder. Raises CaseError, and Stuck where it went astray."""
    async with _player(regulation, case, folder) as player:
        life = await player.play()
        if life.astray:
            raise Stuck("; ".join(life.astray))
        return await player.actor.histories()


class Player:
    """One life in one installation."""

    def __init__(self, case: LifeCase | ProcedureCase, actor: Actor) -> None:
        self.case = case
        self.actor = actor
        self.matter = actor.matter
        self.environment = actor.office.environment
        self.happenings: list[Happening] = []
        self.astray: list[str] = []

    async def play(self) -> Life:
        """File it, let every event happen, and gather what is on record. An act that fails ends the life."""
        try:
            await self.actor.file()
            for number, event in enumerate(self.case.events, start=1):
                if not await self._happen(number, event):
                    break
        except (Stuck, Restless, TimeoutError) as stuck:
            self.astray.append(f"停滞 stuck：{stuck or 'the clock does not move'}")
        return await self._gathered()

    # ------------------------------------------------------------ one event

    async def _happen(self, number: int, event: Event) -> bool:
        """Let the event happen; False where the life cannot sensibly go on."""
        moment = event.on or event.silence_until
        if moment and not await self._advance(number, moment):
            return False
        goes_on = await self._act(number, event)
        await self.actor.still()
        if event.then:
            status, rectification = await self.actor.statuses()
            self.astray += [f"事件 event {number}：{d}" for d in about_status(event.then, status, rectification)]
        return goes_on

    async def _advance(self, number: int, moment: datetime) -> bool:
        if moment < await self.environment.now() - _BACKWARDS:
            self.astray.append(
                f"事件 event {number}：{moment:%Y-%m-%d %H:%M} 在前一事件之前 / lies before the one before"
            )
            return False
        await self.environment.advance_to(moment)
        await self.actor.still()
        return True

    async def _act(self, number: int, event: Event) -> bool:
        if event.act is None or event.silence_until:
            return True
        name, said = event.act
        at = await self._now()
        try:
            answer = await perform(self.actor, name, said)
        except Refusal as refusal:
            reason = f"{refusal.kind}：{refusal}"
            self.happenings.append(Happening(at=at, act=name, said=in_short(said), answer=f"✗ {reason}"))
            return self._was_refused(number, event, name, reason)
        self.happenings.append(Happening(at=at, act=name, said=in_short(said), answer=answer))
        if event.refused is not None:
            self.astray.append(f"事件 event {number} {name}：应被拒绝（{event.refused}） / should have been refused")
        return event.refused is None

    def _was_refused(self, number: int, event: Event, name: str, reason: str) -> bool:
        if event.refused is None:
            self.astray.append(f"事件 event {number} {name}：被拒绝 / was refused: {reason}")
            return False
        if event.refused not in reason:
            self.astray.append(
                f"事件 event {number} {name}：拒绝理由应含 {event.refused} / refused otherwise: {reason}"
            )
        return True

    async def _now(self) -> datetime:
        return (await self.environment.now()).astimezone(CHINA)

    # ------------------------------------------------------------ what came of it

    async def _gathered(self) -> Life:
        status, rectification = await self.actor.statuses()
        histories = await self.actor.histories()
        self.astray += [f"重放 replay：{failure}" for failure in await replay(histories)]
        engine = database.connect(self.environment.settings.database_url)
        try:
            entries = tuple(recorded.entry for recorded in ledger.entries(engine, self.matter.on_record))
            standing = {day: self._standing(engine, day) for day in self.case.expect.standing}
            registered = tuple(registers.entries(engine))
        finally:
            engine.dispose()
        return Life(
            application=self.matter.application,
            plan=self.matter.plan,
            procedure=self.matter.steps if isinstance(self.matter, ProcedureMatter) else None,
            status=status,
            rectification=rectification,
            happenings=tuple(self.happenings),
            ledger=entries,
            notices=tuple(await notices_in(histories, self.environment.shift)),
            counts=counts_of(histories),
            standing=standing,
            registers=registered,
            catalog_entries=await self._catalog_entries(),
            astray=tuple(self.astray),
        )

    def _standing(self, engine: Engine, day: date) -> tuple[SanctionKind, ...]:
        at = datetime.combine(day, time(12), CHINA).astimezone(UTC)
        against = self.matter.answers_for
        return tuple(sanction.kind for sanction in sanctions.standing(engine, against, at=at))

    async def _catalog_entries(self) -> tuple[CatalogEntry, ...]:
        wanted = self.case.expect.catalog_entries if isinstance(self.case, ProcedureCase) else ()
        return tuple([await catalog_entry(self.actor.catalog, entry.subject, entry.id) for entry in wanted])


# ---------------------------------------------------------------- before the life begins


@asynccontextmanager
async def _player(regulation: str, case: LifeCase | ProcedureCase, folder: Path) -> AsyncIterator[Player]:
    law = prepare(regulation, case, folder)
    matter = matter_of(regulation, case, law, folder)
    async with (
        environment(folder, regulations_dir=law) as installation,
        httpx.AsyncClient(base_url=installation.settings.catalog_url) as catalog,
    ):
        await stock(catalog, case.catalog, matter.application)
        await installation.set_date(case.filed_on)
        office = Office(installation, matter.application.code, matter.workflow_id)
        yield Player(case, Actor(regulation, matter, office, catalog))
