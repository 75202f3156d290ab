"""Updates of the Bot API, as recorded or as its documentation shows them."""

from datetime import UTC, datetime
from typing import Any

from adapters.telegram.formatted import Formatted
from adapters.telegram.hearing import Hearing
from adapters.telegram.markers import Markers
from adapters.telegram.parse import events_of
from bot.core.events import (
    Event,
    MessageReceived,
)
from bot.core.places import Place

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BOT = {"id": 900, "is_bot": True, "first_name": "Allhands", "username": "allhands_bot"}
DANA = {"id": 5, "is_bot": False, "first_name": "Dana", "last_name": "Petrova", "language_code": "pt-br"}
PRIVATE = {"id": 5, "type": "private", "first_name": "Dana"}
STAFF = {"id": -1001, "type": "supergroup", "title": "Desk", "is_forum": True}
HELP = {"id": -2, "type": "group", "title": "Help"}
OTHER = {"id": -3, "type": "supergroup", "title": "Other"}
MARKERS = Markers("900:token")
HEARING = Hearing(
    bot_id=900,
    username="allhands_bot",
    markers=MARKERS,
    staff="-1001",
    support=(Place("telegram", channel="-2"),),
    colleagues=frozenset({"-3"}),
    commands={"claim": "claim", "who_is": "who-is"},
)


def message(chat: dict[str, Any] = PRIVATE, **fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": AT, "chat": chat, "from": DANA, **fields}


def parsed(hearing: Hearing = HEARING, **update: Any) -> list[Event]:
    return events_of({"update_id": 1, **update}, hearing, NOW)


def received(hearing: Hearing = HEARING, chat: dict[str, Any] = PRIVATE, **fields: Any) -> MessageReceived:
    (event,) = parsed(hearing, message=message(chat, **fields))
    assert isinstance(event, MessageReceived)
    return event


def marked(chat: str, *words: str) -> dict[str, Any]:
    """A message of the bot that carries a marker."""
    whole = MARKERS.marked(Formatted("question"), "allhands_bot", chat, *words)
    return {"message_id": 3, "date": AT, "from": BOT, "text": whole.text, "entities": whole.entities()}
