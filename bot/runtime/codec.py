"""Events and actions as text, for the two queues."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from bot.core.actions import Action
from bot.core.events import Event

_ZERO = "\\u0000"
"""How JSON writes a zero byte."""


class _Kind(msgspec.Struct):
    kind: str


def _decoders(union: Any) -> Mapping[str, msgspec.json.Decoder[Any]]:
    kinds = {kind_of(one): one for one in get_args(union)}
    return {kind: msgspec.json.Decoder(one) for kind, one in kinds.items()}


def kind_of(shape: type[msgspec.Struct]) -> str:
    """What an event or action of this shape is called in its text."""
    return next(str(field.default) for field in msgspec.structs.fields(shape) if field.name == "kind")


_ENCODER = msgspec.json.Encoder(enc_hook=str)
"""Marked texts are texts."""
_KIND = msgspec.json.Decoder(_Kind)
_EVENTS = _decoders(Event)
_ACTIONS = _decoders(Action)


def to_text(value: Event | Action) -> str:
    return _ENCODER.encode(value).decode()


def storable(event: Event) -> tuple[Event, str]:
    """The event and its text; what no database keeps in a text (halves of characters, zero bytes) is replaced."""
    try:
        text = to_text(event)
    except UnicodeEncodeError:
        text = _ZERO
    if _ZERO not in text:
        return event, text
    clean: Event = msgspec.convert(_replaced(msgspec.to_builtins(event)), type(event))
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
    """Raises msgspec's DecodeError for what is not an event."""
    event: Event = _decoded(text, _EVENTS)
    return event


def action_from(text: str) -> Action:
    """Raises msgspec's DecodeError for what is not an action."""
    action: Action = _decoded(text, _ACTIONS)
    return action


def _decoded(text: str, decoders: Mapping[str, msgspec.json.Decoder[Any]]) -> Any:
    kind = _KIND.decode(text).kind
    if (decoder := decoders.get(kind)) is None:
        raise msgspec.ValidationError(f"there is no kind {kind}")
    return decoder.decode(text)
