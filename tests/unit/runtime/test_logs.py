"""The log tells where something happened and of what kind it was, never with whose words."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog

from bot.core.errors import kind_of
from bot.logs import HIDDEN, set_up

WORDS = "my cat Sokrates is ill"
TOKEN = "8100000001:AAtokentokentoken"
ADDRESS = f"https://api.example/bot{TOKEN}/sendMessage"


class Printed:
    """What is printed from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", self._stream)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture(params=["text", "json"])
def printed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Printed]:
    before, hooks = structlog.get_config(), (sys.excepthook, threading.excepthook)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    printed = Printed(monkeypatch)
    set_up(request.param, [TOKEN, "", "abc"])
    yield printed
    structlog.configure(**before)
    sys.excepthook, threading.excepthook = hooks
    root.handlers = handlers
    root.setLevel(level)


def fails(words: str) -> None:
    try:
        int(words)
    except ValueError as error:
        raise KeyError(words) from error


def caught(words: str = WORDS) -> BaseException:
    try:
        fails(words)
    except KeyError as error:
        return error
    raise AssertionError("it did not fail")


def test_a_traceback_shows_code_and_kinds_but_no_words(printed: Printed) -> None:
    structlog.get_logger().error("event.failed", kind="message_received", exc_info=caught())
    for part in ("event.failed", "message_received", "KeyError", "ValueError", "in fails", "int(words)"):
        assert part in printed.text
    assert "Sokrates" not in printed.text


def test_an_error_being_handled_is_told_the_same_way(printed: Printed) -> None:
    try:
        fails(WORDS)
    except KeyError:
        structlog.get_logger().exception("event.failed")
    assert "KeyError" in printed.text
    assert "Sokrates" not in printed.text


def test_a_group_of_errors_names_each_kind(printed: Printed) -> None:
    group = ExceptionGroup(WORDS, [caught(), OSError(28, WORDS), ExceptionGroup(WORDS, [TypeError(WORDS)])])
    structlog.get_logger().error("several", exc_info=group)
    for part in ("ExceptionGroup", "KeyError", "OSError ENOSPC", "TypeError"):
        assert part in printed.text
    assert "Sokrates" not in printed.text


def test_errors_that_lead_to_each_other_in_a_circle_come_to_an_end(printed: Printed) -> None:
    first, second = caught(), caught()
    first.__cause__, second.__cause__ = second, first
    structlog.get_logger().error("circle", exc_info=first)
    assert "which led to" in printed.text


def test_a_secret_is_taken_out_of_whatever_field_it_stands_in(printed: Printed) -> None:
    structlog.get_logger().info("called", url=ADDRESS, error=f"no answer from {ADDRESS}", abc="abc")
    assert TOKEN not in printed.text
    assert HIDDEN in printed.text or "\\u2026" in printed.text
    assert "abc" in printed.text


def test_what_an_error_quotes_is_left_out(printed: Printed) -> None:
    structlog.get_logger().warning("outbox.refused", detail=f"Bad Request: URL '{WORDS}' is \"{WORDS}\"")
    assert "Bad Request: URL" in printed.text
    assert "Sokrates" not in printed.text


def test_libraries_are_held_to_the_same(printed: Printed) -> None:
    log = logging.getLogger("some.library")
    log.error("POST %s said '%s'\n%s", ADDRESS, WORDS, WORDS, exc_info=caught())
    log.warning(WORDS)
    assert "some.library ERROR POST" in printed.text
    assert "KeyError" in printed.text
    assert "Sokrates" not in printed.text
    assert TOKEN not in printed.text


async def test_a_task_that_failed_unnoticed_is_told_without_its_words(printed: Printed) -> None:
    async def fail() -> None:
        fails(WORDS)

    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(fail())
    await asyncio.wait([task])
    loop.call_exception_handler({
        "message": "Task exception was never retrieved", "exception": task.exception(), "future": task,
    })  # fmt: skip
    assert "Task exception was never retrieved" in printed.text
    assert "KeyError" in printed.text
    assert "Sokrates" not in printed.text


def test_what_nobody_handled_is_told_without_its_words(printed: Printed) -> None:
    error = caught()
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fails, args=(WORDS,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        thread.join()
    assert printed.text.count("unhandled") == 2
    assert "Sokrates" not in printed.text


@pytest.mark.parametrize("printed", ["json"], indirect=True)
def test_every_line_for_machines_is_one_object(printed: Printed) -> None:
    structlog.get_logger().error("event.failed", exc_info=caught())
    line: dict[str, Any] = json.loads(printed.text)
    assert line["exception"].endswith("KeyError")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError(WORDS), "ValueError"),
        (ConnectionRefusedError(111, WORDS), "ConnectionRefusedError ECONNREFUSED"),
        (OSError(WORDS), "OSError"),
        (psycopg.errors.UniqueViolation(WORDS), "UniqueViolation 23505"),
        (psycopg.OperationalError(WORDS), "OperationalError"),
    ],
)
def test_an_error_is_spoken_of_by_its_kind_and_code(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_colour", "is_coloured"),
    [
        pytest.param(Terminal(), "", True, id="a terminal has colours"),
        pytest.param(Terminal(), "1", False, id="unless somebody wants none"),
        pytest.param(io.StringIO(), "", False, id="a file has none"),
    ],
)
def test_colours_are_for_terminals(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_colour: str, is_coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys, "stderr", stream)
    set_up("text")
    structlog.get_logger().info("started", platform="slack")
    assert ("\x1b[" in stream.getvalue()) is is_coloured
    assert "started" in stream.getvalue()
