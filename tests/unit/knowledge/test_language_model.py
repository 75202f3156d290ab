"""A model behind an address: asked plainly, never waited for longer than was said, never trusted."""

import json
from collections.abc import AsyncIterator

import pytest

from knowledge.language_model import LanguageModel
from knowledge.unwritten import SERVICE, NotWrittenError, Unwritten
from tests.model_service import (
    BOMB,
    DEEP,
    HUGE,
    Behaviour,
    ModelService,
    drips,
    drips_headers,
    ends_early,
    floods_headers,
    hangs_up,
    model_service,
    says_nothing,
    sends,
    speaks_no_http,
    streams_forever,
    writes,
)

SECRET = "sk-test-not-a-real-key"
FORM = {"type": "object"}
PATIENCE = 30.0
"""What must be answered is waited for; what must not is given a moment."""


@pytest.fixture
async def service() -> AsyncIterator[ModelService]:
    async with model_service() as service:
        service.usual = writes("fine")
        yield service


@pytest.fixture
async def model(service: ModelService) -> AsyncIterator[LanguageModel]:
    model = LanguageModel(f"{service.address}/", "small", SECRET, seconds=PATIENCE)
    yield model
    await model.close()


async def test_it_is_asked_with_key_rules_data_and_form(service: ModelService, model: LanguageModel) -> None:
    assert await model.reply("the rules", "the data", FORM) == "fine"

    (asked,) = service.asked
    assert service.heads[0].startswith("POST /v1/chat/completions ")
    assert f"Bearer {SECRET}" in service.heads[0]
    assert [one["role"] for one in asked["messages"]] == ["system", "user"]
    assert [one["content"] for one in asked["messages"]] == ["the rules", "the data"]
    assert (asked["model"], asked["temperature"], asked["stream"]) == ("small", 0, False)
    assert asked["max_tokens"] > 0
    assert asked["response_format"]["json_schema"]["schema"] == FORM


async def test_a_service_without_a_key_is_sent_none(service: ModelService) -> None:
    model = LanguageModel(service.address, "small", seconds=PATIENCE)
    await model.reply("", "", FORM)
    await model.close()
    assert "authorization" not in service.heads[0].lower()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        pytest.param(says_nothing, Unwritten.SLOW, id="silence"),
        pytest.param(drips, Unwritten.SLOW, id="a byte now and then"),
        pytest.param(drips_headers, Unwritten.SLOW, id="a header now and then"),
        pytest.param(streams_forever, Unwritten.TOO_LARGE, id="an endless stream"),
        pytest.param(HUGE, Unwritten.TOO_LARGE, id="a huge body"),
        pytest.param(BOMB, Unwritten.NO_COMPLETION, id="a gzip bomb"),
        pytest.param(floods_headers, Unwritten.UNREACHABLE, id="huge headers"),
        pytest.param(hangs_up, Unwritten.UNREACHABLE, id="hung up"),
        pytest.param(ends_early, Unwritten.UNREACHABLE, id="cut off in the middle"),
        pytest.param(speaks_no_http, Unwritten.UNREACHABLE, id="another protocol"),
        pytest.param(sends(b"{}", 302, Location="http://127.0.0.1:9/"), Unwritten.STATUS, id="302"),
        pytest.param(sends(b"{}", 401), Unwritten.STATUS, id="401"),
        pytest.param(sends(b"{}", 404), Unwritten.STATUS, id="404"),
        pytest.param(sends(b"{}", 429), Unwritten.LIMITED, id="429"),
        pytest.param(sends(b"{}", 500), Unwritten.STATUS, id="500"),
        pytest.param(sends(b"{}", 503), Unwritten.STATUS, id="503"),
        pytest.param(sends(b""), Unwritten.NO_COMPLETION, id="nothing"),
        pytest.param(sends(b"<html>"), Unwritten.NO_COMPLETION, id="a web page"),
        pytest.param(sends(b"\xff\xfe"), Unwritten.NO_COMPLETION, id="no text"),
        pytest.param(sends(b"[]"), Unwritten.NO_COMPLETION, id="a list"),
        pytest.param(sends(b"{}"), Unwritten.NO_COMPLETION, id="an empty object"),
        pytest.param(sends(b'{"choices": []}'), Unwritten.NO_COMPLETION, id="no choice"),
        pytest.param(sends(b'{"choices": [{"message": "a"}]}'), Unwritten.NO_COMPLETION, id="no message"),
        pytest.param(sends(b'{"choices": [{"message": {"content": [1]}}]}'), Unwritten.NO_COMPLETION, id="parts"),
        pytest.param(
            sends(b'{"choices": [{"message": {"content": "\\ud800"}}]}'), Unwritten.NO_COMPLETION, id="half a character"
        ),
        pytest.param(DEEP, Unwritten.NO_COMPLETION, id="deep nesting"),
        pytest.param(writes("a", finish_reason="length"), Unwritten.CUT_OFF, id="too long for its limit"),
        pytest.param(writes("a", finish_reason="content_filter"), Unwritten.REFUSED, id="filtered"),
        pytest.param(writes(None, message={"refusal": "no"}), Unwritten.REFUSED, id="refused"),
        pytest.param(writes(None), Unwritten.FORM, id="a call of a tool"),
    ],
)  # fmt: skip
async def test_whatever_it_does_there_is_a_reason_and_no_secret_in_it(
    service: ModelService, model: LanguageModel, behaviour: Behaviour, reason: Unwritten
) -> None:
    service.odd = [behaviour]
    model.seconds = 0.05 if reason is Unwritten.SLOW else PATIENCE

    with pytest.raises(NotWrittenError) as failed:
        await model.reply("", "", FORM)

    assert failed.value.reason is reason
    assert SECRET not in str(failed.value)
    model.seconds = PATIENCE
    # On a busy machine the time may be over before the service hears of the question.
    service.odd.clear()
    # And nothing of it stays in the way of the next question.
    assert await model.reply("", "", FORM) == "fine"


