"""What Discord answers when it refuses: an HTTP status, its own error code and a sentence."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: int
    message: str


UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")
NOT_FOUND = Refusal(404, 0, "404: Not Found")
METHOD_NOT_ALLOWED = Refusal(405, 0, "405: Method Not Allowed")
INTERNAL = Refusal(500, 0, "500: Internal Server Error")
UNAVAILABLE = Refusal(503, 0, "503: Service Unavailable")

UNKNOWN_APPLICATION = Refusal(404, 10002, "Unknown Application")
UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = Refusal(404, 10004, "Unknown Guild")
UNKNOWN_MEMBER = Refusal(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
UNKNOWN_OVERWRITE = Refusal(404, 10009, "Unknown permission overwrite")
UNKNOWN_ROLE = Refusal(404, 10011, "Unknown Role")
UNKNOWN_USER = Refusal(404, 10013, "Unknown User")
UNKNOWN_EMOJI = Refusal(400, 10014, "Unknown Emoji")
UNKNOWN_WEBHOOK = Refusal(404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND = Refusal(404, 10063, "Unknown application command")
TOO_MANY_PINS = Refusal(400, 30003, "Maximum number of pins reached for the channel (250)")
TOO_MANY_REACTIONS = Refusal(400, 30010, "Maximum number of reactions reached (20)")
TOO_MANY_COMMANDS = Refusal(400, 30032, "Maximum number of application commands reached (100)")
ENTITY_TOO_LARGE = Refusal(413, 40005, "Request entity too large")
ALREADY_ACKNOWLEDGED = Refusal(400, 40060, "Interaction has already been acknowledged.")
TAG_REQUIRED = Refusal(400, 40067, "A tag is required to create a forum post in this channel")
MISSING_ACCESS = Refusal(403, 50001, "Missing Access")
NOT_ON_A_DM = Refusal(403, 50003, "Cannot execute action on a DM channel")
NOT_YOUR_MESSAGE = Refusal(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = Refusal(400, 50006, "Cannot send an empty message")
CANNOT_DM = Refusal(403, 50007, "Cannot send messages to this user")
NOT_A_TEXT_CHANNEL = Refusal(400, 50008, "Cannot send messages in a non-text channel")
MISSING_PERMISSIONS = Refusal(403, 50013, "Missing Permissions")
BULK_DELETE_COUNT = Refusal(
    400,
    50016,
    "Provided too few or too many messages to delete."
    " Must provide at least 2 and at most 100 messages to delete",
)
SYSTEM_MESSAGE = Refusal(403, 50021, "Cannot execute action on a system message")
WRONG_CHANNEL_TYPE = Refusal(400, 50024, "Cannot execute action on this channel type")
INVALID_WEBHOOK_TOKEN = Refusal(401, 50027, "Invalid Webhook Token")
TOO_OLD_TO_BULK_DELETE = Refusal(400, 50034, "A message provided was too old to bulk delete")
INVALID_FORM = Refusal(400, 50035, "Invalid Form Body")
THREAD_ARCHIVED = Refusal(400, 50083, "Thread is archived")
INVALID_JSON = Refusal(400, 50109, "The request body contains invalid JSON.")
VOICE_WITH_MORE = Refusal(400, 50159, "Voice messages do not support additional content.")
VOICE_NOT_ALONE = Refusal(400, 50160, "Voice messages must have a single audio attachment.")
VOICE_UNDESCRIBED = Refusal(400, 50161, "Voice messages must have supporting metadata.")
VOICE_UNCHANGEABLE = Refusal(400, 50162, "Voice messages cannot be edited.")
VOICE_NOT_HERE = Refusal(400, 50173, "You cannot send voice messages in this channel.")
CANNOT_REPLY_UNREAD = Refusal(400, 160002, "Cannot reply without permission to read message history")
THREAD_EXISTS = Refusal(400, 160004, "A thread has already been created for this message")
# A locked thread answers with the code of an archived one and another status.
THREAD_LOCKED = Refusal(403, 50083, "Thread is archived")


class ApiError(Exception):
    """Discord refuses a call; `errors` is the tree of an invalid form, empty for everything else."""

    def __init__(self, refusal: Refusal, errors: dict[str, Any] | None = None) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.errors = errors or {}

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.refusal.message, "code": self.refusal.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class FormErrors:
    """Collects what is wrong with a body, in the nested form Discord uses."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: str, code: str, message: str) -> None:
        """Blame the field at this dotted path, such as `embeds.0.title`."""
        node = self._tree
        for step in path.split("."):
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    def required(self, path: str) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def dictionary(self, path: str, value: object) -> bool:
        """Blame what is no object; True when it is one."""
        if isinstance(value, dict):
            return True
        self.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return False

    def dictionaries(self, path: str, value: object) -> bool:
        """Blame what is no list of objects, the first at fault; True when it is one."""
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return False
        return all(self.dictionary(f"{path}.{index}", one) for index, one in enumerate(value))

    def length(self, path: str, value: object, lowest: int, highest: int) -> None:
        """Blame a text whose length is outside these bounds, or that is no text at all."""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret this as string.")
        elif lowest and not lowest <= len(value) <= highest:
            message = f"Must be between {lowest} and {highest} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        elif len(value) > highest:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {highest} or fewer in length.")

    def count(self, path: str, value: list[Any], lowest: int, highest: int) -> None:
        if not lowest <= len(value) <= highest:
            message = f"Must be between {lowest} and {highest} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)

    def choice(self, path: str, value: object, allowed: tuple[Any, ...]) -> None:
        if value not in allowed:
            one_of = ", ".join(str(one) for one in allowed)
            self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of ({one_of}).")

    def number(self, path: str, value: object, lowest: int, highest: int) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif not lowest <= value <= highest:
            message = f"int value should be between {lowest} and {highest}."
            self.add(path, "NUMBER_TYPE_MAX", message)

    def raise_if_any(self) -> None:
        if self._tree:
            raise ApiError(INVALID_FORM, self._tree)


def invalid(path: str, code: str, message: str) -> ApiError:
    """One wrong field, ready to be raised."""
    errors = FormErrors()
    errors.add(path, code, message)
    try:
        errors.raise_if_any()
    except ApiError as error:
        return error
    raise AssertionError
