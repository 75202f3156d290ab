"""What people write in each platform's own form is read into the house's, and shown there again it looks the same.

Not the house's text itself is compared but what is seen: a bare address, for one, is read as words and as a link.
"""

from dataclasses import asdict
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.discord.text import to_commonmark as read_discord
from adapters.discord.text import to_discord
from adapters.slack.elements import tidied, words_of
from adapters.slack.from_commonmark import rich_text
from adapters.slack.payloads import Json
from adapters.slack.to_commonmark import commonmark
from adapters.telegram.text_in import to_commonmark as read_telegram
from adapters.telegram.text_out import from_commonmark
from sandbox.markup.discord import discord_tree
from sandbox.telegram import utf16
from sandbox.telegram.formatting import fix_formatted_text
from sandbox.telegram.model import Entity, FormattedText
from tests.unit.adapters.documents import letters

WORDS = (
    *(
        "α",
        "βγ",
        "δ ε",
        "Ж",
        "שלום",
        "نص",
        "Z\u0301",
        "न\u094dम",
        "👍🏽",
        "👩\u200d🚒",
        "🇭🇷",
        "ab",
        "x.y",
        "1",
        "10",
    ),
    *("https://x.y/(a)_b", "https://x.y/ä", "@everyone", "moment:5"),
)
MARKS = (
    *(
        "**",
        "__",
        "*",
        "_",
        "~~",
        "||",
        "`",
        "``",
        "```",
        "```py\n",
        "\n",
        "\n\n",
        "> ",
        ">>> ",
        "- ",
        "* ",
        "+ ",
        "1. ",
    ),
    *(
        "2) ",
        "# ",
        "## ",
        "-# ",
        "  ",
        " ",
        "<@12>",
        "<@&5>",
        "<#3>",
        "<t:5:R>",
        "<t:5>",
        "<:p:1>",
        "[α](https://x.y/a_b)",
    ),
    *(
        "<https://z.w>",
        "\\",
        "<u>",
        "</u>",
        "|",
        "---",
        "===",
        "&amp;",
        "!",
        "[",
        "](",
        "<",
        ">",
        "- [ ] ",
        "#",
        ":",
    ),
    *("| a | b |\n|--|--|\n", "\u200b", "\u202e", "\t", "\u00a0"),
)
NAMES = {"user": "Mia *W*", "role": "Sup_port", "channel": "he|p"}
ENDLESS = 1 << 20

typed = st.lists(st.sampled_from(WORDS + MARKS), min_size=1, max_size=12).map("".join)
few_words = st.lists(st.sampled_from(WORDS + MARKS), min_size=1, max_size=4).map("".join)


# -- Discord


def from_discord(text: str) -> str:
    return read_discord(text, lambda kind, _id: NAMES[kind])


def on_discord(text: str) -> str:
    return "".join(to_discord(text, ENDLESS))


def words_in(tree: list[Any]) -> str:
    return "".join(one if isinstance(one, str) else words_in(one.get("of", [])) for one in tree)


@given(typed)
def test_what_is_typed_on_discord_looks_the_same_there_again(text: str) -> None:
    # A backslash before an address takes the link away for us, and for nobody else: not worth a rule.
    assume("\\http" not in text)
    stored = from_discord(text.strip())
    shown = on_discord(stored)
    assert on_discord(from_discord(shown)) == shown
    assert letters(stored) == letters(text)
    assert letters(words_in(discord_tree(shown))) == letters(text)


# -- Slack

styles = st.lists(
    st.sampled_from(["bold", "italic", "strike", "code", "underline"]), unique=True, max_size=3
).map(lambda names: {"style": dict.fromkeys(names, True)} if names else {})
urls = st.sampled_from(
    ["https://x.y/a_b", "mailto:a@b.c", "https://x.y/(a)?b=1&c=2", "https://x.y/ä", "slack://x"]
)
words = st.one_of(
    st.builds(lambda text, style: {"type": "text", "text": text, **style}, few_words, styles),
    st.builds(lambda text, style: {"type": "text", "text": text, **style}, few_words, styles),
    st.builds(
        lambda text, url, style: {"type": "link", "url": url, "text": text, **style}, few_words, urls, styles
    ),
    st.builds(lambda url, style: {"type": "link", "url": url, **style}, urls, styles),
    st.builds(
        lambda style: {
            "type": "date",
            "timestamp": 5,
            "format": "{date_num} {time}",
            "fallback": "then",
            **style,
        },
        styles,
    ),
)
sections = st.lists(words, min_size=1, max_size=4).map(
    lambda found: {"type": "rich_text_section", "elements": found}
)
lists = st.builds(
    lambda items, style, indent, offset: {
        "type": "rich_text_list",
        "elements": items,
        "style": style,
        "indent": indent,
        **({"offset": offset} if offset and style == "ordered" else {}),
    },
    st.lists(sections, min_size=1, max_size=3),
    st.sampled_from(["bullet", "ordered"]),
    st.integers(0, 3),
    st.sampled_from([0, 0, 4]),
)
codes = st.builds(
    lambda text, more: {
        "type": "rich_text_preformatted",
        "elements": [{"type": "text", "text": text}],
        **more,
    },
    few_words,
    st.sampled_from([{}, {"language": "python"}]),
)
quotes = sections.map(lambda section: {**section, "type": "rich_text_quote"})


