"""The desk: one event, one handler, one transaction. Plain sync code that runs where the store runs it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from msgspec import Struct
from msgspec.structs import replace

from bot.core.actions import Action, Announce
from bot.core.capabilities import Capabilities
from bot.core.checkpoints import passing
from bot.core.content import Button, ButtonStyle, Content, FileRef, Tone
from bot.core.errors import NotYetError
from bot.core.events import Author, DeadlineReached, Delivered, DeliveryFailed, Event, MessageReceived
from bot.core.outgoing import Outgoing
from bot.core.places import Identity, MessageAt, Place
from bot.core.texts import Language, Texts
from bot.runtime.addressing import address_early
from bot.runtime.codec import event_from, storable, to_text
from bot.runtime.early import may_be_ahead
from bot.runtime.lanes import lane_of_action, lane_of_early, lane_of_event, lane_of_late
from bot.runtime.metrics import Metrics
from handlers.asking import Refused
from handlers.context import Context, DeskSettings
from handlers.registry import Handlers
from handlers.typing import where_typing_shows
from storage import Said, StoredAction, StoredEvent, UnitOfWork

log = structlog.get_logger()

MAX_TRIES = 5
ALBUM_PAUSE = timedelta(seconds=1)
"""How long an album's first message waits for the others, which come right behind it."""
_ELSEWHERE = "elsewhere"
"""In the staff space, at no ticket: no handler waits for that."""
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 4, 15, 60))


class Queued(Struct, frozen=True):
    """An action with the row it lies in."""

    row: StoredAction
    action: Action
    outgoing: Outgoing | None = None
    """What it comes to as things are when it is decided; asked again when it cannot be sent at once."""


class Tongues(Struct, frozen=True):
    """The languages that the house speaks."""

    languages: tuple[Language, ...]
    """Those that can be chosen."""
    texts_in: Callable[..., Texts]
    """The texts of the first of some languages that is there; else those of the company's own."""


class Accepted(Struct, frozen=True):
    """What a delivery came to."""

    queued: list[Queued]
    kinds: list[str]
    """Of the events that were new."""
    repeats: int


def said(platform: str, event: MessageReceived) -> Said:
    """What handling this message will ask of the database."""
    lanes = (lane_of_event(event), lane_of_late(event.message))
    return Said(platform, event.id, lanes, event.place, event.message, event.author.identity)


