"""reply_markup: inline keyboards, reply keyboards and forced replies, checked as the server checks them."""

from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.links import checked_link, user_of_link
from sandbox.telegram.model import Chat

LONGEST_CALLBACK_DATA_BYTES = 64
LONGEST_COPIED_TEXT = 256
MOST_BUTTONS = 100
STYLES = frozenset({"", "default", "primary", "danger", "success"})
INLINE_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
PRIVATE_REQUESTS = {
    "request_contact": "phone number",
    "request_location": "location",
    "request_poll": "poll",
    "request_users": "users",
    "request_chat": "chats",
    "request_managed_bot": "managed bots",
}


def parse_markup(args: Arguments) -> dict[str, Any] | None:
    """The markup as far as it can be judged without the chat; None for none, 400 when it is wrong."""
    given = args.structure("reply_markup", "reply keyboard markup")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad_request("object expected as reply markup")
    keyboard = _rows(given, "keyboard", 'Field "keyboard" must be an Array of Arrays')
    inline = _rows(
        given,
        "inline_keyboard",
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    keys = [[_key(button) for button in row] for row in keyboard]
    buttons = [[_inline_button(button) for button in row] for row in inline]
    options = Arguments(given)
    if any(keys):
        flags = ("is_persistent", "resize_keyboard", "one_time_keyboard", "selective")
        markup: dict[str, Any] = {"keyboard": [row for row in keys if row]}
        return markup | _options(options, flags)
    if any(buttons):
        return {"inline_keyboard": [row for row in buttons if row]}
    if options.flag("remove_keyboard"):
        return {"remove_keyboard": True} | _options(options, ("selective",))
    if options.flag("force_reply"):
        return {"force_reply": True} | _options(options, ("selective",))
    return None


def check_markup(markup: dict[str, Any] | None, chat: Chat) -> dict[str, Any] | None:
    """The same markup, or 400 for what this chat cannot have."""
    if markup is None:
        return None
    for row in markup.get("keyboard", []):
        for key in row:
            _check_key(key, chat)
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check_button(button, chat)
    return markup


def _rows(given: dict[str, Any], name: str, error: str) -> list[list[Any]]:
    rows = given.get(name) or []
    if not isinstance(rows, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if any(not isinstance(row, list) for row in rows):
        raise bad_request(error)
    return rows


def _options(options: Arguments, flags: tuple[str, ...]) -> dict[str, Any]:
    chosen: dict[str, Any] = {name: True for name in flags if options.flag(name)}
    if options.text("input_field_placeholder"):
        chosen["input_field_placeholder"] = options.text("input_field_placeholder")
    return chosen


def _key(button: Any) -> dict[str, Any]:
    if isinstance(button, str):
        return {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    _check_face(button, "keyboard button")
    return button


def _inline_button(button: Any) -> dict[str, Any]:
    what = "inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {what}: InlineKeyboardButton must be an Object")
    _check_face(button, what)
    kinds = [kind for kind in INLINE_KINDS if button.get(kind) not in (None, "")]
    kinds += [kind for kind in INLINE_KINDS if kind.startswith("switch_inline") and button.get(kind) == ""]
    if not kinds:
        raise bad_request(f"can't parse {what}: Text buttons are unallowed in the inline keyboard")
    shown = ("text", "icon_custom_emoji_id", "style", kinds[0])
    return {name: button[name] for name in shown if name in button}


def _check_face(button: dict[str, Any], what: str) -> None:
    if "text" not in button:
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad_request(f'can\'t parse {what}: Field "text" must be of type String')
    if str(button.get("style") or "") not in STYLES:
        raise bad_request(f"can't parse {what}: invalid button style specified")


def _check_key(key: dict[str, Any], chat: Chat) -> None:
    if not key["text"].strip():
        raise bad_request("keyboard button text must be non-empty")
    for name, what in PRIVATE_REQUESTS.items():
        if key.get(name) and chat.type != "private":
            raise bad_request(f"{what} can be requested in private chats only")


def _check_button(button: dict[str, Any], chat: Chat) -> None:
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    data = button.get("callback_data")
    if data is not None and len(str(data).encode()) > LONGEST_CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    url = button.get("url")
    if url is not None and not user_of_link(str(url)) and not checked_link(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "web_app" in button and chat.type != "private":
        raise bad_request("BUTTON_TYPE_INVALID")
    copied = button.get("copy_text")
    if copied is not None:
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_COPIED_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
