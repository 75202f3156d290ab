"""The calls for what only some platforms have; the others say so."""

from collections.abc import Callable
from typing import Any

from sandbox import control_requests as ask
from sandbox.control_surface import Call, Platform, with_markup
from sandbox.surface import SurfaceError


async def close_form(on: Platform, asked: ask.CloseForm) -> dict[str, Any]:
    """Put a form away without sending it (Slack tells the bot, Discord does not)."""
    await _own(on, "close_form")(asked.person, asked.form)
    return {}


async def home(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """What the bot last published on a person's App Home, without opening it (Slack)."""
    return {"home": with_markup(on, _own(on, "home")(asked.person))}


async def open_messages_tab(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """Open the direct message with the bot, which hears of it (Slack)."""
    await _own(on, "open_messages_tab")(asked.person)
    return {}


async def invite(on: Platform, asked: ask.Invite) -> dict[str, Any]:
    """Bring somebody into a room (Slack)."""
    await _own(on, "invite")(asked.person, asked.room, asked.invited)
    return {}


async def remove(on: Platform, asked: ask.Invite) -> dict[str, Any]:
    """Send somebody out of a room (Slack)."""
    await _own(on, "remove")(asked.person, asked.room, asked.invited)
    return {}


async def close_topic(on: Platform, asked: ask.CloseTopic) -> dict[str, Any]:
    """Close a topic or open it again (Telegram)."""
    await _own(on, "close_topic")(asked.person, asked.room, is_closed=asked.is_closed)
    return {}


async def set_bot_status(on: Platform, asked: ask.BotStatus) -> dict[str, Any]:
    """Make the bot an administrator or a member of a group, or throw it out (Telegram)."""
    await _own(on, "set_bot_status")(asked.person, asked.room, asked.status)
    return {}


def _own(on: Platform, name: str) -> Callable[..., Any]:
    """A method that a platform has beyond `Surface`; SurfaceError where it has none."""
    method: Callable[..., Any] | None = getattr(on.server, name, None)
    if method is None:
        raise SurfaceError(f"{on.server.name.capitalize()} has nothing like {name}.")
    return method


EXTRA_CALLS: tuple[Call[Any], ...] = (
    Call("POST", "close_form", ask.CloseForm, close_form),
    Call("GET", "home", ask.AsPerson, home),
    Call("POST", "open_messages_tab", ask.AsPerson, open_messages_tab),
    Call("POST", "invite", ask.Invite, invite),
    Call("POST", "remove", ask.Invite, remove),
    Call("POST", "close_topic", ask.CloseTopic, close_topic),
    Call("POST", "set_bot_status", ask.BotStatus, set_bot_status),
)
