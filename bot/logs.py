"""How the log looks: event names with fields. What people say and what is secret stays out of it.

Tracebacks show code and the kinds of errors, never values: an error's words may be somebody's words, or an address
with a token in it. What libraries write goes the same way.
"""

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog

from bot.core.errors import kind_of

Fields = MutableMapping[str, Any]

HIDDEN = "…"
SHORTEST_SECRET = 6
"""What is shorter would be found inside ordinary words."""
_SAID_OF_ERRORS = ("error", "detail", "reason", "problem")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")
_MOST_FRAMES = 40

_log = structlog.get_logger()


def set_up(log_format: str, secrets: Iterable[str] = ()) -> None:
    """Send everything to standard error, as 'text' for people or 'json' for machines, without these secrets."""
    hide = _Hiding(secrets)
    # Colours are for a terminal: in a file or a journal they are noise (https://no-color.org).
    has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=has_colours)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_error,
            hide.in_fields,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # The SDKs log whole payloads at their lowest levels.
    logging.basicConfig(level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        # What an SDK warns of, the supervisors see themselves: a lost connection, a slow answer.
        handler.setLevel(logging.ERROR)
        handler.setFormatter(_Formatter(hide))
    sys.excepthook = _unhandled
    threading.excepthook = lambda given: _unhandled(given.exc_type, given.exc_value, given.exc_traceback)


def told(error: BaseException) -> str:
    """Where it happened and what kind of error it is, for it and for those that led to it."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "which led to:"
    frames = traceback.format_tb(error.__traceback__, limit=-_MOST_FRAMES)
    yield "".join(["Traceback (most recent call last):\n", *frames]).rstrip("\n")
    yield kind_of(error)
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        if id(one) not in seen:
            yield "with:"
            yield from _told(one, seen)


def _tell_error(_logger: object, _method: str, fields: Fields) -> Fields:
    given = fields.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        fields["exception"] = told(error)
    return fields


class _Hiding:
    """Takes out of a text what must not stand in a log."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {re.escape(one) for one in secrets if len(one) >= SHORTEST_SECRET}
        self._secrets = re.compile("|".join(sorted(known, key=len, reverse=True))) if known else None

    def in_text(self, text: str) -> str:
        return self._secrets.sub(HIDDEN, text) if self._secrets else text

    def in_fields(self, _logger: object, _method: str, fields: Fields) -> Fields:
        for name, value in fields.items():
            if isinstance(value, str):
                fields[name] = self.in_text(value)
        for name in _SAID_OF_ERRORS:
            if isinstance(fields.get(name), str):
                # Errors quote what they were given.
                fields[name] = _QUOTED.sub(HIDDEN, fields[name])
        return fields


class _Formatter(logging.Formatter):
    """For libraries: their first line, and errors without their words."""

    def __init__(self, hide: _Hiding) -> None:
        super().__init__("%(asctime)s %(name)s %(levelname)s %(message)s")
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        # asyncio shows a failed task on a line of its own, with the error's words; others show payloads.
        said = (record.getMessage().splitlines() or [""])[0]
        plain = logging.LogRecord(
            record.name, record.levelno, record.pathname, record.lineno, _QUOTED.sub(HIDDEN, said), None, None
        )
        plain.created, plain.msecs = record.created, record.msecs
        lines = [super().format(plain), *([told(error)] if error is not None else [])]
        return self._hide.in_text("\n".join(lines))


def _unhandled(
    _kind: type[BaseException], error: BaseException | None, _traceback: TracebackType | None
) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _log.critical("unhandled", exc_info=error)
