"""What people type becomes Slack's markup, and markup becomes rich text and plain words."""

import pytest

from sandbox.slack import SlackServer, mrkdwn

NAMES = {"@ana": "<@U0ANA>", "@ana kovač": "<@U0ANA>", "@here": "<!here>", "#help": "<#C0HELP|help>"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("@Ana Kovač, please", "<@U0ANA>, please"),
        ("mail me@ana.example or @ana.", "mail <mailto:me@ana.example|me@ana.example> or <@U0ANA>."),
        ("@anabel", "@anabel"),
        ("see #help", "see <#C0HELP|help>"),
        ("(https://example.org/a_b?x=1&y=2).", "(<https://example.org/a_b?x=1&amp;y=2>)."),
        ("<https://example.org|the *shop*>", "<https://example.org|the *shop*>"),
        ("<!channel> and <@U0ANA>", "&lt;!channel&gt; and &lt;@U0ANA&gt;"),
        ("@here", "<!here>"),
        ("`@ana <b>` and ```https://x```", "`@ana &lt;b&gt;` and ```https://x```"),
        ("- one\n- two", "• one\n• two"),
    ],
)
def test_typing_becomes_mrkdwn_and_comes_back_to_the_edit_box(typed: str, text: str) -> None:
    assert mrkdwn.from_typing(typed, NAMES) == text
    assert mrkdwn.from_typing(mrkdwn.to_typing(text, NAMES), NAMES) == text.replace(
        "&lt;!channel&gt; and &lt;@U0ANA&gt;", "&lt;!channel&gt; and &lt;@U0ANA&gt;"
    )


def runs(text: str) -> list[tuple[str, str]]:
    """(text, its styles) of the first section."""
    return [
        (
            element.get("text") or element.get("name") or element.get("url", ""),
            "+".join(element.get("style", {})),
        )
        for element in mrkdwn.inline(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* plain", [("bold", "bold"), (" plain", "")]),
        ("_it_ ~no~ `x*y*`", [("it", "italic"), (" ", ""), ("no", "strike"), (" ", ""), ("x*y*", "code")]),
        ("*bold _both_*", [("bold ", "bold"), ("both", "bold+italic")]),
        ("2 * 3 * 4", [("2 * 3 * 4", "")]),
        ("snake_case_name", [("snake_case_name", "")]),
        ("*not\nbold*", [("*not\nbold*", "")]),
        ("**", [("**", "")]),
        ("*<https://a_b.example/x_y|a _link_>*", [("a _link_", "bold")]),
        (":wave: 10:30:45 :+1:", [("wave", ""), (" 10:30:45 ", ""), ("+1", "")]),
        ("a &lt;b&gt; &amp;amp;", [("a <b> &amp;", "")]),
    ],
)
def test_styles_are_found_as_slack_finds_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert runs(text) == expected


def test_a_typed_message_has_lists_quotes_and_fences() -> None:
    typed = "Look:\n- one\n- *two*\n1. first\n> said\n> again\n```\ncode *as is*\n```\nend"
    block = mrkdwn.rich_text(mrkdwn.from_typing(typed, NAMES), is_typed=True)
    kinds = [(element["type"], element.get("style")) for element in block["elements"]]
    assert kinds == [
        ("rich_text_section", None),
        ("rich_text_list", "bullet"),
        ("rich_text_list", "ordered"),
        ("rich_text_quote", None),
        ("rich_text_preformatted", None),
        ("rich_text_section", None),
    ]
    assert block["elements"][1]["elements"][1]["elements"][0]["style"] == {"bold": True}
    assert block["elements"][3]["elements"] == [{"type": "text", "text": "said\nagain"}]
    assert block["elements"][4]["elements"] == [{"type": "text", "text": "code *as is*"}]


def test_an_apps_text_has_no_lists() -> None:
    block = mrkdwn.rich_text("- one\n- two")
    assert [element["type"] for element in block["elements"]] == ["rich_text_section"]


@pytest.mark.parametrize(
    "sign", ["*", "_", "~", "`", "<", ">", "&", "@", "```", "<a", "*a_b", "- ", ":a:", "a@b.", "\n> "]
)
def test_hostile_text_of_any_length_stays_text(sign: str) -> None:
    hostile = sign * (40_000 // len(sign))
    text = mrkdwn.from_typing(hostile, NAMES)
    assert mrkdwn.rich_text(text, is_typed=True)["elements"]
    assert mrkdwn.rich_text(mrkdwn.from_api(hostile))["elements"]


async def test_people_read_plain_words(server: SlackServer) -> None:
    typed = "*Hi* @Ben, see <https://example.org|the shop> :wave:\n> quoted\n- item"
    await server.say("U0CARLA", "C0HELP", typed)
    assert server.messages("U0CARLA", "C0HELP")[0].text == (
        "Hi @Ben, see the shop (https://example.org) :wave:\n> quoted\n• item"
    )
