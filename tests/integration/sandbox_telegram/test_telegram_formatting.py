"""What becomes of markup: the app's as people type it, HTML and MarkdownV2 as bots send it."""

from typing import Any

import pytest

from sandbox.telegram import TelegramServer
from sandbox.telegram.model import Entity
from sandbox.telegram.story import DANA
from tests.integration.sandbox_telegram.telegram_clients import Plain

HOME = str(DANA.id)


def brief(message: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """The text, and each entity's kind with what it covers."""
    units = message["text"].encode("utf-16-le")
    covered = [
        (
            entity["type"],
            units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le"),
        )
        for entity in message.get("entities", [])
    ]
    return message["text"], covered


TYPED = [
    pytest.param(
        "**bold** and __italic__", "bold and italic", [("bold", "bold"), ("italic", "italic")], id="styles"
    ),
    pytest.param(
        "~~gone~~ ||secret 🎁||",
        "gone secret 🎁",
        [("strikethrough", "gone"), ("spoiler", "secret 🎁")],
        id="more",
    ),
    pytest.param("**a __b__ c**", "a b c", [("bold", "a b c"), ("italic", "b")], id="one within the other"),
    pytest.param("`x ** y` ** z", "x ** y ** z", [("code", "x ** y")], id="no styles in code"),
    pytest.param("```py\nprint(1)```", "print(1)", [("pre", "print(1)")], id="a block of code"),
    pytest.param(
        "[**the** shop](juniper.com)", "the shop", [("text_link", "the shop"), ("bold", "the")], id="a link"
    ),
    pytest.param("2 * 3 * 4 = 24, _really_", "2 * 3 * 4 = 24, _really_", [], id="lone marks are text"),
    pytest.param("**lone", "**lone", [], id="a mark without its partner"),
    pytest.param(
        "/claim@allhands_bot 7",
        "/claim@allhands_bot 7",
        [("bot_command", "/claim@allhands_bot")],
        id="a command",
    ),
    pytest.param(
        "ask @uma_rao at help@juniper.example about #returns on https://juniper.example/a?b=1.",
        "ask @uma_rao at help@juniper.example about #returns on https://juniper.example/a?b=1.",
        [
            ("mention", "@uma_rao"),
            ("email", "help@juniper.example"),
            ("hashtag", "#returns"),
            ("url", "https://juniper.example/a?b=1"),
        ],
        id="what is found",
    ),
    pytest.param("  \n spaced out \n ", "spaced out", [], id="white space around"),
    pytest.param("and/or 1/2 path/to", "and/or 1/2 path/to", [], id="strokes are no commands"),
]


@pytest.mark.parametrize(("typed", "text", "entities"), TYPED)
async def test_typed_markup_becomes_entities(
    server: TelegramServer, typed: str, text: str, entities: list[tuple[str, str]]
) -> None:
    await server.say(HOME, HOME, typed)
    assert brief(server.messages(HOME, HOME)[-1].native) == (text, entities)


async def test_what_the_formatting_menu_does_can_be_given_as_entities(server: TelegramServer) -> None:
    await server.say(
        HOME, HOME, "under line", entities=(Entity("underline", 0, 5), Entity("blockquote", 6, 4))
    )
    native = server.messages(HOME, HOME)[-1].native
    assert brief(native) == ("under line", [("underline", "under"), ("blockquote", "line")])


CODE_IN_BOLD = [("bold", "a "), ("code", "b"), ("bold", " c")]
PARSED = [
    pytest.param(
        "HTML",
        "<b>a<i>b</i></b> <u>c</u> <s>d</s> <tg-spoiler>e</tg-spoiler>",
        "ab c d e",
        [("bold", "ab"), ("italic", "b"), ("underline", "c"), ("strikethrough", "d"), ("spoiler", "e")],
        id="HTML styles",
    ),
    pytest.param("HTML", "a &lt;b&gt; &amp;amp; &#128075;", "a <b> &amp; 👋", [], id="HTML escapes"),
    pytest.param(
        "HTML",
        '<a href="https://juniper.example/?a=1&amp;b=2">shop</a>',
        "shop",
        [("text_link", "shop")],
        id="HTML link",
    ),
    pytest.param(
        "HTML",
        '<pre><code class="language-python">x = 1</code></pre><blockquote expandable>q</blockquote>',
        "x = 1q",
        [("pre", "x = 1"), ("expandable_blockquote", "q")],
        id="HTML blocks",
    ),
    pytest.param("HTML", "<b>a <code>b</code> c</b>", "a b c", CODE_IN_BOLD, id="code in bold"),
    pytest.param(
        "MarkdownV2",
        "*a _b_* __c__ ~d~ ||e|| `f\\`` [g](https://juniper.example/\\)) 1\\.",
        "a b c d e f` g 1.",
        [
            ("bold", "a b"),
            ("italic", "b"),
            ("underline", "c"),
            ("strikethrough", "d"),
            ("spoiler", "e"),
            ("code", "f`"),
            ("text_link", "g"),
        ],
        id="MarkdownV2 styles",
    ),
    pytest.param(
        "MarkdownV2",
        ">one\n>two||\n```python\nx = 1\n```",
        "one\ntwo\nx = 1",
        [("expandable_blockquote", "one\ntwo\n"), ("pre", "x = 1")],
        id="MarkdownV2 blocks",
    ),
    pytest.param(
        "Markdown",
        "*a* _b_ `c` [d](juniper.com) \\_",
        "a b c d _",
        [("bold", "a"), ("italic", "b"), ("code", "c"), ("text_link", "d")],
        id="old Markdown",
    ),
]


@pytest.mark.parametrize(("mode", "source", "text", "entities"), PARSED)
async def test_parse_modes(
    server: TelegramServer, plain: Plain, mode: str, source: str, text: str, entities: list[tuple[str, str]]
) -> None:
    await server.say(HOME, HOME, "hi")
    sent = await plain.result("sendMessage", chat_id=DANA.id, text=source, parse_mode=mode)
    assert brief(sent) == (text, entities)


BROKEN = [
    ("HTML", "<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("HTML", "ä <h1>a</h1>", 'Unsupported start tag "h1" at byte offset 3'),
    ("HTML", "a</b>", "Unexpected end tag at byte offset 1"),
    ("HTML", "<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("HTML", "1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("HTML", "1 <2", "Unclosed start tag at byte offset 2"),
    ("HTML", "<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("HTML", "<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
    ("MarkdownV2", "Done.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("MarkdownV2", "a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
    ("MarkdownV2", "*a", "Can't find end of Bold entity at byte offset 0"),
    ("MarkdownV2", "ä __a_", "Can't find end of Italic entity at byte offset 6"),
    ("MarkdownV2", "[a](b", "Can't find end of a URL at byte offset 4"),
    ("MarkdownV2", "![a](b)", "Invalid tg://emoji or tg://time URL specified"),
    ("Markdown", "a _b", "Can't find end of the entity starting at byte offset 2"),
]


@pytest.mark.parametrize(("mode", "source", "reason"), BROKEN)
async def test_broken_markup_is_refused_with_the_reason(
    server: TelegramServer, plain: Plain, mode: str, source: str, reason: str
) -> None:
    await server.say(HOME, HOME, "hi")
    refusal = await plain.refusal("sendMessage", chat_id=DANA.id, text=source, parse_mode=mode)
    assert refusal == f"400 Bad Request: can't parse entities: {reason}"


async def test_entities_that_cross_are_cut_so_that_they_nest(server: TelegramServer, plain: Plain) -> None:
    await server.say(HOME, HOME, "hi")
    crossing = [
        {"type": "bold", "offset": 0, "length": 6},
        {"type": "italic", "offset": 4, "length": 6},
        {"type": "code", "offset": 8, "length": 4},
    ]
    sent = await plain.result("sendMessage", chat_id=DANA.id, text="0123456789ab", entities=crossing)
    spans = [(entity["offset"], entity["offset"] + entity["length"]) for entity in sent["entities"]]
    assert all(
        end <= other_begin or other_end <= begin or (begin <= other_begin and other_end <= end)
        for index, (begin, end) in enumerate(spans)
        for other_begin, other_end in spans[index + 1 :]
    )
    covered: dict[str, set[int]] = {}
    for entity in sent["entities"]:
        covered.setdefault(entity["type"], set()).update(
            range(entity["offset"], entity["offset"] + entity["length"])
        )
    assert covered == {"bold": set(range(6)), "italic": set(range(4, 8)), "code": set(range(8, 12))}


async def test_hostile_text_of_a_hundred_thousand_marks_is_taken_as_it_is(server: TelegramServer) -> None:
    await server.say(HOME, HOME, "**a" * 33_000)
    shown = "".join(message.text for message in server.messages(HOME, HOME))
    assert shown.count("a") == 33_000
