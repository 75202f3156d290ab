"""What a refusal of Discord's API, or of what stands before it, means for a message."""

import pytest

from adapters.discord.errors import send_error
from adapters.discord.house_http import Reply
from adapters.wire import HttpAnswer
from bot.core.outgoing import Refusal

PAGE = b"<html><title>Bot 5.token</title></html>"


@pytest.mark.parametrize(
    ("status", "body", "refusal", "is_uncertain"),
    [
        pytest.param(400, b'{"code": 50035, "message": "odd"}', Refusal.INVALID, False, id="not understood"),
        pytest.param(403, b'{"code": 50007, "message": "no"}', Refusal.BLOCKED, False, id="no direct messages"),
        pytest.param(404, b'{"code": 10003, "message": "no"}', Refusal.PLACE_GONE, False, id="no such channel"),
        pytest.param(308, PAGE, None, True, id="another way"),
        pytest.param(302, b"", None, True, id="somewhere else"),
        pytest.param(408, PAGE, None, True, id="too slowly"),
        pytest.param(429, PAGE, None, False, id="too often, says who stands before it"),
        pytest.param(502, PAGE, None, True, id="nobody behind it"),
    ],
)  # fmt: skip
def test_a_refusal_is_for_good_only_where_discord_says_so(
    status: int, body: bytes, refusal: Refusal | None, is_uncertain: bool
) -> None:
    made = send_error(Reply(HttpAnswer(status, {}, body)).error)
    assert (made.refusal, made.is_uncertain) == (refusal, is_uncertain)
    assert "token" not in str(made), "a page may quote what was asked"