async def test_nobody_is_there(service: ModelService) -> None:
    model = LanguageModel("http://127.0.0.1:9/v1", "small", seconds=PATIENCE)
    with pytest.raises(NotWrittenError) as failed:
        await model.reply("", "", FORM)
    await model.close()
    assert failed.value.reason is Unwritten.UNREACHABLE


async def test_many_that_were_given_up_leave_room_for_the_next(
    service: ModelService, model: LanguageModel
) -> None:
    service.odd = [says_nothing] * 20
    model.seconds = 0.01
    for _ in range(20):
        with pytest.raises(NotWrittenError):
            await model.reply("", "", FORM)
    model.seconds, service.odd = PATIENCE, []
    assert await model.reply("", "", FORM) == "fine"


@pytest.mark.parametrize(
    ("refused", "asked"),
    [
        (1, {"response_format", "max_completion_tokens"}),
        (2, {"response_format", "temperature", "max_tokens"}),
        (3, {"temperature", "max_tokens"}),
    ],
)
@pytest.mark.parametrize("status", [400, 422, 501])
async def test_what_a_service_does_not_understand_is_put_in_another_way_and_stays_so(
    service: ModelService, model: LanguageModel, refused: int, asked: set[str], status: int
) -> None:
    service.odd = [sends(b'{"error": {"message": "unknown parameter"}}', status)] * refused

    assert await model.reply("", "", FORM) == "fine"
    assert await model.reply("", "", FORM) == "fine"

    assert len(service.asked) == refused + 2
    for one in service.asked[-2:]:
        assert set(one) - {"model", "messages", "stream"} == asked
    if refused == 2:
        assert service.asked[-1]["response_format"] == {"type": "json_object"}


async def test_a_question_that_is_refused_in_every_way_changes_nothing_for_the_next(
    service: ModelService, model: LanguageModel
) -> None:
    service.odd = [sends(b"{}", 400)] * 4
    with pytest.raises(NotWrittenError) as failed:
        await model.reply("", "", FORM)
    assert failed.value.reason is Unwritten.STATUS

    await model.reply("", "", FORM)
    assert service.asked[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("soon", None), ("-1", None), ("nan", None), ("inf", None)]
)
async def test_a_service_says_when_it_wants_to_be_asked_again(
    service: ModelService, model: LanguageModel, header: str, seconds: float | None
) -> None:
    service.odd = [sends(b"{}", 429, Retry_After=header)]
    with pytest.raises(NotWrittenError) as failed:
        await model.reply("", "", FORM)
    assert failed.value.after_seconds == seconds


def test_reasons_of_the_service_are_told_from_those_of_the_model() -> None:
    assert {one.value for one in SERVICE} == {
        "slow", "unreachable", "limited", "status", "too_large", "no_completion",
    }  # fmt: skip


async def test_odd_characters_reach_it_as_json(service: ModelService, model: LanguageModel) -> None:
    await model.reply("", json.dumps("\0\u2028 ‹"), FORM)
    assert json.loads(service.asked[0]["messages"][1]["content"]) == "\0\u2028 ‹"
