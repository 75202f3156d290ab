"""What the app can say besides texts and files: places, contacts, polls, dice, as the Bot API shows them.

Fields: https://core.telegram.org/bots/api#message
"""

from collections.abc import Mapping
from typing import Any

from sandbox.surface import SurfaceError

Form = Mapping[str, Any]
"""Field to type, or to a form of its own; "?" behind a name says that it may be missing, a list holds one form."""

_LOCATION: Form = {"latitude": float, "longitude": float, "horizontal_accuracy?": float, "live_period?": int}
_OPTION: Form = {"text": str}
_FORMS: Mapping[str, Form] = {
    "location": _LOCATION,
    "venue": {"location": _LOCATION, "title": str, "address": str},
    "contact": {"phone_number": str, "first_name": str, "last_name?": str, "user_id?": int, "vcard?": str},
    "poll": {"question": str, "options": [_OPTION], "type?": str, "is_anonymous?": bool},
    "dice": {"emoji": str, "value": int},
    "game": {"title": str, "description": str},
    "checklist": {"title": str, "tasks": [{"text": str, "completion_date?": int}]},
    "invoice": {
        "title": str,
        "description": str,
        "start_parameter": str,
        "currency": str,
        "total_amount": int,
    },
    "story": {"chat": {"id": int, "type": str, "first_name": str}, "id": int},
    "gift": {"text?": str},
    "web_app_data": {"data": str, "button_text": str},
    "users_shared": {"request_id": int, "users": [{"user_id": int, "first_name?": str}]},
    "unsupported": {},
}
KINDS = tuple(_FORMS)


def special_content(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a message that says this; SurfaceError when no app could have sent it."""
    if len(given) != 1 or next(iter(given)) not in _FORMS:
        raise SurfaceError(f"Say one of these: {', '.join(KINDS)}.")
    ((kind, fields),) = given.items()
    _check(kind, fields, _FORMS[kind])
    match kind:
        case "unsupported":
            # What the Bot API has no words for comes without any.
            return {}
        case "venue":
            return {"venue": fields, "location": fields["location"]}
        case "poll":
            return {"poll": _poll(fields)}
        case "game":
            return {"game": {**fields, "photo": []}}
        case "checklist":
            return {"checklist": _numbered(fields)}
    return {kind: dict(fields)}


def _check(path: str, value: Any, form: Any) -> None:
    if isinstance(form, list):
        if not isinstance(value, list | tuple) or not value:
            raise SurfaceError(f"{path} is a list of at least one.")
        for one in value:
            _check(path, one, form[0])
    elif isinstance(form, Mapping):
        _check_fields(path, value, form)
    elif not _is_a(value, form):
        raise SurfaceError(f"{path} is no {form.__name__}.")


def _check_fields(path: str, value: Any, form: Form) -> None:
    if not isinstance(value, Mapping):
        raise SurfaceError(f"{path} has fields.")
    known = {name.removesuffix("?"): name for name in form}
    for name in value:
        if name not in known:
            raise SurfaceError(f"{path} has no {name}.")
    for name, written in known.items():
        if name in value:
            _check(f"{path}.{name}", value[name], form[written])
        elif not written.endswith("?"):
            raise SurfaceError(f"{path} needs {name}.")


def _is_a(value: Any, kind: type) -> bool:
    if isinstance(value, bool) is not (kind is bool):
        return False
    return isinstance(value, (int, float) if kind is float else kind)


def _poll(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": "5300000000000000001",
        "question": fields["question"],
        "options": [
            {"persistent_id": str(number), "text": option["text"], "voter_count": 0}
            for number, option in enumerate(fields["options"])
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": fields.get("is_anonymous", True),
        "type": fields.get("type", "regular"),
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    }


def _numbered(fields: Mapping[str, Any]) -> dict[str, Any]:
    tasks = [{"id": number, **task} for number, task in enumerate(fields["tasks"], 1)]
    return {"title": fields["title"], "tasks": tasks}
