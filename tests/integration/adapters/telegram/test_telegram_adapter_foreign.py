"""Against small foreign servers, and against what Telegram does rarely."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.telegram import TelegramAdapter, TelegramSettings, polling
from bot.core.content import Button, Content, FileKind, FileRef, Form, FormField
from bot.core.events import FormSubmitted, Handle, MessageReceived, ReactionChanged
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Post,
    React,
    Receipt,
    Refusal,
    Remove,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import Stage, direct, running, until
from tests.integration.adapters.telegram.telegram_stub import (
    DANA,
    DESK,
    RefusalError,
    Stub,
    in_front_of,
    refuse,
    serving,
    update,
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def stage() -> Stage:
    return Stage(TelegramServer(World()))


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    numbers = count(100)

    def sent(fields: dict[str, Any]) -> dict[str, Any]:
        return {"message_id": next(numbers), "date": 1, "chat": {"id": fields["chat_id"], "type": "private"}}

    async with serving(Stub({"sendMessage": sent})) as stub:
        yield stub


@pytest.fixture
async def adapter(stage: Stage, stub: Stub) -> AsyncIterator[TelegramAdapter]:
    async with in_front_of(stub, stage) as adapter:
        yield adapter


async def test_a_server_with_three_methods_is_enough_to_talk(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.updates = [update(1, "hello"), update(2, "again")]
    async with running(adapter):
        assert (await stage.ledger.next(MessageReceived, 2)).text == "again"
        receipt = await stage.say(adapter, direct(DANA), "Hi **Dana**")
        assert receipt.messages[0] == MessageAt(direct(DANA), "100")
    sent = stub.called("sendMessage")[0]
    assert (sent["chat_id"], sent["text"]) == (5, "Hi Dana")
    assert sent["entities"] == [{"type": "bold", "offset": 3, "length": 4}]
    assert stage.ledger.positions == {"updates": "3"}


async def test_what_a_server_lacks_is_a_notice_or_takes_a_simpler_form(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    message = MessageAt(direct(DANA), "9")
    assert (await stage.send(adapter, Mark(message, Outcome.SENT))).notices == ("reaction_unknown",)
    assert (await stage.send(adapter, React(message, "👍", True))).notices == ("reaction_unknown",)
    opened = await stage.send(adapter, OpenThread(DESK, "#1", Content(title="#1", text="x")))
    assert opened.place == Place("telegram", channel="-1001", thread="card:100")
    stage.files["f"] = b"content"
    receipt = await stage.say(adapter, direct(DANA), "see", files=(FileRef("slack", "f", "f.txt"),))
    assert [one.name for one in receipt.lost] == ["f.txt"]
    assert "f.txt" in stub.called("sendMessage")[-1]["text"]
    two = (FileRef("slack", "f", "a.txt"), FileRef("slack", "f", "b.txt"))
    assert len((await stage.say(adapter, direct(DANA), "both", files=two)).messages) <= 3


@pytest.mark.parametrize("forgets", [True, False], ids=["no long polls", "no offsets either"])
async def test_a_server_that_does_not_wait_is_not_asked_without_a_pause(
    forgets: bool, stage: Stage, stub: Stub, adapter: TelegramAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_HASTY_SECONDS", 3600.0)
    if not forgets:
        stub.answers["getUpdates"] = lambda _fields: [update(1, "hello")]
    stub.updates = [update(1, "hello")]
    async with running(adapter):
        await stage.ledger.next(MessageReceived)
        # Time for dozens, without a pause.
        await asyncio.sleep(0.2)
        assert len(stub.called("getUpdates")) == 2


async def test_where_topics_always_fail_a_ticket_does_without(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    opening = OpenThread(DESK, "#1", Content(title="#1", text="x"))
    stub.answers["createForumTopic"] = refuse(400, "Bad Request: method is not supported")
    assert (await stage.send(adapter, opening)).place == Place("telegram", channel="-1001", thread="card:100")
    stub.answers["createForumTopic"] = refuse(500, "Internal Server Error")
    with pytest.raises(SendError, match="500"):
        await stage.send(adapter, opening)
    opened = await stage.send(adapter, opening, number=4)
    assert opened.place == Place("telegram", channel="-1001", thread="card:101")


async def test_answers_that_say_nothing_are_enough_where_nothing_needs_saying(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.leaves_out_results = True
    message = MessageAt(direct(DANA), "9")
    assert await stage.send(adapter, Edit((message,), Content(text="new"))) == Receipt((message,))
    assert await stage.send(adapter, Remove((message,))) == Receipt()


async def test_an_answer_to_a_card_or_a_form_is_known_without_its_marker(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    opened = await stage.send(adapter, OpenThread(DESK, "#1", Content(title="#1", text="x")))
    form = Form("reason", "Why?", "Send", (FormField("why", "Why?"),), subject="7")
    asked = await stage.send(adapter, OpenForm(DESK, Identity("telegram", "", DANA), form))
    group = {"id": -1001, "type": "supergroup"}
    for number, answered in ((1, "100"), (2, asked.messages[0].id)):
        said = update(number, f"answer {number}")
        said["message"] |= {"chat": group, "reply_to_message": {"message_id": int(answered), "chat": group}}
        stub.updates.append(said)
    async with running(adapter):
        heard = await stage.ledger.next(MessageReceived)
        given = await stage.ledger.next(FormSubmitted)
    assert heard.place == opened.place
    assert (given.name, given.subject, given.values) == ("reason", "7", {"why": "answer 2"})


async def test_without_a_moment_it_is_said_now(stage: Stage, stub: Stub, adapter: TelegramAdapter) -> None:
    for number, date in enumerate((None, 1795331003_000_000, "soon"), 1):
        stub.updates.append(update(number, "hello"))
        stub.updates[-1]["message"]["date"] = date
    async with running(adapter):
        await stage.ledger.next(MessageReceived, 3)
    assert {one.at.year for one in stage.ledger.of(MessageReceived)} == {stage.server.world.clock.now().year}


async def test_errors_that_come_with_status_200_are_errors(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.puts_errors_into_200 = True
    stub.answers["sendMessage"] = refuse(403, "Forbidden: bot was blocked by the user")
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "x")
    assert caught.value.refusal is Refusal.BLOCKED
    stub.answers["sendMessage"] = refuse(429, "Too Many Requests: retry after 4", retry_after=4)
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "x")
    assert caught.value.retry_after_seconds == 4


async def test_a_long_card_in_a_group_without_topics_is_told_in_full_and_in_one_thread(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    usual = stub.answers["sendMessage"]
    content = Content(title="#1", text="One sentence. " * 500, buttons=(Button("Claim", "claim"),))

    def fails_on_the_second(fields: dict[str, Any]) -> Any:
        if stub.called("sendMessage")[-1] is not stub.called("sendMessage")[0]:
            raise RefusalError(429, "Too Many Requests: retry after 1", retry_after=1)
        return usual(fields)

    stub.answers["createForumTopic"] = refuse(400, "Bad Request: the chat is not a forum")
    stub.answers["sendMessage"] = fails_on_the_second
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, OpenThread(DESK, "#1", content))
    place = Place("telegram", channel="-1001", thread="card:100")
    assert caught.value.sent == (MessageAt(place, "100"),)
    stub.answers["sendMessage"] = usual
    again = TelegramAdapter(stage.context(staff_space=DESK), TelegramSettings("900:x", stub.url))
    receipt = await stage.send(
        again, OpenThread(DESK, "#1", content), number=2, sent_so_far=caught.value.sent
    )
    await again.close()
    assert (receipt.place, receipt.messages) == (place, (MessageAt(place, "100"),))
    card, *others = [fields for fields in stub.called("sendMessage") if fields["text"]]
    assert "reply_markup" in card
    assert others[-1]["reply_parameters"]["message_id"] == 100
    assert len(stub.called("createForumTopic")) == 1


async def test_a_group_that_became_a_supergroup_is_followed(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    usual = stub.answers["sendMessage"]

    def moved(fields: dict[str, Any]) -> Any:
        if fields["chat_id"] == -7:
            raise RefusalError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1007
            )
        return usual(fields)

    stub.answers["sendMessage"] = moved
    receipt = await stage.say(adapter, Place("telegram", channel="-7", person="5"), "hello")
    assert receipt.messages[0].place == Place("telegram", channel="-1007", person="5")
    assert stage.reported("telegram.chat_migrated") == [{"chat": "-7", "to": -1007}]
    stub.answers["editMessageText"] = refuse(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1007
    )
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, Edit((MessageAt(Place("telegram", channel="-7"), "3"),), Content(text="x")))
    assert caught.value.refusal is Refusal.PLACE_GONE
    stub.answers["getChat"] = refuse(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007)
    findings = await adapter.check()
    assert any("telegram:-1007" in finding.advice for finding in findings)


@pytest.mark.parametrize(
    ("description", "left_out"),
    [
        ("Bad Request: message to be replied not found", "reply_parameters"),
        ("Bad Request: can't parse entities: something new", "entities"),
        ("Bad Request: BUTTON_URL_INVALID", "reply_markup"),
    ],
)
async def test_what_telegram_does_not_like_is_left_out_rather_than_the_message(
    stage: Stage, stub: Stub, adapter: TelegramAdapter, description: str, left_out: str
) -> None:
    usual = stub.answers["sendMessage"]

    def picky(fields: dict[str, Any]) -> Any:
        if left_out in fields:
            raise RefusalError(400, description)
        return usual(fields)

    stub.answers["sendMessage"] = picky
    content = Content(text="**a**", buttons=(Button("x", url="https://x.example"),))
    await stage.send(adapter, Post(direct(DANA), content, MessageAt(direct(DANA), "3")))
    assert left_out not in stub.called("sendMessage")[-1]
    assert stub.called("sendMessage")[-1]["text"] == "a"


async def test_a_message_that_is_refused_for_good_is_not_tried_for_ever(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.answers["sendMessage"] = refuse(400, "Bad Request: button entities reply not found in keyboard")
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "**a**")
    assert caught.value.refusal is Refusal.INVALID
    assert len(stub.called("sendMessage")) < 6


async def test_a_restricted_person_gets_the_voice_message_as_a_file(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stage.files["v"] = b"OggS"
    stub.answers["sendVoice"] = refuse(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
    stub.answers["sendDocument"] = stub.answers["sendMessage"]
    voice = FileRef("slack", "v", "v.ogg", FileKind.VOICE, "audio/ogg")
    assert len((await stage.say(adapter, direct(DANA), "", files=(voice,))).messages) == 1
    assert stub.called("sendDocument")[0]["document"].filename == "v.ogg"


async def test_a_chat_that_allows_few_reactions_gets_a_common_mark(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    def allows_thumbs(fields: dict[str, Any]) -> bool:
        if fields["reaction"] != [{"type": "emoji", "emoji": "👍"}]:
            raise RefusalError(400, "Bad Request: REACTION_INVALID")
        return True

    stub.answers["setMessageReaction"] = allows_thumbs
    message = MessageAt(direct(DANA), "9")
    assert (await stage.send(adapter, Mark(message, Outcome.SENT))).notices == ()
    assert (await stage.send(adapter, Mark(message, Outcome.NOTE))).notices == ("reaction_unknown",)


async def test_reactions_wait_while_the_chat_is_to_be_left_alone(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.answers["setMessageReaction"] = refuse(429, "Too Many Requests: retry after 9", retry_after=9)
    for _ in range(2):
        with pytest.raises(SendError) as caught:
            await stage.send(adapter, Mark(MessageAt(DESK, "9"), Outcome.SENT))
        assert 8 < caught.value.retry_after_seconds <= 9
    assert len(stub.called("setMessageReaction")) == 1


async def test_a_group_that_refused_goes_on_when_it_said_so_and_not_a_minute_later(
    stage: Stage, stub: Stub
) -> None:
    usual = stub.answers["sendMessage"]
    stub.answers["sendMessage"] = refuse(429, "Too Many Requests: retry after 2", retry_after=2)
    place = Place("telegram", channel="-1001", thread="4")
    clock = Clock()
    adapter = TelegramAdapter(stage.context(staff_space=DESK), TelegramSettings("900:x", stub.url), clock)
    for topic in range(25):
        clock.now += 2
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, replace(place, thread=str(topic)), "x")
        assert caught.value.retry_after_seconds == 2
    # The whole group is left alone as long as it was asked for, by whichever topic.
    with pytest.raises(SendError):
        await stage.say(adapter, replace(place, thread="99"), "x")
    assert len(stub.called("sendMessage")) == 25
    stub.answers["sendMessage"] = usual
    clock.now += 2
    assert len((await stage.say(adapter, place, "x")).messages) == 1
    await adapter.close()


async def test_a_ticket_without_a_staff_chat_is_refused(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.answers["createForumTopic"] = refuse(400, "Bad Request: chat not found")
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, OpenThread(DESK, "#1", Content(title="x")))
    assert caught.value.refusal is Refusal.PLACE_GONE


async def test_redrawing_a_card_says_when_telegram_is_away(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    stub.answers["editMessageText"] = refuse(500, "Internal Server Error")
    place = Place("telegram", channel="-1001", thread="4")
    card = MessageAt(place, "5")
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, SetThread(place, card, "#1", Content(title="x"), ThreadState.CLAIMED))
    assert not caught.value.is_permanent


async def test_an_answer_goes_as_a_message_where_presses_cannot_be_answered(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:

    answer = Answer(
        direct(DANA), Identity("telegram", "", DANA), Content(text="ok"), Handle("telegram", "press:1")
    )
    assert len((await stage.send(adapter, answer)).messages) == 1


async def test_a_reaction_on_a_message_from_before_names_at_least_its_chat(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    reaction = {
        "chat": {"id": -1001, "type": "supergroup"},
        "message_id": 5,
        "date": 1,
        "user": {"id": 5, "is_bot": False, "first_name": "Dana"},
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": "👍"}],
    }
    stub.updates = [{"update_id": 1, "message_reaction": reaction}]
    async with running(adapter):
        assert (await stage.ledger.next(ReactionChanged)).message == MessageAt(DESK, "5")


async def test_what_the_operator_should_know_is_reported(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    staff = {"id": -1001, "type": "supergroup"}
    hidden = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    stub.updates = [
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": staff, "from": hidden, "text": "x"}},
        {"update_id": 2, "message": {"message_id": 2, "date": 1, "chat": staff, "migrate_to_chat_id": -1002}},
        {"update_id": 3, "my_chat_member": {"chat": staff, "new_chat_member": {"status": "kicked"}}},
    ]
    async with running(adapter):
        await until(lambda: bool(stage.reported("telegram.own_status")))
    assert stage.reported("telegram.anonymous_admin") == [{"chat": "-1001"}]
    assert stage.reported("telegram.chat_migrated") == [{"chat": "-1001", "to": -1002}]
    assert stage.reported("telegram.own_status") == [{"chat": -1001, "status": "kicked"}]
    assert stage.ledger.events == []


async def test_a_half_letter_in_one_message_does_not_stop_the_others(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    import json

    from aiohttp import web

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != "getUpdates":
            return await usual(request)
        offset = int((await request.post()).get("offset", "0"))  # type: ignore[arg-type]  # no files here
        updates = [update(1, "half \ud83d letter"), update(2, "whole")] if offset < 3 else []
        return web.Response(body=json.dumps({"ok": True, "result": updates}).encode())

    usual, stub.handle = stub.handle, handle  # type: ignore[method-assign]
    async with (
        serving(stub),
        running(TelegramAdapter(stage.context(staff_space=DESK), TelegramSettings("900:x", stub.url))),
    ):
        assert (await stage.ledger.next(MessageReceived, 2)).text == "whole"
    assert stage.ledger.of(MessageReceived)[0].text == "half ? letter"
