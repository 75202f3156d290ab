"""Commands, buttons, forms and context menus: INTERACTION_CREATE into events. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from adapters.discord.attachments import files_of
from adapters.discord.parse import Payload, Reader, author_of
from adapters.discord.rooms import Room, RoomKind
from adapters.discord.settings import PLATFORM
from adapters.discord.text import to_commonmark
from bot.core.commands import Argument, Command
from bot.core.events import Author, ButtonPressed, CommandGiven, FormSubmitted, Handle, ShortcutUsed
from bot.core.places import Identity, MessageAt, Place

TOKEN_LIVES = timedelta(minutes=15)
_COMMAND, _COMPONENT, _AUTOCOMPLETE, _MODAL = 2, 3, 4, 5
_MESSAGE_MENU = 3
_BUTTON = 2
_EPHEMERAL = 1 << 6

InteractionEvent = CommandGiven | ButtonPressed | FormSubmitted | ShortcutUsed


class InteractionRef(Struct, frozen=True):
    """What it takes to answer an interaction, also after a restart; travels as the handle's token."""

    id: str
    application: str
    token: str
    has_source: bool = False
    """It began at a message of the bot, which a deferral leaves as it is."""
    custom_id: str = ""
    """Of the button that was pressed."""

    def encode(self) -> str:
        return json.dumps([self.id, self.application, self.token, self.has_source, self.custom_id])

    @classmethod
    def decode(cls, text: str) -> "InteractionRef":
        """Raises ValueError for a token of another making."""
        try:
            parts = json.loads(text)
        except ValueError:
            parts = None
        match parts:
            case [str(one), str(application), str(token), bool(has_source), str(custom_id)]:
                return cls(one, application, token, has_source, custom_id)
        raise ValueError("not a handle of this adapter")

    def handle(self, now: datetime) -> Handle:
        return Handle(PLATFORM, self.encode(), now + TOKEN_LIVES)


class Typing(Struct, frozen=True):
    """Somebody is typing an argument and wants to be offered something."""

    ref: InteractionRef
    identity: Identity
    completes: str
    typed: str


def ref_of(data: Payload) -> InteractionRef:
    component = data["data"] if data["type"] == _COMPONENT else {}
    return InteractionRef(
        id=str(data["id"]),
        application=str(data["application_id"]),
        token=str(data["token"]),
        has_source=bool(data.get("message")),
        custom_id=str(component.get("custom_id") or ""),
    )


def read_interaction(
    data: Payload, room: Room, reader: Reader, shortcuts: Mapping[str, str], now: datetime
) -> InteractionEvent | None:
    """Read what a person used; None for what is not ours. `shortcuts` are context menus: label to name."""
    match data["type"], (data.get("data") or {}).get("type") or 1:
        case (2, 3):
            return _shortcut(data, room, reader, shortcuts, now)
        case (2, 1):
            return _command(data, room, reader, now)
        case (3, _):
            return _press(data, room, reader, now)
        case (5, _):
            return _form(data, room, reader, now)
    return None


def read_typing(data: Payload, reader: Reader) -> Typing | None:
    """Read a request for suggestions; None when there is nothing to suggest for that argument."""
    command = _command_named(str(data["data"].get("name")), reader)
    focused = next((one for one in data["data"].get("options") or () if one.get("focused")), None)
    if command is None or focused is None:
        return None
    argument = next((one for one in command.arguments if one.name == focused["name"]), None)
    if argument is None or not argument.completes:
        return None
    person = _person(data, None)
    return Typing(ref_of(data), person.identity, argument.completes, str(focused.get("value") or ""))


def is_typing(data: Payload) -> bool:
    return bool(data["type"] == _AUTOCOMPLETE)


def _command(data: Payload, room: Room, reader: Reader, now: datetime) -> CommandGiven | None:
    command = _command_named(str(data["data"].get("name")), reader)
    if command is None:
        return None
    return CommandGiven(
        id=f"{PLATFORM}:command:{data['id']}",
        at=now,
        place=room.place,
        author=_person(data, _in_staff_space(room, reader)),
        name=command.name,
        arguments=_arguments(data["data"].get("options") or (), command.arguments),
        handle=ref_of(data).handle(now),
    )