def slack_letters(elements: list[Json]) -> str:
    return letters(
        "".join(str(word.get("text") or word.get("url")) for one in elements for word in words_of(one))
    )


def seen_on_slack(elements: list[Json]) -> list[Any]:
    """What each element is, and its signs with their looks; a space looks the same in any style."""
    return [
        (
            {key: value for key, value in one.items() if key != "elements"},
            [(sign, word.get("style"), word.get("url")) for word in words_of(one) for sign in _signs(word)],
        )
        for one in elements
    ]


def _signs(word: Json) -> str:
    return "".join(str(word.get("text") or word.get("url") or word.get("fallback")).split())


@given(st.lists(st.one_of(sections, lists, codes, quotes), max_size=4))
def test_what_is_written_on_slack_looks_the_same_there_again(elements: list[Json]) -> None:
    shown = rich_text(commonmark(tidied(elements)))
    assert seen_on_slack(rich_text(commonmark(tidied(shown)))) == seen_on_slack(shown)
    assert slack_letters(shown) == slack_letters(elements)


# -- Telegram

KINDS = (
    *(
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "code",
        "pre",
        "blockquote",
        "expandable_blockquote",
    ),
    *("text_link", "date_time", "custom_emoji", "text_mention"),
)


@st.composite
def formatted(draw: st.DrawFn) -> FormattedText:
    text = draw(typed).strip() or "α"
    offsets = utf16.positions(text)
    # Who marks a part of an address up gets the address as it is.
    count = 0 if "://" in text else draw(st.integers(0, 4))
    return FormattedText(text, tuple(draw(entities(offsets)) for _ in range(count)))


@st.composite
def entities(draw: st.DrawFn, offsets: list[int]) -> Entity:
    start, end = sorted((draw(st.sampled_from(offsets)), draw(st.sampled_from(offsets))))
    kind = draw(st.sampled_from(KINDS))
    more: dict[str, Any] = {
        "text_link": {"url": draw(st.sampled_from(["https://x.y/a_b", "https://x.y/(a)?b=1&c=2"]))},
        "date_time": {"unix_time": 5, "date_time_format": draw(st.sampled_from(["", "Dt", "r"]))},
        "pre": {"language": draw(st.sampled_from(["", "py"]))},
        "custom_emoji": {"custom_emoji_id": "1"},
        "text_mention": {"user_id": 1},
    }.get(kind, {})
    return Entity(kind, start, end - start, **more)


def taken(given: FormattedText) -> FormattedText:
    """As the server passes it on; it refuses what breaks a rule."""
    return fix_formatted_text(given, is_empty_allowed=True)


def on_telegram(text: str) -> FormattedText:
    shown = from_commonmark(text)
    return taken(FormattedText(shown.text, tuple(_entity(one) for one in shown.entities())))


def _entity(entity: dict[str, Any]) -> Entity:
    return Entity(**entity)


def from_telegram(said: FormattedText) -> str:
    return read_telegram(said.text, [asdict(entity) for entity in said.entities])


def seen(said: FormattedText) -> tuple[str, list[tuple[str, str, str]]]:
    """The words, and what looks how; white space and what the server finds by itself are the same anyway."""
    found = {"url", "hashtag", "email", "mention", "bot_command", "cashtag", "phone_number"}
    covered = [
        (one.type, "".join(utf16.cut(said.text, one.offset, one.length).split()), one.url)
        for one in said.entities
        if one.type not in found
    ]
    return " ".join(said.text.split()), sorted(one for one in covered if one[1])


@given(formatted())
def test_what_is_written_on_telegram_looks_the_same_there_again(written: FormattedText) -> None:
    said = taken(written)
    shown = on_telegram(from_telegram(said))
    assert seen(on_telegram(from_telegram(shown))) == seen(shown)
    assert letters(shown.text) == letters(said.text)
