"""Slack's signature: nothing but the very one over these bytes, made within the last five minutes."""

import time
from collections.abc import Callable

import pytest
from slack_sdk.signature import Clock

from adapters.slack import webhook
from tests.security.door import EVENTS, Door, head, post, signed

BODY = b'{"type": "event_callback", "event": {"type": "message", "text": "let me in"}}'
TIME, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def good() -> dict[str, str]:
    return signed(BODY)


def with_signature(change: str) -> dict[str, str]:
    given = good()
    digest = given[SIGNATURE].removeprefix("v0=")
    return {**given, SIGNATURE: change.format(digest=digest, upper=digest.upper())}


def with_time(change: str) -> dict[str, str]:
    given = good()
    return {**given, TIME: change.format(time=given[TIME])}


FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "no headers": dict,
    "no signature": lambda: {TIME: good()[TIME]},
    "no time": lambda: {SIGNATURE: good()[SIGNATURE]},
    "an empty signature": lambda: with_signature(""),
    "only the version": lambda: with_signature("v0="),
    "no version": lambda: with_signature("{digest}"),
    "an older version": lambda: with_signature("v={digest}"),
    "a newer version": lambda: with_signature("v1={digest}"),
    "the version in capitals": lambda: with_signature("V0={digest}"),
    "capitals": lambda: with_signature("v0={upper}"),
    "something behind it": lambda: with_signature("v0={digest}00"),
    "cut short": lambda: with_signature("v0={digest:.63}"),
    "percent signs": lambda: with_signature("v0%3D{digest}"),
    "quotes": lambda: with_signature('"v0={digest}"'),
    "two in one": lambda: with_signature("v0={digest}, v0={digest}"),
    "no ASCII": lambda: with_signature("v0=ä\udcff{digest:.60}"),
    "another secret": lambda: signed(BODY, secret="0" * 32),
    "an empty secret": lambda: signed(BODY, secret=""),
    "another body": lambda: signed(BODY + b" "),
    "an empty body": lambda: signed(b""),
    "a time with a sign": lambda: with_time("+{time}"),
    "a time with a fraction": lambda: with_time("{time}.0"),
    "a time with lines in it": lambda: with_time("{time:.4}_{time:.6}"),
    "a time in other digits": lambda: with_time("１７００００００００"),
    "a time as a power": lambda: with_time("1e9"),
    "no number": lambda: with_time("now"),
    "a time below nothing": lambda: with_time("-1"),
    "a time with thousands of digits": lambda: with_time("9" * 5000),
    "an endless time": lambda: with_time("inf"),
}
"""Made when they are sent: one made while tests are collected is refused for its age by the last of them."""


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_whatever_is_not_the_signature_is_refused(
    door: Door, forged: Callable[[], dict[str, str]]
) -> None:
    assert await door.status(post(BODY, forged())) == 401
    assert door.taken == []


async def test_of_two_signatures_a_wrong_one_in_front_is_not_passed_over(door: Door) -> None:
    lines = head("POST", EVENTS, {SIGNATURE: "v0=" + "0" * 64, "Content-Length": str(len(BODY))})
    right = good()
    both = lines[:-2] + f"{TIME}: {right[TIME]}\r\n{SIGNATURE}: {right[SIGNATURE]}\r\n\r\n".encode()
    assert await door.status(both + BODY) in {400, 401}
    assert door.taken == []


@pytest.mark.parametrize(
    ("age", "status"),
    [
        pytest.param(301, 401, id="a second too old"),
        pytest.param(300, 200, id="just young enough"),
        pytest.param(0, 200, id="of this second"),
        pytest.param(-300, 200, id="of a clock that is just not too fast"),
        pytest.param(-301, 401, id="of a clock that is too fast"),
        pytest.param(10**9, 401, id="ages old"),
    ],
)
async def test_the_window_for_a_repeat_is_five_minutes_to_the_second(
    door: Door, monkeypatch: pytest.MonkeyPatch, age: int, status: int
) -> None:
    now = int(time.time())
    monkeypatch.setattr(Clock, "now", lambda _self: float(now))
    monkeypatch.setattr(webhook.time, "time", lambda: float(now))
    assert await door.status(post(BODY, signed(BODY, at=now - age))) == status


async def test_the_query_and_other_headers_are_no_way_to_sign(door: Door) -> None:
    right = good()
    query = f"{EVENTS}?{TIME}={right[TIME]}&{SIGNATURE}={right[SIGNATURE]}"
    assert await door.status(post(BODY, {}, query)) == 401
    hidden = {f"X-Forwarded-{SIGNATURE}": right[SIGNATURE], TIME: right[TIME]}
    assert await door.status(post(BODY, hidden)) == 401


async def test_an_unsigned_question_for_the_address_itself_is_not_answered(door: Door) -> None:
    asked = b'{"type": "url_verification", "challenge": "repeat after me"}'
    answer = await door.says(post(asked))
    assert b"401" in answer.splitlines()[0]
    assert b"repeat after me" not in answer