class Desk:
    def __init__(
        self,
        handlers: Handlers,
        settings: DeskSettings,
        tongues: Tongues,
        capabilities_of: Callable[[str], Capabilities | None],
        metrics: Metrics,
    ) -> None:
        self._handlers = handlers
        self._commands = tuple(handlers.commands)
        self._settings = settings
        self._tongues = tongues
        self._capabilities_of = capabilities_of
        self._metrics = metrics

    def accept(
        self, work: UnitOfWork, platform: str, events: Sequence[Event], cursor: tuple[str, str] | None = None
    ) -> Accepted:
        """Store each event once and handle it; what cannot be handled now stays stored and is tried again."""
        queued: list[Queued] = []
        kinds: list[str] = []
        for event in events:
            accepted = self._accept_one(work, platform, event)
            if accepted is not None:
                kinds.append(event.kind)
                queued += accepted
        if cursor is not None:
            work.cursors.move(platform, *cursor)
        return Accepted(queued, kinds, len(events) - len(kinds))

    def _accept_one(self, work: UnitOfWork, platform: str, delivered: Event) -> list[Queued] | None:
        """None for a repeat."""
        event, text = storable(delivered)
        lane = lane_of_event(event)
        late = lane_of_late(event.message) if isinstance(event, MessageReceived) else ""
        stored = work.intake.take(platform, event.id, lane, text, late)
        if stored is None:
            return None
        passing("stored")
        if stored.is_awaited and work.intake.has_waiting(lane):
            work.intake.waits(stored)
            return []
        if isinstance(event, MessageReceived) and event.album:
            # Its pictures come one by one, and what is said behind them waits behind all of them.
            work.intake.hold(stored, work.now + ALBUM_PAUSE)
            return []
        return self._handle(work, stored, event)

    def happened(self, work: UnitOfWork, platform: str, event: Event) -> list[Queued]:
        """Handle what the house itself brought about. What caused it leaves its own table in this transaction, so it
        cannot come twice, and is stored only when it cannot be handled now.
        """
        if not self._handlers.awaits(event, self._name_of(work, event)):
            return []
        if work.is_careful or work.intake.has_waiting(lane_of_event(event)):
            return self._accept_one(work, platform, event) or []
        return [*self._decide(work, event), *self._catch_up(work, event)]

    def retry_due(self, work: UnitOfWork, *, limit: int = 100) -> list[Queued]:
        """Handle what waits: after a failure, or behind one."""
        queued: list[Queued] = []
        joined: set[int] = set()
        for stored in work.intake.due(limit=limit):
            if stored.id in joined or work.intake.is_blocked(stored):
                continue
            event = event_from(stored.payload)
            rest: list[tuple[StoredEvent, MessageReceived]] = []
            if isinstance(event, MessageReceived) and event.album:
                rest = _rest_of_album(work, stored, event)
                event = together(event, [one for _, one in rest])
            others = [other for other, _ in rest]
            joined |= {other.id for other in others}
            queued += self._handle(work, stored, event, others)
        return queued

    def reach_deadlines(self, work: UnitOfWork, *, limit: int = 500) -> list[Queued]:
        """Turn due deadlines into events; each is gone from the table in the same transaction."""
        queued: list[Queued] = []
        for deadline in work.deadlines.due(work.now, limit=limit):
            work.deadlines.clear(deadline.name, deadline.subject)
            moment = f"{deadline.name}:{deadline.subject}:{deadline.due_at.isoformat()}"
            event = DeadlineReached(
                f"deadline:{moment}", work.now, deadline.name, deadline.subject, deadline.due_at
            )
            queued += self.happened(work, "clock", event)
        return queued

    def _handle(
        self, work: UnitOfWork, stored: StoredEvent, event: Event, others: Sequence[StoredEvent] = ()
    ) -> list[Queued]:
        """Handle an event, which stands for the `others` as well."""
        try:
            with work.savepoint():
                queued = self._decide(work, event)
                for done in (stored, *others):
                    if done.is_kept:
                        work.intake.handled(done)
                passing("handled")
        except Exception as error:
            if not work.is_careful or work.session.is_lost(error):
                raise
            if isinstance(error, NotYetError):
                return self._not_yet(work, stored, event)
            return self._failed(work, stored, event, error)
        if not isinstance(event, MessageReceived) or stored.is_awaited or stored.is_kept:
            queued += self._catch_up(work, event)
        return queued

    def _catch_up(self, work: UnitOfWork, event: Event) -> list[Queued]:
        """What came before its message, or before its thread was known, can be handled now, before anything newer."""
        queued: list[Queued] = []
        for lane in _lanes_that_waited(event):
            for late in work.intake.waiting_in(lane):
                queued += self._handle(work, late, event_from(late.payload))
        return queued

    def _decide(self, work: UnitOfWork, event: Event) -> list[Queued]:
        author: Author | None = getattr(event, "author", None)
        # Two bots that answer each other would never stop.
        if author is not None and author.is_bot:
            return []
        name = self._name_of(work, event)
        if name == _ELSEWHERE and isinstance(event, MessageReceived) and may_be_ahead(event, work):
            raise NotYetError
        handler = self._handlers.find(event, name)
        if handler is None:
            return []
        try:
            actions = handler(event, self._context(work))
        except Refused as refused:
            actions = [refused.action]
        return [self._queue(work, action) for action in actions]

    def where_typing_shows(self, work: UnitOfWork, place: Place, identity: Identity) -> list[Place]:
        """Who may see that somebody is writing there; changes nothing."""
        return where_typing_shows(self._context(work), place, identity)

    def _context(self, work: UnitOfWork) -> Context:
        return Context(
            work=work,
            now=work.now,
            settings=self._settings,
            texts_in=self._tongues.texts_in,
            capabilities_of=self._capabilities_of,
            commands=self._commands,
            languages=self._tongues.languages,
        )

    def _name_of(self, work: UnitOfWork, event: Event) -> str:
        """What the handler of this event is registered under, within the event's kind."""
        if isinstance(event, MessageReceived):
            return self._role_of_place(work, event)
        if isinstance(event, Delivered | DeliveryFailed):
            return event.purpose
        for field in ("name", "action", "purpose"):
            name: str | None = getattr(event, field, None)
            if name is not None:
                return name
        return ""

    def _role_of_place(self, work: UnitOfWork, event: MessageReceived) -> str:
        """Who is speaking: staff at a ticket, somebody else in the staff space, or a customer."""
        if work.tickets.desk_at(event.place) is not None:
            return "desk"
        space = self._settings.staff_space
        if space is not None and event.place.lies_in(space):
            return _ELSEWHERE
        return "customer"

    def _queue(self, work: UnitOfWork, action: Action) -> Queued:
        lane, platform = lane_of_action(action, self._settings.staff_space)
        row = work.outbox.add(lane, platform, to_text(action))
        return Queued(row, action, address_early(action, work))

    def _not_yet(self, work: UnitOfWork, stored: StoredEvent, event: Event) -> list[Queued]:
        """Let it wait beside its lane: what it waits for may be the next one in there."""
        if stored.attempts + 1 >= MAX_TRIES:
            work.intake.handled(stored)
        else:
            lane = _lane_beside(event)
            work.intake.step_aside(stored, lane, work.now + RETRY_AFTER[stored.attempts])
        return []

    def _failed(self, work: UnitOfWork, stored: StoredEvent, event: Event, error: Exception) -> list[Queued]:
        reason = type(error).__name__
        log.error("event.failed", kind=event.kind, row=stored.id, tries=stored.attempts + 1, error=reason,
                  exc_info=error)  # fmt: skip
        self._metrics.failures.labels(event.kind).inc()
        if stored.attempts + 1 < MAX_TRIES:
            work.intake.failed(stored, reason, work.now + RETRY_AFTER[stored.attempts])
            return []
        work.intake.set_aside(stored, reason)
        space = self._settings.staff_space
        return [self._queue(work, self._alarm(stored, event, space))] if space else []

    def _alarm(self, stored: StoredEvent, event: Event, space: Place) -> Announce:
        texts = self._tongues.texts_in(self._settings.staff_language)
        return Announce(
            space,
            Content(
                title=texts.label("Something could not be handled"),
                text=texts.text(
                    "An event of the kind {kind} on {platform} failed {n} times. It is set aside and nothing "
                    "of it is lost; everything after it goes on.",
                    kind=event.kind,
                    platform=stored.platform,
                    n=MAX_TRIES,
                ),
                tone=Tone.ALERT,
                buttons=(
                    Button(texts.label("Try again"), "event_retry", str(stored.id), ButtonStyle.PRIMARY),
                    Button(texts.label("Drop it"), "event_drop", str(stored.id), ButtonStyle.DANGER),
                ),
            ),
        )


