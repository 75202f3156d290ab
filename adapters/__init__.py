"""The contract of a platform adapter: receive, send, capabilities. All else is rendering.

An adapter turns payloads into events and stores them through `Intake` before it acknowledges; it performs
`Outgoing` operations and returns receipts. It knows nothing of tickets or of other platforms.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

from aiohttp import web
from msgspec import Struct, field

from bot.core.capabilities import Capabilities
from bot.core.commands import Command
from bot.core.content import FileRef
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.outgoing import Outgoing, Receipt
from bot.core.places import Identity, MessageAt, Place


class Cursor(Struct, frozen=True):
    """How far a room, or an update queue, was read. `position` is the platform's own id."""

    name: str
    position: str


class Intake(Protocol):
    """The durable entrance. When `accept` returns, the events and the cursor are stored, in one transaction.

    Repeats (an event id that was seen before) are dropped without a word. When it raises, nothing was stored
    and the platform must not be told that it was.
    """

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None: ...

    async def cursors(self) -> dict[str, str]:
        """This platform's cursors that moved within the last thirty days: name to position."""
        ...

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        """(value, label) pairs to offer while an argument is typed; at most 25, [] for who may not see them."""
        ...

    async def remembered(self, room: Place, after: str) -> Sequence[Remembered]:
        """What is known of the newest messages in a room whose ids come after this one, to compare with its history."""
        ...

    async def stopped_at(self) -> datetime | None:
        """When this platform was last heard, for reading history of rooms that have no cursor yet.

        The same moment again, in later processes too, until `caught_up`.
        """
        ...

    async def caught_up(self) -> None:
        """The history since `stopped_at` was read."""
        ...


FileOpener = Callable[[FileRef], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""Opens a file on whatever platform it lies, in chunks. Entering raises FileUnavailableError."""


WebhookHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class LeaseLostError(Exception):
    """Another process may be receiving by now: stop receiving, and ask again."""


def _told_nobody() -> None:
    """For who does not ask whether another process is there."""


@asynccontextmanager
async def alone(
    names: Sequence[str], _elsewhere: Callable[[], None] = _told_nobody, /
) -> AsyncIterator[tuple[str, ...]]:
    """The lease of a process that has no others beside it: everything, at once."""
    yield tuple(names)


class Lease(Protocol):
    """Holds what only one process may hold at a time, such as a platform's update queue or a shard of its gateway.

    `async with lease(names) as held:` waits until at least one of the names is this process's own, and gives this
    process's fair share of them. When one of those is lost, or due to another process, the body is cancelled and
    LeaseLostError is raised in its place.

    While it waits, `elsewhere` is called, again and again, when all of them are with processes that have shown that
    they live since this one began. Until then whoever holds them may have died, and nobody does what they stand for.
    """

    def __call__(
        self, names: Sequence[str], elsewhere: Callable[[], None] = _told_nobody, /
    ) -> AbstractAsyncContextManager[tuple[str, ...]]: ...


class Translate(Protocol):
    """Looks an English text up in the catalogue and fills its {named} places."""

    def __call__(self, message: str, /, **values: object) -> str: ...


def in_english(message: str, /, **values: object) -> str:
    """A catalogue without translations."""
    return message.format_map(values)


class FileUnavailableError(Exception):
    """The platform does not hand the file out: gone, too large to fetch, or forbidden."""

    def __init__(self, message: str, *, is_passing: bool = False, is_too_large: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing
        """It may be had in a moment: a connection broke off, a server is busy."""
        self.is_too_large = is_too_large


class Attempt(Struct, frozen=True):
    """One try of sending: the key is the same for every try of the same action, also after a restart."""

    key: str
    """At most 25 characters (Discord's nonce)."""
    number: int
    """1 for the first."""
    is_uncertain: bool
    """An earlier try may have arrived: look before sending again, where the platform lets one look."""
    first_tried_at: datetime | None
    sent_so_far: tuple[MessageAt, ...] = ()
    """Parts that arrived in an earlier try, in order: go on behind them."""


class AdapterContext(Struct, frozen=True):
    """What the house gives an adapter."""

    intake: Intake
    commands: Sequence[Command]
    command_prefix: str
    staff_space: Place | None
    """Set on every platform; only one of them has it."""
    support_places: Sequence[Place]
    colleague_places: Sequence[Place]
    admins: frozenset[tuple[str, str]]
    """(platform, external id)."""
    open_file: FileOpener
    now: Callable[[], datetime]
    texts: Translate
    """The translation catalogue in the team's language, for the few words an adapter says itself."""
    report: Callable[[str, dict[str, object]], None] = field(default=lambda _name, _fields: None)
    """Log an event name with fields; never message text or secrets."""
    note_typing: Callable[[Place, Identity], None] | None = None
    """Told that somebody is writing, in the event loop; never waits. None when nobody wants to know."""
    note_reached: Callable[[bool], None] = field(default=lambda _is_reached: None)
    """Told, where no connection would fall, whether the platform answers. Events that come are taken all the same."""
    texts_in: Callable[[str], Translate] = field(default=lambda _language: in_english)
    """The same in the language of whoever reads it; in the company's own for "" and for one that is not there."""
    languages: tuple[str, ...] = ()
    """The codes of those that are there."""
    lease: Lease = field(default=alone)
    """Taken by `run` around receiving, where only one process may receive; `send` works without it."""

    def words_for(self, language: str) -> Translate:
        """For the reader of a content or form; "" is the team."""
        return self.texts_in(language) if language else self.texts


class Adapter(Protocol):
    """One platform. A dead adapter is thrown away and a new one is built by its supervisor."""

    name: str
    capabilities: Capabilities

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Connect, catch up on what was missed, receive until cancelled; call on_ready once events flow.

        Where only one process may receive, it waits for its lease inside, able to send all the while.
        Raises ConnectionError when the platform stays away or ends the connection for good, and `SetupError` when
        only a person can mend it.
        Cancelling it closes everything it opened.
        """
        ...

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        """Perform one operation; raises SendError. Safe to call as soon as the object exists, also concurrently."""
        ...

    async def show_typing(self, place: Place) -> None:
        """Let people there see for some seconds that somebody is writing, if the platform has that and takes it now.

        At best: asks once, and waits for no limit. May raise anything, and may be cancelled.
        """
        ...

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        """Path to handler, for the house's web server: '/slack/events', '/telegram/webhook'; {} when not used.

        Answers only when the events are stored. The handler checks signature, age and size of the body itself.
        """
        ...

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open one of this platform's files; entering raises FileUnavailableError."""
        ...

    async def check(self) -> list["Finding"]:
        """What `allhands doctor` should know: token, scopes, permissions, the staff space and support places."""
        ...

    async def close(self) -> None:
        """Close the sessions that `send` opened. Idempotent."""
        ...


class SetupError(Exception):
    """Only a person can mend this (a wrong token, a missing permission); the text says what to do.

    `message` and `values` are for whoever shows it in another language than English.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message.format_map(values))
        self.message, self.values = message, values


class Finding(Struct, frozen=True):
    """One line of the doctor: what was looked at, whether it is well, and what to do when it is not."""

    is_ok: bool
    what: str
    advice: str = ""
    is_fatal: bool = True
