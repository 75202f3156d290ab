"""What the desk says appears on Telegram as it was meant, within its limits."""

import pytest

from adapters.telegram import TelegramAdapter
from bot.core.content import Button, ButtonStyle, Content, Speaker, Tone
from bot.core.events import MessageReceived
from bot.core.outgoing import Post, ShowHome
from bot.core.places import Identity, MessageAt, Place, direct_to
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DELIVERIES,
    DESK,
    FORUM,
    TOM,
    Stage,
    direct,
)


async def test_a_direct_place_without_channel_finds_the_person(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, direct_to(Identity("telegram", "", DANA)), "hello")
    assert receipt.messages == (MessageAt(dana, receipt.messages[0].id),)
    assert stage.shown(DANA, DANA, receipt.messages[0]).text == "hello"


async def test_a_card_shows_tone_title_fields_text_and_footnote(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    content = Content(
        title="#7 Sofa *broken*",
        fields=(("Customer", "Dana"), ("State", "**waiting**")),
        text="It _broke_.",
        footnote="offered: nothing",
        tone=Tone.WAITING,
        buttons=(Button("Claim", "claim", "7", ButtonStyle.PRIMARY), Button("Site", url="https://x.example")),
    )
    receipt = await stage.send(adapter, Post(dana, content))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert shown.text == (
        "🟡 #7 Sofa *broken*\nCustomer: Dana\nState: waiting\n\nIt broke.\n\noffered: nothing"
    )
    kinds = [entity["type"] for entity in shown.native["entities"]]
    assert sorted(kinds) == ["bold", "bold", "bold", "bold", "italic", "italic"]
    assert [(button.id, button.url) for button in shown.buttons] == [
        ("claim:7", ""),
        ("https://x.example", "https://x.example"),
    ]


async def test_what_has_a_meaning_in_addresses_and_forms_arrives_as_it_was_typed(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    typed = "a&b=c+d; 100% %41 #1 \"q\" 'r' é 日本 👩‍👧 ~()/?:@!$,\nline"
    receipt = await stage.say(adapter, dana, typed)
    assert stage.shown(DANA, DANA, receipt.messages[0]).text == typed


async def test_the_speakers_name_leads_the_message(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "Hello, _all_", speaker=Speaker("Ana *K*"))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert shown.text == "Ana *K*: Hello, all"
    assert shown.native["entities"][0] == {"type": "bold", "offset": 0, "length": 8}


async def test_nobody_is_mentioned_and_no_page_is_previewed(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, stage.desk, "ask @tom_baker, see https://x.example/@tom_baker")
    native = stage.shown(TOM, DESK, receipt.messages[0]).native
    assert "mention" not in [entity["type"] for entity in native["entities"]]
    assert native["link_preview_options"] == {"is_disabled": True}
    assert "https://x.example/@tom_baker" in native["text"]


async def test_a_long_text_becomes_several_messages_with_the_buttons_under_the_last(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "One sentence. " * 700, buttons=(Button("Ok", "ok"),))
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert len(shown) == 3
    assert all(len(message.text) <= 4096 for message in shown)
    assert " ".join(message.text for message in shown) == ("One sentence. " * 700).strip()
    assert [len(message.buttons) for message in shown] == [0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "@tom_baker " * 9000,
        "[a](https://x.example) " * 4000,
        "```\n" * 3000,
        "> " * 40_000,
        "**" * 50_000,
        "\u202e\u200b" * 5000,
        "||~~**_a_**~~||" * 6000,
        "[x](http://[::1) [y](https://)",
        "\u200b",
        "&#0;&#xD800;",
    ],
    ids=lambda text: repr(text[:8]),
)
async def test_hostile_text_is_delivered_within_the_limits(
    stage: Stage, adapter: TelegramAdapter, dana: Place, text: str
) -> None:
    receipt = await stage.say(adapter, dana, text)
    assert receipt.messages


async def test_replies_hang_on_their_message_and_arrive_without_it_when_it_is_gone(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    question = stage.ledger.of(MessageReceived)[0].message
    receipt = await stage.send(adapter, Post(dana, Content(text="answer"), question))
    assert stage.shown(DANA, DANA, receipt.messages[0]).reply_to == question.id
    receipt = await stage.send(adapter, Post(dana, Content(text="answer"), MessageAt(dana, "999")))
    assert stage.shown(DANA, DANA, receipt.messages[0]).reply_to == ""


async def test_a_topic_of_a_support_forum_is_answered_in_the_topic(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    place = Place("telegram", channel=FORUM, thread=DELIVERIES, person=DANA)
    receipt = await stage.say(adapter, place, "on its way")
    assert receipt.messages[0].place == place
    assert stage.texts(DANA, f"{FORUM}:{DELIVERIES}")[-1] == "on its way"


async def test_there_is_no_home_to_show(stage: Stage, adapter: TelegramAdapter) -> None:
    receipt = await stage.send(adapter, ShowHome(Identity("telegram", "", DANA), (Content(text="x"),)))
    assert receipt.messages == ()


async def test_the_adapter_sends_before_and_after_it_runs(stage: Stage) -> None:
    await stage.server.say(DANA, DANA, "hi")
    adapter = stage.adapter()
    await stage.say(adapter, direct(DANA), "before")
    await adapter.close()
    await stage.say(adapter, direct(DANA), "after")
    await adapter.close()
    await adapter.close()
    assert stage.texts(DANA, DANA) == ["hi", "before", "after"]
