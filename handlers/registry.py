"""Which handler answers which event: found by being in this folder, refused when two want the same.

A handler is one plain function: event and context in, actions out. The decorators only write down what it is
for; nothing is registered anywhere until `discover` walks the folder.
"""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any

from msgspec import Struct

from bot.core.actions import Action, Reply
from bot.core.commands import Argument, Command, Role, Where
from bot.core.content import Content
from bot.core.events import CommandGiven, Event
from handlers.context import Context

Handler = Callable[[Any, Context], Sequence[Action]]

_PURPOSES = "_allhands_purposes"
_IN_ORDER = (
    *("queue", "claim", "release", "resolve", "reopen", "note", "suggest", "edits", "sos"),
    *("articles", "article", "gaps", "alias"),
    *("human", "ticket", "add", "remove", "link", "unlink", "language", "stop", "volunteer"),
)
"""What somebody needs first stands first in menus and /help; commands that are not named here come last."""


class Purpose(Struct, frozen=True):
    """What a handler is for: the kind of event and, within it, a name ("" for all of that kind)."""

    kind: str
    name: str = ""
    command: Command | None = None
    unless: Callable[[Any], bool] | None = None


def on(
    kind: str, name: str = "", *, unless: Callable[[Any], bool] | None = None
) -> Callable[[Handler], Handler]:
    """For events of this kind: 'message_received' with 'desk', 'customer' or 'elsewhere'; 'delivered' and
    'delivery_failed' with the action's purpose; others without a name.

    `unless` tells, from the event alone, that the handler would do nothing.
    """
    return _decorator(Purpose(kind, name, unless=unless))


def button(action: str) -> Callable[[Handler], Handler]:
    return _decorator(Purpose("button_pressed", action))


def form(name: str) -> Callable[[Handler], Handler]:
    return _decorator(Purpose("form_submitted", name))


def deadline(name: str) -> Callable[[Handler], Handler]:
    return _decorator(Purpose("deadline_reached", name))


def command(
    name: str,
    description: str,
    *,
    role: Role,
    arguments: tuple[Argument, ...] = (),
    where: Where = Where.ANYWHERE,
    at_desk: str = "",
    takes_files: bool = False,
) -> Callable[[Handler], Handler]:
    """A command on every platform; the description and the arguments' go through the catalogue.

    Where it does not take the files that hang on the message it was typed in, whoever gave it is told so.
    """
    purpose = Purpose("command_given", name, Command(name, description, role, arguments, where, at_desk))
    remember = _decorator(purpose)
    return remember if takes_files else lambda handler: remember(_without_files(handler))


def _without_files(handler: Handler) -> Handler:
    @wraps(handler)
    def answered(event: CommandGiven, ctx: Context) -> Sequence[Action]:
        actions = handler(event, ctx)
        if not event.files:
            return actions
        text = ctx.texts_of(event.author).text(
            "A command takes no files: what came with it was not passed on. Send it as a message of its own."
        )
        told = Reply(event.place, event.author.identity, Content(text=text), event.handle)
        return [*actions, told]

    return answered


def _decorator(purpose: Purpose) -> Callable[[Handler], Handler]:
    def remember(handler: Handler) -> Handler:
        purposes: list[Purpose] = getattr(handler, _PURPOSES, [])
        purposes.append(purpose)
        setattr(handler, _PURPOSES, purposes)
        return handler

    return remember


class DuplicateHandlerError(Exception):
    """Two handlers want the same event; the text names both."""


class Handlers:
    """Every handler, by what it is for."""

    def __init__(self, without: Collection[str] = ()) -> None:
        self._without = without
        self._by_purpose: dict[tuple[str, str], Handler] = {}
        self._unless: dict[Handler, Callable[[Any], bool]] = {}
        self.commands: list[Command] = []

    def add(self, handler: Handler) -> None:
        for purpose in getattr(handler, _PURPOSES, ()):
            key = (purpose.kind, purpose.name)
            if key in self._by_purpose:
                other = self._by_purpose[key]
                raise DuplicateHandlerError(
                    f"{handler.__module__}.{handler.__name__} and {other.__module__}.{other.__name__} "
                    f"both answer {purpose.kind} {purpose.name}".rstrip()
                )
            self._by_purpose[key] = handler
            if purpose.unless is not None:
                self._unless[handler] = purpose.unless
            if purpose.command is not None and purpose.command.name not in self._without:
                self.commands.append(purpose.command)

    def find(self, event: Event, name: str) -> Handler | None:
        """The handler for this name, else the one for all events of the kind, else None."""
        return self._by_purpose.get((event.kind, name)) or self._by_purpose.get((event.kind, ""))

    def awaits(self, event: Event, name: str) -> bool:
        """False when nobody would do anything about it."""
        handler = self.find(event, name)
        if handler is None:
            return False
        unless = self._unless.get(handler)
        return unless is None or not unless(event)

    def command_named(self, name: str) -> Command | None:
        return next((one for one in self.commands if one.name == name), None)


def discover(without: Collection[str] = ()) -> Handlers:
    """Read this folder; raises DuplicateHandlerError. The commands named are answered, but not offered."""
    import handlers as package

    found = Handlers(without)
    for module_info in sorted(pkgutil.walk_packages(package.__path__, "handlers."), key=lambda m: m.name):
        module = importlib.import_module(module_info.name)
        for value in vars(module).values():
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                found.add(value)
    places = {name: place for place, name in enumerate(_IN_ORDER)}
    found.commands.sort(key=lambda one: (places.get(one.name, len(places)), one.name))
    return found
