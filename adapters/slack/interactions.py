"""Commands, buttons, forms, shortcuts and the App Home to events."""

import hashlib
import json
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from adapters.slack import forms
from adapters.slack.attached import file_refs
from adapters.slack.heard import Heard
from adapters.slack.manifest import ADD_NOTE, OPEN_TICKET
from adapters.slack.messages import is_own
from adapters.slack.payloads import Json
from adapters.slack.people import Found, Wanted, author_of
from adapters.slack.scope import PLATFORM, Scope
from adapters.slack.wording import length_of, mentioned, says, spoken
from bot.core.commands import Command
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    Handle,
    HomeOpened,
    ShortcutUsed,
)
from bot.core.places import MessageAt, Place

RESPONSE_URL_LASTS = timedelta(minutes=29)
"""Slack takes five answers within thirty minutes at a response_url."""
TRIGGER_LASTS = timedelta(seconds=3)


class Reply(Struct, frozen=True):
    """What a handle's token holds."""

    url: str = ""
    """The response_url."""
    trigger: str = ""
    trigger_expires_at: float = 0.0
    thread: str = ""
    """Where the person looks: the thread, when it was a message inside one."""

    @property
    def token(self) -> str:
        return json.dumps([self.url, self.trigger, self.trigger_expires_at, self.thread])


def reply_of(handle: Handle | None) -> Reply:
    """Return what a handle offers; nothing when there is none or it is not one of ours."""
    if handle is None or handle.platform != PLATFORM:
        return Reply()
    try:
        url, trigger, expires_at, thread = json.loads(handle.token)
        return Reply(str(url), str(trigger), float(expires_at), str(thread))
    except (ValueError, TypeError):
        return Reply()


def _handle(payload: Json, now: datetime) -> Handle:
    message, container = payload.get("message") or {}, payload.get("container") or {}
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    reply = Reply(
        url=str(payload.get("response_url") or ""),
        trigger=str(payload.get("trigger_id") or ""),
        trigger_expires_at=(now + TRIGGER_LASTS).timestamp(),
        thread="" if thread == str(message.get("ts") or container.get("message_ts")) else thread,
    )
    return Handle(PLATFORM, reply.token, now + RESPONSE_URL_LASTS)


def _interaction_id(payload: Json) -> str:
    """Slack's id of the interaction, the same in a repeat; the payload's own print where a server gives none."""
    if trigger := payload.get("trigger_id"):
        return str(trigger)
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _user(payload: Json) -> str:
    user = payload.get("user")
    return str(user.get("id") or "") if isinstance(user, dict) else str(user or "")


# -- slash commands


def hear_slash(payload: Json, scope: Scope, now: datetime) -> Heard | None:
    command = scope.names.find(str(payload.get("command") or ""))
    user = str(payload.get("user_id") or "")
    if command is None or not user:
        return None
    channel = str(payload.get("channel_id") or "")
    # A direct chat between two people has an id like the bot's own chats: only Slack knows whose it is.
    stranger = user if scope.is_direct(channel) or not channel else ""
    wanted = Wanted(frozenset({user}), members=True, direct_chat_of=stranger)
    return Heard(channel or user, wanted, partial(_tell_slash, payload, command, scope, now))


def _tell_slash(payload: Json, command: Command, scope: Scope, now: datetime, found: Found) -> list[Event]:
    channel, user = str(payload.get("channel_id") or ""), str(payload["user_id"])
    if found.direct_chat:
        channel = found.direct_chat
    place = scope.place(channel) if channel else _direct(scope, user)
    text = says({"text": payload.get("text") or ""}, scope.me, found)
    return [
        CommandGiven(
            id=f"slack:command:{_interaction_id(payload)}",
            at=now,
            place=place,
            author=author_of(user, scope.me, found, is_in_staff_space=_is_staff(channel, scope)),
            name=command.name,
            arguments=text,
            handle=_handle(payload, now),
        )
    ]


def _is_staff(channel: str, scope: Scope) -> bool:
    return bool(scope.rooms.staff) and channel == scope.rooms.staff


def _direct(scope: Scope, user: str, channel: str = "") -> Place:
    return Place(PLATFORM, scope.me.team_id, channel, person="" if channel else user, is_direct=True)


# -- buttons


def hear_press(payload: Json, scope: Scope, now: datetime) -> Heard | None:
    """Return the press of one of the desk's buttons; None for links and for what is no button."""
    user = _user(payload)
    action: Json = next(iter(payload.get("actions") or ()), {})
    name, _, subject = str(action.get("value") or action.get("action_id") or "").partition(":")
    if not user or not name or name == forms.OPEN_FORM or action.get("url") or name == "link":
        return None
    channel, _, _ = _origin(payload)
    wanted = Wanted(frozenset({user}), members=True, direct_chat_of="" if channel else user)
    return Heard(channel or user, wanted, partial(_tell_press, payload, (name, subject), scope, now))


