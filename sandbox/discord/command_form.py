"""The limits of application commands: names, descriptions, options, choices, how many there may be."""

import re
from collections import Counter

from sandbox.discord.errors import TOO_MANY_COMMANDS, ApiError, FormErrors, Refusal
from sandbox.discord.locales import check_localizations
from sandbox.discord.model import Json

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
_OPTION_TYPES = tuple(range(1, 12))
_CHAT_NAME = re.compile(r"[-_'\w]{1,32}")
_MOST = 25
_MOST_PER_KIND = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
_MOST_CHARACTERS = 8000


def check_command(command: Json, prefix: str, errors: FormErrors) -> None:
    """Blame a command that Discord would refuse."""
    kind = command.get("type", CHAT_INPUT)
    check_localizations(command, prefix, errors)
    errors.choice(f"{prefix}type", kind, (CHAT_INPUT, USER_MENU, MESSAGE_MENU))
    if kind == CHAT_INPUT:
        _check_chat_name(command.get("name"), f"{prefix}name", errors)
        errors.length(f"{prefix}description", command.get("description"), 1, 100)
        _check_options(command.get("options") or [], f"{prefix}options", errors)
        if not errors and _size(command) > _MOST_CHARACTERS:
            message = f"Command exceeds maximum size ({_MOST_CHARACTERS})"
            errors.add(f"{prefix}options", "APPLICATION_COMMAND_TOO_LARGE", message)
        return
    errors.length(f"{prefix}name", command.get("name"), 1, 32)
    if command.get("description"):
        message = "Context menu commands cannot have description"
        errors.add(f"{prefix}description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    if command.get("options"):
        message = "Context menu commands cannot have options"
        errors.add(f"{prefix}options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)


def _check_chat_name(name: object, path: str, errors: FormErrors) -> None:
    if not isinstance(name, str) or not name:
        errors.required(path)
    elif not _CHAT_NAME.fullmatch(name) or name != name.lower():
        message = "Command name is invalid"
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", message)


def _check_options(options: list[Json], path: str, errors: FormErrors) -> None:
    if not errors.dictionaries(path, options):
        return
    if len(options) > _MOST:
        errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST} or fewer in length.")
    names: set[str] = set()
    had_optional = False
    for index, option in enumerate(options):
        at = f"{path}.{index}"
        _check_chat_name(option.get("name"), f"{at}.name", errors)
        errors.length(f"{at}.description", option.get("description"), 1, 100)
        check_localizations(option, f"{at}.", errors)
        errors.choice(f"{at}.type", option.get("type"), _OPTION_TYPES)
        if option.get("name") in names:
            message = "Option names must be unique"
            errors.add(f"{at}.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
        names.add(str(option.get("name")))
        if option.get("required") and had_optional:
            message = "Required options must be placed before non-required options"
            errors.add(at, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        had_optional = had_optional or not option.get("required")
        if option.get("type") in (SUBCOMMAND, SUBCOMMAND_GROUP):
            _check_options(option.get("options") or [], f"{at}.options", errors)
        _check_choices(option, at, errors)


def _check_choices(option: Json, path: str, errors: FormErrors) -> None:
    choices = option.get("choices") or []
    if not errors.dictionaries(f"{path}.choices", choices):
        return
    if len(choices) > _MOST:
        errors.add(f"{path}.choices", "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST} or fewer in length.")
    if choices and option.get("autocomplete"):
        message = "Options cannot have both choices and autocomplete"
        errors.add(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", message)
    check_choices(choices, f"{path}.choices", errors)


def check_choices(choices: list[Json], path: str, errors: FormErrors) -> None:
    """Blame choices without a name or value, or too long ones."""
    for index, choice in enumerate(choices):
        errors.length(f"{path}.{index}.name", choice.get("name"), 1, 100)
        if choice.get("value") is None:
            errors.required(f"{path}.{index}.value")
        elif isinstance(choice["value"], str):
            errors.length(f"{path}.{index}.value", choice["value"], 1, 100)


def _size(command: Json) -> int:
    size = len(str(command.get("name") or "")) + len(str(command.get("description") or ""))
    size += sum(
        len(str(one.get("name"))) + len(str(one.get("value"))) for one in command.get("choices") or []
    )
    return size + sum(_size(option) for option in command.get("options") or [])


def check_counts(commands: list[Json]) -> None:
    """Raise ApiError (30032) when there are more of a kind than Discord keeps."""
    counts = Counter(one.get("type", CHAT_INPUT) for one in commands)
    for kind, most in _MOST_PER_KIND.items():
        if counts[kind] > most:
            code, words = TOO_MANY_COMMANDS.code, f"Maximum number of application commands reached ({most})"
            raise ApiError(Refusal(TOO_MANY_COMMANDS.status, code, words))
