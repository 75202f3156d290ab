import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.discord.commonmark import COMMONMARK, read_commonmark
from adapters.discord.discord_read import read_discord
from adapters.discord.discord_write import DISCORD
from adapters.discord.length import clip, cut, width
from adapters.discord.markup import plain
from adapters.discord.text import to_commonmark, to_discord, to_plain
from adapters.discord.write import write

NAMES = {("user", "12"): "Mia *W*", ("role", "5"): "Support", ("channel", "3"): "help"}


def names(kind: str, value: str) -> str:
    return NAMES.get((kind, value), "")


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        pytest.param("**a** *b* _c_ ~~d~~", "**a** *b* _c_ ~~d~~", id="bold, italic and strike are the same"),
        pytest.param("__a__ __*b*__", "<u>a</u> <u>*b*</u>", id="underline is the house's own"),
        pytest.param("a__b__c", "a<u>b</u>c", id="underline within a word"),
        pytest.param(
            "___a___ _b_", "*<u>a</u>* *b*", id="beside an underline, italics are written with stars"
        ),
        pytest.param("||a **b**||", "||a **b**||", id="a spoiler keeps what is inside"),
        pytest.param("one\ntwo", "one\\\ntwo", id="a line that ends stays a line that ends"),
        pytest.param("one\n\ntwo", "one\n\ntwo", id="an empty line begins a paragraph"),
        pytest.param("> a\n> b\nc", "> a\\\n> b\n\nc", id="a quote does not swallow the answer below it"),
        pytest.param(">>> a\nb", "> a\\\n> b", id="a long quote goes on to the end"),
        pytest.param("- a\n  - b\n- c", "- a\n  - b\n- c", id="lists nest"),
        pytest.param("* a\n1. b", "- a\n1. b", id="a numbered list may follow a bulleted one"),
        pytest.param("x\n2. y", "x\n\n2. y", id="a list that begins at two is still a list"),
        pytest.param("# a\n-# b", "# a\n\nb", id="headings stay and small print is plain"),
        pytest.param("# a #", "# a \\#", id="a heading may end with its own sign"),
        pytest.param("x ```py\na\n\n b``` y", "x\n\n```py\na\n\n b\n```\n\ny", id="code may begin in a line"),
        pytest.param("```js```", "```\njs\n```", id="a word alone in a fence is the code"),
        pytest.param("`a*b`", "`a*b`", id="code is not looked into"),
        pytest.param("[a](https://x.y/z)", "[a](https://x.y/z)", id="a masked link"),
        pytest.param("[a](ftp://x)", "[a\\](ftp://x)", id="Discord masks no other addresses"),
        pytest.param(
            "see https://x.y/a_b_*c.", "see <https://x.y/a_b_*c>.", id="an address is not emphasised"
        ),
        pytest.param("<https://x.y>", "https://x.y", id="an address without preview is an address"),
        pytest.param(
            "(https://x.y/A_(b)) https://x.y/A_(b).",
            "(<https://x.y/A_(b)>) <https://x.y/A_(b)>.",
            id="a bracket that an address opened is its own",
        ),
        pytest.param("(https://x.y/c). (https://)))", "(https://x.y/c). (https://)))", id="others are not"),
        pytest.param(
            "<@12> <@!12> <@99>", "@Mia \\*W\\* @Mia \\*W\\* @99", id="people are named, not pinged"
        ),
        pytest.param("<@&5> <#3> </claim:9>", "@Support #help /claim", id="roles, channels and commands"),
        pytest.param("<:party:1> <a:dance:2> 🎉", ":party: :dance: 🎉", id="emoji"),
        pytest.param("<t:0:R>", "[1970-01-01 00:00 UTC](moment:0:R)", id="a moment keeps its style"),
        pytest.param(
            "<t:5:f> <t:5>", " ".join(["[1970-01-01 00:00 UTC](moment:5)"] * 2), id="a moment without a style"
        ),
        pytest.param("a | b\n--|--", "a | b\\\n\\--|--", id="bars and dashes are no table on Discord"),
        pytest.param("| a |\n| - |", r"\| a \|" "\\\n" r"\| - \|", id="nor are lines between bars"),
        pytest.param("\\*a\\*", "\\*a\\*", id="what was escaped stays literal"),
        pytest.param("a\n---", "a\\\n\\---", id="a line of dashes makes no heading of the line above"),
        pytest.param("2) a", "2\\) a", id="what is no list on Discord becomes none"),
        pytest.param("    a", "\u00a0\u00a0\u00a0\u00a0a", id="an indented line is not code"),
        pytest.param("&lt;b&gt; <b>", "\\&lt;b\\&gt; \\<b>", id="entities and tags are literal"),
        pytest.param("// for us", "// for us", id="the sign of a note is left alone"),
        pytest.param("snake_case 5 * 3 <3", "snake_case 5 * 3 <3", id="nothing is escaped without need"),
    ],
)
def test_what_a_person_writes_is_stored_as_commonmark(said: str, stored: str) -> None:
    assert to_commonmark(said, names) == stored


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("**a** *b* ~~c~~ ||d||", "**a** *b* ~~c~~ ||d||", id="what both have in common"),
        pytest.param("one\ntwo", "one\ntwo", id="a newline is shown as one"),
        pytest.param("one\\\ntwo", "one\ntwo", id="a hard break is a newline"),
        pytest.param("#### deep", "**deep**", id="a small heading is bold"),
        pytest.param("a\n\n---\n\nb", "a\n\n―――\n\nb", id="a rule is drawn"),
        pytest.param("hi @everyone <@12>", "hi @everyone \\<@12>", id="a typed mention is not shown as one"),
        pytest.param(
            "[a](https://x.y/(z))", "[a](https://x.y/%28z%29)", id="brackets in an address are encoded"
        ),
        pytest.param("[a](mailto:b@c.d)", "a (mailto:b@c.d)", id="other addresses are written out"),
        pytest.param(
            "[https://a.b](https://c.d)", "https://a.b (https://c.d)", id="no address hides behind another"
        ),
        pytest.param("![cat](https://x.y/c.png)", "[cat](https://x.y/c.png)", id="a picture is a link to it"),
        pytest.param("<u>a *b* _c_</u>", "__a *b* *c*__", id="underline"),
        pytest.param("<https://x.y/ä>", "https://x.y/ä", id="an address is shown as it was written"),
        pytest.param(
            "<https://x.y><https://x.y>z", "<https://x.y><https://x.y>z", id="addresses do not grow together"
        ),
        pytest.param(
            "<https://x.y>. <https://x.y>", "https://x.y. https://x.y", id="a full stop ends an address"
        ),
        pytest.param(
            "[a](https://x.y)[b](https://x.y)", "[a](https://x.y)[b](https://x.y)", id="two links are two"
        ),
        pytest.param(
            "~~~~\n`````\n~~~~",
            "```\n`\u200b`\u200b`\u200b`\u200b`\n```",
            id="no number of ticks ends the code they stand in",
        ),
        pytest.param("```` a```b ````", "`` a`\u200b`\u200b`b ``", id="nor in a line"),
        pytest.param("[x](moment:5)[y](moment:5)", "<t:5:f><t:5:f>", id="two moments are two"),
        pytest.param("[x **y**\nz](moment:5)", "<t:5:f>", id="a moment of several words is one"),
        pytest.param("[x](moment:5:R)", "<t:5:R>", id="a moment is shown in the reader's time zone"),
        pytest.param("- [ ] a\n- [x] b", "- ☐ a\n- ☑ b", id="tasks are shown by signs"),
        pytest.param(
            "| a | b |\n|-|-|\n| **c** | 你 |", "```\na  b\n─  ──\nc  你\n```", id="a table is drawn"
        ),
        pytest.param("\\> a", "\\> a", id="a literal sign at the start of a line stays literal"),
        pytest.param("1\\. a", "1\\. a", id="a literal number at the start of a line makes no list"),
        pytest.param("<b>x</b>", "\\<b>x\\</b>", id="tags are shown as they are"),
        pytest.param(
            "````\na```b\n````", "```\na`\u200b`\u200b`b\n```", id="a fence inside a fence is defused"
        ),
        pytest.param("``a`b``", "`` a`b ``", id="a backtick inside code"),
        pytest.param("3. a\n4. b\n   - c", "3. a\n4. b\n   - c", id="numbers and nesting are kept"),
        pytest.param("", "", id="nothing is nothing"),
    ],
)
def test_commonmark_is_shown_in_discords_way(text: str, shown: str) -> None:
    assert "\n<next>\n".join(to_discord(text)) == shown