def _lane_beside(event: Event) -> str:
    """Where an event waits for what it speaks of."""
    if isinstance(event, MessageReceived):
        return lane_of_early(event.place)
    message: MessageAt | None = getattr(event, "message", None)
    return lane_of_late(message) if message else event.id


def _lanes_that_waited(event: Event) -> list[str]:
    """Where events wait for this one."""
    match event:
        case MessageReceived():
            return [lane_of_late(message) for message in (event.message, *event.others)]
        case Delivered(purpose="thread", place=Place() as place):
            return [lane_of_early(place)]
        case _:
            return []


def _rest_of_album(
    work: UnitOfWork, first: StoredEvent, event: MessageReceived
) -> list[tuple[StoredEvent, MessageReceived]]:
    """The messages of its album that wait behind it."""
    waiting = [
        (one, event_from(one.payload)) for one in work.intake.waiting_in(first.lane) if one.id > first.id
    ]
    return [
        (stored, one)
        for stored, one in waiting
        if isinstance(one, MessageReceived)
        and (one.album, one.author.identity) == (event.album, event.author.identity)
    ]


def together(first: MessageReceived, rest: Sequence[MessageReceived]) -> MessageReceived:
    """An album as one message: all its words and all its files, in order."""
    if not rest:
        return first
    return replace(
        first,
        text="\n\n".join(one.text for one in (first, *rest) if one.text),
        files=tuple(file for one in (first, *rest) for file in _captioned(one)),
        others=tuple(one.message for one in rest),
        mentions=tuple(mention for one in (first, *rest) for mention in one.mentions),
        is_to_bot=first.is_to_bot or any(one.is_to_bot for one in rest),
    )


def _captioned(part: MessageReceived) -> Sequence[FileRef]:
    """Its files, the first one with its words: when they are edited, it is known which of the album's they were."""
    return [replace(file, caption="" if at else part.text) for at, file in enumerate(part.files)]
