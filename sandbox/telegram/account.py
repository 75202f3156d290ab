"""Methods about the bot itself: who it is, what it says of itself, and its command menus."""

import re
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.inputs import Call, list_of
from sandbox.telegram.model import Chat, User
from sandbox.telegram.sending import Method
from sandbox.telegram.state import TelegramState
from sandbox.telegram.views import user_json

CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
SCOPES = CHAT_SCOPES | {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
MOST_COMMANDS = 100
LONGEST_COMMAND, LONGEST_COMMAND_DESCRIPTION = 32, 256
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION = 64, 512, 120
ScopeKey = tuple[str, int, int]


def get_me(call: Call) -> dict[str, Any]:
    return user_json(call.state.bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not call.state.has_privacy_mode,
        "supports_inline_queries": False,
        "supports_guest_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
        "supports_join_request_queries": False,
    }


def _language(call: Call) -> str:
    language = call.args.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _scope(call: Call) -> ScopeKey:
    given = call.args.structure("scope", "BotCommandScope")
    if given is None:
        return ("default", 0, 0)
    if not isinstance(given, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    fields = Arguments(given)
    kind = fields.text("type")
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if kind not in CHAT_SCOPES:
        return (kind, 0, 0)
    if not fields.text("chat_id"):
        raise bad_request("can't parse BotCommandScope: Empty chat_id specified")
    chat = call.state.readable_chat(fields.text("chat_id"))
    if kind != "chat" and chat.type == "private":
        raise bad_request("SCOPE_INVALID")
    if kind != "chat_member":
        return (kind, chat.id, 0)
    user_id = fields.number("user_id")
    if user_id not in call.state.users:
        raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
    return (kind, chat.id, user_id)


def set_my_commands(call: Call) -> bool:
    scope, language = _scope(call), _language(call)
    given = call.args.structure("commands", "commands")
    if given is None:
        given = []
    commands = [_command(item) for item in list_of(given, "expected an Array of BotCommand")]
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    key = (*scope, language)
    if commands:
        call.state.profile.commands[key] = commands
    else:
        call.state.profile.commands.pop(key, None)
    _journal_commands(call.state, scope)
    return True


def _command(item: Any) -> dict[str, str]:
    if not isinstance(item, dict) or not {"command", "description"} <= item.keys():
        raise bad_request("can't parse BotCommand: expected an Object with command and description")
    name, description = str(item["command"]).strip(), str(item["description"]).strip()
    name = name.removeprefix("/")
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > LONGEST_COMMAND:
        raise bad_request(f"command length must not exceed {LONGEST_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {LONGEST_COMMAND_DESCRIPTION}")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def get_my_commands(call: Call) -> list[dict[str, str]]:
    return call.state.profile.commands.get((*_scope(call), _language(call)), [])


def delete_my_commands(call: Call) -> bool:
    scope = _scope(call)
    call.state.profile.commands.pop((*scope, _language(call)), None)
    _journal_commands(call.state, scope)
    return True


def _journal_commands(state: TelegramState, scope: ScopeKey) -> None:
    state.world.journal.add(
        "telegram", "commands", str(scope[1]) if scope[1] else "", scope=scope[0], user=str(scope[2] or "")
    )


def offered_commands(state: TelegramState, user: User, chat: Chat) -> list[dict[str, str]]:
    """The commands this person is shown in this chat: the narrowest scope that has any wins.

    Order from core.telegram.org/bots/api#determining-list-of-commands.
    """
    if chat.type == "private":
        scopes: list[ScopeKey] = [("chat", chat.id, 0), ("all_private_chats", 0, 0)]
    else:
        is_administrator = chat.member(user.id).is_administrator
        scopes = [("chat_member", chat.id, user.id)]
        scopes += [("chat_administrators", chat.id, 0)] if is_administrator else []
        scopes += [("chat", chat.id, 0)]
        scopes += [("all_chat_administrators", 0, 0)] if is_administrator else []
        scopes += [("all_group_chats", 0, 0)]
    for scope in (*scopes, ("default", 0, 0)):
        for language in (user.language_code, ""):
            found = state.profile.commands.get((*scope, language))
            if found:
                return found
    return []


def _set_words(call: Call, name: str, longest: int, kept: dict[str, str]) -> bool:
    words = call.args.text(name)
    if len(words) > longest:
        raise bad_request(f"{name.replace('_', ' ')} is too long")
    language = _language(call)
    if words:
        kept[language] = words
    else:
        kept.pop(language, None)
    return True


def set_my_name(call: Call) -> bool:
    return _set_words(call, "name", LONGEST_NAME, call.state.profile.names)


def get_my_name(call: Call) -> dict[str, str]:
    names = call.state.profile.names
    return {"name": names.get(_language(call)) or names.get("") or call.state.bot.first_name}


def set_my_description(call: Call) -> bool:
    return _set_words(call, "description", LONGEST_DESCRIPTION, call.state.profile.descriptions)


def get_my_description(call: Call) -> dict[str, str]:
    descriptions = call.state.profile.descriptions
    return {"description": descriptions.get(_language(call)) or descriptions.get("", "")}


def set_my_short_description(call: Call) -> bool:
    kept = call.state.profile.short_descriptions
    return _set_words(call, "short_description", LONGEST_SHORT_DESCRIPTION, kept)


def get_my_short_description(call: Call) -> dict[str, str]:
    descriptions = call.state.profile.short_descriptions
    return {"short_description": descriptions.get(_language(call)) or descriptions.get("", "")}


def set_chat_menu_button(call: Call) -> bool:
    button = call.args.structure("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("MenuButton has unsupported type")
    call.state.profile.menu_buttons[_menu_chat(call)] = button
    return True


def get_chat_menu_button(call: Call) -> dict[str, object]:
    buttons = call.state.profile.menu_buttons
    return buttons.get(_menu_chat(call)) or buttons.get(0) or {"type": "commands"}


def _menu_chat(call: Call) -> int:
    if not call.args.has("chat_id"):
        return 0
    chat = call.state.readable_chat(call.args.text("chat_id"))
    if chat.type != "private":
        raise bad_request("chat menu button can be changed in private chats only")
    return chat.id


def get_user_profile_photos(call: Call) -> dict[str, Any]:
    """People here have an emoji for a face, and no pictures."""
    if call.args.number("user_id") not in call.state.users:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}


def _signed_off(_call: Call) -> bool:
    """logOut and close: nothing to do for a server that holds no session."""
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUserProfilePhotos": get_user_profile_photos,
    "logOut": _signed_off,
    "close": _signed_off,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}