def test_a_speaker_leads_the_first_message() -> None:
    assert to_discord("hello", speaker="Ana *K*") == ["**Ana \\*K\\*:** hello"]
    assert to_discord("**hello**", speaker="Ana") == ["**Ana:** **hello**"]
    assert to_discord("> q", speaker="Ana") == ["**Ana:**\n\n> q"]
    assert to_discord("", speaker="Ana") == ["**Ana:**"]


def test_a_long_text_is_split_between_paragraphs_and_words_with_its_formatting() -> None:
    text = "**" + "word " * 30 + "end**"
    parts = to_discord(text, 60)
    assert all(part.startswith("**") and part.endswith("**") for part in parts)
    assert " ".join(part.strip("*") for part in parts) == "word " * 30 + "end"


def test_a_long_code_block_is_split_between_lines_and_fenced_again() -> None:
    text = "```py\n" + "\n".join(f"line {n}" for n in range(40)) + "\n```"
    parts = to_discord(text, 100)
    assert len(parts) > 1
    assert all(part.startswith("```py\n") and part.endswith("\n```") for part in parts)
    assert "\n".join(part[6:-4] for part in parts) == "\n".join(f"line {n}" for n in range(40))


def test_a_link_and_an_emoji_are_never_torn() -> None:
    family = "👨\u200d👩\u200d👧"
    parts = to_discord("x " * 40 + "[a link with words](https://x.y) " + family * 40, 100)
    assert sum("[a link with words](https://x.y)" in part for part in parts) == 1
    assert all(not part.startswith("\u200d") and not part.endswith("\u200d") for part in parts)
    assert "".join(parts).count(family) == 40


