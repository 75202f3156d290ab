"""Each platform's markup as the tree that the sandbox's page draws, written here as tags."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.markup import marked
from sandbox.markup.discord import discord_tree
from sandbox.markup.markdown import markdown_tree
from sandbox.markup.mrkdwn import mrkdwn_tree
from sandbox.markup.telegram import telegram_tree
from sandbox.markup.tree import Node, Tree


def shown(tree: Tree) -> str:
    return "".join(_shown(part) for part in tree)


def _shown(part: Node) -> str:
    if isinstance(part, str):
        return part
    facts = " ".join(str(value) for key, value in part.items() if key not in ("as", "of"))
    name = f"{part['as']} {facts}".strip()
    return f"<{name}>{shown(part['of'])}</{part['as']}>" if "of" in part else f"<{name}>"


def words_of(tree: Tree) -> str:
    return "".join(part if isinstance(part, str) else words_of(part.get("of", [])) for part in tree)


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("*b* _i_ ~s~", "<bold>b</bold> <italic>i</italic> <strike>s</strike>", id="styles"),
        pytest.param("*_both_*", "<bold><italic>both</italic></bold>", id="a style in a style"),
        pytest.param("`a*b*`", "<code>a*b*</code>", id="no styles in code"),
        pytest.param("```\na *b* &lt;\n```", "<pre>a *b* <</pre>", id="a code block as it is"),
        pytest.param("&lt;b&gt; &amp;amp;", "<b> &amp;", id="three escapes, once"),
        pytest.param("<https://a.b|here>", "<link https://a.b>here</link>", id="a link with a name"),
        pytest.param("<https://a.b>", "<link https://a.b>https://a.b</link>", id="a link without a name"),
        pytest.param("<mailto:a@b.c|a@b.c>", "<link mailto:a@b.c>a@b.c</link>", id="a mail address"),
        pytest.param("<@U1>", "<mention person U1></mention>", id="a person"),
        pytest.param("<#C1|help>", "<mention room C1>help</mention>", id="a channel"),
        pytest.param("<!here>", "<mention everyone here></mention>", id="everyone here"),
        pytest.param(
            "<!date^1^{date} at {time}^https://a.b|then>",
            "<time 1 {date} at {time}>then</time>",
            id="a moment",
        ),
        pytest.param("<!date^x^{date}|today>", "today", id="a date that is none shows its fallback"),
        pytest.param(":tada:", "<emoji tada>", id="an emoji"),
        pytest.param("&gt; q\n> r\nend", "<quote>q<break>r</quote>end", id="a quote ends with its marks"),
        pytest.param("a\n\nb", "a<break><break>b", id="empty lines stay"),
    ],
)
def test_mrkdwn_becomes_a_tree(text: str, tags: str) -> None:
    assert shown(mrkdwn_tree(text)) == tags


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "*not closed", "a* b*", "* a *", "**", "~"])
def test_marks_that_are_no_marks_stay_characters(text: str) -> None:
    assert shown(mrkdwn_tree(text)) == text


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("a__u__b", "a<underline>u</underline>b", id="underlined within a word"),
        pytest.param("__u__ **b**", "<underline>u</underline> <bold>b</bold>", id="underlined and bold"),
        pytest.param("*i* ~~s~~", "<italic>i</italic> <strike>s</strike>", id="italic and struck out"),
        pytest.param("||a **b**||", "<spoiler>a <bold>b</bold></spoiler>", id="a spoiler"),
        pytest.param("||||", "||||", id="bars that hide nothing"),
        pytest.param("<@1><@!2>", "<mention person 1><mention person 2>", id="people"),
        pytest.param("<#3><@&4>", "<mention room 3><mention role 4>", id="a channel and a role"),
        pytest.param("<t:5:R> <t:6>", "<time 5 R> <time 6 f>", id="times"),
        pytest.param("@everyone", "<mention everyone everyone>", id="everyone"),
        pytest.param("<:pine:12>", "<emoji pine>", id="an emoji of the community"),
        pytest.param("[a](https://b.c)", "<link https://b.c>a</link>", id="a link"),
        pytest.param("![a](https://b.c)", "!<link https://b.c>a</link>", id="no pictures in text"),
        pytest.param("&amp; <b>", "&amp; <b>", id="no HTML"),
        pytest.param("a\nb", "a<break>b", id="a line break"),
    ],
)
def test_discords_inline_markdown_becomes_a_tree(text: str, tags: str) -> None:
    assert shown(discord_tree(text)) == f"<paragraph>{tags}</paragraph>"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param(
            "> q\nend",
            "<quote><paragraph>q</paragraph></quote><paragraph>end</paragraph>",
            id="a quote ends with its marks",
        ),
        pytest.param(
            ">>> q\nall", "<quote><paragraph>q<break>all</paragraph></quote>", id="a quote to the end"
        ),
        pytest.param("-# s", "<subtext><paragraph>s</paragraph></subtext>", id="subtext"),
        pytest.param("# One", "<heading 1>One</heading>", id="a heading"),
        pytest.param("#### four", "<paragraph>#### four</paragraph>", id="three levels of headings"),
        pytest.param("```py\n> x\n-# y\n```", "<pre py>> x\n-# y</pre>", id="a code block as it is"),
        pytest.param("- a\n- b", "<list False><item>a</item><item>b</item></list>", id="a list"),
        pytest.param("    a", "<paragraph>a</paragraph>", id="no code by indentation"),
    ],
)
def test_discords_blocks_become_a_tree(text: str, tags: str) -> None:
    assert shown(discord_tree(text)) == tags


def test_slacks_markdown_block_has_tables_and_tight_lists() -> None:
    assert shown(markdown_tree("3. a\n4. b\n\n| x |\n|---|\n| **y** |")) == (
        "<list True 3><item>a</item><item>b</item></list>"
        "<table><row><cell>x</cell></row><row><cell><bold>y</bold></cell></row></table>"
    )


@pytest.mark.parametrize(
    ("text", "entities", "tags"),
    [
        pytest.param("😀 bold", [entity("bold", 3, 4)], "😀 <bold>bold</bold>", id="an emoji counts as two"),
        pytest.param(
            "abc",
            [entity("bold", 0, 3), entity("italic", 1, 1)],
            "<bold>a<italic>b</italic>c</bold>",
            id="one in another",
        ),
        pytest.param(
            "abcd",
            [entity("bold", 0, 2), entity("italic", 1, 3)],
            "<bold>a<italic>b</italic></bold>cd",
            id="crossing ones are cut",
        ),
        pytest.param("ab", [entity("bold", 1, 99)], "a<bold>b</bold>", id="one that ends after the text"),
        pytest.param("a.b", [entity("url", 0, 3)], "<link https://a.b>a.b</link>", id="an address"),
        pytest.param(
            "x", [entity("text_link", 0, 1, url="https://a.b")], "<link https://a.b>x</link>", id="a link"
        ),
        pytest.param(
            "q\nend", [entity("blockquote", 0, 1)], "<quote>q</quote>end", id="no empty line after a quote"
        ),
        pytest.param(
            "q", [entity("expandable_blockquote", 0, 1)], "<quote True>q</quote>", id="a quote that folds"
        ),
        pytest.param(
            "😀", [entity("custom_emoji", 0, 2, custom_emoji_id="5")], "<emoji  😀>", id="an emoji of its own"
        ),
        pytest.param(
            "/go on", [entity("bot_command", 0, 3)], "<mention text /go>/go</mention> on", id="a command"
        ),
    ],
)
def test_telegrams_entities_become_a_tree(text: str, entities: list[dict[str, Any]], tags: str) -> None:
    assert shown(telegram_tree(text, entities)) == tags


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc",
        "java\nscript:x",
    ],
)
def test_an_address_that_a_page_must_not_follow_is_no_link(url: str) -> None:
    trees = [
        mrkdwn_tree(f"<{url}|x>"),
        discord_tree(f"[x]({url})"),
        markdown_tree(f"[x]({url}) <{url}>"),
        telegram_tree("x", [entity("text_link", 0, 1, url=url)]),
    ]
    assert not any("<link" in shown(tree) for tree in trees)


@given(st.text(alphabet="*_~`|<>@#!:[]()\\ \nab&;-1t", max_size=80))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parse in (mrkdwn_tree, discord_tree, markdown_tree):
        parse(text)


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(st.text(st.characters(max_codepoint=0xD7FF), max_size=30), SPANS)
def test_entities_anywhere_lose_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    entities = [entity("bold", offset, length) for offset, length in spans]
    assert words_of(telegram_tree(text, entities)) == text


def test_a_message_gives_a_tree_for_each_of_its_texts() -> None:
    fields = [{"type": "plain_text", "text": "*b*"}]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*a*"}, "fields": fields}
    slack = marked("slack", {"text": "plain", "blocks": [section, {"type": "markdown", "text": "**c**"}]})
    shared = marked("slack", {"attachments": [{"text": "*a*", "footer": "b", "fields": [{"value": "c"}]}]})
    assert sorted(shared["mrkdwn"]) == ["*a*", "b", "c"]
    assert {dialect: sorted(trees) for dialect, trees in slack.items()} == {
        "mrkdwn": ["*a*", "plain"],
        "markdown": ["**c**"],
    }
    embeds = [{"description": "*d*", "fields": [{"name": "n", "value": "v"}]}]
    components = [{"type": 17, "components": [{"type": 10, "content": "t"}]}]
    discord = marked("discord", {"content": "", "embeds": embeds, "components": components})
    assert sorted(discord["discord"]) == ["*d*", "n", "t", "v"]
    forward = marked("discord", {"content": "", "message_snapshots": [{"message": {"content": "**f**"}}]})
    assert list(forward["discord"]) == ["**f**"]
    telegram = marked("telegram", {"caption": "c", "caption_entities": [entity("bold", 0, 1)]})
    assert shown(telegram["telegram"]["c"]) == "<bold>c</bold>"
