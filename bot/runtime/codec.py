"""Events and actions as text, for the two queues."""

from typing import Annotated, Any

import orjson
from pydantic import Field, TypeAdapter

from bot.core.actions import Action
from bot.core.events import Event

_EVENT: TypeAdapter[Any] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])
_ZERO = "\\u0000"
"""How JSON writes a zero byte."""
_ACTION: TypeAdapter[Any] = TypeAdapter(Annotated[Action, Field(discriminator="kind")])


def to_text(value: Event | Action) -> str:
    return orjson.dumps(value).decode()


def storable(event: Event) -> tuple[Event, str]:
    """The event and its text; what no database keeps in a text (halves of characters, zero bytes) is replaced."""
    try:
        text = to_text(event)
    except TypeError:
        text = _ZERO
    if _ZERO not in text:
        return event, text
    clean: Event = _EVENT.validate_python(_replaced(_EVENT.dump_python(event)))
    return clean, to_text(clean)


def _replaced(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {key: _replaced(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one) for one in value]
    return value


def event_from(text: str) -> Event:
    """Raises pydantic's ValidationError for what is not an event."""
    event: Event = _EVENT.validate_json(text)
    return event


def action_from(text: str) -> Action:
    """Raises pydantic's ValidationError for what is not an action."""
    action: Action = _ACTION.validate_json(text)
    return action