def test_a_paragraph_that_fits_is_not_torn_to_fill_the_message_before_it() -> None:
    assert to_discord("a" * 50 + "\n\n" + "word " * 14, 100) == ["a" * 50, ("word " * 14).strip()]


LETTERS = st.text(
    alphabet=st.one_of(
        st.sampled_from("*_~|`\\<>@#[]()!&;:-+.=1 \nab/h"), st.characters(exclude_categories=("Cs", "Cc"))
    ),
    max_size=200,
)


def _spaceless(text: str) -> str:
    # Both dialects fold spaces and empty lines; every other character has to arrive.
    return "".join(text.replace("\u200b", "").split())


@given(LETTERS)
@settings(max_examples=300, deadline=None)
def test_literal_text_stays_literal_through_both_dialects(text: str) -> None:
    stored = to_commonmark("".join("\\" + c if c in _PUNCTUATION else c for c in text), names)
    rendered = MarkdownIt("commonmark").parse(stored)
    words = [
        child.content
        for token in rendered
        for child in (token.children or [])
        if child.type not in ("softbreak", "hardbreak")
    ]
    assert {token.type for token in rendered} <= {"paragraph_open", "inline", "paragraph_close"}
    assert _spaceless("".join(words)) == _spaceless(text)
    shown = "\n\n".join(to_discord(stored, 1 << 20))
    assert _spaceless(plain(read_discord(shown, names))) == _spaceless(text)


_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@given(LETTERS, st.integers(min_value=40, max_value=300))
@settings(max_examples=300, deadline=None)
def test_any_text_fits_the_limit_and_loses_no_letter(text: str, limit: int) -> None:
    parts = to_discord(text, limit)
    assert all(0 < width(part) <= limit for part in parts)
    letters = [c for c in plain(read_commonmark(text)) if c.isalpha()]
    said = [c for c in "".join(parts) if c.isalpha()]
    # Addresses are written beside their link texts, so the other way round there may be more.
    assert len(said) >= len(letters)


