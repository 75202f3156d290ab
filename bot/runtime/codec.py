"""Events and actions as text, for the two queues."""

from typing import Annotated, Any

import orjson
from pydantic import Field, TypeAdapter

from bot.core.actions import Action
from bot.core.events import Event

_EVENT: TypeAdapter[Any] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
_ACTION: TypeAdapter[Any] = TypeAdapter(Annotated[Action, Field(discriminator="kind")])


def to_text(value: Event | Action) -> str:
    return orjson.dumps(value).decode()


def event_from(text: str) -> Event:
    """Raises pydantic's ValidationError for what is not an event."""
    event: Event = _EVENT.validate_json(text)
    return event


def action_from(text: str) -> Action:
    """Raises pydantic's ValidationError for what is not an action."""
    action: Action = _ACTION.validate_json(text)
    return action
