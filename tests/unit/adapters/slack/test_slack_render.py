"""Content as Block Kit, within Slack's limits whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.forms import view
from adapters.slack.render import Part, home_blocks, parts, visible_name
from bot.core.content import Button, ButtonStyle, Content, FieldKind, Form, FormField, Speaker, Tone
from bot.core.places import Place


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [
            text for key, inner in value.items() if key != "text" or own == [] for text in texts_in(inner)
        ]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in texts_in(inner)]
    return []


def within_limits(part: Part) -> None:
    assert part.text.strip()
    assert len(part.text) <= 4000
    assert len(part.blocks) <= 50
    assert sum(map(len, texts_in(part.blocks))) <= 13_200
    for block in part.blocks:
        match block["type"]:
            case "header":
                assert 0 < len(block["text"]["text"]) <= 150
            case "section":
                fields = block.get("fields", [])
                assert len(fields) <= 10
                assert 0 < len(block.get("text", {}).get("text", "x")) <= 3000
                assert all(0 < len(field["text"]) <= 2000 for field in fields)
            case "context":
                assert all(0 < len(one["text"]) <= 3000 for one in block["elements"])
            case "actions":
                assert 0 < len(block["elements"]) <= 25
                ids = [one["action_id"] for one in block["elements"]]
                assert len(set(ids)) == len(ids)
                assert all(0 < len(one["text"]["text"]) <= 75 for one in block["elements"])
            case kind:
                assert kind == "rich_text"
                assert block["elements"]


words = st.one_of(st.text(max_size=200), st.text(alphabet="&<>*_`[](|~ab \n", max_size=3000))
contents = st.builds(
    Content,
    text=words,
    title=st.text(max_size=400),
    fields=st.lists(st.tuples(st.text(max_size=80), words), max_size=25).map(tuple),
    footnote=words,
    speaker=st.none() | st.builds(Speaker, st.text(max_size=200)),
    buttons=st.lists(
        st.builds(
            Button, st.text(max_size=100), st.sampled_from(["claim", "open"]), st.text("123", max_size=3)
        ),
        max_size=30,
    ).map(tuple),
    tone=st.sampled_from(Tone),
)


@settings(max_examples=60, deadline=None)
@given(contents, st.booleans())
def test_whatever_is_said_every_part_is_within_the_limits(content: Content, is_card: bool) -> None:
    for part in parts(content, is_card=is_card):
        within_limits(part)
        within_limits(part.plain)
        json.dumps(part.blocks)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<!channel> @here <@U123> " * 4000, id="mass mentions"),
        pytest.param("[" * 30_000, id="brackets"),
        pytest.param("> " * 5000 + "deep", id="quotes in quotes"),
        pytest.param("\u200b\u202e\ufeff" * 10_000, id="signs without width"),
        pytest.param("**a** " * 5000, id="thousands of styles"),
        pytest.param("&" * 20_000, id="signs that grow when escaped"),
        pytest.param("[x](https://a.example/" + "y" * 5000 + ")", id="an endless address"),
        pytest.param("a" * 40_000, id="one endless word"),
        pytest.param("```\n" + "x" * 30_000, id="a fence that never ends"),
    ],
)
def test_hostile_text_yields_parts_within_the_limits_and_addresses_nobody(text: str) -> None:
    made = parts(Content(text=text, buttons=(Button("Ok", "ok"),)))
    assert made
    for part in made:
        within_limits(part)
        assert "<!" not in part.text
        assert "<@" not in part.text
        assert '"type": "user"' not in json.dumps(part.blocks)
        assert '"type": "broadcast"' not in json.dumps(part.blocks)


def test_buttons_stand_on_the_last_part_and_on_a_card_on_the_first() -> None:
    content = Content(text="word " * 2000, title="T", footnote="f", buttons=(Button("Go", "go"),))
    kinds = [[block["type"] for block in part.blocks] for part in parts(content)]
    assert kinds == [["header", "rich_text"], ["rich_text"], ["rich_text", "context", "actions"]]
    kinds = [[block["type"] for block in part.blocks] for part in parts(content, is_card=True)]
    assert kinds == [["header", "rich_text", "context", "actions"], ["rich_text"], ["rich_text"]]


def test_the_speaker_leads_the_message_and_cannot_pose_as_another_by_signs() -> None:
    (part,) = parts(Content(text="*hi*", speaker=Speaker("Ann*\u202e\u200b\n<!here>")))
    words = part.blocks[0]["elements"][0]["elements"]
    assert words[0] == {"type": "text", "text": "Ann* <!here>:", "style": {"bold": True}}
    assert part.text == "*Ann* &lt;!here&gt;:* _hi_"


def test_a_speaker_leads_also_what_begins_with_code_or_is_nothing_but_files() -> None:
    (code,) = parts(Content(text="```\nx\n```", speaker=Speaker("Ann")))
    assert [one["type"] for one in code.blocks[0]["elements"]] == [
        "rich_text_section",
        "rich_text_preformatted",
    ]
    (alone,) = parts(Content(speaker=Speaker("Ann")))
    assert alone.text == "*Ann:*"


def test_a_message_of_nothing_but_files_has_no_part() -> None:
    assert parts(Content()) == []


def test_text_that_shows_nothing_is_shown_as_it_was_typed() -> None:
    (part,) = parts(Content(text="[](https://x.example)"))
    assert part.text == "[](https://x.example)"


def test_what_slack_does_not_like_can_be_shown_without_rich_text() -> None:
    (part,) = parts(Content(title="T", text="**a** & <b>\n\n- c", buttons=(Button("Go", "go"),)))
    assert [block["type"] for block in part.plain.blocks] == ["header", "section", "actions"]
    assert part.plain.blocks[1]["text"] == {"type": "plain_text", "text": "*a* & <b>\n• c", "emoji": False}


def test_buttons_carry_action_and_subject_and_links_their_address() -> None:
    content = Content(
        text="x",
        buttons=(
            Button("Claim", "claim", "7", ButtonStyle.PRIMARY),
            Button("Again", "claim", "7", ButtonStyle.DANGER),
            Button("Read", url="https://x.example"),
            Button("Bad", url="javascript:alert(1)"),
        ),
    )
    (part,) = parts(content)
    shown = [
        (one["action_id"], one.get("value"), one.get("style"), one.get("url"))
        for one in part.blocks[1]["elements"]
    ]
    assert shown == [
        ("claim:7", "claim:7", "primary", None),
        ("claim:7#1", "claim:7", "danger", None),
        ("link:2", None, None, "https://x.example"),
    ]


def test_a_home_with_too_much_on_it_ends_with_three_dots() -> None:
    blocks = home_blocks([Content(text=f"Ticket {number}") for number in range(80)])
    assert len(blocks) == 100
    assert blocks[-1]["elements"][0]["text"] == "…"


def test_a_form_fits_into_a_modal() -> None:
    form = Form(
        "ticket",
        "A title that is far too long for Slack",
        "Send it off to the desk now",
        (
            FormField("line", "Line", value="x" * 50, max_length=20),
            FormField(
                "choice", "Choice", FieldKind.CHOICE, options=(("a", "A" * 100), ("b", "B")), value="b"
            ),
            FormField("text", "Text", FieldKind.PARAGRAPH, is_required=False, max_length=9000),
        ),
    )
    made = view(form, Place("slack", "T1", "C1"), "Cancel")
    line, choice, paragraph = made["blocks"]
    assert max(len(made[key]["text"]) for key in ("title", "submit", "close")) <= 24
    assert (line["element"]["initial_value"], line["element"]["max_length"]) == ("x" * 20, 20)
    assert choice["element"]["initial_option"]["value"] == "b"
    assert len(choice["element"]["options"][0]["text"]["text"]) <= 75
    assert (paragraph["optional"], paragraph["element"]["max_length"]) == (True, 3000)


def test_a_name_of_nothing_but_hidden_signs_is_a_question_mark() -> None:
    assert visible_name("\u200b\u202e") == "?"