@given(LETTERS)
@settings(max_examples=200, deadline=None)
def test_anything_a_person_types_can_be_read(text: str) -> None:
    letters = [c for c in to_commonmark(text, names) if c.isalpha()]
    assert len(letters) <= 2 * len(text) + 40


HOSTILE = {
    "a hundred thousand letters": "a" * 100_000,
    "words": "word " * 20_000,
    "stars": "*" * 100_000,
    "open stars": "**a " * 5_000,
    "underscores": "_a" * 20_000,
    "brackets": "[" * 20_000,
    "links": "[a](" * 10_000,
    "spoilers": "||a" * 15_000,
    "pipes": "|" * 20_000,
    "backticks": "`" * 20_000,
    "growing backticks": " ".join("`" * n for n in range(300)),
    "quotes": ">" * 50_000,
    "lists": "- " * 20_000,
    "list of lists": "".join("  " * n + "- a\n" for n in range(200)),
    "mentions": "<@12>" * 10_000,
    "angles": "<" * 20_000,
    "everyone": "@everyone @here " * 6_000,
    "zero width": "\u200b" * 50_000 + "a",
    "accents": "a" + "\u0301" * 50_000,
    "right to left": "\u202eשלום" * 10_000,
    "lines": "\n" * 50_000 + "a",
    "addresses": "https://x.y/" * 4_000,
    "escapes": "\\" * 49_999,
    "fences": "```\n" * 10_000,
    "null": "a\0b",
    "half a pair": "a\ud800b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_written_within_the_limit(text: str) -> None:
    parts = to_discord(text, 2000)
    assert parts or not text.strip()
    assert all(width(part) <= 2000 for part in parts)
    assert "".join(parts).encode()
    assert to_commonmark(text[:4000], names).encode() or not text[:4000].strip("\u200b\n ")


@pytest.mark.parametrize(
    ("text", "limit", "beginning"),
    [
        pytest.param("abc", 2, "ab", id="letters"),
        pytest.param("a😀b", 2, "a", id="an emoji takes two units"),
        pytest.param("ae\u0301", 2, "a", id="an accent stays with its letter"),
        pytest.param("🇬🇷🇱🇻", 4, "🇬🇷", id="a flag is two letters"),
        pytest.param("🇬🇷🇱🇻", 6, "🇬🇷", id="a flag is not cut in half"),
        pytest.param("👍🏽", 2, "👍", id="one that does not fit at all is cut all the same"),
        pytest.param("", 5, "", id="nothing"),
    ],
)
def test_a_cut_does_not_part_what_people_see_as_one_character(text: str, limit: int, beginning: str) -> None:
    assert text[: cut(text, limit)] == beginning


def test_titles_and_labels_are_plain_and_short() -> None:
    assert to_plain("**Where** is `my`\n\norder?", 100) == "Where is my order?"
    assert clip("abcdef", 4) == "abc…"
    assert unicodedata.category(clip("a" * 300, 256)[-1]) == "Po"


def test_a_text_that_is_too_long_to_be_parsed_at_once_keeps_its_form() -> None:
    paragraph = "**bold** and [a link](https://x.y) and \\* " + "word " * 100
    parts = to_discord("\n\n".join([paragraph, "```py\nx\n\ny\n```"] * 60))
    assert sum(part.count("[a link](https://x.y)") for part in parts) == 60
    assert sum(part.count("```py\nx\n\ny\n```") for part in parts) == 60


@settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from(["a", "b c", "é", ".", "1", "- ", "+", "=", " ", "\n", "\n", "\\\n", "\\", "(x)"]),
        max_size=9,
    )
)
def test_plain_lines_pass_by_the_parser_and_look_as_they_would_behind_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert to_commonmark(text, names) == "\n\n".join(write(read_discord(text, names), COMMONMARK))
    for limit in (2000, 5):
        assert to_discord(text, limit) == write(read_commonmark(text), DISCORD, limit)