def _origin(payload: Json) -> tuple[str, str, str]:
    """(channel, message, thread) of what was pressed; the message is "" when it is ephemeral or in the App Home."""
    container, message = payload.get("container") or {}, payload.get("message") or {}
    channel = str((payload.get("channel") or {}).get("id") or container.get("channel_id") or "")
    ts = str(message.get("ts") or container.get("message_ts") or "")
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "")
    if container.get("is_ephemeral") or message.get("is_ephemeral"):
        return channel, "", thread
    return channel, ts, thread or ts


def origin_place(payload: Json, scope: Scope, found: Found) -> tuple[Place, MessageAt | None]:
    """Where an interaction happened, and the message that carries it."""
    channel, ts, thread = _origin(payload)
    if not channel:
        return _direct(scope, _user(payload), found.direct_chat), None
    return scope.place(channel, thread), scope.message_at(channel, ts, thread) if ts else None


def _tell_press(
    payload: Json, pressed: tuple[str, str], scope: Scope, now: datetime, found: Found
) -> list[Event]:
    place, message = origin_place(payload, scope, found)
    user = _user(payload)
    return [
        ButtonPressed(
            id=f"slack:press:{_interaction_id(payload)}",
            at=now,
            place=place,
            author=author_of(user, scope.me, found, is_in_staff_space=_is_staff(place.channel, scope)),
            action=pressed[0],
            subject=pressed[1],
            handle=_handle(payload, now),
            message=message,
        )
    ]


# -- message shortcuts


def hear_shortcut(payload: Json, scope: Scope, now: datetime) -> Heard | None:
    message, user = payload.get("message") or {}, _user(payload)
    if payload.get("callback_id") not in {OPEN_TICKET, ADD_NOTE} or not user or not message.get("ts"):
        return None
    elements = spoken(message)
    people, channels, groups = mentioned(elements)
    authors = {user, str(message.get("user") or "")} - {""}
    # People have this menu everywhere, also where nobody has invited the bot.
    channel = _origin(payload)[0]
    unsure = "" if scope.rooms.holds(channel) else channel
    wanted = Wanted(people | authors, channels, groups, members=True, presence_in=unsure)
    tell = partial(_tell_shortcut, payload, scope, now)
    return Heard(channel or user, wanted, tell, length=length_of(message, elements))


def _tell_shortcut(payload: Json, scope: Scope, now: datetime, found: Found) -> list[Event]:
    message = payload["message"]
    place, at = origin_place(payload, scope, found)
    writer = (
        scope.me.user_id
        if is_own(message, scope)
        else str(message.get("user") or message.get("bot_id") or "")
    )
    user = _user(payload)
    in_staff = _is_staff(place.channel, scope)
    return [
        ShortcutUsed(
            id=f"slack:shortcut:{_interaction_id(payload)}",
            at=now,
            place=place,
            author=author_of(user, scope.me, found, is_in_staff_space=in_staff),
            name=str(payload["callback_id"]),
            message=at or MessageAt(place, str(message["ts"])),
            message_author=author_of(writer, scope.me, found),
            text=says(message, scope.me, found, texts=scope.texts),
            files=file_refs(message),
            handle=_handle(payload, now),
            can_answer_there=found.is_present,
        )
    ]


# -- forms and the App Home


def hear_form(payload: Json, scope: Scope, now: datetime) -> Heard | None:
    view, user = payload.get("view") or {}, _user(payload)
    if not view.get("callback_id") or not user:
        return None
    remembered = forms.returned(str(view.get("private_metadata") or ""))
    stranger = user if remembered.place is None else ""
    wanted = Wanted(frozenset({user}), members=True, direct_chat_of=stranger)
    return Heard(user, wanted, partial(_tell_form, payload, remembered, scope, now))


def _tell_form(
    payload: Json, remembered: forms.Returned, scope: Scope, now: datetime, found: Found
) -> list[Event]:
    view, user = payload["view"], _user(payload)
    place = remembered.place or _direct(scope, user, found.direct_chat)
    entered = forms.values((view.get("state") or {}).get("values") or {})
    submission = f"{view['id']}:{view.get('hash') or ''}" if view.get("id") else _interaction_id(payload)
    return [
        FormSubmitted(
            id=f"slack:form:{submission}",
            at=now,
            place=place,
            author=author_of(user, scope.me, found, is_in_staff_space=_is_staff(place.channel, scope)),
            name=str(view["callback_id"]),
            subject=remembered.subject,
            values=entered,
            handle=_handle(payload, now),
        )
    ]


def hear_home(event: Json, scope: Scope, now: datetime) -> Heard | None:
    user = str(event.get("user") or "")
    if (event.get("tab") or "home") != "home" or not user:
        return None
    return Heard(user, Wanted(frozenset({user}), members=True), partial(_tell_home, event, scope, now))


def _tell_home(event: Json, scope: Scope, now: datetime, found: Found) -> list[Event]:
    user = str(event["user"])
    moment = str(event.get("event_ts") or now.timestamp())
    return [HomeOpened(f"slack:home:{user}:{moment}", now, author_of(user, scope.me, found))]
