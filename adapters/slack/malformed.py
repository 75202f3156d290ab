"""Payloads of a shape that nothing can be made of. Slack repeats what is refused: such a one is taken, and reported."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType

OnMalformed = Callable[[object, str], None]
"""Takes a payload, or None where not even that could be read, and the name of the error."""

_KINDS = frozenset({"event_callback", "block_actions", "view_submission", "message_action", "shortcut"})


class MalformedError(Exception):
    """A payload, or a message in a history, of the wrong shape; it will not become better by being repeated."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error
        """The name of what went wrong in reading it: nothing of what stood in it."""


class _Reading:
    """Every event passes through it several times, so it is made once and holds nothing."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            raise MalformedError(type(error).__name__) from error


_READING = _Reading()


def reading() -> AbstractContextManager[None]:
    """Around what only reads a payload: whatever fails there will fail again."""
    return _READING


def kind_of(payload: object) -> str:
    """What a log may say of a payload that nobody understood."""
    if not isinstance(payload, Mapping):
        return type(payload).__name__
    kind = payload.get("type")
    return (
        kind if isinstance(kind, str) and kind in _KINDS else "command" if "command" in payload else "other"
    )
