"""The dispatcher: takes the head of each lane, has it sent, stores the receipt, goes on.

Strict order within a lane, none between lanes. A temporary failure waits as long as the platform said; a
permanent one frees the lane and comes back as an event.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import TypeVar

import structlog
from msgspec.structs import replace

from adapters import Attempt
from bot.core.actions import Action, EditCopy, Say, Show
from bot.core.checkpoints import passing
from bot.core.events import Delivered, DeliveryFailed, Event
from bot.core.outgoing import Receipt, Refusal, SendError
from bot.runtime.addressing import address, address_at_once, place_of
from bot.runtime.awaiting import awaited, missed
from bot.runtime.clock import Clock
from bot.runtime.codec import action_from
from bot.runtime.desk import Desk, Queued
from bot.runtime.exits import Exit, Performer, Sender
from bot.runtime.handed_over import HandedOver
from bot.runtime.metrics import Metrics
from bot.runtime.patience import is_over
from bot.runtime.peers import NoPeers, Ownership
from bot.runtime.superseding import Lane, is_superseded, is_withdrawn_by
from bot.runtime.writer import Writer
from storage import Expected, Settled, StorageUnavailableError, StoredAction, UnitOfWork, made_at

log = structlog.get_logger()

MAX_DEFECTS = 5
"""Tries of an action that makes the adapter itself fail."""
LONGEST_WAIT_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.5
STORAGE_PAUSE_SECONDS = 1.0
_PAGE = 1000
_IN_ORDER = "outbox.left_in_order"

T = TypeVar("T")


class Dispatcher:
    def __init__(
        self,
        writer: Writer,
        desk: Desk,
        clock: Clock,
        metrics: Metrics,
        ownership: Ownership = NoPeers(),  # noqa: B008 - it has no state
    ) -> None:
        self._writer, self._desk, self._clock, self._metrics = writer, desk, clock, metrics
        self._ownership = ownership
        self._lines: dict[str, Exit] = {}
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.handed_over = HandedOver(writer, self.enqueue)

    def serve(self, platform: str, sender: Callable[[], Sender | None]) -> None:
        """From now on this platform's actions go to whatever the callable gives; None means wait."""
        self._lines[platform] = Exit(platform, self._metrics, sender, None)

    def perform(self, name: str, performer: Performer) -> None:
        self._lines[name] = Exit(name, self._metrics, None, performer)

    def wake(self, platform: str) -> None:
        """The platform is there again: try at once what was waiting for a later try."""
        line = self._lines[platform]
        wake, line.wake = line.wake, asyncio.Event()
        wake.set()

    async def load(self) -> None:
        """Take up what an earlier process left. Unless that one could say otherwise, the head of each lane may have
        been in flight when it ended.
        """
        after = 0
        seen: set[str] = set()
        was_in_order = await self._writer.do(_take_word)
        while page := await self._writer.do(partial(_pending, after)):
            for row in page:
                if row.lane not in seen:
                    seen.add(row.lane)
                    row = row if was_in_order else replace(row, is_uncertain=True)
                self.enqueue([Queued(row, action_from(row.payload))])
            after = page[-1].id

    async def take_up_left_behind(self) -> None:
        """Send what is stored but waits in no lane: the database took it, and its answer was lost."""
        stored = await self._writer.do(lambda work: work.outbox.own_counts())
        after = 0
        if sum(stored.get(platform, 0) for platform in self._lines) <= self.waiting():
            return
        while page := await self._writer.do(partial(_pending, after), self.take_up_unknown):
            after = page[-1].id

    def take_up_unknown(self, page: Sequence[StoredAction]) -> None:
        """Send what of these pending rows waits in no lane, in their order."""
        # Results come back in the order of the transactions: what this page calls pending is not settled here yet.
        known = {item.row.id for lane in self._lanes.values() for item in lane}
        left = [replace(row, is_uncertain=True) for row in page if row.id not in known]
        if left:
            log.warning("outbox.left_behind", actions=len(left))
        self.enqueue([Queued(row, action_from(row.payload)) for row in left])

    def enqueue(self, queued: Sequence[Queued]) -> None:
        """Send these, each behind what its lane already holds. Call it in the event loop."""
        for item in queued:
            row = item.row
            if row.is_handed_over or row.platform not in self._lines:
                # It is another process's turn, or the platform is switched off: the row stays until it is ours.
                continue
            lane = self._lanes.get(row.lane)
            if lane is not None:
                lane.append(item)
                continue
            self._lanes[row.lane] = Lane(item)
            if not self._stopping.is_set():
                task = asyncio.create_task(self._serve(row.lane), name=row.lane)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def waiting(self) -> int:
        """How many actions are not yet accepted by their platforms."""
        return sum(len(lane) for lane in self._lanes.values())

    def abandon(self) -> None:
        """Forget what waits: another process has adopted it. What is in flight ends as it ends."""
        for lane in self._lanes.values():
            lane.clear()

    async def stop(self, timeout_seconds: float) -> None:
        """Let sends in flight end, then leave the rest to the next process, with whatever is only being looked up."""
        self._stopping.set()
        if self._tasks:
            for line in self._lines.values():
                line.wake.set()
                line.cut_off()
            _, late = await asyncio.wait(self._tasks, timeout=timeout_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            lanes = [self._lanes.get(task.get_name()) for task in late]
            await self._leave_word([lane[0].row for lane in lanes if lane])
        else:
            await self._leave_word([])

    async def _leave_word(self, cut_off: Sequence[StoredAction]) -> None:
        """Tell the next process what of all that is left may have been sent, so that it need not doubt the rest."""

        def write(work: UnitOfWork) -> None:
            for row in cut_off:
                work.outbox.tried(replace(row, is_uncertain=True), "cut off")
            if not self._ownership.owner:
                work.marks.set(_IN_ORDER, "yes")

        try:
            await self._writer.do(write)
        except StorageUnavailableError as error:
            log.warning("outbox.no_word_left", error=str(error))

    async def _serve(self, name: str) -> None:
        lane = self._lanes[name]
        while lane and not self._stopping.is_set():
            await self._try(lane)
        if not lane:
            del self._lanes[name]

    async def _try(self, lane: Lane) -> None:
        """One try of the lane's head, which leaves the lane when it is done with, for better or worse."""
        item = lane[0]
        try:
            row = await self._deliver(item)
        except StorageUnavailableError:
            # Only the end of the process lets this through; the next one finds the row as it was.
            return
        if not lane or lane[0] is not item:
            # It was abandoned meanwhile.
            return
        if row is None:
            lane.popleft()
        else:
            lane[0] = Queued(row, item.action)

    async def _deliver(self, item: Queued) -> StoredAction | None:
        """Try it; None when it is settled, otherwise its row as it stands after this try and its wait."""
        row = item.row
        line = self._lines[row.platform]
        sender = line.sender() if line.sender else None
        if line.performer is None and sender is None:
            await self._wait(line, LONGEST_WAIT_SECONDS)
            return row
        if not self._ownership.is_sure:
            # Another process may have adopted it and be sending it just now.
            await self._rest(STORAGE_PAUSE_SECONDS)
            return row
        if row.owner != self._ownership.owner:
            return None
        if is_superseded(self._lanes[row.lane]):
            await self._stored(lambda work: work.outbox.sent(row.id), None, (Settled(row.id),))
            return None
        row = row.tried(self._clock.now())
        try:
            began_at = perf_counter()
            if line.performer is not None:
                await self._perform(item.action, row, line.performer)
            elif sender is not None:
                await self._send(item, row, sender)
            line.seconds.observe(perf_counter() - began_at)
        except SendError as error:
            return await self._settle_error(item, row, error)
        except StorageUnavailableError:
            raise
        except Exception as error:
            log.error("outbox.defect", action=row.id, kind=item.action.kind, exc_info=error)
            refusal = Refusal.INVALID if row.attempts >= MAX_DEFECTS else None
            return await self._settle_error(item, row, SendError(type(error).__name__, refusal=refusal))
        line.sent.inc()
        line.taken_at = self._clock.now()
        return None

    async def _perform(self, action: Action, row: StoredAction, performer: Performer) -> None:
        events = await self._lines[row.platform].perform(performer, action, row.id)
        await self._stored(
            lambda work: self._performed(work, row, events),
            self.enqueue,
            (Settled(row.id),),
            is_patient=False,
        )

    async def _send(self, item: Queued, row: StoredAction, sender: Sender) -> None:
        action = item.action
        is_withdrawn = is_withdrawn_by(row, action, self._lanes.get(row.lane))
        outgoing = None if is_withdrawn else item.outgoing or address_at_once(action)
        if outgoing is None and not is_withdrawn:
            outgoing = await self._stored(lambda work: address(action, work), is_patient=False)
        # Parts that did arrive are taken back by what withdraws it.
        receipt = Receipt(row.sent_so_far)
        if outgoing is not None:
            passing("sending")
            receipt = await sender.send(outgoing, _attempt(row))
            passing("sent")
        if receipt.is_repeat_possible:
            self._metrics.uncertain.labels(row.platform).inc()
        place = receipt.place or (receipt.messages[0].place if receipt.messages else None)
        await self._stored(
            lambda work: self._sent(work, row, action, receipt),
            self.enqueue,
            (Settled(row.id, place.key if place else ""),),
        )
        passing("receipt_committed")

    async def _stored(
        self,
        job: Callable[[UnitOfWork], T],
        after: Callable[[T], None] | None = None,
        expects: Sequence[Expected] = (),
        *,
        is_patient: bool = True,
    ) -> T:
        """Do it in the database, however long that is away: what was sent once is not sent again for its receipt."""
        while True:
            try:
                return await self._writer.do(job, after, expects, is_patient=is_patient, is_quick=True)
            except StorageUnavailableError as error:
                log.error("outbox.storage_unavailable", error=str(error))
                if self._stopping.is_set():
                    raise
                await self._rest(STORAGE_PAUSE_SECONDS)

    def _performed(self, work: UnitOfWork, row: StoredAction, events: Sequence[Event]) -> list[Queued]:
        if not work.outbox.sent(row.id):
            return []
        return [queued for event in events for queued in self._desk.happened(work, row.platform, event)]

    def _sent(self, work: UnitOfWork, row: StoredAction, action: Action, receipt: Receipt) -> list[Queued]:
        """Store the receipt and, where somebody waits for it, handle that in the same transaction."""
        is_news = work.outbox.sent(row.id)
        if isinstance(action, (Say, Show)) and action.message_id is not None:
            work.messages.add_refs(action.message_id, receipt.messages)
        if isinstance(action, Say) and not action.place.channel and receipt.messages:
            work.conversations.settle(action.conversation_id, receipt.messages[0].place)
        if isinstance(action, EditCopy) and receipt.messages:
            work.messages.replace_refs(action.message_id, place_of(action, work), receipt.messages)
        passing("receipt_stored")
        purpose, subject = awaited(action)
        if not purpose or not is_news:
            return []
        event = Delivered(
            id=f"delivered:{row.id}",
            at=work.now,
            action_id=row.id,
            purpose=purpose,
            subject=subject,
            place=receipt.place or (receipt.messages[0].place if receipt.messages else None),
            messages=receipt.messages,
            notices=receipt.notices,
            lost=receipt.lost,
            is_repeat_possible=receipt.is_repeat_possible,
        )
        return self._desk.happened(work, row.platform, event)

    async def _settle_error(self, item: Queued, row: StoredAction, error: SendError) -> StoredAction | None:
        """Give it up, or store what is known and wait for the next try."""
        taken_at = self._lines[row.platform].taken_at
        is_hopeless = is_over(item.action, row, error, self._clock.now(), taken_at)
        refusal = error.refusal or (Refusal.UNREACHABLE if is_hopeless else None)
        if refusal is not None:
            log.warning("outbox.refused", platform=row.platform, action=row.id, kind=item.action.kind,
                        reason=refusal.value, detail=str(error)[:200])  # fmt: skip
            self._metrics.refused.labels(row.platform, refusal.value).inc()
            await self._stored(
                lambda work: self._refused(work, row, item.action, refusal, str(error)), self.enqueue
            )
            return None
        self._metrics.retried.labels(row.platform).inc()
        row = replace(
            row,
            is_uncertain=row.is_uncertain or error.is_uncertain,
            sent_so_far=(*row.sent_so_far, *error.sent),
        )
        await self._stored(lambda work: work.outbox.tried(row, str(error)[:200]))
        log.info(
            "outbox.retry", platform=row.platform, action=row.id, tries=row.attempts, error=str(error)[:200]
        )
        if error.retry_after_seconds:
            await self._rest(error.retry_after_seconds)
        else:
            await self._wait(
                self._lines[row.platform],
                min(LONGEST_WAIT_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(row.attempts - 1, 10)),
            )
        return row

    def _refused(
        self, work: UnitOfWork, row: StoredAction, action: Action, refusal: Refusal, detail: str
    ) -> list[Queued]:
        work.outbox.failed(row.id, f"{refusal.value}: {detail[:200]}")
        purpose, subject = missed(action)
        if not purpose:
            return []
        event = DeliveryFailed(
            id=f"failed:{row.id}",
            at=work.now,
            action_id=row.id,
            purpose=purpose,
            subject=subject,
            reason=refusal.value,
            detail=detail[:200],
        )
        return self._desk.happened(work, row.platform, event)

    async def _rest(self, seconds: float) -> None:
        """Wait as long as the platform asked; only the end of the process cuts it short."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _wait(self, line: Exit, seconds: float) -> None:
        """Wait so long, or until the platform is there again."""
        try:
            await asyncio.wait_for(line.wake.wait(), seconds)
        except TimeoutError:
            return


def _take_word(work: UnitOfWork) -> bool:
    """True when the process before this one ended in order; it is believed once."""
    if not work.marks.get(_IN_ORDER):
        return False
    work.marks.set(_IN_ORDER, "")
    return True


def all_pending(work: UnitOfWork) -> list[StoredAction]:
    """Everything that this process has to send."""
    found: list[StoredAction] = []
    while page := _pending(found[-1].id if found else 0, work):
        found += page
    return found


def _pending(after: int, work: UnitOfWork) -> list[StoredAction]:
    return work.outbox.pending(after=after, limit=_PAGE)


def _attempt(row: StoredAction) -> Attempt:
    # A process that ended during a try could not say when that was: at the earliest when the action was made.
    first_tried_at = made_at(row.id) if row.is_uncertain else row.first_tried_at
    return Attempt(f"{row.id:x}", row.attempts, row.is_uncertain, first_tried_at, row.sent_so_far)
