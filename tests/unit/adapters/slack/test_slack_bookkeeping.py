"""How far rooms were read, which threads are heard, what an error means."""

import aiohttp
import pytest
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters import Cursor
from adapters.slack.heard import Heard
from adapters.slack.people import Wanted
from adapters.slack.positions import Positions
from adapters.slack.postponed import Postponed
from adapters.slack.refusals import to_send_error
from adapters.slack.scope import Memory
from adapters.slack.sent import Arrived
from adapters.slack.uploads import may_get_token
from bot.core.outgoing import Refusal


def test_a_position_only_moves_forward() -> None:
    positions = Positions()
    positions.load({"room": "2.0"})
    assert positions.step("room", "1.0") is None
    assert positions.step("room", "2.0") is None
    assert positions.step("room", "10.0") == Cursor("room", "10.0")
    assert positions.step("", "10.0") is None


def test_a_position_never_moves_over_a_gap() -> None:
    positions = Positions()
    positions.load({"room": "2.0"})
    positions.fall_behind("room")
    assert positions.step("room", "3.0") is None
    assert positions.behind == {"room"}
    positions.stored(Cursor("room", "2.5"))
    positions.catch_up("room", positions.moment)
    assert positions.step("room", "3.0") == Cursor("room", "3.0")


def test_a_reading_that_began_before_something_was_missed_may_not_have_found_it() -> None:
    positions = Positions()
    positions.load({"room": "2.0", "hall": "2.0"})
    positions.fall_behind("room")
    positions.fall_behind("hall")
    begun_at = positions.moment
    positions.fall_behind("room", "3.0")
    positions.catch_up("room", begun_at)
    positions.catch_up("hall", begun_at)
    assert positions.behind == positions.behind_since(begun_at) == {"room"}
    positions.catch_up("room", positions.moment)
    assert not positions.behind


def test_what_slack_delivers_a_third_time_waits_no_longer() -> None:
    postponed = Postponed()
    first = Heard("D1", Wanted(), lambda _found: [], "slack:D1", "1.0")
    second = replace(first, position="2.0")
    assert postponed.may_wait(first, 100.0)
    assert postponed.may_wait(first, 103.0)
    assert postponed.may_wait(second, 161.0)
    assert not postponed.may_wait(first, 163.0)


def test_a_room_that_was_never_read_is_read_from_what_was_missed_in_it() -> None:
    positions = Positions()
    positions.fall_behind("room", "5.000000")
    positions.fall_behind("room", "6.000000")
    assert positions.at("room") == "4.999999"


def test_memory_forgets_the_oldest_first() -> None:
    memory = Memory(messages=2, threads=2)
    for number in "123":
        memory.note_message("C1", number, "root")
        memory.note_heard("C1", number)
    assert [memory.thread_of("C1", number) for number in "123"] == [None, "root", "root"]
    assert [memory.is_heard("C1", number) for number in "123"] == [False, True, True]


def answer(code: str, status: int = 200, **headers: str) -> SlackApiError:
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={},
        data={"ok": False, "error": code} if code else {},
        headers=headers,
        status_code=status,
    )
    return SlackApiError("no", response)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("channel_not_found", Refusal.PLACE_GONE),
        ("is_archived", Refusal.PLACE_GONE),
        ("thread_not_found", Refusal.PLACE_GONE),
        ("message_not_found", Refusal.MESSAGE_GONE),
        ("user_disabled", Refusal.BLOCKED),
        ("cannot_dm_bot", Refusal.BLOCKED),
        ("not_in_channel", Refusal.NOT_ALLOWED),
        ("missing_scope", Refusal.NOT_ALLOWED),
        ("restricted_action_read_only_channel", Refusal.NOT_ALLOWED),
        ("msg_too_long", Refusal.TOO_LARGE),
        ("invalid_arguments", Refusal.INVALID),
    ],
)
def test_a_refusal_is_for_good_and_says_why(code: str, refusal: Refusal) -> None:
    error = to_send_error(answer(code))
    assert (error.refusal, error.is_uncertain) == (refusal, False)


@pytest.mark.parametrize(
    ("error", "is_uncertain"),
    [
        pytest.param(answer("", 500), True, id="a server error"),
        pytest.param(answer("", 503), True, id="a gateway that gave up"),
        pytest.param(answer("fatal_error"), True, id="something happened before it failed"),
        pytest.param(answer("service_unavailable"), False, id="not now"),
        pytest.param(answer("invalid_auth"), False, id="a token that was withdrawn"),
        pytest.param(TimeoutError(), True, id="no answer in time"),
        pytest.param(aiohttp.ServerDisconnectedError(), True, id="a lost reply"),
    ],
)
def test_a_passing_failure_is_tried_again_and_says_whether_it_may_have_arrived(
    error: Exception, is_uncertain: bool
) -> None:
    made = to_send_error(error)
    assert (made.is_permanent, made.is_uncertain) == (False, is_uncertain)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (answer("ratelimited", 429, **{"Retry-After": "7"}), 7.0),
        (answer("message_limit_exceeded"), 30.0),
        (answer("ratelimited", 429, **{"retry-after": "soon"}), 30.0),
        (answer("token_revoked"), 60.0),
    ],
)
def test_a_limit_says_when_to_come_back(error: SlackApiError, seconds: float) -> None:
    assert to_send_error(error).retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("url", "api_url", "may"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", "https://slack.com/api/", True),
        ("https://slack.com/x", "https://slack.com/api/", True),
        ("http://files.slack.com/x", "https://slack.com/api/", False),
        ("https://evil.example/files.slack.com", "https://slack.com/api/", False),
        ("https://slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://notslack.com/x", "https://slack.com/api/", False),
        ("http://127.0.0.1:9001/files/x", "http://127.0.0.1:9001/api/", True),
        ("http://169.254.169.254/x", "http://127.0.0.1:9001/api/", False),
        ("", "https://slack.com/api/", False),
        ("file:///etc/passwd", "https://slack.com/api/", False),
    ],
)
def test_the_token_goes_nowhere_but_to_slack(url: str, api_url: str, may: bool) -> None:
    assert may_get_token(url, api_url) is may


def test_what_arrived_is_known_by_its_key_and_files_by_their_names() -> None:
    messages = [
        {"ts": "1", "metadata": {"event_type": "x", "event_payload": {"key": "k1", "part": 0}}},
        {"ts": "2", "metadata": {"event_type": "x", "event_payload": {"key": "k2", "part": 0}}},
        {"ts": "3", "metadata": {"event_type": "x", "event_payload": {"key": "k2", "part": "odd"}}},
        {"ts": "4", "files": [{"name": "a.txt"}, {"name": "b.txt"}]},
    ]
    arrived = Arrived(messages, "k2")
    assert (arrived.part(0), arrived.part(1)) == ("2", None)
    assert arrived.upload(["b.txt", "a.txt"]) == "4"
    assert arrived.upload(["a.txt"]) is None
    assert arrived.upload([]) is None
