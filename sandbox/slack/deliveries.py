"""Getting events and interactions to the app: by a socket if one is open, else by HTTP, else kept for later."""

import asyncio
import contextlib

from sandbox.slack.model import Json
from sandbox.slack.parcels import ConnectionLostError, Parcel, UnansweredError
from sandbox.slack.sockets import Connection, Sockets
from sandbox.slack.webhooks import Webhook
from sandbox.world import World

ACK_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)
KEPT_SECONDS = 3600.0


class Deliveries:
    """The way to the app.

    Events are acknowledged within three seconds or sent again: at once, after a minute, after five, then never
    (docs.slack.dev/apis/events-api). With nowhere to send them they are kept for an hour.
    """

    def __init__(self, world: World, sockets: Sockets, webhook: Webhook) -> None:
        self._world = world
        self._sockets = sockets
        self._webhook = webhook
        self._under_way: set[asyncio.Task[None]] = set()
        self._interactions = 0
        self._changed = asyncio.Event()
        self.is_idle = asyncio.Event()
        """Set while nothing is under way to the app."""
        self.is_idle.set()
        self.resting = 0
        """How many events wait for the time of their next attempt."""
        self.ack_seconds = ACK_SECONDS
        self.late_events, self.late_seconds = 0, 0.0
        """So many of the next events are first sent after so long: what happened after them overtakes them."""
        self.drops_undelivered = False
        """Lose what cannot be delivered at once, as in an outage that Slack decides not to replay."""
        self.out_of_turn: list[Json] = []
        """The payloads that the app did not take when they happened: refused, cut off, put off or lost."""

    @property
    def _receiver(self) -> Connection | Webhook | None:
        if self._world.faults["slack"].is_down:
            return None
        return self._sockets.pick() or (self._webhook if self._webhook.url else None)

    def wake(self) -> None:
        """Look again whether there is somewhere to deliver to."""
        self._changed.set()
        self._changed = asyncio.Event()

    def send(self, parcel: Parcel) -> None:
        """Deliver an event in the background, for as long as Slack would try."""
        if self.drops_undelivered and self._receiver is None:
            self._journal_loss(parcel, "nowhere to deliver it")
            self.out_of_turn.append(parcel.payload)
            return
        delay = 0.0
        if self.late_events:
            self.late_events -= 1
            delay = self.late_seconds
            self.out_of_turn.append(parcel.payload)
        task = asyncio.create_task(self._carry(parcel, delay))
        self._under_way.add(task)
        self.is_idle.clear()
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._note_idle()

    def _note_idle(self) -> None:
        if not self._under_way and not self._interactions:
            self.is_idle.set()

    async def ask(self, parcel: Parcel) -> Json:
        """Deliver an interaction and return the app's answer; it is tried once, as Slack does.

        Raises UnansweredError: dispatch_failed when there is nobody, operation_timeout after three seconds.
        """
        if (receiver := self._receiver) is None:
            raise UnansweredError("dispatch_failed")
        self._interactions += 1
        self.is_idle.clear()
        try:
            return await receiver.deliver(parcel, self.ack_seconds)
        except UnansweredError as error:
            is_late = error.reason in {"timeout", "http_timeout"}
            raise UnansweredError("operation_timeout" if is_late else "dispatch_failed") from None
        finally:
            self._interactions -= 1
            self._note_idle()

    async def _carry(self, parcel: Parcel, delay: float) -> None:
        await asyncio.sleep(delay)
        for pause in (*RETRY_AFTER_SECONDS, None):
            if not await self._attempt(parcel):
                return
            if pause is None:
                break
            await self._sleep(pause)
        self._journal_loss(parcel, parcel.reason)

    async def _attempt(self, parcel: Parcel) -> bool:
        """Send it once; True when it has to be sent again."""
        while (receiver := await self._find_receiver(parcel)) is not None:
            try:
                await receiver.deliver(parcel, self.ack_seconds)
            except ConnectionLostError as lost:
                # A closed connection says nothing about the app: the next one gets it at once.
                parcel.attempt, parcel.reason = parcel.attempt + 1, lost.reason
                self.out_of_turn.append(parcel.payload)
            except UnansweredError as error:
                parcel.attempt, parcel.reason = parcel.attempt + 1, error.reason
                self.out_of_turn.append(parcel.payload)
                return not error.is_final
            else:
                return False
        self._journal_loss(parcel, "nobody took it for an hour")
        return False

    async def _find_receiver(self, parcel: Parcel) -> Connection | Webhook | None:
        """Wait for somewhere to deliver to; None when the parcel has waited too long or losses are wanted."""
        while (receiver := self._receiver) is None:
            changed = self._changed
            left = parcel.made_at + KEPT_SECONDS - self._world.clock.now().timestamp()
            if left <= 0 or self.drops_undelivered:
                return None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), left)
        is_stale = self._world.clock.now().timestamp() - parcel.made_at > KEPT_SECONDS
        return None if is_stale else receiver

    async def _sleep(self, seconds: float) -> None:
        """Sleep by the sandbox's clock, which may jump forward."""
        clock = self._world.clock
        due = clock.now().timestamp() + seconds
        self.resting += 1
        try:
            while (left := due - clock.now().timestamp()) > 0:
                await clock.wait_for_change(clock.offset_seconds, left)
        finally:
            self.resting -= 1

    def _journal_loss(self, parcel: Parcel, reason: str) -> None:
        event_id = parcel.payload.get("event_id", "")
        self._world.journal.add("slack", "fault", lost_event=event_id, reason=reason)

    async def stop(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
