"""Which reader a payload belongs to: one look-up for each kind."""

from collections.abc import Callable
from datetime import datetime

from adapters.slack.heard import Heard
from adapters.slack.interactions import hear_form, hear_home, hear_press, hear_shortcut, hear_slash
from adapters.slack.messages import hear_message
from adapters.slack.payloads import Json
from adapters.slack.scope import Scope
from adapters.slack.signs import hear_pin, hear_reaction

_Reader = Callable[[Json, Scope, datetime], Heard | None]

_EVENTS: dict[str, _Reader] = {
    "message": hear_message,
    # Slack sends it beside the message itself; whichever comes first counts, their event has one id.
    "app_mention": hear_message,
    "reaction_added": hear_reaction,
    "reaction_removed": hear_reaction,
    "pin_added": hear_pin,
    "pin_removed": hear_pin,
    "app_home_opened": hear_home,
}
_INTERACTIONS: dict[str, _Reader] = {
    "block_actions": hear_press,
    "view_submission": hear_form,
    "message_action": hear_shortcut,
}


def hear(payload: Json, scope: Scope, now: datetime) -> Heard | None:
    """Return what a payload of any kind says, or None when it is none of the desk's business."""
    if payload.get("type") == "event_callback":
        event = payload.get("event") or {}
        reader = _EVENTS.get(str(event.get("type")))
        return reader(event, scope, now) if reader else None
    if payload.get("command"):
        return hear_slash(payload, scope, now)
    reader = _INTERACTIONS.get(str(payload.get("type")))
    return reader(payload, scope, now) if reader else None