def _arguments(options: Sequence[Payload], arguments: Sequence[Argument]) -> str:
    """The options as one line, in the order of the command's definition."""
    given = {str(one["name"]): str(one.get("value", "")).strip() for one in options}
    return " ".join(filter(None, (given.get(argument.name, "") for argument in arguments)))


def _command_named(name: str, reader: Reader) -> Command | None:
    return next((one for one in reader.commands if one.name == reader.typed_name(name)), None)


def _shortcut(
    data: Payload, room: Room, reader: Reader, shortcuts: Mapping[str, str], now: datetime
) -> ShortcutUsed | None:
    name = shortcuts.get(str(data["data"].get("name")), "")
    messages = (data["data"].get("resolved") or {}).get("messages") or {}
    target = messages.get(str(data["data"].get("target_id")))
    if not name or target is None:
        return None
    message = {"channel_id": room.id, **target}
    in_staff_space = _in_staff_space(room, reader)
    return ShortcutUsed(
        id=f"{PLATFORM}:shortcut:{data['id']}",
        at=now,
        place=room.exchange_about(str(target["id"])),
        author=_person(data, in_staff_space),
        name=name,
        message=room.message(str(target["id"])),
        message_author=author_of(target["author"], None, in_staff_space=in_staff_space),
        text=to_commonmark(str(target.get("content") or ""), reader.names),
        files=files_of(message),
        handle=ref_of(data).handle(now),
    )


def _press(data: Payload, room: Room, reader: Reader, now: datetime) -> ButtonPressed | None:
    if (data["data"].get("component_type") or _BUTTON) != _BUTTON:
        return None
    action, _, subject = str(data["data"]["custom_id"]).partition(":")
    source = _lasting_source(data)
    return ButtonPressed(
        id=f"{PLATFORM}:press:{data['id']}",
        at=now,
        place=_place(data, room),
        author=_person(data, _in_staff_space(room, reader)),
        action=action,
        subject=subject,
        handle=ref_of(data).handle(now),
        message=MessageAt(_place(data, room), str(source["id"])) if source else None,
    )


def _lasting_source(data: Payload) -> Payload | None:
    """The message the interaction began at; None for one that only its reader sees, which nobody can edit."""
    source = data.get("message") or {}
    is_lasting = bool(source) and not int(source.get("flags") or 0) & _EPHEMERAL
    return source if is_lasting else None


def _place(data: Payload, room: Room) -> Place:
    """Where the exchange lives: in a text channel under the button's message, or under the one that answers."""
    source = _lasting_source(data)
    if room.kind is not RoomKind.TEXT or source is None:
        return room.place
    root = (source.get("message_reference") or {}).get("message_id") or source["id"]
    return room.exchange_about(str(root))


def _form(data: Payload, room: Room, reader: Reader, now: datetime) -> FormSubmitted:
    name, _, subject = str(data["data"]["custom_id"]).partition(":")
    return FormSubmitted(
        id=f"{PLATFORM}:form:{data['id']}",
        at=now,
        place=_place(data, room),
        author=_person(data, _in_staff_space(room, reader)),
        name=name,
        subject=subject,
        values=dict(_values(data["data"].get("components") or ())),
        handle=ref_of(data).handle(now),
    )


def _values(components: Sequence[Payload]) -> Iterator[tuple[str, str]]:
    for component in components:
        nested: list[Any] = list(component.get("components") or ())
        if component.get("component"):
            nested.append(component["component"])
        yield from _values(nested)
        if "custom_id" in component:
            chosen = component.get("values") or ()
            yield str(component["custom_id"]), str(component.get("value") or next(iter(chosen), ""))


def _person(data: Payload, in_staff_space: bool | None) -> Author:
    member = data.get("member") or {}
    user = member.get("user") or data.get("user") or {}
    return author_of(user, member, in_staff_space=in_staff_space, locale=str(data.get("locale") or ""))


def _in_staff_space(room: Room, reader: Reader) -> bool | None:
    return True if reader.hearing.is_staff(room.place) else None


def with_membership(
    event: InteractionEvent, *, is_in_staff_space: bool | None, is_colleague: bool
) -> InteractionEvent:
    """The same event, with what the member list says about its author."""
    author = replace(event.author, is_in_staff_space=is_in_staff_space, is_colleague=is_colleague)
    return replace(event, author=author)
